; Dynamic pointers of helpers: made once, on the stack, released when they hold a record.
.license "GPL"
.map rb type=ringbuf key=0 value=0 entries=4096
.map m type=array key=4 value=64 entries=1
.map h type=hash key=4 value=8 entries=4
;; record_discarded: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; record_submitted: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_submit_dynptr
	r0 = 0
	exit
;; record_leaked: reject reference leaks
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r0 = 0
	exit
;; record_discarded_twice: reject not a dynptr
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; made_over_a_record: reject overwrites a dynptr that holds a reference
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; stored_over_a_record: reject overwrites a dynptr that holds a reference
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	*(u64 *)(r10 -16) = 0
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; stored_over_the_second_half: reject overwrites a dynptr that holds a reference
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; byte_stored_over_a_record: reject overwrites a dynptr that holds a reference
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	*(u8 *)(r10 -3) = 0
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; read_as_memory: reject a dynptr is not memory
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r0 = *(u64 *)(r10 -16)
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; from_memory_read_as_memory: reject a dynptr is not memory
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r0 = *(u64 *)(r10 -16)
	r0 = 0
	exit
;; from_memory_needs_no_release: accept
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r0 = 0
	exit
;; from_memory_made_again: accept
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r0 = 0
	exit
;; from_memory_stored_over: accept
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	*(u64 *)(r10 -16) = 0
	r0 = 0
	exit
;; from_memory_stored_over_then_used: reject not a dynptr
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	*(u64 *)(r10 -16) = 0
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	r0 = 0
	exit
;; from_memory_discarded: reject not of a ring buffer
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; from_the_stack: reject not from this memory
.section "tc"
	*(u64 *)(r10 -24) = 0
	r1 = r10
	r1 += -24
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r0 = 0
	exit
;; from_memory_past_its_end: reject outside the map value
.section "tc"
	r1 = map[m][0]+0
	r2 = 65
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r0 = 0
	exit
;; data_checked: accept
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = 1
	out:	r0 = 0
	exit
;; data_unchecked: reject may be NULL
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	*(u64 *)(r0 +0) = 1
	r0 = 0
	exit
;; data_past: reject outside the memory
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	if r0 == 0 goto out
	*(u64 *)(r0 +8) = 1
	out:	r0 = 0
	exit
;; data_of_unknown_size: reject size is not constant
.section "tc"
	r6 = *(u32 *)(r1 +0)
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r6
	call bpf_dynptr_data
	r0 = 0
	exit
;; data_of_an_unmade_one: reject not a dynptr
.section "tc"
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	r0 = 0
	exit
;; data_after_discard: reject not a pointer
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	r6 = r0
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	if r6 == 0 goto out
	*(u64 *)(r6 +0) = 1
	out:	r0 = 0
	exit
;; data_of_a_record: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = 1
	out:	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_submit_dynptr
	r0 = 0
	exit
;; data_after_the_dynptr_is_gone: reject not a pointer
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	r6 = r0
	*(u64 *)(r10 -16) = 0
	if r6 == 0 goto out
	*(u64 *)(r6 +0) = 1
	out:	r0 = 0
	exit
;; misaligned: reject not a dynptr
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -20
	call bpf_ringbuf_reserve_dynptr
	r0 = 0
	exit
;; too_near_the_top: reject outside the stack
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -8
	call bpf_ringbuf_reserve_dynptr
	r0 = 0
	exit
;; in_a_map_value: reject dynptrs live on the stack
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = map[m][0]+0
	call bpf_ringbuf_reserve_dynptr
	r0 = 0
	exit
;; at_a_variable_offset: reject offset is not constant
.section "tc"
	r6 = *(u32 *)(r1 +0)
	r6 &= 8
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -32
	r4 += r6
	call bpf_ringbuf_reserve_dynptr
	r0 = 0
	exit
;; used_from_its_second_half: reject not a dynptr
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	r0 = 0
	exit
;; read: accept
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -32
	r2 = 8
	r3 = r10
	r3 += -16
	r4 = 0
	r5 = 0
	call bpf_dynptr_read
	r0 = *(u64 *)(r10 -32)
	r0 = 0
	exit
;; read_over_itself: reject overwrites a dynptr
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = 8
	r3 = r10
	r3 += -16
	r4 = 0
	r5 = 0
	call bpf_dynptr_read
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; read_of_an_unmade_one: reject not a dynptr
.section "tc"
	r1 = r10
	r1 += -32
	r2 = 8
	r3 = r10
	r3 += -16
	r4 = 0
	r5 = 0
	call bpf_dynptr_read
	r0 = 0
	exit
;; write: accept
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	*(u64 *)(r10 -32) = 5
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 8
	r5 = 0
	call bpf_dynptr_write
	r0 = 0
	exit
;; write_past_the_source: reject outside the stack
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	*(u64 *)(r10 -32) = 5
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 40
	r5 = 0
	call bpf_dynptr_write
	r0 = 0
	exit
;; passed_to_a_function: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	call f
	r0 = 0
	exit
.func f
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; one_path_discards: reject reference leaks
.section "tc"
	r6 = *(u32 *)(r1 +0)
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	if r6 == 0 goto out
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	out:	r0 = 0
	exit
;; two_records: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -32
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r1 = r10
	r1 += -32
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; two_records_the_same_twice: reject not a dynptr
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -32
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; uninitialised_in_a_helper_argument: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = map[h]
	r2 = r10
	r2 += -20
	*(u32 *)(r10 -20) = 0
	call bpf_map_lookup_elem
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
;; dynptr_as_key: reject a dynptr is not memory
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = map[h]
	r2 = r10
	r2 += -16
	call bpf_map_lookup_elem
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_discard_dynptr
	r0 = 0
	exit
