; What a conditional jump teaches, shown as in scalars.s by an access to an array's value of 64 bytes.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.map h type=hash key=4 value=64 entries=1
.section "socket"
;; less_than_64: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 >= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; at_most_64: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 > 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; less_than_by_the_other_way: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = 64
	if r7 <= r6 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; not_greater_register_63: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = 63
	if r6 > r7 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; wrong_way_round: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 < 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; equal_10: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 != 10 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; equal_64: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 != 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; not_equal_says_nothing: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 == 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; not_equal_trims_the_edge: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 127
	if r6 > 64 goto out
	if r6 == 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; signed_less_is_not_enough: reject may be negative
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = (s32)r6
	if r6 s>= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; signed_both_sides: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = (s32)r6
	if r6 s>= 64 goto out
	if r6 s< 0 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; signed_lower_only: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = (s32)r6
	if r6 s< 0 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; signed_of_zero_extended: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 s>= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; unsigned_of_sign_extended: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = (s32)r6
	if r6 >= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; word_compare: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if w6 >= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; word_compare_of_64_bits: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r7 <<= 32
	r6 |= r7
	if w6 >= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; word_signed_both_sides: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if w6 s>= 64 goto out
	if w6 s< 0 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; bit_test_set_says_little: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 & 64 goto over
	goto out
	over:	r6 += 0
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; bit_test_clear: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 & -64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; bit_test_clear_word: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if w6 & -64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; bit_test_leaves_high_bits: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 127
	if r6 & 32 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; bit_test_clears_the_bit: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 127
	if r6 & 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; copy_learns_too: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	if r7 >= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; copy_with_constant_learns_too: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r7 += 1
	if r7 >= 65 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; copy_then_changed_learns_nothing: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r7 *= 2
	if r7 >= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; word_copy_learns: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w7 = w6
	if w7 >= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; word_copy_of_64_bits_learns_nothing: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r7 <<= 32
	r6 |= r7
	w7 = w6
	if r7 >= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; spilled_copy_learns: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r10 -16) = r6
	if r6 >= 64 goto out
	r6 = *(u64 *)(r10 -16)
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; spilled_before_and_changed: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r10 -16) = r6
	r6 += 1
	r7 = 2
	r6 *= r7
	if r6 >= 64 goto out
	r6 = *(u64 *)(r10 -16)
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; between_by_two_tests: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 < 8 goto out
	if r6 >= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; register_against_register: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r7 &= 63
	r8 = *(u32 *)(r0 +0)
	if r8 > r7 goto out
	r6 = r8
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; equal_to_a_bounded_register: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = *(u32 *)(r0 +0)
	r7 &= 63
	if r6 != r7 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; less_than_an_unbounded_register: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = *(u32 *)(r0 +0)
	r7 <<= 1
	if r6 >= r7 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; contradiction_is_dead: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 31
	if r6 < 40 goto out
	r6 = 1000
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; contradiction_by_bits_is_dead: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 32
	if r6 != 31 goto out
	r6 = 1000
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; contradiction_signed_is_dead: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 31
	if r6 s> -1 goto out
	r6 = 1000
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; same_register_compared: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 == r6 goto out
	r6 = 1000
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; minus_one_is_huge: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = -1
	if r7 > 5 goto out
	r6 = 1000
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; sixteen_bit_bound_through_subtraction: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 255
	r6 -= 100
	if r6 s< 0 goto out
	if r6 s>= 64 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; word_bound_on_negative_64: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = (s32)r6
	if w6 >= 64 goto over
	goto out
	over:	r6 += 0
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; deduces_from_equal_low_bits: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 0xf8
	if r6 >= 64 goto out
	r6 += 7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; deduces_64_from_32_and_64: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = (s32)r6
	if w6 s< 0 goto out
	if w6 s> 63 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; null_check_by_not_equal: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 != 0 goto ok
	goto out
ok:	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; null_check_by_greater: reject may be NULL
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 > 0 goto ok
	goto out
ok:	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; null_check_of_low_word: reject may be NULL
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if w0 != 0 goto ok
	goto out
ok:	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; null_check_against_zero_register: reject may be NULL
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r7 = 0
	if r0 == r7 goto out
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; null_check_against_pointer_equal: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r6 = r0
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	if r6 != r0 goto out
	r0 = *(u8 *)(r6 +0)
out:	r0 = 0
	exit
;; pointer_compared_with_constant_5: accept
	r0 = 0
	if r10 == 5 goto out
out:	exit
;; context_compared_with_zero: accept
	r0 = 0
	if r1 == 0 goto out
out:	exit
;; pointers_of_two_kinds_compared: accept
	r0 = 0
	if r1 > r10 goto out
out:	exit
;; jump_if_map_pointer_nonzero: accept
	r1 = map[m]
	r0 = 0
	if r1 != 0 goto out
	r0 = r9
out:	exit
;; word_compare_of_pointer: accept
	r0 = 0
	if w10 == 5 goto out
out:	exit
