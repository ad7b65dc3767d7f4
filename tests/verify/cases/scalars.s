; Registers: written before read, and the ranges that arithmetic leaves in them. Each range is
; shown by the offset of an access to an array's value of 64 bytes.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.section "socket"
;; reads_r0_before_write: reject uninitialised register
	exit
;; reads_r2_at_start: reject uninitialised register
	r0 = r2
	exit
;; copies_uninitialised: reject uninitialised register
	r2 = r5
	r0 = 0
	exit
;; adds_uninitialised: reject uninitialised register
	r0 = 0
	r0 += r7
	exit
;; compares_uninitialised: reject uninitialised register
	r0 = 0
	if r7 == 0 goto out
out:	exit
;; stores_uninitialised: reject uninitialised register
	r0 = 0
	*(u64 *)(r10 -8) = r7
	exit
;; one_branch_leaves_it_uninitialised: reject uninitialised register
	if r1 == 0 goto over
	r3 = 1
over:	r0 = r3
	exit
;; both_branches_write_it: accept
	r2 = *(u32 *)(r1 +0)
	if r2 == 0 goto other
	r3 = 1
	goto join
other:	r3 = 2
join:	r0 = r3
	exit
;; caller_saved_after_helper: reject uninitialised register
	r1 = 0
	call bpf_ktime_get_ns
	r0 = r1
	exit
;; r5_after_helper: reject uninitialised register
	r5 = 0
	call bpf_ktime_get_ns
	r0 = r5
	exit
;; callee_saved_after_helper: accept
	r6 = 3
	call bpf_ktime_get_ns
	r0 = r6
	exit
;; masked_index: accept
	r6 = *(u32 *)(r1 +0)
	r6 &= 63
	call get
	r0 += r6
	r0 = *(u8 *)(r0 +0)
	exit
.func get
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 != 0 goto some
	r0 = 0
	exit
some:	exit
;; and_63: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 63
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; and_64: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 64
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; and_127: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 127
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; unbounded: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; mod_has_no_range: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 %= 64
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; mod_larger_has_no_range: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 %= 65
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; div_has_no_range: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 /= 67108864
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; div_by_2: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 /= 2
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; rsh_26: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 >>= 26
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; rsh_25: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 >>= 25
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; and_15_times_4: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 15
	r6 *= 4
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; and_31_times_4: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 31
	r6 *= 4
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; and_7_lsh_3: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 7
	r6 <<= 3
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; and_15_lsh_3: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 15
	r6 <<= 3
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; or_of_disjoint_bits: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 48
	r6 |= 15
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; or_beyond: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 48
	r6 |= 64
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; xor_stays: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 31
	r6 ^= 32
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; xor_beyond: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 31
	r6 ^= 96
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; add_constant: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 31
	r6 += 32
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; add_constant_beyond: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 31
	r6 += 33
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; sub_below_zero: reject may be negative
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 31
	r6 -= 1
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; sub_then_add: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 31
	r6 -= 1
	r6 += 1
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; neg_of_range: reject may be negative
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 31
	r6 = -r6
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; neg_then_add: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 31
	r6 = -r6
	r6 += 31
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; arsh_of_sign: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 <<= 32
	r6 s>>= 63
	r6 += 1
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; arsh_alone: reject may be negative
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 <<= 32
	r6 s>>= 63
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; mov32_drops_upper_half: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 = w6
	r6 >>= 26
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; alu32_add_wraps: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 += 1
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; alu32_and: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 &= 63
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; alu32_sub_wraps: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 &= 31
	w6 -= 1
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; alu32_neg_wraps: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 &= 31
	w6 = -w6
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; alu32_rsh: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 >>= 26
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; alu32_arsh_negative: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 s>>= 26
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; alu32_lsh: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 &= 7
	w6 <<= 3
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; alu32_mul: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 &= 7
	w6 *= 9
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; alu32_mul_beyond: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 &= 7
	w6 *= 10
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; alu32_lsh_loses_high_bits: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 <<= 26
	w6 >>= 26
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; sign_extend_byte: reject may be negative
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = (s8)r6
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; sign_extend_byte_then_and: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = (s8)r6
	r6 &= 63
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; sign_extend_of_small: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 63
	r6 = (s8)r6
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; sign_extend_32: reject may be negative
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 63
	r6 -= 64
	r6 = (s32)r6
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; sign_extend_16_to_32: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 = (s16)w6
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; byte_swap_of_masked: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 63
	r6 = be16 r6
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; byte_swap_then_and: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = bswap32 r6
	r6 &= 63
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; byte_swap_keeps_width: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 1
	r6 = be16 r6
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; le16_truncates: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = le16 r6
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; be64_then_shift: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = be64 r6
	r6 >>= 58
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; mul_of_two_ranges: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r6 &= 7
	r7 &= 7
	r6 *= r7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; mul_of_two_ranges_beyond: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r6 &= 7
	r7 &= 15
	r6 *= r7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; add_of_two_ranges: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r6 &= 31
	r7 &= 32
	r6 += r7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; add_of_two_ranges_beyond: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r6 &= 31
	r7 &= 63
	r6 += r7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; sub_of_two_ranges: reject may be negative
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r6 &= 31
	r7 &= 31
	r6 -= r7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; shift_by_known_register: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = 26
	r6 >>= r7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; shift_by_unknown_register: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r7 &= 31
	r6 >>= r7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; shift_by_64_constant: reject shift amount
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 <<= 64
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; shift_32_by_32_constant: reject shift amount
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 <<= 32
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; shift_by_negative_constant: reject shift amount
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 >>= -1
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; div_by_zero_constant: reject division by zero
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 /= 0
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; mod_by_zero_constant: reject division by zero
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 %= 0
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; div_by_register_keeps_nothing: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r6 &= 63
	r6 /= r7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; mod_by_register_keeps_nothing: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r6 &= 63
	r6 %= r7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; sdiv_of_range: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 63
	r6 s/= 2
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; smod_of_range: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 63
	r6 s%= 2
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; and_of_two_ranges: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r7 &= 63
	r6 &= r7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; or_of_two_ranges: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r7 = r6
	r6 &= 31
	r7 &= 63
	r6 |= r7
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; xor_with_itself_is_not_known: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 ^= r6
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; sub_of_itself_is_not_known: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 -= r6
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; constant_within: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = 63
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; constant_beyond: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = 64
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; negative_constant: reject outside the map value
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = -1
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; constant_folding: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = 5
	r6 *= 12
	r6 += 3
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; huge_constant: reject offset out of range
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = 0x40000000
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; wide_constant_zero_low_half: reject offset out of range
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = 0x100000000 ll
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; add_then_mask_is_exact: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 &= 3
	r6 += 60
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; mov32_immediate_negative: reject unbounded offset
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w6 = -1
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; mov64_negative_plus_one: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = -1
	r6 += 1
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; alu32_of_constant_is_zero_extended: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = -1
	w6 += 1
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; or_negative: reject may be negative
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 |= -64
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; byte_of_spill: accept
	r6 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r10 -16) = r6
	r6 = *(u8 *)(r10 -16)
	r6 >>= 2
	r0 += r6
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
