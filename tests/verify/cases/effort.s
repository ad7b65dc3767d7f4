; How much work programs are: what is pruned, and when. Beside the verdict, the number of instructions
; that are followed is held against the kernel's.
.license "GPL"
.map m type=array key=4 value=64 entries=4
.map h type=hash key=8 value=16 entries=4
.section "socket"
;; straight: accept
	r0 = 0
	r1 = 1
	exit
;; counted_loop: accept
	r6 = 0
	r7 = 0
again:	r7 += 3
	r6 += 1
	if r6 < 100 goto again
	r0 = r7
	exit
;; counted_loop_down: accept
	r6 = 64
again:	r6 -= 1
	r0 = r6
	if r6 != 0 goto again
	exit
;; nested_loops: accept
	r0 = 0
	r6 = 0
outer:	r7 = 0
inner:	r0 += r7
	r7 += 1
	if r7 < 10 goto inner
	r6 += 1
	if r6 < 10 goto outer
	exit
;; loop_with_unknown_bound: accept
	call bpf_get_prandom_u32
	r8 = r0
	r8 &= 31
	r6 = 0
again:	if r6 >= r8 goto out
	r6 += 1
	goto again
out:	r0 = 0
	exit
;; loop_with_branches: accept
	r6 = 0
	r9 = 0
again:	call bpf_get_prandom_u32
	if r0 == 0 goto zero
	r9 += 1
	goto next
zero:	r9 += 2
next:	r6 += 1
	if r6 < 50 goto again
	r0 = r9
	exit
;; loop_that_only_looks_endless: accept
again:	call bpf_get_prandom_u32
	r6 = r0
	r6 &= 1
	if r6 == 0 goto out
	r0 = 0
	exit
out:	r0 = 1
	exit
;; loop_without_progress: reject infinite loop
again:	call bpf_get_prandom_u32
	if r0 != 0 goto again
	exit
;; loop_too_long: reject too complex
	r6 = 0
again:	r6 += 1
	if r6 < 1000000 goto again
	r0 = 0
	exit
;; may_goto_counts: accept
	r6 = 0
again:	may_goto out
	r6 += 1
	goto again
out:	r0 = r6
	exit
;; may_goto_nested: accept
	r6 = 0
	r7 = 0
outer:	may_goto out
	r7 = 0
inner:	may_goto next
	r7 += 1
	if r7 < 5 goto inner
next:	r6 += 1
	goto outer
out:	r0 = 0
	exit
;; may_goto_precise: accept
	r6 = 0
again:	may_goto out
	r6 += 1
	if r6 < 40 goto again
out:	r6 &= 7
	r1 = r10
	r1 += -8
	*(u64 *)(r10 -8) = 0
	r1 += r6
	r0 = *(u8 *)(r1 +0)
	exit
;; diamonds_that_leave_numbers: accept
	call bpf_get_prandom_u32
	if r0 > 0 goto a0
	r6 = 0
	goto b0
a0:	r6 = 7
b0:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 1 goto a1
	r6 = 1
	goto b1
a1:	r6 = 7
b1:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 2 goto a2
	r6 = 2
	goto b2
a2:	r6 = 7
b2:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 3 goto a3
	r6 = 3
	goto b3
a3:	r6 = 7
b3:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 4 goto a4
	r6 = 4
	goto b4
a4:	r6 = 7
b4:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 5 goto a5
	r6 = 5
	goto b5
a5:	r6 = 7
b5:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 6 goto a6
	r6 = 6
	goto b6
a6:	r6 = 7
b6:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 7 goto a7
	r6 = 7
	goto b7
a7:	r6 = 7
b7:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 8 goto a8
	r6 = 8
	goto b8
a8:	r6 = 7
b8:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 9 goto a9
	r6 = 9
	goto b9
a9:	r6 = 7
b9:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 10 goto a10
	r6 = 10
	goto b10
a10:	r6 = 7
b10:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 11 goto a11
	r6 = 11
	goto b11
a11:	r6 = 7
b11:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 12 goto a12
	r6 = 12
	goto b12
a12:	r6 = 7
b12:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 13 goto a13
	r6 = 13
	goto b13
a13:	r6 = 7
b13:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 14 goto a14
	r6 = 14
	goto b14
a14:	r6 = 7
b14:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 15 goto a15
	r6 = 15
	goto b15
a15:	r6 = 7
b15:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 16 goto a16
	r6 = 16
	goto b16
a16:	r6 = 7
b16:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 17 goto a17
	r6 = 17
	goto b17
a17:	r6 = 7
b17:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 18 goto a18
	r6 = 18
	goto b18
a18:	r6 = 7
b18:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 19 goto a19
	r6 = 19
	goto b19
a19:	r6 = 7
b19:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 20 goto a20
	r6 = 20
	goto b20
a20:	r6 = 7
b20:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 21 goto a21
	r6 = 21
	goto b21
a21:	r6 = 7
b21:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 22 goto a22
	r6 = 22
	goto b22
a22:	r6 = 7
b22:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 23 goto a23
	r6 = 23
	goto b23
a23:	r6 = 7
b23:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 24 goto a24
	r6 = 24
	goto b24
a24:	r6 = 7
b24:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 25 goto a25
	r6 = 25
	goto b25
a25:	r6 = 7
b25:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 26 goto a26
	r6 = 26
	goto b26
a26:	r6 = 7
b26:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 27 goto a27
	r6 = 27
	goto b27
a27:	r6 = 7
b27:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 28 goto a28
	r6 = 28
	goto b28
a28:	r6 = 7
b28:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 29 goto a29
	r6 = 29
	goto b29
a29:	r6 = 7
b29:	r7 = r6
	r0 = 0
	exit
;; diamonds_that_leave_bits_that_matter: accept
	r6 = 0
	*(u64 *)(r10 -8) = 0
	call bpf_get_prandom_u32
	if r0 > 0 goto a0
	r6 |= 0
	goto b0
a0:	r6 &= 7
b0:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 1 goto a1
	r6 |= 1
	goto b1
a1:	r6 &= 7
b1:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 2 goto a2
	r6 |= 2
	goto b2
a2:	r6 &= 7
b2:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 3 goto a3
	r6 |= 3
	goto b3
a3:	r6 &= 7
b3:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 4 goto a4
	r6 |= 4
	goto b4
a4:	r6 &= 7
b4:	r7 = r6
	call bpf_get_prandom_u32
	if r0 > 5 goto a5
	r6 |= 5
	goto b5
a5:	r6 &= 7
b5:	r7 = r6
	r6 &= 7
	r1 = r10
	r1 += -8
	r1 += r6
	r0 = *(u8 *)(r1 +0)
	exit
;; diamonds_that_spill: accept
	r6 = 0
	call bpf_get_prandom_u32
	if r0 > 0 goto a0
	*(u64 *)(r10 -8) = r0
	goto b0
a0:	r0 = 5
	*(u64 *)(r10 -8) = r0
b0:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 1 goto a1
	*(u64 *)(r10 -8) = r0
	goto b1
a1:	r0 = 5
	*(u64 *)(r10 -8) = r0
b1:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 2 goto a2
	*(u64 *)(r10 -8) = r0
	goto b2
a2:	r0 = 5
	*(u64 *)(r10 -8) = r0
b2:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 3 goto a3
	*(u64 *)(r10 -8) = r0
	goto b3
a3:	r0 = 5
	*(u64 *)(r10 -8) = r0
b3:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 4 goto a4
	*(u64 *)(r10 -8) = r0
	goto b4
a4:	r0 = 5
	*(u64 *)(r10 -8) = r0
b4:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 5 goto a5
	*(u64 *)(r10 -8) = r0
	goto b5
a5:	r0 = 5
	*(u64 *)(r10 -8) = r0
b5:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 6 goto a6
	*(u64 *)(r10 -8) = r0
	goto b6
a6:	r0 = 5
	*(u64 *)(r10 -8) = r0
b6:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 7 goto a7
	*(u64 *)(r10 -8) = r0
	goto b7
a7:	r0 = 5
	*(u64 *)(r10 -8) = r0
b7:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 8 goto a8
	*(u64 *)(r10 -8) = r0
	goto b8
a8:	r0 = 5
	*(u64 *)(r10 -8) = r0
b8:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 9 goto a9
	*(u64 *)(r10 -8) = r0
	goto b9
a9:	r0 = 5
	*(u64 *)(r10 -8) = r0
b9:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 10 goto a10
	*(u64 *)(r10 -8) = r0
	goto b10
a10:	r0 = 5
	*(u64 *)(r10 -8) = r0
b10:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 11 goto a11
	*(u64 *)(r10 -8) = r0
	goto b11
a11:	r0 = 5
	*(u64 *)(r10 -8) = r0
b11:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 12 goto a12
	*(u64 *)(r10 -8) = r0
	goto b12
a12:	r0 = 5
	*(u64 *)(r10 -8) = r0
b12:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 13 goto a13
	*(u64 *)(r10 -8) = r0
	goto b13
a13:	r0 = 5
	*(u64 *)(r10 -8) = r0
b13:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 14 goto a14
	*(u64 *)(r10 -8) = r0
	goto b14
a14:	r0 = 5
	*(u64 *)(r10 -8) = r0
b14:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 15 goto a15
	*(u64 *)(r10 -8) = r0
	goto b15
a15:	r0 = 5
	*(u64 *)(r10 -8) = r0
b15:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 16 goto a16
	*(u64 *)(r10 -8) = r0
	goto b16
a16:	r0 = 5
	*(u64 *)(r10 -8) = r0
b16:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 17 goto a17
	*(u64 *)(r10 -8) = r0
	goto b17
a17:	r0 = 5
	*(u64 *)(r10 -8) = r0
b17:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 18 goto a18
	*(u64 *)(r10 -8) = r0
	goto b18
a18:	r0 = 5
	*(u64 *)(r10 -8) = r0
b18:	r7 = 1
	call bpf_get_prandom_u32
	if r0 > 19 goto a19
	*(u64 *)(r10 -8) = r0
	goto b19
a19:	r0 = 5
	*(u64 *)(r10 -8) = r0
b19:	r7 = 1
	r0 = 0
	exit
;; diamonds_that_spill_what_is_read: accept
	r6 = 0
	call bpf_get_prandom_u32
	if r0 > 0 goto a0
	*(u64 *)(r10 -8) = 3
	goto b0
a0:	*(u64 *)(r10 -8) = 5
b0:	r7 = *(u64 *)(r10 -8)
	call bpf_get_prandom_u32
	if r0 > 1 goto a1
	*(u64 *)(r10 -8) = 3
	goto b1
a1:	*(u64 *)(r10 -8) = 5
b1:	r7 = *(u64 *)(r10 -8)
	call bpf_get_prandom_u32
	if r0 > 2 goto a2
	*(u64 *)(r10 -8) = 3
	goto b2
a2:	*(u64 *)(r10 -8) = 5
b2:	r7 = *(u64 *)(r10 -8)
	call bpf_get_prandom_u32
	if r0 > 3 goto a3
	*(u64 *)(r10 -8) = 3
	goto b3
a3:	*(u64 *)(r10 -8) = 5
b3:	r7 = *(u64 *)(r10 -8)
	call bpf_get_prandom_u32
	if r0 > 4 goto a4
	*(u64 *)(r10 -8) = 3
	goto b4
a4:	*(u64 *)(r10 -8) = 5
b4:	r7 = *(u64 *)(r10 -8)
	call bpf_get_prandom_u32
	if r0 > 5 goto a5
	*(u64 *)(r10 -8) = 3
	goto b5
a5:	*(u64 *)(r10 -8) = 5
b5:	r7 = *(u64 *)(r10 -8)
	call bpf_get_prandom_u32
	if r0 > 6 goto a6
	*(u64 *)(r10 -8) = 3
	goto b6
a6:	*(u64 *)(r10 -8) = 5
b6:	r7 = *(u64 *)(r10 -8)
	call bpf_get_prandom_u32
	if r0 > 7 goto a7
	*(u64 *)(r10 -8) = 3
	goto b7
a7:	*(u64 *)(r10 -8) = 5
b7:	r7 = *(u64 *)(r10 -8)
	call bpf_get_prandom_u32
	if r0 > 8 goto a8
	*(u64 *)(r10 -8) = 3
	goto b8
a8:	*(u64 *)(r10 -8) = 5
b8:	r7 = *(u64 *)(r10 -8)
	call bpf_get_prandom_u32
	if r0 > 9 goto a9
	*(u64 *)(r10 -8) = 3
	goto b9
a9:	*(u64 *)(r10 -8) = 5
b9:	r7 = *(u64 *)(r10 -8)
	call bpf_get_prandom_u32
	if r0 > 10 goto a10
	*(u64 *)(r10 -8) = 3
	goto b10
a10:	*(u64 *)(r10 -8) = 5
b10:	r7 = *(u64 *)(r10 -8)
	call bpf_get_prandom_u32
	if r0 > 11 goto a11
	*(u64 *)(r10 -8) = 3
	goto b11
a11:	*(u64 *)(r10 -8) = 5
b11:	r7 = *(u64 *)(r10 -8)
	r0 = 0
	exit
;; diamonds_over_many_slots: accept
	r6 = 0
	call bpf_get_prandom_u32
	if r0 > 0 goto a0
	*(u64 *)(r10 -8) = 3
	goto b0
a0:	*(u64 *)(r10 -8) = r0
b0:	r7 = 0
	call bpf_get_prandom_u32
	if r0 > 1 goto a1
	*(u64 *)(r10 -8) = 3
	goto b1
a1:	*(u64 *)(r10 -8) = r0
b1:	r7 = 0
	call bpf_get_prandom_u32
	if r0 > 2 goto a2
	*(u64 *)(r10 -8) = 3
	goto b2
a2:	*(u64 *)(r10 -8) = r0
b2:	r7 = 0
	call bpf_get_prandom_u32
	if r0 > 3 goto a3
	*(u64 *)(r10 -8) = 3
	goto b3
a3:	*(u64 *)(r10 -8) = r0
b3:	r7 = 0
	call bpf_get_prandom_u32
	if r0 > 4 goto a4
	*(u64 *)(r10 -8) = 3
	goto b4
a4:	*(u64 *)(r10 -8) = r0
b4:	r7 = 0
	call bpf_get_prandom_u32
	if r0 > 5 goto a5
	*(u64 *)(r10 -8) = 3
	goto b5
a5:	*(u64 *)(r10 -8) = r0
b5:	r7 = 0
	r0 = 0
	exit

;; slots_written_differently_and_read_late: accept
	call bpf_get_prandom_u32
	r6 = r0
	if r6 & 1 goto a0
	*(u64 *)(r10 -8) = 0
	goto b0
a0:	*(u64 *)(r10 -8) = r6
b0:	r0 = 1
	if r6 & 2 goto a1
	*(u64 *)(r10 -16) = 1
	goto b1
a1:	*(u64 *)(r10 -16) = r6
b1:	r0 = 1
	if r6 & 4 goto a2
	*(u64 *)(r10 -24) = 2
	goto b2
a2:	*(u64 *)(r10 -24) = r6
b2:	r0 = 1
	if r6 & 8 goto a3
	*(u64 *)(r10 -32) = 3
	goto b3
a3:	*(u64 *)(r10 -32) = r6
b3:	r0 = 1
	if r6 & 16 goto a4
	*(u64 *)(r10 -40) = 4
	goto b4
a4:	*(u64 *)(r10 -40) = r6
b4:	r0 = 1
	r1 = *(u64 *)(r10 -8)
	r1 = *(u64 *)(r10 -16)
	r1 = *(u64 *)(r10 -24)
	r1 = *(u64 *)(r10 -32)
	r1 = *(u64 *)(r10 -40)
	r1 &= 7
	r2 = r10
	r2 += r1
	r0 = *(u8 *)(r2 -40)
	exit
;; calls_in_a_row: accept
	r1 = 0
	call f
	r1 = 1
	call f
	r1 = 2
	call f
	r1 = 3
	call f
	r1 = 4
	call f
	r1 = 5
	call f
	r1 = 6
	call f
	r1 = 7
	call f
	r1 = 8
	call f
	r1 = 9
	call f
	r1 = 10
	call f
	r1 = 11
	call f
	r0 = 0
	exit
.func f
	if r1 > 5 goto big
	r0 = 1
	exit
big:	r0 = r1
	exit
;; call_with_precise_argument: accept
	*(u64 *)(r10 -8) = 0
	call bpf_get_prandom_u32
	r1 = r0
	call f
	r1 = r10
	r1 += -8
	r1 += r0
	r0 = *(u8 *)(r1 +0)
	exit
.func f
	if r1 > 5 goto big
	r0 = r1
	exit
big:	r0 = 3
	exit
;; call_that_writes_the_callers_stack: accept
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r1 = r10
	r1 += -8
	call f
	r6 = *(u64 *)(r10 -8)
	r1 = r10
	r1 += -16
	r1 += r6
	r0 = *(u8 *)(r1 +0)
	exit
.func f
	r6 = r1
	call bpf_get_prandom_u32
	r0 &= 7
	if r0 == 2 goto two
	*(u64 *)(r6 +0) = r0
	exit
two:	*(u64 *)(r6 +0) = 2
	exit
;; loop_around_a_call: accept
	r6 = 0
	*(u64 *)(r10 -8) = 0
again:	r1 = r10
	r1 += -8
	r2 = r6
	call f
	r6 += 1
	if r6 < 30 goto again
	r0 = 0
	exit
.func f
	r3 = *(u64 *)(r1 +0)
	r3 += r2
	*(u64 *)(r1 +0) = r3
	if r2 > 10 goto more
	r0 = 1
	exit
more:	r0 = 2
	exit
;; linked_numbers: accept
	*(u64 *)(r10 -8) = 0
	call bpf_get_prandom_u32
	r6 = r0
	r7 = r0
	if r6 > 7 goto out
	r1 = r10
	r1 += -8
	r1 += r7
	r0 = *(u8 *)(r1 +0)
out:	r0 = 0
	exit
;; linked_with_distance: accept
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	call bpf_get_prandom_u32
	r0 &= 0xff
	r6 = r0
	r7 = r0
	r7 += 4
	if r6 > 7 goto out
	r1 = r10
	r1 += -16
	r1 += r7
	r0 = *(u8 *)(r1 +0)
out:	r0 = 0
	exit
;; linked_through_the_stack: accept
	*(u64 *)(r10 -16) = 0
	call bpf_get_prandom_u32
	*(u64 *)(r10 -8) = r0
	if r0 > 7 goto out
	r6 = *(u64 *)(r10 -8)
	r1 = r10
	r1 += -16
	r1 += r6
	r0 = *(u8 *)(r1 +0)
out:	r0 = 0
	exit
;; look_ups_in_a_row: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto no0
	r1 = *(u32 *)(r0 +0)
	r6 = r1
no0:	r7 = 0
	*(u32 *)(r10 -4) = 1
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto no1
	r1 = *(u32 *)(r0 +0)
	r6 = r1
no1:	r7 = 0
	*(u32 *)(r10 -4) = 2
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto no2
	r1 = *(u32 *)(r0 +0)
	r6 = r1
no2:	r7 = 0
	*(u32 *)(r10 -4) = 3
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto no3
	r1 = *(u32 *)(r0 +0)
	r6 = r1
no3:	r7 = 0
	*(u32 *)(r10 -4) = 4
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto no4
	r1 = *(u32 *)(r0 +0)
	r6 = r1
no4:	r7 = 0
	*(u32 *)(r10 -4) = 5
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto no5
	r1 = *(u32 *)(r0 +0)
	r6 = r1
no5:	r7 = 0
	*(u32 *)(r10 -4) = 6
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto no6
	r1 = *(u32 *)(r0 +0)
	r6 = r1
no6:	r7 = 0
	*(u32 *)(r10 -4) = 7
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto no7
	r1 = *(u32 *)(r0 +0)
	r6 = r1
no7:	r7 = 0
	r0 = 0
	exit
;; atomic_fetch_then_index: accept
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 2
	r6 = 1
	r6 = atomic64_fetch_add((u64 *)(r10 -16), r6)
	r6 &= 7
	r1 = r10
	r1 += -8
	r1 += r6
	r0 = *(u8 *)(r1 +0)
	exit
;; pointer_or_number: accept
	call bpf_get_prandom_u32
	r6 = r0
	if r6 == 0 goto ptr
	r7 = 5
	goto join
ptr:	r7 = r10
join:	if r6 == 0 goto use
	r0 = 0
	exit
use:	r0 = 1
	exit
;; switch: accept
	call bpf_get_prandom_u32
	r6 = r0
	if r6 == 0 goto c0
	if r6 == 1 goto c1
	if r6 == 2 goto c2
	if r6 == 3 goto c3
	if r6 == 4 goto c4
	if r6 == 5 goto c5
	if r6 == 6 goto c6
	if r6 == 7 goto c7
	if r6 == 8 goto c8
	if r6 == 9 goto c9
	if r6 == 10 goto c10
	if r6 == 11 goto c11
	if r6 == 12 goto c12
	if r6 == 13 goto c13
	if r6 == 14 goto c14
	if r6 == 15 goto c15
	if r6 == 16 goto c16
	if r6 == 17 goto c17
	if r6 == 18 goto c18
	if r6 == 19 goto c19
	if r6 == 20 goto c20
	if r6 == 21 goto c21
	if r6 == 22 goto c22
	if r6 == 23 goto c23
	if r6 == 24 goto c24
	if r6 == 25 goto c25
	if r6 == 26 goto c26
	if r6 == 27 goto c27
	if r6 == 28 goto c28
	if r6 == 29 goto c29
	if r6 == 30 goto c30
	if r6 == 31 goto c31
	if r6 == 32 goto c32
	if r6 == 33 goto c33
	if r6 == 34 goto c34
	if r6 == 35 goto c35
	if r6 == 36 goto c36
	if r6 == 37 goto c37
	if r6 == 38 goto c38
	if r6 == 39 goto c39
	r0 = 0
	exit
c0:	r7 = 0
	goto end
c1:	r7 = 1
	goto end
c2:	r7 = 2
	goto end
c3:	r7 = 3
	goto end
c4:	r7 = 4
	goto end
c5:	r7 = 5
	goto end
c6:	r7 = 6
	goto end
c7:	r7 = 7
	goto end
c8:	r7 = 8
	goto end
c9:	r7 = 9
	goto end
c10:	r7 = 10
	goto end
c11:	r7 = 11
	goto end
c12:	r7 = 12
	goto end
c13:	r7 = 13
	goto end
c14:	r7 = 14
	goto end
c15:	r7 = 15
	goto end
c16:	r7 = 16
	goto end
c17:	r7 = 17
	goto end
c18:	r7 = 18
	goto end
c19:	r7 = 19
	goto end
c20:	r7 = 20
	goto end
c21:	r7 = 21
	goto end
c22:	r7 = 22
	goto end
c23:	r7 = 23
	goto end
c24:	r7 = 24
	goto end
c25:	r7 = 25
	goto end
c26:	r7 = 26
	goto end
c27:	r7 = 27
	goto end
c28:	r7 = 28
	goto end
c29:	r7 = 29
	goto end
c30:	r7 = 30
	goto end
c31:	r7 = 31
	goto end
c32:	r7 = 32
	goto end
c33:	r7 = 33
	goto end
c34:	r7 = 34
	goto end
c35:	r7 = 35
	goto end
c36:	r7 = 36
	goto end
c37:	r7 = 37
	goto end
c38:	r7 = 38
	goto end
c39:	r7 = 39
	goto end
end:	r0 = 0
	exit
;; narrow_spill_as_index: accept
	*(u64 *)(r10 -8) = 0
	call bpf_get_prandom_u32
	w6 = w0
	w6 &= 7
	if w0 > 100 goto other
	*(u32 *)(r10 -16) = r6
	goto join
other:	w6 = 3
	*(u32 *)(r10 -16) = r6
join:	r1 = *(u32 *)(r10 -16)
	r2 = r10
	r2 += -8
	r2 += r1
	r0 = *(u8 *)(r2 +0)
	exit
;; narrow_store_into_a_spill: accept
	*(u64 *)(r10 -8) = 0
	call bpf_get_prandom_u32
	r6 = r0
	*(u64 *)(r10 -16) = r0
	if r6 > 5 goto other
	*(u16 *)(r10 -16) = r6
other:	r1 = *(u64 *)(r10 -16)
	r1 &= 7
	r2 = r10
	r2 += -8
	r2 += r1
	r0 = *(u8 *)(r2 +0)
	exit
;; zeros_as_index: accept
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	call bpf_get_prandom_u32
	if r0 > 5 goto other
	r1 = 0
	*(u64 *)(r10 -16) = r1
other:	*(u8 *)(r10 -16) = 0
	r1 = *(u8 *)(r10 -16)
	r2 = r10
	r2 += -8
	r2 += r1
	r0 = *(u8 *)(r2 +0)
	exit
;; saved_over_a_call: accept
	*(u64 *)(r10 -8) = 0
	call bpf_get_prandom_u32
	r6 = r0
	r6 &= 3
	r1 = r6
	call f
	r7 = r0
	r1 = 9
	call f
	r6 += r7
	r1 = r10
	r1 += -8
	r1 += r6
	r0 = *(u8 *)(r1 +0)
	exit
.func f
	r6 = 1
	if r1 > 2 goto big
	r6 = 2
big:	r0 = r6
	exit
;; number_handed_through_two_calls: accept
	*(u64 *)(r10 -8) = 0
	call bpf_get_prandom_u32
	r1 = r0
	r2 = r10
	r2 += -8
	call outer
	r0 = 0
	exit
.func outer
	*(u64 *)(r10 -8) = r1
	r6 = r2
	r1 &= 15
	call inner
	r6 += r0
	r0 = *(u8 *)(r6 +0)
	exit
.func inner
	if r1 < 8 goto small
	r0 = 7
	exit
small:	r0 = r1
	exit
;; many_linked_numbers: accept
	*(u64 *)(r10 -8) = 0
	call bpf_get_prandom_u32
	r1 = r0
	r2 = r0
	r3 = r0
	r4 = r0
	r5 = r0
	r6 = r0
	r7 = r0
	r8 = r0
	if r1 > 7 goto out
	r9 = r10
	r9 += -8
	r9 += r2
	r0 = *(u8 *)(r9 +0)
out:	r0 = 0
	exit
;; linked_in_a_callers_frame: accept
	*(u64 *)(r10 -8) = 0
	call bpf_get_prandom_u32
	r6 = r0
	r1 = r0
	call f
	if r0 != 1 goto out
	if r6 > 7 goto out
	r1 = r10
	r1 += -8
	r1 += r6
	r0 = *(u8 *)(r1 +0)
out:	r0 = 0
	exit
.func f
	if r1 > 7 goto big
	r0 = 1
	exit
big:	r0 = 2
	exit
;; two_numbers_compared: accept
	*(u64 *)(r10 -8) = 0
	call bpf_get_prandom_u32
	r6 = r0
	call bpf_get_prandom_u32
	r0 &= 7
	if r6 > r0 goto out
	r1 = r10
	r1 += -8
	r1 += r6
	r0 = *(u8 *)(r1 +0)
out:	r0 = 0
	exit
;; pointers_subtracted: accept
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r2 = r10
	r2 += -4
	r1 -= r2
	r1 &= 7
	r3 = r10
	r3 += -8
	r3 += r1
	r0 = *(u8 *)(r3 +0)
	exit
;; slots_saved_and_restored: accept
	r6 = *(u32 *)(r1 +0)
	*(u64 *)(r10 -8) = r6
	*(u64 *)(r10 -16) = r1
	r7 = 0
again:	r1 = *(u64 *)(r10 -16)
	r2 = *(u32 *)(r1 +4)
	r3 = *(u64 *)(r10 -8)
	r3 += r2
	*(u64 *)(r10 -8) = r3
	r7 += 1
	if r7 < 20 goto again
	r0 = *(u64 *)(r10 -8)
	exit
;; stack_cleared_then_filled: accept
	r6 = 0
again:	r1 = r10
	r1 += -64
	r1 += r6
	*(u8 *)(r1 +0) = 0
	r6 += 1
	if r6 < 64 goto again
	r0 = *(u64 *)(r10 -64)
	exit
;; buffer_filled_by_a_helper: accept
	r6 = 0
again:	*(u64 *)(r10 -8) = r6
	r1 = r10
	r1 += -16
	r2 = 16
	call bpf_get_current_comm
	r1 = *(u64 *)(r10 -8)
	r6 += 1
	if r6 < 12 goto again
	r0 = 0
	exit
;; keys_on_the_stack: accept
	r6 = 0
again:	*(u32 *)(r10 -4) = r6
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto next
	r1 = *(u64 *)(r0 +0)
	r1 += 1
	*(u64 *)(r0 +0) = r1
next:	r6 += 1
	if r6 < 16 goto again
	r0 = 0
	exit
;; states_over_many_ways: accept
	call bpf_get_prandom_u32
	r6 = r0
	r7 = 0
	r8 = 0
	if r6 & 1 goto a
	r7 += 1
a:	if r6 & 2 goto b
	r8 += 2
b:	if r6 & 4 goto c
	r7 += 4
c:	if r6 & 8 goto d
	r8 += 8
d:	if r6 & 16 goto e
	r7 += 16
e:	if r7 > 21 goto out
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -24) = 0
	r1 = r10
	r1 += -24
	r1 += r7
	r0 = *(u8 *)(r1 +0)
out:	r0 = 0
	exit
;; loops_one_after_the_other: accept
	r6 = 0
one:	r6 += 1
	if r6 < 30 goto one
	r7 = 0
two:	r7 += r6
	r6 -= 1
	if r6 != 0 goto two
	r8 = 0
three:	may_goto out
	r8 += 1
	goto three
out:	r0 = r7
	exit
;; may_goto_with_a_slot: accept
	*(u64 *)(r10 -8) = 0
again:	may_goto out
	r1 = *(u64 *)(r10 -8)
	r1 += 1
	*(u64 *)(r10 -8) = r1
	goto again
out:	r0 = *(u64 *)(r10 -8)
	exit
;; may_goto_index_unchecked: reject outside
	*(u64 *)(r10 -8) = 0
	r6 = 0
again:	may_goto out
	r6 += 1
	goto again
out:	r1 = r10
	r1 += -8
	r1 += r6
	r0 = *(u8 *)(r1 +0)
	exit
;; may_goto_slot_index_unchecked: reject outside
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
again:	may_goto out
	r1 = *(u64 *)(r10 -16)
	r1 += 1
	*(u64 *)(r10 -16) = r1
	goto again
out:	r6 = *(u64 *)(r10 -16)
	r1 = r10
	r1 += -8
	r1 += r6
	r0 = *(u8 *)(r1 +0)
	exit
;; call_in_a_may_goto_loop: reject too complex
	r6 = 0
again:	may_goto out
	r1 = r6
	call f
	r6 = r0
	goto again
out:	r0 = r6
	exit
.func f
	if r1 > 100 goto big
	r0 = r1
	r0 += 1
	exit
big:	r0 = 0
	exit
