; Functions: arguments, results, registers across calls, pointers to the caller's stack.
.license "GPL"
.map h type=hash key=8 value=8 entries=4
.section "tc"
;; returns_a_constant: accept
	call f
	exit
.func f
	r0 = 1
	exit
;; result_not_set: reject uninitialised register
	call f
	exit
.func f
	exit
;; result_not_set_and_not_read: accept
	call f
	r0 = 0
	exit
.func f
	exit
;; arguments_pass: accept
	r2 = 8
	call f
	exit
.func f
	r0 = *(u32 *)(r1 +0)
	r3 = r10
	r3 += r2
	*(u64 *)(r3 -16) = 0
	exit
;; argument_not_set: reject uninitialised register
	call f
	exit
.func f
	r0 = r2
	exit
;; callee_saved_register_is_not_seen_inside: reject uninitialised register
	r6 = 1
	call f
	exit
.func f
	r0 = r6
	exit
;; callee_saved_register_survives: accept
	r6 = r1
	call f
	r0 = *(u32 *)(r6 +0)
	exit
.func f
	r6 = 0
	r0 = 0
	exit
;; argument_register_after_the_call: reject uninitialised register
	r2 = 1
	call f
	r0 = r2
	exit
.func f
	r0 = 0
	exit
;; result_range_comes_back: accept
	r6 = r1
	r1 = *(u32 *)(r6 +0)
	call f
	r1 = r10
	r1 += r0
	*(u8 *)(r1 -8) = 1
	r0 = 0
	exit
.func f
	r0 = r1
	r0 &= 7
	exit
;; result_range_too_large: reject outside the stack
	r6 = r1
	r1 = *(u32 *)(r6 +0)
	call f
	r1 = r10
	r1 += r0
	*(u8 *)(r1 -8) = 1
	r0 = 0
	exit
.func f
	r0 = r1
	r0 &= 15
	exit
;; writes_the_caller_s_stack: accept
	r1 = r10
	r1 += -8
	call f
	r0 = *(u64 *)(r10 -8)
	exit
.func f
	*(u64 *)(r1 +0) = 5
	r0 = 0
	exit
;; caller_s_stack_written_is_initialised [cap_bpf]: accept
.section "socket"
	r1 = r10
	r1 += -8
	call f
	r0 = *(u64 *)(r10 -8)
	exit
.func f
	*(u64 *)(r1 +0) = 5
	r0 = 0
	exit
;; caller_s_stack_out_of_bounds: reject outside the stack
	r1 = r10
	r1 += -8
	call f
	r0 = 0
	exit
.func f
	*(u64 *)(r1 +8) = 5
	r0 = 0
	exit
;; returns_a_pointer_to_its_own_stack: reject returns a pointer to its stack
	call f
	r0 = 0
	exit
.func f
	r0 = r10
	exit
;; stores_a_pointer_to_its_own_stack_in_the_caller_s: reject the frame is gone
	r1 = r10
	r1 += -8
	call f
	r1 = *(u64 *)(r10 -8)
	r0 = *(u64 *)(r1 -8)
	exit
.func f
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r1 +0) = r10
	r0 = 0
	exit
;; spills_a_context_in_the_caller_s_stack: accept
	r6 = r1
	r2 = r10
	r2 += -8
	call f
	r1 = *(u64 *)(r10 -8)
	r0 = *(u32 *)(r1 +0)
	exit
.func f
	*(u64 *)(r2 +0) = r1
	r0 = 0
	exit
;; returns_a_map_value: accept
	call f
	if r0 == 0 goto out
	r0 = *(u64 *)(r0 +0)
out:	r0 = 0
	exit
.func f
	*(u64 *)(r10 -8) = 0
	r1 = map[h]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	exit
;; returns_a_map_value_unchecked: reject may be NULL
	call f
	r0 = *(u64 *)(r0 +0)
	exit
.func f
	*(u64 *)(r10 -8) = 0
	r1 = map[h]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	exit
;; called_twice_with_different_kinds: reject different kinds of pointers
	r6 = r1
	call f
	r1 = r10
	r1 += -8
	*(u64 *)(r10 -8) = 0
	call f
	exit
.func f
	w0 = *(u32 *)(r1 +0)
	exit
;; called_twice_with_different_values: accept
	r1 = 1
	call f
	r1 = 2
	call f
	exit
.func f
	r0 = r1
	exit
;; callee_s_frame_is_fresh [cap_bpf]: reject uninitialised stack
.section "socket"
	*(u64 *)(r10 -8) = 1
	call f
	exit
.func f
	r0 = *(u64 *)(r10 -8)
	exit
;; second_call_s_frame_is_fresh [cap_bpf]: reject uninitialised stack
.section "socket"
	r1 = 1
	call f
	r1 = 0
	call f
	exit
.func f
	if r1 == 0 goto read
	*(u64 *)(r10 -8) = 1
	r0 = 0
	exit
read:	r0 = *(u64 *)(r10 -8)
	exit
;; range_of_main_s_result_by_function: accept
.section "cgroup/skb"
	call f
	exit
.func f
	r0 = 1
	exit
;; wrong_result_by_function: reject return value out of range
.section "cgroup/dev"
	call f
	exit
.func f
	r0 = 2
	exit
;; call_in_a_loop: accept
	r6 = 0
again:	r1 = r6
	call f
	r6 += 1
	if r6 < 5 goto again
	r0 = 0
	exit
.func f
	r0 = r1
	exit
