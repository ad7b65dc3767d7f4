; Dynamic pointers of kernel functions: packets, slices, clones.
.license "GPL"
.map rb type=ringbuf key=0 value=0 entries=4096
.map m type=array key=4 value=64 entries=1
.map urb type=user_ringbuf key=0 value=0 entries=4096
.extern bpf_dynptr_from_skb kfunc
.extern bpf_dynptr_from_skb_meta kfunc
.extern bpf_dynptr_from_xdp kfunc
.extern bpf_dynptr_slice kfunc
.extern bpf_dynptr_slice_rdwr kfunc
.extern bpf_dynptr_clone kfunc
.extern bpf_dynptr_adjust kfunc
.extern bpf_dynptr_is_null kfunc
.extern bpf_dynptr_is_rdonly kfunc
.extern bpf_dynptr_size kfunc
.extern bpf_dynptr_copy kfunc
.extern bpf_dynptr_memset kfunc
;; packet: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r0 = 0
	exit
;; packet_in_cgroup: accept
.section "cgroup_skb/ingress"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r0 = 0
	exit
;; packet_of_xdp: accept
.section "xdp"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_xdp
	r0 = 0
	exit
;; skb_of_xdp: reject not for this type
.section "xdp"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r0 = 0
	exit
;; xdp_of_skb: reject not for this type
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_xdp
	r0 = 0
	exit
;; meta: accept
.section "tc"
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb_meta
	r0 = 0
	exit
;; meta_of_xdp: reject not for this type
.section "xdp"
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb_meta
	r0 = 0
	exit
;; packet_of_no_context: reject not the context
.section "tc"
	r1 = map[m][0]+0
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r0 = 0
	exit
;; packet_flags_not_a_number: reject not a number
.section "tc"
	r2 = r1
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r0 = 0
	exit
;; made_over_another: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r6
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r0 = 0
	exit
;; made_misaligned: reject misaligned
.section "tc"
	r2 = 0
	r3 = r10
	r3 += -20
	call bpf_dynptr_from_skb
	r0 = 0
	exit
;; made_outside_the_stack: reject outside the stack
.section "tc"
	r2 = 0
	r3 = r10
	r3 += -8
	call bpf_dynptr_from_skb
	r0 = 0
	exit
;; made_in_a_map: reject not on the stack
.section "tc"
	r2 = 0
	r3 = map[m][0]+0
	call bpf_dynptr_from_skb
	r0 = 0
	exit
;; slice: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r1 = *(u64 *)(r0 +0)
	r1 = *(u64 *)(r0 +8)
out:
	r0 = 0
	exit
;; slice_without_buffer: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 0
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r1 = *(u8 *)(r0 +0)
out:
	r0 = 0
	exit
;; slice_untested: reject may be NULL
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	r1 = *(u8 *)(r0 +0)
	r0 = 0
	exit
;; slice_past_its_end: reject outside memory
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r1 = *(u64 *)(r0 +9)
out:
	r0 = 0
	exit
;; slice_before_its_start: reject outside memory
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r1 = *(u8 *)(r0 -1)
out:
	r0 = 0
	exit
;; slice_written: reject read-only
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	*(u8 *)(r0 +0) = 1
out:
	r0 = 0
	exit
;; slice_rdwr_written: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice_rdwr
	if r0 == 0 goto out
	*(u8 *)(r0 +0) = 1
out:
	r0 = 0
	exit
;; slice_rdwr_where_packets_are_read_only: reject no write to packets
.section "cgroup_skb/ingress"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice_rdwr
	r0 = 0
	exit
;; slice_rdwr_of_a_map_where_packets_are_read_only: reject no write to packets
.section "cgroup_skb/ingress"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice_rdwr
	r0 = 0
	exit
;; slice_size_unknown: reject not constant
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r7 = *(u32 *)(r6 +0)
	r7 &= 15
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = r7
	call bpf_dynptr_slice
	r0 = 0
	exit
;; slice_size_unknown_without_buffer: reject not constant
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r7 = *(u32 *)(r6 +0)
	r7 &= 15
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 0
	r4 = r7
	call bpf_dynptr_slice
	r0 = 0
	exit
;; slice_size_zero: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 0
	call bpf_dynptr_slice
	r0 = 0
	exit
;; slice_size_zero_read: reject outside memory
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 0
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r1 = *(u8 *)(r0 +0)
out:
	r0 = 0
	exit
;; slice_buffer_too_small: reject outside the stack
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -8
	r4 = 16
	call bpf_dynptr_slice
	r0 = 0
	exit
;; slice_buffer_over_the_dynptr: reject dynptr on the stack
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -24
	r4 = 16
	call bpf_dynptr_slice
	r0 = 0
	exit
;; slice_buffer_in_a_map: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = map[m][0]+0
	r4 = 16
	call bpf_dynptr_slice
	r0 = 0
	exit
;; slice_offset_unknown: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r7 = *(u32 *)(r6 +0)
	r1 = r10
	r1 += -16
	r2 = r7
	r3 = r10
	r3 += -32
	r4 = 8
	call bpf_dynptr_slice
	r0 = 0
	exit
;; slice_of_nothing: reject not a dynptr
.section "tc"
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	r0 = 0
	exit
;; slice_negative_size: reject negative size
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = -1
	call bpf_dynptr_slice
	r0 = 0
	exit
;; slice_after_the_packet_moved: reject void
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r7 = r0
	r1 = r6
	r2 = 0
	call bpf_skb_pull_data
	r1 = *(u8 *)(r7 +0)
out:
	r0 = 0
	exit
;; slice_of_xdp_after_the_packet_moved: reject void
.section "xdp"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_xdp
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r7 = r0
	r1 = r6
	r2 = 0
	call bpf_xdp_adjust_head
	r1 = *(u8 *)(r7 +0)
out:
	r0 = 0
	exit
;; slice_after_the_packet_moved_and_the_dynptr_was_overwritten: reject void
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r7 = r0
	*(u64 *)(r10 -16) = 0
	r1 = r6
	r2 = 0
	call bpf_skb_pull_data
	r1 = *(u8 *)(r7 +0)
out:
	r0 = 0
	exit
;; slice_after_dynptr_write: reject void
.section "tc"
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 0
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r7 = r0
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 8
	r5 = 0
	call bpf_dynptr_write
	r1 = *(u8 *)(r7 +0)
out:
	r0 = 0
	exit
;; slice_after_dynptr_write_to_another: reject void
.section "tc"
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 0
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r7 = r0
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -48
	call bpf_dynptr_clone
	r1 = r10
	r1 += -48
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 8
	r5 = 0
	call bpf_dynptr_write
	r1 = *(u8 *)(r7 +0)
out:
	r0 = 0
	exit
;; slice_of_a_map_after_the_packet_moved: accept
.section "tc"
	r6 = r1
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r7 = r0
	r1 = r6
	r2 = 0
	call bpf_skb_pull_data
	r1 = *(u8 *)(r7 +0)
out:
	r0 = 0
	exit
;; data_of_a_map_after_the_packet_moved: accept
.section "tc"
	r6 = r1
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
	r7 = r0
	r1 = r6
	r2 = 0
	call bpf_skb_pull_data
	r1 = *(u8 *)(r7 +0)
out:
	r0 = 0
	exit
;; slice_after_the_dynptr_was_overwritten: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	*(u64 *)(r10 -16) = 0
	r1 = *(u8 *)(r0 +0)
out:
	r0 = 0
	exit
;; slice_of_a_map_after_the_dynptr_was_overwritten: accept
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
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	*(u64 *)(r10 -16) = 0
	r1 = *(u8 *)(r0 +0)
out:
	r0 = 0
	exit
;; data_after_the_dynptr_was_overwritten: reject void
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
	*(u64 *)(r10 -16) = 0
	r1 = *(u8 *)(r0 +0)
out:
	r0 = 0
	exit
;; data_after_the_second_half_was_overwritten: reject void
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
	*(u64 *)(r10 -8) = 0
	r1 = *(u8 *)(r0 +0)
out:
	r0 = 0
	exit
;; data_untested_after_the_dynptr_was_overwritten: reject void
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
	*(u64 *)(r10 -16) = 0
	if r0 == 0 goto out
	r1 = *(u8 *)(r0 +0)
out:
	r0 = 0
	exit
;; data_after_its_clone_was_overwritten: accept
.section "tc"
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -48
	call bpf_dynptr_clone
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	if r0 == 0 goto out
	*(u64 *)(r10 -48) = 0
	r1 = *(u8 *)(r0 +0)
out:
	r0 = 0
	exit
;; slice_of_a_record_after_it_was_submitted: accept
.section "tc"
	r1 = map[rb]
	r2 = 16
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 0
	r4 = 16
	call bpf_dynptr_slice
	r7 = r0
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_submit_dynptr
	if r7 == 0 goto out
	r1 = *(u8 *)(r7 +0)
out:
	r0 = 0
	exit
;; data_of_a_record_after_it_was_submitted: reject void
.section "tc"
	r1 = map[rb]
	r2 = 16
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	r7 = r0
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_submit_dynptr
	if r7 == 0 goto out
	r1 = *(u8 *)(r7 +0)
out:
	r0 = 0
	exit
;; clone: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -48
	call bpf_dynptr_clone
	r1 = r10
	r1 += -48
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	r0 = 0
	exit
;; clone_of_nothing: reject not a dynptr
.section "tc"
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -48
	call bpf_dynptr_clone
	r0 = 0
	exit
;; clone_over_itself: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -16
	call bpf_dynptr_clone
	r1 = r10
	r1 += -16
	call bpf_dynptr_size
	r0 = 0
	exit
;; clone_over_its_half: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -24
	call bpf_dynptr_clone
	r0 = 0
	exit
;; clone_over_its_half_original_used: reject not a dynptr
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -24
	call bpf_dynptr_clone
	r1 = r10
	r1 += -16
	call bpf_dynptr_size
	r0 = 0
	exit
;; clone_of_a_record_both_used: accept
.section "tc"
	r1 = map[rb]
	r2 = 16
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -48
	call bpf_dynptr_clone
	r1 = r10
	r1 += -48
	call bpf_dynptr_size
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_submit_dynptr
	r0 = 0
	exit
;; clone_of_a_record_submitted: accept
.section "tc"
	r1 = map[rb]
	r2 = 16
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -48
	call bpf_dynptr_clone
	r1 = r10
	r1 += -48
	r2 = 0
	call bpf_ringbuf_submit_dynptr
	r0 = 0
	exit
;; clone_of_a_record_both_submitted: reject not a dynptr
.section "tc"
	r1 = map[rb]
	r2 = 16
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -48
	call bpf_dynptr_clone
	r1 = r10
	r1 += -48
	r2 = 0
	call bpf_ringbuf_submit_dynptr
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_submit_dynptr
	r0 = 0
	exit
;; clone_of_a_record_used_after_submit: reject not a dynptr
.section "tc"
	r1 = map[rb]
	r2 = 16
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -48
	call bpf_dynptr_clone
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_submit_dynptr
	r1 = r10
	r1 += -48
	call bpf_dynptr_size
	r0 = 0
	exit
;; clone_of_a_record_leaked: reject leak
.section "tc"
	r1 = map[rb]
	r2 = 16
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -48
	call bpf_dynptr_clone
	r0 = 0
	exit
;; clone_of_a_record_overwritten: reject overwrites a dynptr that holds a reference
.section "tc"
	r1 = map[rb]
	r2 = 16
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -48
	call bpf_dynptr_clone
	*(u64 *)(r10 -48) = 0
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_submit_dynptr
	r0 = 0
	exit
;; clone_of_a_record_its_data_after_submit: reject void
.section "tc"
	r1 = map[rb]
	r2 = 16
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_ringbuf_reserve_dynptr
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -48
	call bpf_dynptr_clone
	r1 = r10
	r1 += -48
	r2 = 0
	r3 = 8
	call bpf_dynptr_data
	r7 = r0
	r1 = r10
	r1 += -16
	r2 = 0
	call bpf_ringbuf_submit_dynptr
	if r7 == 0 goto out
	r1 = *(u8 *)(r7 +0)
out:
	r0 = 0
	exit
;; dynptr_is_null: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	call bpf_dynptr_is_null
	r0 = 0
	exit
;; dynptr_is_null_of_nothing: reject not a dynptr
.section "tc"
	r1 = r10
	r1 += -16
	call bpf_dynptr_is_null
	r0 = 0
	exit
;; dynptr_is_rdonly: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	call bpf_dynptr_is_rdonly
	r0 = 0
	exit
;; dynptr_is_rdonly_of_nothing: reject not a dynptr
.section "tc"
	r1 = r10
	r1 += -16
	call bpf_dynptr_is_rdonly
	r0 = 0
	exit
;; dynptr_size: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	call bpf_dynptr_size
	r0 = 0
	exit
;; dynptr_size_of_nothing: reject not a dynptr
.section "tc"
	r1 = r10
	r1 += -16
	call bpf_dynptr_size
	r0 = 0
	exit
;; dynptr_adjust: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 1
	r3 = 2
	call bpf_dynptr_adjust
	r0 = 0
	exit
;; dynptr_adjust_of_nothing: reject not a dynptr
.section "tc"
	r1 = r10
	r1 += -16
	r2 = 1
	r3 = 2
	call bpf_dynptr_adjust
	r0 = 0
	exit
;; adjust_of_the_second_half: reject not a dynptr
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -8
	r2 = 1
	r3 = 2
	call bpf_dynptr_adjust
	r0 = 0
	exit
;; copy: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -48
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -48
	r2 = 0
	r3 = r10
	r3 += -16
	r4 = 0
	r5 = 8
	call bpf_dynptr_copy
	r0 = 0
	exit
;; memset: accept
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
	r4 = 0
	call bpf_dynptr_memset
	r0 = 0
	exit
;; slice_after_copy_into_the_packet: accept
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = map[m][0]+0
	r2 = 64
	r3 = 0
	r4 = r10
	r4 += -48
	call bpf_dynptr_from_mem
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	r7 = r0
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -48
	r4 = 0
	r5 = 8
	call bpf_dynptr_copy
	if r7 == 0 goto out
	r1 = *(u8 *)(r7 +0)
out:
	r0 = 0
	exit
;; dynptr_read: reject dynptr on the stack
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = *(u64 *)(r10 -16)
	r0 = 0
	exit
;; slice_given_to_a_helper: reject read-only
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r1 = map[m]
	r2 = r0
	call bpf_map_lookup_elem
out:
	r0 = 0
	exit
;; slice_given_to_a_helper_untested: reject may be NULL
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	r1 = map[m]
	r2 = r0
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; slice_filled_by_a_helper: reject read-only
.section "tc"
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -16
	call bpf_dynptr_from_skb
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = r10
	r3 += -32
	r4 = 16
	call bpf_dynptr_slice
	if r0 == 0 goto out
	r1 = r0
	r2 = 16
	call bpf_get_current_comm
out:
	r0 = 0
	exit
