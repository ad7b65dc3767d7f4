; Arithmetic instructions that need a check of their own.
.license "GPL"
.section "socket"
;; move_sign_extended_of_every_width: accept
	r0 = 0x80
	r1 = (s8)r0
	r1 = (s16)r0
	r1 = (s32)r0
	w1 = (s8)w0
	w1 = (s16)w0
	exit
;; move_sign_extended_of_24_bits: reject unknown width
	r0 = 0
	.insn bf 01 18 00 00 00 00 00
	exit
;; move_32_sign_extended_of_32_bits: reject unknown width
	r0 = 0
	.insn bc 01 20 00 00 00 00 00
	exit
;; move_immediate_with_sign_extension: reject reserved fields
	.insn b7 00 08 00 01 00 00 00
	exit
;; address_space_cast_without_arena: reject no arena
	r0 = 0
	.insn bf 00 01 00 01 00 00 00
	exit
;; signed_division: accept
	r0 = -7
	r0 s/= 2
	r1 = 3
	r0 s%= r1
	w0 s/= -1
	r0 = 0
	exit
;; add_with_offset: reject reserved fields
	r0 = 0
	.insn 07 00 01 00 01 00 00 00
	exit
;; divide_with_offset_2: reject reserved fields
	r0 = 0
	.insn 37 00 02 00 01 00 00 00
	exit
;; divide_by_zero_register: accept
	r0 = 5
	r1 = 0
	r0 /= r1
	exit
;; modulo_by_zero_register: accept
	r0 = 5
	r1 = 0
	r0 %= r1
	exit
;; signed_divide_by_zero_immediate: reject division by zero
	r0 = 5
	r0 s/= 0
	exit
;; word_modulo_by_zero_immediate: reject division by zero
	r0 = 5
	w0 %= 0
	exit
;; arithmetic_shift_by_63: accept
	r0 = -1
	r0 s>>= 63
	exit
;; arithmetic_shift_by_64: reject shift amount
	r0 = -1
	r0 s>>= 64
	exit
;; shift_by_register_of_64: accept
	r0 = 1
	r1 = 64
	r0 <<= r1
	exit
;; bswap_with_source_bit: reject unknown opcode
	r0 = 1
	.insn df 00 00 00 10 00 00 00
	exit
;; bswap_64: accept
	r0 = 1
	r0 = bswap64 r0
	r0 = bswap16 r0
	exit
;; bswap_8: reject unknown size
	r0 = 1
	.insn d7 00 00 00 08 00 00 00
	exit
;; negate_with_source_register: reject reserved fields
	r0 = 1
	.insn 8f 10 00 00 00 00 00 00
	exit
;; negate_word: accept
	r0 = 1
	w0 = -w0
	exit
;; multiply_overflows: accept
	r0 = 0x7fffffffffffffff ll
	r0 *= r0
	exit
;; adds_the_context_to_itself: reject arithmetic on pointers
	r1 += r1
	r0 = 0
	exit
;; context_times_two: reject arithmetic on pointers
	r1 *= 2
	r0 = 0
	exit
;; context_plus_unknown: reject context offset is not constant
	r2 = *(u32 *)(r1 +0)
	r1 += r2
	r0 = *(u32 *)(r1 +0)
	exit
;; context_plus_constant_then_load: reject the context pointer is changed
	r1 += 4
	r0 = *(u32 *)(r1 +0)
	exit
;; context_minus_constant: reject the context pointer is changed
	r1 -= 4
	r0 = *(u32 *)(r1 +0)
	exit
;; moves_word_of_pointer_without_privilege [cap_bpf]: reject partial copy of a pointer
	w0 = w1
	r0 = 0
	exit
;; pointer_times_without_privilege [cap_bpf]: reject arithmetic on pointers
	r0 = r10
	r0 *= 2
	r0 = 0
	exit
;; negates_pointer_without_privilege [cap_bpf]: reject arithmetic on pointers
	r0 = r10
	r0 = -r0
	r0 = 0
	exit
;; subtracts_pointers_without_privilege [cap_bpf]: reject arithmetic on pointers
	r0 = r10
	r0 -= r10
	r0 = 0
	exit
