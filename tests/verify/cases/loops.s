; Loops: those that end are walked, those that make no progress are refused.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.section "tc"
;; ten_turns: accept
	r6 = 0
again:	r6 += 1
	if r6 < 10 goto again
	r0 = 0
	exit
;; ten_turns_down: accept
	r6 = 10
again:	r6 -= 1
	if r6 != 0 goto again
	r0 = 0
	exit
;; counter_on_the_stack: accept
	*(u64 *)(r10 -8) = 10
again:	r6 = *(u64 *)(r10 -8)
	r6 -= 1
	*(u64 *)(r10 -8) = r6
	if r6 != 0 goto again
	r0 = 0
	exit
;; no_progress: reject the loop never ends
	r6 = 0
again:	r6 = 1
	if r6 != 0 goto again
	r0 = 0
	exit
;; no_progress_by_unknown: reject the loop never ends
	r6 = *(u32 *)(r1 +0)
again:	if r6 == 7 goto again
	r0 = 0
	exit
;; no_progress_with_a_fresh_unknown: reject the loop never ends
again:	call bpf_get_prandom_u32
	if r0 != 0 goto again
	exit
;; unknown_bound_below_100: accept
	r6 = 0
	r7 = *(u32 *)(r1 +0)
	if r7 > 100 goto out
again:	if r6 >= r7 goto out
	r6 += 1
	goto again
out:	r0 = 0
	exit
;; unknown_bound: reject too complex
	r6 = 0
	r7 = *(u32 *)(r1 +0)
again:	if r6 >= r7 goto out
	r6 += 1
	goto again
out:	r0 = 0
	exit
;; steps_over_its_bound: reject the loop never ends
	r6 = 0
again:	r6 += 2
	if r6 != 7 goto again
	r0 = 0
	exit
;; index_in_a_loop: accept
	r6 = 0
	r7 = map[m][0]+0
again:	r8 = r7
	r8 += r6
	r0 = *(u8 *)(r8 +0)
	r6 += 1
	if r6 < 64 goto again
	r0 = 0
	exit
;; index_in_a_loop_past: reject outside the map value
	r6 = 0
	r7 = map[m][0]+0
again:	r8 = r7
	r8 += r6
	r0 = *(u8 *)(r8 +0)
	r6 += 1
	if r6 < 65 goto again
	r0 = 0
	exit
;; pointer_moves_in_a_loop: accept
	r6 = 0
	r7 = map[m][0]+0
again:	r0 = *(u8 *)(r7 +0)
	r7 += 1
	r6 += 1
	if r6 < 64 goto again
	r0 = 0
	exit
;; two_loops_nested: accept
	r6 = 0
outer:	r7 = 0
inner:	r7 += 1
	if r7 < 10 goto inner
	r6 += 1
	if r6 < 10 goto outer
	r0 = 0
	exit
;; loop_with_an_unknown_test_inside: accept
	r6 = 0
	r7 = *(u32 *)(r1 +0)
again:	r6 += 1
	if r7 == 3 goto over
	r8 = 1
over:	if r6 < 50 goto again
	r0 = 0
	exit
;; million_turns: reject too complex
	r6 = 0
again:	r6 += 1
	if r6 < 1000000 goto again
	r0 = 0
	exit
;; hundred_thousand_turns: accept
	r6 = 0
again:	r6 += 1
	if r6 < 100000 goto again
	r0 = 0
	exit
;; may_goto: accept
	r6 = 0
again:	may_goto out
	r6 += 1
	goto again
out:	r0 = 0
	exit
;; may_goto_with_unknown_condition: accept
	r6 = 0
	r7 = *(u32 *)(r1 +0)
again:	may_goto out
	if r6 >= r7 goto out
	r6 += 1
	goto again
out:	r0 = 0
	exit
;; may_goto_index_unbounded: reject unbounded offset
	r6 = 0
	r7 = map[m][0]+0
again:	may_goto out
	r8 = r7
	r8 += r6
	r0 = *(u8 *)(r8 +0)
	r6 += 1
	goto again
out:	r0 = 0
	exit
;; may_goto_index_tested: accept
	r6 = 0
	r7 = map[m][0]+0
again:	may_goto out
	if r6 >= 64 goto out
	r8 = r7
	r8 += r6
	r0 = *(u8 *)(r8 +0)
	r6 += 1
	goto again
out:	r0 = 0
	exit
;; may_goto_with_register: reject reserved fields
	r0 = 0
	.insn e5 01 00 00 00 00 00 00
	exit
;; may_goto_uninitialised_after: reject uninitialised register
again:	may_goto out
	r6 = 1
	goto again
out:	r0 = r6
	exit
;; endless_may_goto_without_exit: reject control falls off the end
again:	may_goto -1
