; The shape of a program: ends, jumps, dead code, calls.
.license "GPL"
.section "socket"
;; smallest: accept
	r0 = 0
	exit
;; falls_off_the_end: reject control falls off the end
	r0 = 0
;; ends_in_a_conditional_jump: reject control falls off the end
	r0 = 0
	if r1 == 0 goto -2
;; ends_in_a_backward_jump: accept
	r0 = 0
	goto over
back:	exit
over:	goto back
;; jump_past_the_end: reject jumps outside the program
	r0 = 0
	if r1 == 0 goto +5
	exit
;; jump_before_the_start: reject jumps outside the program
	r0 = 0
	if r1 == 0 goto -4
	exit
;; jump_to_the_first_instruction: reject the loop never ends
	r0 = 0
	goto -2
;; jump_into_a_wide_immediate: reject jumps into the middle
	r0 = 0
	if r1 == 0 goto +1
	r2 = 0x1122334455667788 ll
	exit
;; wide_immediate_at_the_end: reject the second half is missing
	r0 = 0
	exit
	.insn 18 00 00 00 01 00 00 00
;; wide_immediate_with_register_in_second_half: reject reserved fields
	.insn 18 00 00 00 01 00 00 00
	.insn 00 01 00 00 00 00 00 00
	exit
;; wide_immediate_with_offset_in_second_half: reject reserved fields
	.insn 18 00 00 00 01 00 00 00
	.insn 00 00 01 00 00 00 00 00
	exit
;; wide_immediate_with_opcode_in_second_half: reject reserved fields
	.insn 18 00 00 00 01 00 00 00
	.insn 07 00 00 00 00 00 00 00
	exit
;; wide_immediate_of_unknown_kind: reject an unknown kind of immediate
	.insn 18 70 00 00 01 00 00 00
	.insn 00 00 00 00 00 00 00 00
	exit
;; dead_code_after_exit: reject unreachable instruction
	r0 = 0
	exit
	r0 = 1
	exit
;; dead_code_jumped_over: reject unreachable instruction
	r0 = 0
	goto out
	r0 = 1
out:	exit
;; dead_by_value_only: accept
	r0 = 0
	if r0 == 0 goto out
	r2 = *(u64 *)(r0 +0)
out:	exit
;; dead_branch_of_a_constant_register: accept
	r0 = 0
	r2 = 7
	if r2 != 7 goto bad
	exit
bad:	r0 = r9
	exit
;; unknown_opcode: reject unknown opcode
	r0 = 0
	.insn ff 00 00 00 00 00 00 00
	exit
;; unknown_alu_opcode: reject unknown opcode
	r0 = 0
	.insn e7 00 00 00 00 00 00 00
	exit
;; all_zero_instruction: reject unknown opcode
	.insn 00 00 00 00 00 00 00 00
	exit
;; register_eleven: reject no such register
	.insn b7 0b 00 00 00 00 00 00
	r0 = 0
	exit
;; source_register_twelve: reject no such register
	r0 = 0
	.insn bf c2 00 00 00 00 00 00
	exit
;; writes_the_frame_pointer: reject the frame pointer is read only
	r0 = 0
	r10 = 0
	exit
;; adds_to_the_frame_pointer: reject the frame pointer is read only
	r0 = 0
	r10 += -8
	exit
;; load_into_the_frame_pointer: reject the frame pointer is read only
	r0 = 0
	*(u64 *)(r10 -8) = r0
	r10 = *(u64 *)(r10 -8)
	exit
;; mov_with_reserved_offset: reject reserved fields
	.insn b7 00 03 00 00 00 00 00
	exit
;; mov_register_with_immediate: reject reserved fields
	r0 = 0
	.insn bf 02 00 00 05 00 00 00
	exit
;; add_immediate_with_source_register: reject reserved fields
	r0 = 0
	.insn 07 20 00 00 01 00 00 00
	exit
;; exit_with_immediate: reject reserved fields
	r0 = 0
	.insn 95 00 00 00 01 00 00 00
;; exit_with_register: reject reserved fields
	r0 = 0
	.insn 95 01 00 00 00 00 00 00
;; exit_of_32_bit_class: reject unknown opcode
	r0 = 0
	.insn 96 00 00 00 00 00 00 00
	exit
;; goto_with_immediate: reject reserved fields
	r0 = 0
	.insn 05 00 00 00 01 00 00 00
	exit
;; goto_with_register: reject reserved fields
	r0 = 0
	.insn 05 01 00 00 00 00 00 00
	exit
;; gotol: accept
	r0 = 0
	gotol out
out:	exit
;; gotol_past_the_end: reject jumps outside the program
	r0 = 0
	gotol +7
	exit
;; conditional_jump_on_register_with_immediate: reject reserved fields
	r0 = 0
	.insn 1d 01 00 00 05 00 00 00
	exit
;; neg_with_immediate: reject reserved fields
	r0 = 1
	.insn 87 00 00 00 05 00 00 00
	exit
;; byte_order_of_17_bits: reject unknown size
	r0 = 1
	.insn d4 00 00 00 11 00 00 00
	exit
;; call_by_register: reject calls by register are not for programs
	r0 = 0
	r2 = 0
	callx r2
	exit
;; call_of_unknown_kind: reject unknown kind of call
	.insn 85 30 00 00 01 00 00 00
	exit
;; call_with_destination_register: reject reserved fields
	.insn 85 02 00 00 07 00 00 00
	exit
;; self_jump: reject the loop never ends
	r0 = 0
	goto -1
;; unreachable_after_a_loop: reject unreachable instruction
	r0 = 0
	goto -1
	exit
;; call_into_the_middle_of_a_wide_immediate: reject a function starts in the middle
	call pc+2
	exit
	r0 = 0x1122334455667788 ll
	exit
;; call_outside: reject calls outside the program
	call pc+10
	exit
;; call_self: reject recursion
	call pc-1
	exit
;; two_functions_call_each_other: reject recursion
	call a
	exit
.func a
	call b
	exit
.func b
	call a
	exit
;; jump_into_another_function: reject jumps out of its function
	call f
	if r0 == 0 goto +1
	exit
.func f
	r0 = 0
	exit
;; function_that_falls_into_the_next: reject control falls off the end
	call f
	call g
	exit
.func f
	r0 = 0
.func g
	r0 = 0
	exit
;; uncalled_function: reject unreachable instruction
	r0 = 0
	exit
.func f
	r0 = 0
	exit
;; eight_frames: accept
	call f1
	exit
.func f1
	call f2
	exit
.func f2
	call f3
	exit
.func f3
	call f4
	exit
.func f4
	call f5
	exit
.func f5
	call f6
	exit
.func f6
	call f7
	exit
.func f7
	r0 = 0
	exit
;; nine_frames: reject too many frames
	call f1
	exit
.func f1
	call f2
	exit
.func f2
	call f3
	exit
.func f3
	call f4
	exit
.func f4
	call f5
	exit
.func f5
	call f6
	exit
.func f6
	call f7
	exit
.func f7
	call f8
	exit
.func f8
	r0 = 0
	exit
;; last_instruction_is_a_call: reject control falls off the end
	call bpf_get_prandom_u32
;; exits_twice: accept
	r0 = 0
	if r1 == 0 goto two
	exit
two:	r0 = 1
	exit
;; loop_back_edge_of_constant_count: accept
	r0 = 0
again:	r0 += 1
	if r0 < 10 goto again
	exit
