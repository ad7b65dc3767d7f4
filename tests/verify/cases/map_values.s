; Values of maps: the null check, bounds, arithmetic, what is not memory.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.map a type=array key=4 value=8 entries=4
.map h type=hash key=4 value=8 entries=4
.map ro type=array key=4 value=8 entries=1 flags=0x80
.map wo type=array key=4 value=8 entries=1 flags=0x100
.map pc type=percpu_array key=4 value=8 entries=1
.map inner type=array key=4 value=8 entries=1 template
.map mm type=array_of_maps key=4 value=4 entries=1 inner=inner
.section "socket"
;; last_byte: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u8 *)(r0 +63)
out:	r0 = 0
	exit
;; past_the_end: reject outside the map value
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u8 *)(r0 +64)
out:	r0 = 0
	exit
;; before_the_start: reject outside the map value
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u8 *)(r0 -1)
out:	r0 = 0
	exit
;; word_across_the_end: reject outside the map value
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u32 *)(r0 +61)
out:	r0 = 0
	exit
;; double_word_at_the_end: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u64 *)(r0 +56)
out:	r0 = 0
	exit
;; double_word_across_the_end: reject outside the map value
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u64 *)(r0 +57)
out:	r0 = 0
	exit
;; store_in: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r0 +56) = 1
out:	r0 = 0
	exit
;; store_past: reject outside the map value
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r0 +57) = 1
out:	r0 = 0
	exit
;; store_register_past: reject outside the map value
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = 0
	*(u8 *)(r0 +64) = r1
out:	r0 = 0
	exit
;; moved_and_back: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 += 100
	r0 += -60
	r1 = *(u8 *)(r0 +23)
out:	r0 = 0
	exit
;; moved_past: reject outside the map value
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 += 100
	r1 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; moved_offset_and_displacement_cancel: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 += 64
	r1 = *(u8 *)(r0 -1)
out:	r0 = 0
	exit
;; subtract_constant_within: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 += 10
	r0 -= 10
	r1 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; subtract_pointer_of_same_map: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = r0
	r1 -= r0
out:	r0 = 0
	exit
;; scalar_minus_pointer: reject arithmetic on pointers
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = 5
	r1 -= r0
out:	r0 = 0
	exit
;; add_two_pointers: reject arithmetic on pointers
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = r0
	r1 += r0
out:	r0 = 0
	exit
;; multiply_pointer: reject arithmetic on pointers
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 *= 2
out:	r0 = 0
	exit
;; shift_pointer: reject arithmetic on pointers
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 <<= 1
out:	r0 = 0
	exit
;; and_pointer: reject arithmetic on pointers
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 &= -8
out:	r0 = 0
	exit
;; xor_pointer: reject arithmetic on pointers
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 ^= 1
out:	r0 = 0
	exit
;; negate_pointer_is_a_scalar: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 = -r0
out:	r0 = 0
	exit
;; swap_pointer_is_a_scalar: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 = be64 r0
out:	r0 = 0
	exit
;; add_32_bits_to_pointer: reject 32-bit arithmetic
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w0 += 1
out:	r0 = 0
	exit
;; move_32_bits_of_pointer: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w1 = w0
out:	r0 = 0
	exit
;; move_32_bits_then_access: reject not a pointer
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	w1 = w0
	r1 = *(u8 *)(r1 +0)
out:	r0 = 0
	exit
;; sign_extended_pointer_is_a_scalar: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = (s32)r0
out:	r0 = 0
	exit
;; scalar_plus_pointer: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = 8
	r1 += r0
	r1 = *(u8 *)(r1 +0)
out:	r0 = 0
	exit
;; writes_through_copy: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = r0
	*(u8 *)(r1 +0) = 1
out:	r0 = 0
	exit
;; value_pointer_stored_in_value: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = r0
out:	r0 = 0
	exit
;; context_pointer_stored_in_value: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = r10
out:	r0 = 0
	exit
;; pointer_from_value_is_scalar: reject not a pointer
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u64 *)(r0 +0)
	r1 = *(u8 *)(r1 +0)
out:	r0 = 0
	exit
;; negated_pointer_as_memory: reject not a pointer
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 = -r0
	r1 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; swapped_pointer_as_memory: reject not a pointer
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 = be64 r0
	r1 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; no_null_check: reject may be NULL
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r0 = *(u8 *)(r0 +0)
	exit
;; arithmetic_before_null_check: reject may be NULL
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r0 += 8
	if r0 == 0 goto out
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; copy_is_checked_with_it: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r6 = r0
	if r0 == 0 goto out
	r0 = *(u8 *)(r6 +0)
out:	r0 = 0
	exit
;; spilled_copy_is_checked_with_it: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	*(u64 *)(r10 -16) = r0
	if r0 == 0 goto out
	r6 = *(u64 *)(r10 -16)
	r0 = *(u8 *)(r6 +0)
out:	r0 = 0
	exit
;; other_lookup_is_not_checked_with_it: reject may be NULL
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
	r0 = *(u8 *)(r6 +0)
out:	r0 = 0
	exit
;; used_on_the_null_side: reject not a pointer
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 != 0 goto out
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; null_side_is_zero: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 != 0 goto out
	if r0 == 0 goto out
	r0 = r9
out:	r0 = 0
	exit
;; returns_maybe_null_pointer: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	exit
;; stores_to_a_map_pointer: reject a map is not memory
	r1 = map[m]
	*(u32 *)(r1 +0) = 1
	r0 = 0
	exit
;; reads_a_map_pointer: accept
	r1 = map[m]
	r0 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; arithmetic_on_a_map_pointer: reject arithmetic on pointers
	r1 = map[m]
	r1 += 8
	r0 = 0
	exit
;; lookup_in_moved_map_pointer: reject arithmetic on pointers
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r1 += 1
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; known_key_in_array_needs_no_check: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[a]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r0 = *(u8 *)(r0 +0)
	r0 = 0
	exit
;; known_key_past_the_array: reject may be NULL
	*(u32 *)(r10 -4) = 4
	r1 = map[a]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r0 = *(u8 *)(r0 +0)
	r0 = 0
	exit
;; known_key_in_hash_needs_check: reject may be NULL
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r0 = *(u8 *)(r0 +0)
	r0 = 0
	exit
;; read_only_map_read: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[ro]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u64 *)(r0 +0)
out:	r0 = 0
	exit
;; read_only_map_write: reject writes to a read-only map
	*(u32 *)(r10 -4) = 0
	r1 = map[ro]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = 1
out:	r0 = 0
	exit
;; write_only_map_write: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[wo]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = 1
out:	r0 = 0
	exit
;; write_only_map_read: reject reads a write-only map
	*(u32 *)(r10 -4) = 0
	r1 = map[wo]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u64 *)(r0 +0)
out:	r0 = 0
	exit
;; percpu_value: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[pc]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = 1
out:	r0 = 0
	exit
;; percpu_value_past: reject outside the map value
	*(u32 *)(r10 -4) = 0
	r1 = map[pc]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r0 +8) = 1
out:	r0 = 0
	exit
;; inner_map_lookup: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[mm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = r0
	*(u32 *)(r10 -4) = 0
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 = *(u8 *)(r0 +7)
out:	r0 = 0
	exit
;; inner_map_without_check: reject may be NULL
	*(u32 *)(r10 -4) = 0
	r1 = map[mm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r1 = r0
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; inner_map_as_memory: reject a map is not memory
	*(u32 *)(r10 -4) = 0
	r1 = map[mm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = 1
out:	r0 = 0
	exit
;; inner_value_past: reject outside the map value
	*(u32 *)(r10 -4) = 0
	r1 = map[mm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = r0
	*(u32 *)(r10 -4) = 0
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 = *(u8 *)(r0 +8)
out:	r0 = 0
	exit
;; inner_map_twice_is_two_maps: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[mm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	*(u32 *)(r10 -4) = 0
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r1 = r6
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
out:	r0 = 0
	exit
;; direct_value_address: accept
	r1 = map[m][0]+60
	r0 = *(u32 *)(r1 +0)
	exit
;; direct_value_address_past: reject outside the map value
	r1 = map[m][0]+64
	r0 = *(u32 *)(r1 +0)
	exit
;; direct_value_access_past: reject outside the map value
	r1 = map[m][0]+61
	r0 = *(u32 *)(r1 +0)
	exit
;; direct_value_of_two_entries: reject only arrays of one value
	r1 = map[a][0]+0
	r0 = *(u32 *)(r1 +0)
	exit
;; direct_value_of_hash: reject only arrays of one value
	r1 = map[h][0]+0
	r0 = *(u32 *)(r1 +0)
	exit
;; large_offset_on_value: reject offset out of range
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 += 0x20000000
	r0 -= 0x20000000
out:	r0 = 0
	exit
;; maximal_offset_on_value: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 += 0x1fffffff
	r0 -= 0x1fffffff
out:	r0 = 0
	exit
;; variable_offset_twice: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u8 *)(r0 +0)
	r1 &= 31
	r2 = *(u8 *)(r0 +1)
	r2 &= 31
	r0 += r1
	r0 += r2
	r0 = *(u8 *)(r0 +1)
out:	r0 = 0
	exit
;; variable_offset_twice_past: reject outside the map value
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u8 *)(r0 +0)
	r1 &= 31
	r2 = *(u8 *)(r0 +1)
	r2 &= 31
	r0 += r1
	r0 += r2
	r0 = *(u8 *)(r0 +2)
out:	r0 = 0
	exit
;; subtract_variable: reject may be negative
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u8 *)(r0 +0)
	r1 &= 31
	r0 -= r1
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
;; subtract_variable_after_add: reject unbounded offset
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u8 *)(r0 +0)
	r1 &= 31
	r0 += 31
	r0 -= r1
	r0 = *(u8 *)(r0 +0)
out:	r0 = 0
	exit
