; References: what a helper acquires must be released on every path, once, and not used after.
.license "GPL"
.map rb type=ringbuf key=0 value=0 entries=4096
.map pe type=perf_event_array key=4 value=4 entries=0
.map h type=hash key=4 value=8 entries=4
;; socket_released: accept
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r1 = r0
	call bpf_sk_release
	out:	r0 = 0
	exit
;; socket_leaked: reject reference leaks
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	r0 = 0
	exit
;; socket_leaked_after_check: reject reference leaks
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r1 = *(u32 *)(r0 +4)
	out:	r0 = 0
	exit
;; socket_released_unchecked: reject may be NULL
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	r1 = r0
	call bpf_sk_release
	r0 = 0
	exit
;; socket_released_twice: reject not a reference
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r6 = r0
	r1 = r0
	call bpf_sk_release
	r1 = r6
	call bpf_sk_release
	out:	r0 = 0
	exit
;; socket_used_after_release: reject not a pointer
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r6 = r0
	r1 = r0
	call bpf_sk_release
	r0 = *(u32 *)(r6 +4)
	out:	r0 = 0
	exit
;; socket_used_before_release: accept
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r6 = *(u32 *)(r0 +8)
	r1 = r0
	call bpf_sk_release
	out:	r0 = 0
	exit
;; socket_leaked_on_one_path: reject reference leaks
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r1 = r0
	r2 = *(u32 *)(r0 +4)
	if r2 == 2 goto out
	call bpf_sk_release
	out:	r0 = 0
	exit
;; socket_overwritten: reject reference leaks
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r0 = 0
	out:	r0 = 0
	exit
;; socket_released_through_a_copy: accept
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	r7 = r0
	if r7 == 0 goto out
	r1 = r7
	call bpf_sk_release
	out:	r0 = 0
	exit
;; socket_released_through_the_stack: accept
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	*(u64 *)(r10 -24) = r0
	r0 = 0
	r1 = *(u64 *)(r10 -24)
	call bpf_sk_release
	out:	r0 = 0
	exit
;; socket_returned: reject reference leaks
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	exit
;; two_sockets_one_released: reject reference leaks
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	r7 = r0
	r1 = r6
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r1 = r0
	call bpf_sk_release
	out:	r0 = 0
	exit
;; two_sockets_both_released: accept
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	r7 = r0
	r1 = r6
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto first
	r1 = r0
	call bpf_sk_release
	first:	if r7 == 0 goto out
	r1 = r7
	call bpf_sk_release
	out:	r0 = 0
	exit
;; wrong_socket_checked: reject may be NULL
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	r7 = r0
	r1 = r6
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto first
	r1 = r7
	call bpf_sk_release
	first:	r0 = 0
	exit
;; released_in_a_function: accept
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r1 = r0
	call put
	out:	r0 = 0
	exit
.func put
	call bpf_sk_release
	r0 = 0
	exit
;; acquired_in_a_function: accept
.section "tc"
	call get
	if r0 == 0 goto out
	r1 = r0
	call bpf_sk_release
	out:	r0 = 0
	exit
.func get
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	exit
;; acquired_in_a_function_and_leaked_there: reject reference leaks
.section "tc"
	call get
	r0 = 0
	exit
.func get
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	r0 = 0
	exit
;; released_with_an_offset: reject the pointer to release is changed
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r1 = r0
	r1 += 8
	call bpf_sk_release
	out:	r0 = 0
	exit
;; context_socket_released: reject not a reference
.section "tc"
	r1 = *(u64 *)(r1 +168)
	if r1 == 0 goto out
	call bpf_sk_release
	out:	r0 = 0
	exit
;; full_socket_shares_the_reference: accept
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r6 = r0
	r1 = r0
	call bpf_sk_fullsock
	r1 = r6
	if r0 == 0 goto put
	r2 = *(u32 *)(r0 +8)
	r1 = r0
	put:	call bpf_sk_release
	out:	r0 = 0
	exit
;; full_socket_after_release: reject not a pointer
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r6 = r0
	r1 = r0
	call bpf_sk_fullsock
	r7 = r0
	r1 = r6
	call bpf_sk_release
	if r7 == 0 goto out
	r2 = *(u32 *)(r7 +8)
	out:	r0 = 0
	exit
;; held_over_a_tail_call: reject reference leaks
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r7 = r0
	r1 = r6
	r2 = map[pa]
	r3 = 0
	call bpf_tail_call
	r1 = r7
	call bpf_sk_release
	out:	r0 = 0
	exit
.map pa type=prog_array key=4 value=4 entries=1
;; held_over_ld_abs: reject reference leaks
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r7 = r0
	r0 = *(u8 *)skb[0]
	r1 = r7
	call bpf_sk_release
	out:	r0 = 0
	exit
;; held_in_a_loop: accept
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r7 = r0
	r8 = 0
	again:	r8 += 1
	if r8 < 10 goto again
	r1 = r7
	call bpf_sk_release
	out:	r0 = 0
	exit
;; acquired_in_each_turn: reject reference leaks
.section "tc"
	r7 = r1
	r8 = 0
	again:	r1 = r7
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	r8 += 1
	if r8 < 3 goto again
	r0 = 0
	exit
;; acquired_and_released_in_each_turn: accept
.section "tc"
	r7 = r1
	r8 = 0
	again:	r1 = r7
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto next
	r1 = r0
	call bpf_sk_release
	next:	r8 += 1
	if r8 < 3 goto again
	r0 = 0
	exit
;; tuple_of_unknown_size: accept
.section "tc"
	r6 = r1
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -16) = 0
	r2 = r10
	r2 += -40
	r3 = 36
	r4 = -1
	r5 = 0
	call bpf_sk_lookup_tcp
	if r0 == 0 goto out
	r1 = r0
	call bpf_sk_release
	out:	r0 = 0
	exit
;; record_submitted: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = 1
	r1 = r0
	r2 = 0
	call bpf_ringbuf_submit
	out:	r0 = 0
	exit
;; record_discarded: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	r1 = r0
	r2 = 0
	call bpf_ringbuf_discard
	out:	r0 = 0
	exit
;; record_leaked: reject reference leaks
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = 1
	out:	r0 = 0
	exit
;; record_unchecked: reject may be NULL
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	*(u64 *)(r0 +0) = 1
	r1 = r0
	r2 = 0
	call bpf_ringbuf_submit
	r0 = 0
	exit
;; record_past: reject outside the memory
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	*(u32 *)(r0 +8) = 1
	r1 = r0
	r2 = 0
	call bpf_ringbuf_submit
	out:	r0 = 0
	exit
;; record_before: reject outside the memory
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	*(u32 *)(r0 -4) = 1
	r1 = r0
	r2 = 0
	call bpf_ringbuf_submit
	out:	r0 = 0
	exit
;; record_used_after_submit: reject not a pointer
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	r6 = r0
	r1 = r0
	r2 = 0
	call bpf_ringbuf_submit
	*(u64 *)(r6 +0) = 1
	out:	r0 = 0
	exit
;; record_submitted_and_discarded: reject not a reference
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	r6 = r0
	r1 = r0
	r2 = 0
	call bpf_ringbuf_submit
	r1 = r6
	r2 = 0
	call bpf_ringbuf_discard
	out:	r0 = 0
	exit
;; record_submitted_from_the_middle: reject the pointer to release is changed
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	r1 = r0
	r1 += 4
	r2 = 0
	call bpf_ringbuf_submit
	out:	r0 = 0
	exit
;; record_moved_and_back: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	r0 += 4
	r0 -= 4
	r1 = r0
	r2 = 0
	call bpf_ringbuf_submit
	out:	r0 = 0
	exit
;; stack_submitted: reject not a record
.section "tc"
	r1 = r10
	r1 += -8
	*(u64 *)(r10 -8) = 0
	r2 = 0
	call bpf_ringbuf_submit
	r0 = 0
	exit
;; record_filled_by_a_helper: accept
.section "tc"
	r6 = r1
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	r7 = r0
	r1 = r6
	r2 = 0
	r3 = r7
	r4 = 8
	call bpf_skb_load_bytes
	r1 = r7
	r2 = 0
	call bpf_ringbuf_submit
	out:	r0 = 0
	exit
;; record_overfilled_by_a_helper: reject outside the memory
.section "tc"
	r6 = r1
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	r7 = r0
	r1 = r6
	r2 = 0
	r3 = r7
	r4 = 9
	call bpf_skb_load_bytes
	r1 = r7
	r2 = 0
	call bpf_ringbuf_submit
	out:	r0 = 0
	exit
;; record_as_key: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	r7 = r0
	*(u64 *)(r7 +0) = 0
	r1 = map[h]
	r2 = r7
	call bpf_map_lookup_elem
	r1 = r7
	r2 = 0
	call bpf_ringbuf_submit
	out:	r0 = 0
	exit
;; record_atomic: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	r2 = 1
	lock *(u64 *)(r0 +0) += r2
	r1 = r0
	r2 = 0
	call bpf_ringbuf_submit
	out:	r0 = 0
	exit
;; record_variable_offset: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	r2 = *(u64 *)(r0 +0)
	r2 &= 7
	r3 = r0
	r3 += r2
	*(u8 *)(r3 +0) = 1
	r1 = r0
	r2 = 0
	call bpf_ringbuf_submit
	out:	r0 = 0
	exit
;; pointer_to_a_record_stored_in_it: accept
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = r0
	r1 = r0
	r2 = 0
	call bpf_ringbuf_submit
	out:	r0 = 0
	exit
