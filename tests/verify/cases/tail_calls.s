; Tail calls.
.license "GPL"
.map pa type=prog_array key=4 value=4 entries=4
.map m type=array key=4 value=4 entries=4
.section "tc"
;; constant_index: accept
	r2 = map[pa]
	r3 = 1
	call bpf_tail_call
	r0 = 0
	exit
;; unknown_index: accept
	r3 = *(u32 *)(r1 +0)
	r2 = map[pa]
	call bpf_tail_call
	r0 = 0
	exit
;; index_past_the_array: accept
	r2 = map[pa]
	r3 = 9
	call bpf_tail_call
	r0 = 0
	exit
;; not_a_prog_array: reject not for this type of map
	r2 = map[m]
	r3 = 1
	call bpf_tail_call
	r0 = 0
	exit
;; without_context: reject not the context
	r1 = r10
	r2 = map[pa]
	r3 = 1
	call bpf_tail_call
	r0 = 0
	exit
;; result_is_not_there: reject uninitialised register
	r2 = map[pa]
	r3 = 1
	call bpf_tail_call
	exit
;; falls_off_after: reject control falls off the end
	r2 = map[pa]
	r3 = 1
	r0 = 0
	call bpf_tail_call
;; map_is_not_a_map: reject not a map
	r2 = 0
	r3 = 1
	call bpf_tail_call
	r0 = 0
	exit
;; in_a_function_without_types: reject needs BTF
	call f
	r0 = 0
	exit
.func f
	r2 = map[pa]
	r3 = 1
	call bpf_tail_call
	r0 = 0
	exit
;; large_stack_without_functions: accept
	*(u64 *)(r10 -512) = 0
	r2 = map[pa]
	r3 = 1
	call bpf_tail_call
	r0 = 0
	exit
