; Which values must match when two paths meet: a value that matters later must not be forgotten.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.section "tc"
;; constants_that_do_not_matter_meet: accept
	r7 = *(u32 *)(r1 +0)
	r6 = 1
	if r7 == 0 goto join
	r6 = 2
join:	r0 = 0
	exit
;; index_of_the_second_path_is_too_large: reject outside the map value
	r7 = *(u32 *)(r1 +0)
	r8 = map[m][0]+0
	r6 = 0
	if r7 == 0 goto join
	r6 = 64
join:	r8 += r6
	r0 = *(u8 *)(r8 +0)
	r0 = 0
	exit
;; index_of_the_first_path_is_too_large: reject outside the map value
	r7 = *(u32 *)(r1 +0)
	r8 = map[m][0]+0
	r6 = 64
	if r7 == 0 goto join
	r6 = 0
join:	r8 += r6
	r0 = *(u8 *)(r8 +0)
	r0 = 0
	exit
;; second_path_through_the_stack: reject outside the map value
	r7 = *(u32 *)(r1 +0)
	r8 = map[m][0]+0
	*(u64 *)(r10 -8) = 0
	if r7 == 0 goto join
	*(u64 *)(r10 -8) = 64
join:	r6 = *(u64 *)(r10 -8)
	r8 += r6
	r0 = *(u8 *)(r8 +0)
	r0 = 0
	exit
;; second_path_through_arithmetic: reject outside the map value
	r7 = *(u32 *)(r1 +0)
	r8 = map[m][0]+0
	r6 = 0
	if r7 == 0 goto join
	r6 = 16
join:	r9 = r6
	r9 *= 4
	r8 += r9
	r0 = *(u8 *)(r8 +0)
	r0 = 0
	exit
;; second_path_through_two_values: reject outside the map value
	r7 = *(u32 *)(r1 +0)
	r8 = map[m][0]+0
	r6 = 0
	r9 = 32
	if r7 == 0 goto join
	r6 = 32
join:	r9 += r6
	r8 += r9
	r0 = *(u8 *)(r8 +0)
	r0 = 0
	exit
;; second_path_decides_a_branch: reject uninitialised register
	r7 = *(u32 *)(r1 +0)
	r6 = 0
	if r7 == 0 goto join
	r6 = 1
join:	r0 = 0
	if r6 == 0 goto out
	r0 = r9
out:	exit
;; second_path_decides_a_branch_by_copy: reject uninitialised register
	r7 = *(u32 *)(r1 +0)
	r6 = 0
	if r7 == 0 goto join
	r6 = 1
join:	r0 = 0
	r5 = r6
	if r5 == 0 goto out
	r0 = r9
out:	exit
;; second_path_decides_by_the_low_word: reject uninitialised register
	r7 = *(u32 *)(r1 +0)
	r6 = 0
	if r7 == 0 goto join
	r6 = 1
join:	r0 = 0
	if w6 == 0 goto out
	r0 = r9
out:	exit
;; second_path_is_a_size: reject outside the stack
	r6 = r1
	r7 = *(u32 *)(r1 +0)
	r4 = 8
	if r7 == 0 goto join
	r4 = 9
join:	r1 = r6
	r2 = 0
	r3 = r10
	r3 += -8
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; second_path_is_an_argument: reject outside the map value
	r7 = *(u32 *)(r1 +0)
	r1 = 0
	if r7 == 0 goto join
	r1 = 64
join:	call f
	r0 = 0
	exit
.func f
	r8 = map[m][0]+0
	r8 += r1
	r0 = *(u8 *)(r8 +0)
	exit
;; second_path_is_a_result: reject outside the map value
	r1 = *(u32 *)(r1 +0)
	call f
	r8 = map[m][0]+0
	r8 += r0
	r0 = *(u8 *)(r8 +0)
	r0 = 0
	exit
.func f
	r0 = 0
	if r1 == 0 goto out
	r0 = 64
out:	exit
;; second_path_is_the_program_s_result: reject return value out of range
.section "cgroup/dev"
	r7 = *(u32 *)(r1 +0)
	r0 = 1
	if r7 == 0 goto join
	r0 = 2
join:	r6 = r0
	exit
;; second_path_through_the_caller_s_stack: reject outside the map value
	r7 = *(u32 *)(r1 +0)
	*(u64 *)(r10 -8) = 0
	if r7 == 0 goto join
	*(u64 *)(r10 -8) = 64
join:	r1 = r10
	call f
	r0 = 0
	exit
.func f
	r6 = *(u64 *)(r1 -8)
	r8 = map[m][0]+0
	r8 += r6
	r0 = *(u8 *)(r8 +0)
	exit
;; wider_range_meets_a_narrow_one: reject outside the map value
	r7 = *(u32 *)(r1 +0)
	r8 = map[m][0]+0
	r6 = *(u32 *)(r1 +4)
	if r7 == 0 goto narrow
	r6 &= 127
	goto join
narrow:	r6 &= 63
join:	r8 += r6
	r0 = *(u8 *)(r8 +0)
	r0 = 0
	exit
;; narrower_range_meets_a_wide_one: accept
	r7 = *(u32 *)(r1 +0)
	r8 = map[m][0]+0
	r6 = *(u32 *)(r1 +4)
	if r7 == 0 goto narrow
	r6 &= 63
	goto join
narrow:	r6 &= 31
join:	r8 += r6
	r0 = *(u8 *)(r8 +0)
	r0 = 0
	exit
;; pointer_meets_a_number: reject not a pointer
	r7 = *(u32 *)(r1 +0)
	r6 = r1
	if r7 == 0 goto join
	r6 = 0
join:	r0 = *(u32 *)(r6 +0)
	r0 = 0
	exit
;; initialised_meets_uninitialised: reject uninitialised register
	r7 = *(u32 *)(r1 +0)
	if r7 == 0 goto join
	r6 = 0
join:	r0 = r6
	exit
;; related_values_of_one_path_only: reject outside the map value
	r7 = *(u32 *)(r1 +0)
	r9 = *(u32 *)(r1 +4)
	r8 = map[m][0]+0
	r6 = r9
	if r7 == 0 goto join
	r6 = *(u32 *)(r1 +8)
join:	if r9 > 63 goto out
	r8 += r6
	r0 = *(u8 *)(r8 +0)
out:	r0 = 0
	exit
;; related_values_of_both_paths: accept
	r7 = *(u32 *)(r1 +0)
	r9 = *(u32 *)(r1 +4)
	r8 = map[m][0]+0
	r6 = r9
	if r7 == 0 goto join
	r5 = 0
join:	if r9 > 63 goto out
	r8 += r6
	r0 = *(u8 *)(r8 +0)
out:	r0 = 0
	exit
;; packet_test_of_one_path_only: reject outside the packet
	r7 = *(u32 *)(r1 +0)
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 8
	if r7 == 0 goto join
	if r4 > r3 goto out
join:	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; smaller_packet_test_of_the_second_path: reject outside the packet
	r7 = *(u32 *)(r1 +0)
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	if r7 == 0 goto small
	r4 += 8
	if r4 > r3 goto out
	goto join
small:	r4 += 4
	if r4 > r3 goto out
join:	r0 = *(u8 *)(r2 +7)
out:	r0 = 0
	exit
;; loop_counter_is_precise_only_at_the_end: reject outside the map value
	r8 = map[m][0]+0
	r6 = 0
	r9 = 0
again:	r6 += 1
	r9 += 8
	if r6 < 9 goto again
	r8 += r9
	r0 = *(u8 *)(r8 +0)
	r0 = 0
	exit
;; many_branches_are_pruned: accept
	r6 = 0
	call bpf_get_prandom_u32
	if r0 == 0 goto l0
	r6 = 0
l0:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 1 goto l1
	r6 = 1
l1:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 2 goto l2
	r6 = 2
l2:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 3 goto l3
	r6 = 3
l3:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 4 goto l4
	r6 = 4
l4:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 5 goto l5
	r6 = 5
l5:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 6 goto l6
	r6 = 6
l6:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 7 goto l7
	r6 = 7
l7:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 8 goto l8
	r6 = 8
l8:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 9 goto l9
	r6 = 9
l9:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 10 goto l10
	r6 = 10
l10:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 11 goto l11
	r6 = 11
l11:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 12 goto l12
	r6 = 12
l12:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 13 goto l13
	r6 = 13
l13:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 14 goto l14
	r6 = 14
l14:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 15 goto l15
	r6 = 15
l15:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 16 goto l16
	r6 = 16
l16:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 17 goto l17
	r6 = 17
l17:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 18 goto l18
	r6 = 18
l18:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 19 goto l19
	r6 = 19
l19:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 20 goto l20
	r6 = 20
l20:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 21 goto l21
	r6 = 21
l21:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 22 goto l22
	r6 = 22
l22:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 23 goto l23
	r6 = 23
l23:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 24 goto l24
	r6 = 24
l24:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 25 goto l25
	r6 = 25
l25:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 26 goto l26
	r6 = 26
l26:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 27 goto l27
	r6 = 27
l27:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 28 goto l28
	r6 = 28
l28:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 29 goto l29
	r6 = 29
l29:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 30 goto l30
	r6 = 30
l30:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 31 goto l31
	r6 = 31
l31:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 32 goto l32
	r6 = 32
l32:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 33 goto l33
	r6 = 33
l33:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 34 goto l34
	r6 = 34
l34:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 35 goto l35
	r6 = 35
l35:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 36 goto l36
	r6 = 36
l36:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 37 goto l37
	r6 = 37
l37:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 38 goto l38
	r6 = 38
l38:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 39 goto l39
	r6 = 39
l39:	r5 = 0
	r0 = 0
	exit
;; many_branches_that_matter: reject too complex
	r6 = 0
	r7 = 0
	r8 = 0
	call bpf_get_prandom_u32
	if r0 == 0 goto l0
	r6 += 1
l0:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 1 goto l1
	r6 += 2
l1:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 2 goto l2
	r6 += 4
l2:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 3 goto l3
	r6 += 8
l3:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 4 goto l4
	r6 += 16
l4:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 5 goto l5
	r6 += 32
l5:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 6 goto l6
	r6 += 64
l6:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 7 goto l7
	r6 += 128
l7:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 8 goto l8
	r6 += 256
l8:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 9 goto l9
	r6 += 512
l9:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 10 goto l10
	r6 += 1024
l10:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 11 goto l11
	r6 += 2048
l11:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 12 goto l12
	r6 += 4096
l12:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 13 goto l13
	r6 += 8192
l13:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 14 goto l14
	r6 += 16384
l14:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 15 goto l15
	r6 += 32768
l15:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 16 goto l16
	r6 += 65536
l16:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 17 goto l17
	r6 += 131072
l17:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 18 goto l18
	r6 += 262144
l18:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 19 goto l19
	r6 += 524288
l19:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 20 goto l20
	r6 += 1048576
l20:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 21 goto l21
	r6 += 2097152
l21:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 22 goto l22
	r6 += 4194304
l22:	r5 = 0
	call bpf_get_prandom_u32
	if r0 == 23 goto l23
	r6 += 8388608
l23:	r5 = 0
	r1 = map[m][0]+0
	r6 >>= 20
	r1 += r6
	r0 = *(u8 *)(r1 +0)
	r0 = 0
	exit
