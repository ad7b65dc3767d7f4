; The stack: bounds, initialisation, alignment, variable offsets, depth.
.license "GPL"
.map h type=hash key=4 value=8 entries=4
.section "socket"
;; write_then_read: accept
	*(u64 *)(r10 -8) = 1
	r0 = *(u64 *)(r10 -8)
	exit
;; lowest_slot: accept
	*(u64 *)(r10 -512) = 1
	r0 = *(u64 *)(r10 -512)
	exit
;; below_the_stack: reject outside the stack
	*(u64 *)(r10 -520) = 1
	r0 = 0
	exit
;; across_the_bottom: reject outside the stack
	*(u64 *)(r10 -516) = 1
	r0 = 0
	exit
;; at_the_frame_pointer: reject outside the stack
	*(u64 *)(r10 +0) = 1
	r0 = 0
	exit
;; above_the_frame_pointer: reject outside the stack
	r0 = *(u64 *)(r10 +8)
	exit
;; across_the_frame_pointer: reject outside the stack
	*(u32 *)(r10 -2) = 1
	r0 = 0
	exit
;; reads_uninitialised_with_privilege: accept
	r0 = *(u64 *)(r10 -8)
	r0 = 0
	exit
;; reads_uninitialised [cap_bpf]: reject uninitialised stack
	r0 = *(u64 *)(r10 -8)
	r0 = 0
	exit
;; reads_half_initialised [cap_bpf]: reject uninitialised stack
	*(u32 *)(r10 -8) = 1
	r0 = *(u64 *)(r10 -8)
	exit
;; reads_other_byte [cap_bpf]: reject uninitialised stack
	*(u8 *)(r10 -8) = 1
	r0 = *(u8 *)(r10 -7)
	exit
;; two_halves_make_a_whole [cap_bpf]: accept
	*(u32 *)(r10 -8) = 1
	*(u32 *)(r10 -4) = 1
	r0 = *(u64 *)(r10 -8)
	exit
;; one_path_initialises [cap_bpf]: reject uninitialised stack
	r2 = *(u32 *)(r1 +0)
	if r2 == 0 goto over
	*(u64 *)(r10 -8) = 1
over:	r0 = *(u64 *)(r10 -8)
	exit
;; misaligned_store: reject misaligned stack access
	*(u64 *)(r10 -12) = 1
	r0 = 0
	exit
;; misaligned_word: reject misaligned stack access
	*(u32 *)(r10 -6) = 1
	r0 = 0
	exit
;; misaligned_load: reject misaligned stack access
	*(u64 *)(r10 -8) = 1
	*(u64 *)(r10 -16) = 1
	r0 = *(u64 *)(r10 -12)
	exit
;; through_a_copy: accept
	r2 = r10
	r2 += -16
	*(u64 *)(r2 +0) = 1
	r0 = *(u64 *)(r10 -16)
	exit
;; copy_below_the_stack: reject outside the stack
	r2 = r10
	r2 += -512
	*(u64 *)(r2 -8) = 1
	r0 = 0
	exit
;; copy_far_away_and_back: accept
	r2 = r10
	r2 += -10000
	r2 += 9992
	*(u64 *)(r2 +0) = 1
	r0 = 0
	exit
;; huge_offset: reject offset out of range
	r2 = r10
	r2 += -2147483648
	*(u64 *)(r2 +0) = 1
	r0 = 0
	exit
;; variable_offset_write: accept
	r2 = *(u32 *)(r1 +0)
	r2 &= 7
	r3 = r10
	r3 += -8
	r3 += r2
	*(u8 *)(r3 +0) = 1
	r0 = 0
	exit
;; variable_offset_write_out_of_range: reject outside the stack
	r2 = *(u32 *)(r1 +0)
	r2 &= 15
	r3 = r10
	r3 += -8
	r3 += r2
	*(u8 *)(r3 +0) = 1
	r0 = 0
	exit
;; variable_offset_below: reject outside the stack
	r2 = *(u32 *)(r1 +0)
	r2 &= 7
	r3 = r10
	r3 += -513
	r3 += r2
	*(u8 *)(r3 +0) = 1
	r0 = 0
	exit
;; variable_offset_unbounded: reject unbounded offset
	r2 = *(u32 *)(r1 +0)
	r3 = r10
	r3 += -8
	r3 += r2
	*(u8 *)(r3 +0) = 1
	r0 = 0
	exit
;; variable_offset_without_privilege [cap_bpf]: reject variable offset
	r2 = *(u32 *)(r1 +0)
	r2 &= 7
	*(u64 *)(r10 -8) = 0
	r3 = r10
	r3 += -8
	r3 += r2
	*(u8 *)(r3 +0) = 1
	r0 = 0
	exit
;; variable_offset_read: accept
	r2 = *(u32 *)(r1 +0)
	r2 &= 7
	*(u64 *)(r10 -8) = 0
	r3 = r10
	r3 += -8
	r3 += r2
	r0 = *(u8 *)(r3 +0)
	exit
;; variable_offset_read_of_uninitialised: accept
	r2 = *(u32 *)(r1 +0)
	r2 &= 8
	*(u64 *)(r10 -8) = 0
	r3 = r10
	r3 += -16
	r3 += r2
	r0 = *(u8 *)(r3 +0)
	r0 = 0
	exit
;; variable_write_destroys_a_spilled_pointer: reject not a pointer
	*(u64 *)(r10 -8) = r1
	r2 = *(u32 *)(r1 +0)
	r2 &= 7
	r3 = r10
	r3 += -8
	r3 += r2
	*(u8 *)(r3 +0) = 1
	r1 = *(u64 *)(r10 -8)
	r0 = *(u32 *)(r1 +0)
	exit
;; variable_write_beside_a_spilled_pointer: accept
	*(u64 *)(r10 -16) = r1
	r2 = *(u32 *)(r1 +0)
	r2 &= 7
	r3 = r10
	r3 += -8
	r3 += r2
	*(u8 *)(r3 +0) = 1
	r1 = *(u64 *)(r10 -16)
	r0 = *(u32 *)(r1 +0)
	exit
;; variable_read_of_a_spilled_zero_is_any_byte: reject outside the stack
	*(u64 *)(r10 -16) = 0
	r2 = *(u32 *)(r1 +0)
	r2 &= 7
	r3 = r10
	r3 += -16
	r3 += r2
	r4 = *(u8 *)(r3 +0)
	r5 = r10
	r5 += r4
	*(u8 *)(r5 -1) = 1
	r0 = 0
	exit
;; stack_index_with_a_stored_zero_byte: accept
	*(u8 *)(r10 -1) = 0
	r4 = *(u8 *)(r10 -1)
	r5 = r10
	r5 += r4
	*(u8 *)(r5 -2) = 1
	r0 = 0
	exit
;; stores_a_word_of_a_pointer: reject partial copy of a pointer
	*(u32 *)(r10 -8) = r1
	r0 = 0
	exit
;; stores_a_word_of_a_pointer_without_privilege [cap_bpf]: reject partial copy of a pointer
	*(u32 *)(r10 -8) = r1
	r0 = 0
	exit
;; frames_of_256_and_256: accept
	*(u64 *)(r10 -256) = 0
	call f
	exit
.func f
	*(u64 *)(r10 -256) = 0
	r0 = 0
	exit
;; frames_of_512_and_32: reject the stack of all frames is too large
	*(u64 *)(r10 -512) = 0
	call f
	exit
.func f
	*(u64 *)(r10 -32) = 0
	r0 = 0
	exit
;; frames_of_480_and_32: accept
	*(u64 *)(r10 -480) = 0
	call f
	exit
.func f
	*(u64 *)(r10 -32) = 0
	r0 = 0
	exit
;; frames_one_slot_more_than_512: reject the stack of all frames is too large
	*(u64 *)(r10 -488) = 0
	call f
	exit
.func f
	*(u64 *)(r10 -32) = 0
	r0 = 0
	exit
;; siblings_share_the_stack: accept
	*(u64 *)(r10 -64) = 0
	call f
	call g
	exit
.func f
	*(u64 *)(r10 -448) = 0
	r0 = 0
	exit
.func g
	*(u64 *)(r10 -448) = 0
	r0 = 0
	exit
;; helper_writes_the_stack: accept
	r1 = r10
	r1 += -16
	r2 = 16
	call bpf_get_current_comm
	r0 = *(u64 *)(r10 -8)
	exit
;; returns_the_frame_pointer: accept
	r0 = r10
	exit
;; returns_the_frame_pointer_without_privilege [cap_bpf]: reject leaks an address
	r0 = r10
	exit
;; subtracts_frame_pointers: accept
	r2 = r10
	r2 += -8
	r0 = r10
	r0 -= r2
	exit
;; spilled_pointer_is_overwritten_partly: reject not a pointer
	*(u64 *)(r10 -8) = r1
	*(u8 *)(r10 -5) = 0
	r1 = *(u64 *)(r10 -8)
	r0 = *(u32 *)(r1 +0)
	exit
;; key_in_two_parts [cap_bpf]: accept
	*(u16 *)(r10 -4) = 0
	*(u16 *)(r10 -2) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; subtracts_a_register: reject subtraction from the stack pointer
	r2 = 8
	r3 = r10
	r3 -= r2
	*(u64 *)(r3 +0) = 0
	r0 = 0
	exit
;; adds_a_negative_register: accept
	r2 = -8
	r3 = r10
	r3 += r2
	*(u64 *)(r3 +0) = 0
	r0 = 0
	exit
;; variable_read_of_zero_bytes_is_zero: accept
	*(u8 *)(r10 -4) = 0
	*(u8 *)(r10 -3) = 0
	*(u8 *)(r10 -2) = 0
	*(u8 *)(r10 -1) = 0
	r2 = *(u32 *)(r1 +0)
	r2 &= 3
	r3 = r10
	r3 += -4
	r3 += r2
	r4 = *(u8 *)(r3 +0)
	r5 = r10
	r5 += r4
	*(u8 *)(r5 -5) = 1
	r0 = 0
	exit
;; frames_are_rounded_to_16: reject the stack of all frames is too large
	*(u64 *)(r10 -472) = 0
	call f
	exit
.func f
	*(u64 *)(r10 -40) = 0
	r0 = 0
	exit
