; Packet memory: the test against its end, what invalidates it, metadata.
; tc: data at +76, data_end at +80, data_meta at +140 of the context; XDP: +0, +4, +8.
.license "GPL"
.map h type=hash key=8 value=8 entries=4
;; tc_unchecked: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; tc_checked: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r0 = *(u8 *)(r2 +13)
out:	r0 = 0
	exit
;; tc_checked_one_too_few: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r0 = *(u8 *)(r2 +14)
out:	r0 = 0
	exit
;; xdp_unchecked: reject outside the packet
.section "xdp"
	r2 = *(u32 *)(r1 +0)
	r3 = *(u32 *)(r1 +4)
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; xdp_checked: accept
.section "xdp"
	r2 = *(u32 *)(r1 +0)
	r3 = *(u32 *)(r1 +4)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r0 = *(u8 *)(r2 +13)
out:	r0 = 0
	exit
;; xdp_checked_one_too_few: reject outside the packet
.section "xdp"
	r2 = *(u32 *)(r1 +0)
	r3 = *(u32 *)(r1 +4)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r0 = *(u8 *)(r2 +14)
out:	r0 = 0
	exit
;; word_across: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r0 = *(u32 *)(r2 +11)
out:	r0 = 0
	exit
;; before_the_start: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r0 = *(u8 *)(r2 -1)
out:	r0 = 0
	exit
;; wrong_side_of_the_test: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 <= r3 goto out
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; end_compared_first: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r3 < r4 goto out
	r0 = *(u8 *)(r2 +13)
out:	r0 = 0
	exit
;; greater_or_equal_proves_one_more: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 >= r3 goto out
	r0 = *(u8 *)(r2 +14)
out:	r0 = 0
	exit
;; greater_or_equal_of_the_end_proves_one_less: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r3 >= r4 goto in
	goto out
in:	r0 = *(u8 *)(r2 +13)
out:	r0 = 0
	exit
;; end_greater: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r3 > r4 goto in
	goto out
in:	r0 = *(u8 *)(r2 +14)
out:	r0 = 0
	exit
;; end_greater_else: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r3 > r4 goto out
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; equality_proves_nothing: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 != r3 goto out
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; signed_test_proves_nothing: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 s> r3 goto out
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; word_test_proves_nothing: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if w4 > w3 goto out
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; moved_pointer_uses_the_test: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r2 += 10
	r0 = *(u32 *)(r2 +0)
out:	r0 = 0
	exit
;; moved_pointer_past_the_test: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r2 += 11
	r0 = *(u32 *)(r2 +0)
out:	r0 = 0
	exit
;; tested_pointer_itself: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r2 += 14
	if r2 > r3 goto out
	r0 = *(u8 *)(r2 -1)
out:	r0 = 0
	exit
;; variable_offset_tested: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r5 = *(u32 *)(r1 +0)
	r5 &= 255
	r2 += r5
	r4 = r2
	r4 += 4
	if r4 > r3 goto out
	r0 = *(u32 *)(r2 +0)
out:	r0 = 0
	exit
;; variable_offset_tested_before: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r5 = *(u32 *)(r1 +0)
	r5 &= 255
	r4 = r2
	r4 += 4
	if r4 > r3 goto out
	r2 += r5
	r0 = *(u32 *)(r2 +0)
out:	r0 = 0
	exit
;; variable_offset_forgets_the_test: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r5 = *(u32 *)(r1 +0)
	r5 &= 7
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r2 += r5
	r0 = *(u8 *)(r2 +6)
out:	r0 = 0
	exit
;; variable_offset_needs_its_own_test: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r5 = *(u32 *)(r1 +0)
	r5 &= 7
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r4 = r2
	r4 += r5
	r0 = *(u8 *)(r4 +7)
out:	r0 = 0
	exit
;; variable_offset_of_65535: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r5 = *(u32 *)(r1 +0)
	r5 &= 0x7fff
	r2 += r5
	r4 = r2
	r4 += 4
	if r4 > r3 goto out
	r0 = *(u32 *)(r2 +0)
out:	r0 = 0
	exit
;; variable_offset_too_large: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r5 = *(u32 *)(r1 +0)
	r5 &= 0x1ffff
	r2 += r5
	r4 = r2
	r4 += 4
	if r4 > r3 goto out
	r0 = *(u32 *)(r2 +0)
out:	r0 = 0
	exit
;; variable_offset_unbounded: reject unbounded offset
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r5 = *(u64 *)(r10 -8)
	r2 += r5
	r4 = r2
	r4 += 4
	if r4 > r3 goto out
	r0 = *(u32 *)(r2 +0)
out:	r0 = 0
	exit
;; offset_beyond_any_packet: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 65536
	if r4 > r3 goto out
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; other_variable_offset_is_another_pointer: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r5 = *(u32 *)(r1 +0)
	r5 &= 7
	r4 = r2
	r4 += r5
	r6 = *(u32 *)(r1 +0)
	r6 &= 7
	r7 = r2
	r7 += r6
	r8 = r4
	r8 += 4
	if r8 > r3 goto out
	r0 = *(u32 *)(r7 +0)
out:	r0 = 0
	exit
;; copy_of_the_same_variable_offset: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r5 = *(u32 *)(r1 +0)
	r5 &= 7
	r4 = r2
	r4 += r5
	r7 = r4
	r8 = r4
	r8 += 4
	if r8 > r3 goto out
	r0 = *(u32 *)(r7 +0)
out:	r0 = 0
	exit
;; subtracts_from_a_packet_pointer: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r4 -= 4
	r0 = *(u32 *)(r4 +0)
out:	r0 = 0
	exit
;; length_by_subtraction_proves_nothing: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r3
	r4 -= r2
	if r4 < 14 goto out
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; end_is_not_memory: reject not memory
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r0 = *(u8 *)(r3 +0)
out:	r0 = 0
	exit
;; end_plus_constant: reject arithmetic on pointers
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r3 += 1
out:	r0 = 0
	exit
;; end_minus_constant: reject arithmetic on pointers
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r3 -= 1
out:	r0 = 0
	exit
;; write_in_tc: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	*(u8 *)(r2 +0) = 1
out:	r0 = 0
	exit
;; write_in_xdp: accept
.section "xdp"
	r2 = *(u32 *)(r1 +0)
	r3 = *(u32 *)(r1 +4)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	*(u8 *)(r2 +0) = 1
out:	r0 = 0
	exit
;; write_in_cgroup_skb: reject this program type may not write the packet
.section "cgroup_skb/ingress"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	*(u8 *)(r2 +0) = 1
out:	r0 = 0
	exit
;; read_in_cgroup_skb: accept
.section "cgroup_skb/ingress"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; data_in_a_socket_filter: reject not a context field
.section "socket"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r0 = 0
out:	r0 = 0
	exit
;; pointer_stored_in_the_packet: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	*(u64 *)(r2 +0) = r1
out:	r0 = 0
	exit
;; old_pointer_after_the_packet_changed: reject not a pointer
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r6 = r1
	r7 = r2
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r2 = 20
	call bpf_skb_pull_data
	r0 = *(u8 *)(r7 +0)
out:	r0 = 0
	exit
;; test_before_the_packet_changed: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r6 = r1
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r2 = 20
	call bpf_skb_pull_data
	r2 = *(u32 *)(r6 +76)
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; test_again_after_the_packet_changed: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r6 = r1
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r2 = 20
	call bpf_skb_pull_data
	r2 = *(u32 *)(r6 +76)
	r3 = *(u32 *)(r6 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; old_pointer_after_a_harmless_helper: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r7 = r2
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	call bpf_get_prandom_u32
	r0 = *(u8 *)(r7 +13)
out:	r0 = 0
	exit
;; spilled_pointer_after_the_packet_changed: reject not a pointer
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	*(u64 *)(r10 -8) = r2
	r2 = 20
	call bpf_skb_pull_data
	r2 = *(u64 *)(r10 -8)
	r0 = *(u8 *)(r2 +0)
out:	r0 = 0
	exit
;; old_pointer_after_adjust_head: reject not a pointer
.section "xdp"
	r2 = *(u32 *)(r1 +0)
	r3 = *(u32 *)(r1 +4)
	r7 = r2
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r2 = 4
	call bpf_xdp_adjust_head
	r0 = *(u8 *)(r7 +0)
out:	r0 = 0
	exit
;; old_pointer_after_adjust_meta: reject not a pointer
.section "xdp"
	r2 = *(u32 *)(r1 +0)
	r3 = *(u32 *)(r1 +4)
	r7 = r2
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	r2 = 0
	r2 -= 4
	call bpf_xdp_adjust_meta
	r0 = *(u8 *)(r7 +0)
out:	r0 = 0
	exit
;; changed_in_a_function: reject not a pointer
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r6 = r1
	r7 = r2
	r4 = r2
	r4 += 14
	if r4 > r3 goto out
	call pull
	r0 = *(u8 *)(r7 +0)
out:	r0 = 0
	exit
.func pull
	r2 = 20
	call bpf_skb_pull_data
	r0 = 0
	exit
;; metadata: accept
.section "xdp"
	r2 = *(u32 *)(r1 +0)
	r3 = *(u32 *)(r1 +4)
	r2 = *(u32 *)(r1 +8)
	r3 = *(u32 *)(r1 +0)
	r4 = r2
	r4 += 4
	if r4 > r3 goto out
	*(u32 *)(r2 +0) = 1
out:	r0 = 0
	exit
;; metadata_unchecked: reject outside the packet
.section "xdp"
	r2 = *(u32 *)(r1 +0)
	r3 = *(u32 *)(r1 +4)
	r2 = *(u32 *)(r1 +8)
	*(u32 *)(r2 +0) = 1
out:	r0 = 0
	exit
;; metadata_against_the_end_of_the_packet: reject outside the packet
.section "xdp"
	r2 = *(u32 *)(r1 +0)
	r3 = *(u32 *)(r1 +4)
	r2 = *(u32 *)(r1 +8)
	r4 = r2
	r4 += 4
	if r4 > r3 goto out
	r0 = *(u32 *)(r2 +0)
out:	r0 = 0
	exit
;; metadata_in_tc: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r2 = *(u32 *)(r1 +140)
	r3 = *(u32 *)(r1 +76)
	r4 = r2
	r4 += 4
	if r4 > r3 goto out
	r0 = *(u32 *)(r2 +0)
out:	r0 = 0
	exit
;; packet_as_key: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 8
	if r4 > r3 goto out
	r1 = map[h]
	call bpf_map_lookup_elem
out:	r0 = 0
	exit
;; packet_as_key_one_byte_short: reject outside the packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 7
	if r4 > r3 goto out
	r1 = map[h]
	call bpf_map_lookup_elem
out:	r0 = 0
	exit
;; packet_as_value: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 8
	if r4 > r3 goto out
	r3 = r2
	r1 = map[h]
	r4 = 0
	call bpf_map_update_elem
out:	r0 = 0
	exit
;; helper_that_changes_the_packet_takes_no_packet: reject not a pointer to packet
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 8
	if r4 > r3 goto out
	r3 = r2
	r2 = 0
	r4 = 8
	r5 = 0
	call bpf_skb_store_bytes
out:	r0 = 0
	exit
;; atomic_in_the_packet: reject not in this memory
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 8
	if r4 > r3 goto out
	r4 = 1
	lock *(u64 *)(r2 +0) += r4
out:	r0 = 0
	exit
;; loop_over_bytes: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r5 = 0
	r6 = 0
again:
	r4 = r2
	r4 += 1
	if r4 > r3 goto out
	r0 = *(u8 *)(r2 +0)
	r2 += 1
	r5 += 1
	if r5 < 10 goto again
out:	r0 = 0
	exit
;; test_of_a_copy_in_another_register: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r7 = r2
	r8 = r3
	r4 = r7
	r4 += 14
	if r4 > r8 goto out
	r0 = *(u8 *)(r2 +13)
out:	r0 = 0
	exit
;; packet_pointer_returned: accept
.section "tc"
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r0 = r2
	if r0 != 0 goto out
out:	r0 = 0
	exit
