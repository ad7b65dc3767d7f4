; Arguments of helpers: kinds of pointers, sizes, constants, what a program type may call.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.map h type=hash key=8 value=16 entries=4
.map pa type=prog_array key=4 value=4 entries=4
.map pe type=perf_event_array key=4 value=4 entries=0
.map rb type=ringbuf key=0 value=0 entries=4096
.map st type=stack_trace key=4 value=80 entries=4
.map ro type=array key=4 value=64 entries=1 flags=0x80
.map qu type=queue key=0 value=8 entries=4
.section "tc"
;; unknown_helper: reject unknown helper
	call 9999
	r0 = 0
	exit
;; helper_zero: reject unknown helper
	call 0
	r0 = 0
	exit
;; helper_of_another_program_type: reject not for this program type
	r2 = 0
	call bpf_xdp_adjust_head
	r0 = 0
	exit
;; gpl_helper_with_gpl: accept
	r1 = r10
	r1 += -8
	r2 = 8
	r3 = 0
	call bpf_probe_read_kernel
	r0 = 0
	exit
;; lookup_without_map: reject not a map
	*(u64 *)(r10 -8) = 0
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; lookup_with_uninitialised_key_register: reject uninitialised register
	r1 = map[h]
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; lookup_with_scalar_key: reject not a pointer to memory
	r1 = map[h]
	r2 = 8
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; lookup_with_context_as_key: reject not a pointer to memory
	r2 = r1
	r1 = map[h]
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; key_uninitialised [cap_bpf]: reject uninitialised stack
.section "socket"
	r1 = map[h]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; key_uninitialised_with_privilege: accept
.section "socket"
	r1 = map[h]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; gpl_helper_without_gpl: reject only for programs under the GPL
.license "Proprietary"
	r1 = r10
	r1 += -8
	r2 = 8
	r3 = 0
	call bpf_probe_read_kernel
	r0 = 0
	exit
;; helper_without_gpl: accept
.license "Proprietary"
	call bpf_get_prandom_u32
	r0 = 0
	exit
;; key_too_near_the_top: reject outside the stack
	*(u64 *)(r10 -8) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; key_in_a_map_value: accept
	r2 = map[m][0]+0
	r1 = map[h]
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; key_past_a_map_value: reject outside the map value
	r2 = map[m][0]+60
	r1 = map[h]
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; key_that_may_be_null: reject may be NULL
	*(u64 *)(r10 -8) = 0
	r1 = map[h]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r2 = r0
	r1 = map[h]
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; key_from_another_lookup: accept
	*(u64 *)(r10 -8) = 0
	r1 = map[h]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r2 = r0
	r1 = map[h]
	call bpf_map_lookup_elem
out:	r0 = 0
	exit
;; key_in_the_packet: accept
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 8
	if r4 > r3 goto out
	r1 = map[h]
	call bpf_map_lookup_elem
out:	r0 = 0
	exit
;; key_in_the_packet_unchecked: reject outside the packet
	r2 = *(u32 *)(r1 +76)
	r1 = map[h]
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; update: accept
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -24) = 0
	r1 = map[h]
	r2 = r10
	r2 += -8
	r3 = r10
	r3 += -24
	r4 = 0
	call bpf_map_update_elem
	r0 = 0
	exit
;; update_value_too_small: reject outside the stack
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r1 = map[h]
	r2 = r10
	r2 += -16
	r3 = r10
	r3 += -8
	r4 = 0
	call bpf_map_update_elem
	r0 = 0
	exit
;; update_without_flags: reject uninitialised register
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r1 = map[h]
	r2 = r10
	r2 += -8
	r3 = r10
	r3 += -16
	call bpf_map_update_elem
	r0 = 0
	exit
;; update_of_a_map_programs_may_not_write: reject writes to a read-only map
	*(u32 *)(r10 -4) = 0
	r1 = map[ro]
	r2 = r10
	r2 += -4
	r3 = map[m][0]+0
	r4 = 0
	call bpf_map_update_elem
	r0 = 0
	exit
;; delete_from_a_map_programs_may_not_write: reject writes to a read-only map
	*(u32 *)(r10 -4) = 0
	r1 = map[ro]
	r2 = r10
	r2 += -4
	call bpf_map_delete_elem
	r0 = 0
	exit
;; lookup_in_a_prog_array: reject not for this type of map
	*(u32 *)(r10 -4) = 0
	r1 = map[pa]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; lookup_in_a_ring_buffer: reject not for this type of map
	*(u64 *)(r10 -8) = 0
	r1 = map[rb]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; push_to_a_hash: reject not for this type of map
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r1 = map[h]
	r2 = r10
	r2 += -16
	r3 = 0
	call bpf_map_push_elem
	r0 = 0
	exit
;; push_to_a_queue: accept
	*(u64 *)(r10 -8) = 0
	r1 = map[qu]
	r2 = r10
	r2 += -8
	r3 = 0
	call bpf_map_push_elem
	r0 = 0
	exit
;; pop_fills_memory: accept
	r1 = map[qu]
	r2 = r10
	r2 += -8
	call bpf_map_pop_elem
	r0 = *(u64 *)(r10 -8)
	r0 = 0
	exit
;; perf_output_to_an_array: reject not for this type of map
	*(u64 *)(r10 -8) = 0
	r2 = map[m]
	r3 = 0
	r4 = r10
	r4 += -8
	r5 = 8
	call bpf_perf_event_output
	r0 = 0
	exit
;; perf_output: accept
	*(u64 *)(r10 -8) = 0
	r2 = map[pe]
	r3 = 0
	r4 = r10
	r4 += -8
	r5 = 8
	call bpf_perf_event_output
	r0 = 0
	exit
;; perf_output_of_size_zero: accept
	r2 = map[pe]
	r3 = 0
	r4 = r10
	r4 += -8
	r5 = 0
	call bpf_perf_event_output
	r0 = 0
	exit
;; perf_output_past_the_stack: reject outside the stack
	*(u64 *)(r10 -8) = 0
	r2 = map[pe]
	r3 = 0
	r4 = r10
	r4 += -8
	r5 = 9
	call bpf_perf_event_output
	r0 = 0
	exit
;; perf_output_without_context: reject not the context
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r2 = map[pe]
	r3 = 0
	r4 = r10
	r4 += -8
	r5 = 8
	call bpf_perf_event_output
	r0 = 0
	exit
;; perf_output_with_moved_context: reject the context pointer is changed
	*(u64 *)(r10 -8) = 0
	r1 += 8
	r2 = map[pe]
	r3 = 0
	r4 = r10
	r4 += -8
	r5 = 8
	call bpf_perf_event_output
	r0 = 0
	exit
;; size_unbounded: reject unbounded size
	r2 = 0
	r4 = *(u32 *)(r1 +0)
	r4 <<= 1
	r4 += 1
	r3 = r10
	r3 += -64
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; size_bounded: accept
	r2 = 0
	r4 = *(u32 *)(r1 +0)
	r4 &= 63
	r4 += 1
	r3 = r10
	r3 += -64
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; size_bounded_too_high: reject outside the stack
	r2 = 0
	r4 = *(u32 *)(r1 +0)
	r4 &= 127
	r4 += 1
	r3 = r10
	r3 += -64
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; size_may_be_zero: reject size may be zero
	r2 = 0
	r4 = *(u32 *)(r1 +0)
	r4 &= 63
	r3 = r10
	r3 += -64
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; size_zero: reject size may be zero
	r2 = 0
	r4 = 0
	r3 = r10
	r3 += -64
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; size_negative: reject size may be negative
	r2 = 0
	r4 = -1
	r3 = r10
	r3 += -64
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; size_bounded_by_signed_test: reject size may be negative
	r2 = 0
	r4 = *(u32 *)(r1 +0)
	r4 = (s32)r4
	r3 = r10
	r3 += -64
	if r4 s> 64 goto out
	if r4 == 0 goto out
	call bpf_skb_load_bytes
out:	r0 = 0
	exit
;; size_bounded_by_both_signed_tests: accept
	r2 = 0
	r4 = *(u32 *)(r1 +0)
	r4 = (s32)r4
	r3 = r10
	r3 += -64
	if r4 s> 64 goto out
	if r4 s<= 0 goto out
	call bpf_skb_load_bytes
out:	r0 = 0
	exit
;; size_is_a_pointer: reject size is not a number
	r2 = 0
	r4 = r10
	r3 = r10
	r3 += -64
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; memory_is_read_only: reject writes to a read-only map
	r2 = 0
	r3 = map[ro][0]+0
	r4 = 8
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; memory_is_a_map_value: accept
	r2 = 0
	r3 = map[m][0]+0
	r4 = 64
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; memory_past_a_map_value: reject outside the map value
	r2 = 0
	r3 = map[m][0]+0
	r4 = 65
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; memory_null: reject may be NULL
	r2 = 0
	r3 = 0
	r4 = 8
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; memory_null_with_size_zero: accept
	r1 = 0
	r2 = 0
	r3 = 0
	r4 = 0
	r5 = 0
	call bpf_csum_diff
	r0 = 0
	exit
;; memory_null_with_size_eight: reject may be NULL
	r1 = 0
	r2 = 8
	r3 = 0
	r4 = 0
	r5 = 0
	call bpf_csum_diff
	r0 = 0
	exit
;; memory_with_size_zero: accept
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 0
	r4 = 0
	r5 = 0
	call bpf_csum_diff
	r0 = 0
	exit
;; variable_stack_memory: accept
	r6 = *(u32 *)(r1 +0)
	r6 &= 7
	r2 = 0
	r3 = r10
	r3 += -16
	r3 += r6
	r4 = 8
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; variable_stack_memory_past: reject outside the stack
	r6 = *(u32 *)(r1 +0)
	r6 &= 15
	r2 = 0
	r3 = r10
	r3 += -16
	r3 += r6
	r4 = 8
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; fib_lookup: accept
	r2 = r10
	r2 += -64
	r3 = 64
	r4 = 0
	call bpf_fib_lookup
	r0 = 0
	exit
;; ringbuf_reserve_of_unknown_size: reject size is not constant
	r2 = *(u32 *)(r1 +0)
	r1 = map[rb]
	r3 = 0
	call bpf_ringbuf_reserve
	r0 = 0
	exit
;; ringbuf_output: accept
	*(u64 *)(r10 -8) = 0
	r1 = map[rb]
	r2 = r10
	r2 += -8
	r3 = 8
	r4 = 0
	call bpf_ringbuf_output
	r0 = 0
	exit
;; string_not_constant: reject not a constant string
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r1 = r10
	r1 += -8
	r2 = 8
	r3 = r10
	r3 += -16
	call bpf_strncmp
	r0 = 0
	exit
;; loop_flag_argument_may_be_anything: accept
	r1 = map[h]
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -8
	r3 = r10
	r3 += -16
	r4 = 99
	call bpf_map_update_elem
	r0 = 0
	exit
;; pointer_as_a_number: accept
	*(u64 *)(r10 -8) = 0
	r1 = map[rb]
	r2 = r10
	r2 += -8
	r3 = 8
	r4 = r10
	call bpf_ringbuf_output
	r0 = 0
	exit
;; result_of_a_void_helper_is_no_pointer: reject not a pointer
	call bpf_get_prandom_u32
	r0 = *(u64 *)(r0 +0)
	exit
;; pointer_as_a_number_without_privilege [cap_bpf]: reject leaks an address
.section "socket"
	*(u64 *)(r10 -8) = 0
	r1 = map[rb]
	r2 = r10
	r2 += -8
	r3 = 8
	r4 = r10
	call bpf_ringbuf_output
	r0 = 0
	exit
