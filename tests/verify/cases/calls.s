; Helpers beyond the common ones: look-ups that give maps and sockets, results with ranges, fixed
; memory, per-type variants of arguments, callbacks and tail calls in functions.
.license "GPL"
.map m type=array key=4 value=64 entries=4
.map h type=hash key=4 value=8 entries=4
.map pa type=prog_array key=4 value=4 entries=4
.map qu type=queue key=0 value=8 entries=4
.map bf type=bloom_filter key=0 value=8 entries=4
.map sm type=sockmap key=4 value=4 entries=4
.map xm type=xskmap key=4 value=4 entries=4
.map dm type=devmap key=4 value=4 entries=4
.map lt type=lpm_trie key=8 value=8 entries=4 flags=1
.map inner type=array key=4 value=8 entries=1 template
.map mm type=array_of_maps key=4 value=4 entries=1 inner=inner
.map pm type=percpu_array key=4 value=8 entries=4
.map pe type=perf_event_array key=4 value=4 entries=0
.map st type=stack_trace key=4 value=80 entries=4
.map cg type=cgroup_array key=4 value=4 entries=1
.map ls type=cgroup_storage key=16 value=8 entries=0
.map urb type=user_ringbuf key=0 value=0 entries=4096
.section "tc"
;; inner_map_unchecked: reject may be NULL
	*(u64 *)(r10 -8) = 0
	r1 = map[mm]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r1 = r0
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; inner_map_checked: accept
	*(u64 *)(r10 -8) = 0
	r1 = map[mm]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = r0
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u64 *)(r0 +0)
out:
	r0 = 0
	exit
;; inner_array_s_constant_key: reject may be NULL
	*(u64 *)(r10 -8) = 0
	r1 = map[mm]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = r0
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r1 = *(u64 *)(r0 +0)
out:
	r0 = 0
	exit
;; inner_map_read_as_a_value: reject not memory of the program
	*(u64 *)(r10 -8) = 0
	r1 = map[mm]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r0 +0) = 1
out:
	r0 = 0
	exit
;; inner_map_moved: reject arithmetic on a map
	*(u64 *)(r10 -8) = 0
	r1 = map[mm]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 += 8
	r1 = r0
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
out:
	r0 = 0
	exit
;; array_s_constant_key: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r1 = *(u64 *)(r0 +56)
	r0 = 0
	exit
;; array_s_constant_key_spilled: accept
	r6 = 3
	*(u32 *)(r10 -8) = r6
	r1 = map[m]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r1 = *(u64 *)(r0 +56)
	r0 = 0
	exit
;; array_s_constant_key_spilled_off_the_slot: reject may be NULL
	r6 = 3
	*(u32 *)(r10 -4) = r6
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r1 = *(u64 *)(r0 +56)
	r0 = 0
	exit
;; array_s_constant_key_outside: reject may be NULL
	r6 = 4
	*(u32 *)(r10 -8) = r6
	r1 = map[m]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r1 = *(u64 *)(r0 +56)
	r0 = 0
	exit
;; array_s_constant_key_of_eight_bytes: reject may be NULL
	r6 = 3
	*(u64 *)(r10 -8) = r6
	r1 = map[m]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r1 = *(u64 *)(r0 +56)
	r0 = 0
	exit
;; array_s_key_of_two_paths: accept
	r6 = 3
	r1 = *(u32 *)(r1 +0)
	if r1 == 0 goto next
	r6 = 2
next:
	*(u32 *)(r10 -8) = r6
	r1 = map[m]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r1 = *(u64 *)(r0 +56)
	r0 = 0
	exit
;; array_s_key_of_two_paths_one_outside: reject may be NULL
	r6 = 3
	r1 = *(u32 *)(r1 +0)
	if r1 == 0 goto next
	r6 = 5
next:
	*(u32 *)(r10 -8) = r6
	r1 = map[m]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r1 = *(u64 *)(r0 +56)
	r0 = 0
	exit
;; percpu_array_s_constant_key: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[pm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r1 = *(u64 *)(r0 +0)
	r0 = 0
	exit
;; percpu_look_up_of_some_cpu: reject may be NULL
	*(u32 *)(r10 -4) = 0
	r1 = map[pm]
	r2 = r10
	r2 += -4
	r3 = 0
	call bpf_map_lookup_percpu_elem
	r1 = *(u64 *)(r0 +0)
	r0 = 0
	exit
;; hash_s_constant_key: reject may be NULL
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r1 = *(u64 *)(r0 +0)
	r0 = 0
	exit
;; socket_of_a_sockmap_leaked: reject reference leaks
.section "sk_skb/stream_verdict"
	*(u32 *)(r10 -4) = 0
	r1 = map[sm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r0 = 1
	exit
;; socket_of_a_sockmap_released: accept
.section "sk_skb/stream_verdict"
	*(u32 *)(r10 -4) = 0
	r1 = map[sm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = *(u32 *)(r0 +4)
	r1 = r0
	call bpf_sk_release
out:
	r0 = 1
	exit
;; socket_of_a_sockmap_read_unchecked: reject may be NULL
.section "sk_skb/stream_verdict"
	*(u32 *)(r10 -4) = 0
	r1 = map[sm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r6 = *(u32 *)(r0 +4)
	r0 = 1
	exit
;; socket_of_a_sockmap_put_back: reject not in this program type
.section "sk_skb/stream_verdict"
	*(u32 *)(r10 -4) = 0
	r1 = map[sm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r6 = r0
	r1 = map[sm]
	r2 = r10
	r2 += -4
	r3 = r6
	r4 = 0
	call bpf_map_update_elem
	r1 = r6
	call bpf_sk_release
out:
	r0 = 1
	exit
;; bytes_put_into_a_sockmap: reject not a socket
.section "sk_skb/stream_verdict"
	*(u64 *)(r10 -8) = 0
	r1 = map[sm]
	r2 = r10
	r2 += -8
	r3 = r10
	r3 += -8
	r4 = 0
	call bpf_map_update_elem
	r0 = 1
	exit
;; socket_of_an_xskmap: accept
.section "xdp"
	*(u32 *)(r10 -4) = 0
	r1 = map[xm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r0 = *(u32 *)(r0 +0)
out:
	r0 = 1
	exit
;; socket_of_an_xskmap_written: reject not writable
.section "xdp"
	*(u32 *)(r10 -4) = 0
	r1 = map[xm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u32 *)(r0 +0) = 1
out:
	r0 = 1
	exit
;; device_of_a_devmap: accept
.section "xdp"
	*(u32 *)(r10 -4) = 0
	r1 = map[dm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	r1 = *(u32 *)(r0 +0)
out:
	r0 = 1
	exit
;; device_of_a_devmap_written: reject writes to a read-only map
.section "xdp"
	*(u32 *)(r10 -4) = 0
	r1 = map[dm]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u32 *)(r0 +0) = 1
out:
	r0 = 1
	exit
;; redirect_map: accept
.section "xdp"
	r1 = map[dm]
	r2 = 0
	r3 = 0
	call bpf_redirect_map
	exit
;; redirect_map_of_a_hash: reject not for this type of map
.section "xdp"
	r1 = map[h]
	r2 = 0
	r3 = 0
	call bpf_redirect_map
	exit
;; prefix_tree: accept
	*(u64 *)(r10 -8) = 32
	r1 = map[lt]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r0 = 0
	exit
;; peek_at_a_queue_uninitialised [cap_bpf]: accept
.section "socket"
	r1 = map[qu]
	r2 = r10
	r2 += -8
	call bpf_map_peek_elem
	r0 = *(u64 *)(r10 -8)
	exit
;; bloom_filter_asked: accept
	*(u64 *)(r10 -8) = 1
	r1 = map[bf]
	r2 = r10
	r2 += -8
	call bpf_map_peek_elem
	r0 = 0
	exit
;; bloom_filter_asked_uninitialised [cap_bpf]: reject uninitialised stack
.section "socket"
	r1 = map[bf]
	r2 = r10
	r2 += -8
	call bpf_map_peek_elem
	r0 = 0
	exit
;; bloom_filter_popped: reject not for this type of map
	r1 = map[bf]
	r2 = r10
	r2 += -8
	call bpf_map_pop_elem
	r0 = 0
	exit
;; string_parsed: accept
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r1 += -8
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -16
	call bpf_strtol
	r0 = *(u64 *)(r10 -16)
	exit
;; string_parsed_into_an_odd_place: reject misaligned
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r1 += -8
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -20
	call bpf_strtol
	r0 = 0
	exit
;; string_parsed_past_the_stack: reject outside the stack
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r1 += -8
	r2 = 8
	r3 = 0
	r4 = r10
	r4 += -4
	call bpf_strtol
	r0 = 0
	exit
;; mtu_checked: accept
	*(u32 *)(r10 -4) = 0
	r2 = 0
	r3 = r10
	r3 += -4
	r4 = 0
	r5 = 0
	call bpf_check_mtu
	r0 = 0
	exit
;; mtu_checked_uninitialised_with_privilege: accept
	r2 = 0
	r3 = r10
	r3 += -4
	r4 = 0
	r5 = 0
	call bpf_check_mtu
	r0 = 0
	exit
;; checksum_of_two_buffers: accept
	*(u64 *)(r10 -8) = 0
	r1 = 0
	r2 = 0
	r3 = r10
	r3 += -8
	r4 = 8
	r5 = 0
	call bpf_csum_diff
	r0 = 0
	exit
;; checksum_of_null_with_a_size: reject may be NULL
	*(u64 *)(r10 -8) = 0
	r1 = 0
	r2 = 4
	r3 = r10
	r3 += -8
	r4 = 8
	r5 = 0
	call bpf_csum_diff
	r0 = 0
	exit
;; checksum_of_packet_bytes: accept
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 20
	if r4 > r3 goto out
	r1 = 0
	r3 = r2
	r2 = 0
	r4 = 20
	r5 = 0
	call bpf_csum_diff
out:
	r0 = 0
	exit
;; packet_bytes_printed: reject no packet memory
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 20
	if r4 > r3 goto out
	r1 = r2
	r2 = 20
	call bpf_trace_printk
out:
	r0 = 0
	exit
;; syncookie_of_raw_headers: accept
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 40
	if r4 > r3 goto out
	r1 = r2
	r2 += 20
	r3 = 20
	call bpf_tcp_raw_gen_syncookie_ipv4
out:
	r0 = 0
	exit
;; syncookie_of_half_a_header: reject outside the packet
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 19
	if r4 > r3 goto out
	r1 = r2
	r2 = r10
	r2 += -8
	r3 = 0
	call bpf_tcp_raw_gen_syncookie_ipv4
out:
	r0 = 0
	exit
;; stack_trace_s_length_bounds_the_copy: accept
.section "perf_event"
	r6 = r1
	*(u64 *)(r10 -64) = 0
	*(u64 *)(r10 -56) = 0
	*(u64 *)(r10 -48) = 0
	*(u64 *)(r10 -40) = 0
	r2 = r10
	r2 += -64
	r3 = 32
	r4 = 0
	call bpf_get_stack
	if r0 s< 0 goto out
	r3 = 32
	r3 -= r0
	r2 = r10
	r2 += -64
	r2 += r0
	r1 = r6
	r4 = 0
	call bpf_get_stack
out:
	r0 = 0
	exit
;; stack_trace_s_length_not_tested: reject may be negative
.section "perf_event"
	r6 = r1
	*(u64 *)(r10 -64) = 0
	*(u64 *)(r10 -56) = 0
	*(u64 *)(r10 -48) = 0
	*(u64 *)(r10 -40) = 0
	r2 = r10
	r2 += -64
	r3 = 32
	r4 = 0
	call bpf_get_stack
	r2 = r10
	r2 += -64
	r3 = r0
	r1 = r6
	r4 = 0
	call bpf_get_stack
	r0 = 0
	exit
;; string_s_length_indexes_its_buffer: accept
	r6 = 0
	r1 = r10
	r1 += -16
	r2 = 16
	r3 = r6
	call bpf_probe_read_kernel_str
	if r0 s<= 0 goto out
	r1 = r10
	r1 += -17
	r1 += r0
	*(u8 *)(r1 +0) = 0
out:
	r0 = 0
	exit
;; probe_read_s_result_has_no_bound: reject outside the stack
	r6 = 0
	r1 = r10
	r1 += -16
	r2 = 16
	r3 = r6
	call bpf_probe_read_kernel
	if r0 s<= 0 goto out
	r1 = r10
	r1 += -17
	r1 += r0
	*(u8 *)(r1 +0) = 0
out:
	r0 = 0
	exit
;; socket_cookie_of_the_context: accept
	call bpf_get_socket_cookie
	r0 = 0
	exit
;; socket_cookie_of_a_stack: reject not the context
	r1 = r10
	call bpf_get_socket_cookie
	r0 = 0
	exit
;; local_storage: accept
.section "cgroup_skb/ingress"
	r1 = map[ls]
	r2 = 0
	call bpf_get_local_storage
	r1 = *(u64 *)(r0 +0)
	r0 = 1
	exit
;; local_storage_with_flags: reject flags
.section "cgroup_skb/ingress"
	r1 = map[ls]
	r2 = 1
	call bpf_get_local_storage
	r0 = 1
	exit
;; local_storage_of_an_array: reject not for this type of map
.section "cgroup_skb/ingress"
	r1 = map[m]
	r2 = 0
	call bpf_get_local_storage
	r0 = 1
	exit
;; socket_of_a_sk_lookup_assigned: accept
.section "sk_lookup"
	r2 = 0
	r3 = 0
	call bpf_sk_assign
	r0 = 1
	exit
;; null_assigned_in_tc: reject may be NULL
	r2 = 0
	r3 = 0
	call bpf_sk_assign
	r0 = 0
	exit
;; stack_trace_map: accept
.section "perf_event"
	r2 = map[st]
	r3 = 0
	call bpf_get_stackid
	r0 = 0
	exit
;; cgroup_of_an_array: accept
	r1 = map[cg]
	r2 = 0
	call bpf_current_task_under_cgroup
	r0 = 0
	exit
;; tail_call_that_fails_leaves_the_packet: accept
	r6 = *(u32 *)(r1 +76)
	r2 = *(u32 *)(r1 +80)
	r3 = r6
	r3 += 8
	if r3 > r2 goto out
	r2 = map[pa]
	r3 = 0
	call bpf_tail_call
	r0 = *(u8 *)(r6 +0)
out:
	r0 = 0
	exit
;; pull_moves_the_packet: reject not a pointer
	r6 = *(u32 *)(r1 +76)
	r2 = *(u32 *)(r1 +80)
	r3 = r6
	r3 += 8
	if r3 > r2 goto out
	r2 = 0
	call bpf_skb_pull_data
	r0 = *(u8 *)(r6 +0)
out:
	r0 = 0
	exit
;; pull_moves_the_packet_in_a_spill: reject not a pointer
	r6 = *(u32 *)(r1 +76)
	r2 = *(u32 *)(r1 +80)
	r3 = r6
	r3 += 8
	if r3 > r2 goto out
	*(u64 *)(r10 -8) = r6
	r2 = 0
	call bpf_skb_pull_data
	r6 = *(u64 *)(r10 -8)
	r0 = *(u8 *)(r6 +0)
out:
	r0 = 0
	exit
;; pull_leaves_map_values: accept
	r6 = r1
	*(u32 *)(r10 -4) = 0
	r1 = map[m]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r7 = r0
	r1 = r6
	r2 = 0
	call bpf_skb_pull_data
	r0 = *(u8 *)(r7 +0)
	r0 = 0
	exit
;; callee_pulls: reject not a pointer
	r6 = *(u32 *)(r1 +76)
	r2 = *(u32 *)(r1 +80)
	r3 = r6
	r3 += 8
	if r3 > r2 goto out
	call pull
	r0 = *(u8 *)(r6 +0)
out:
	r0 = 0
	exit
pull:
	r2 = 0
	call bpf_skb_pull_data
	exit
;; strings_compared_to_no_constant: reject not a constant string
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r1 += -8
	r2 = 8
	r3 = map[m][0]
	call bpf_strncmp
	r0 = 0
	exit
;; task_is_a_trusted_pointer: accept
	call bpf_get_current_task_btf
	r1 = r0
	call bpf_task_pt_regs
	r0 = 0
	exit
;; task_moved: reject of another type
	call bpf_get_current_task_btf
	r1 = r0
	r1 += 8
	call bpf_task_pt_regs
	r0 = 0
	exit
;; task_as_a_number: accept
	call bpf_get_current_task
	r0 = 0
	exit
;; task_of_another_type: reject of another type
	call bpf_get_current_task_btf
	r1 = r0
	call bpf_task_pt_regs
	r1 = r0
	call bpf_task_pt_regs
	r0 = 0
	exit
;; socket_cast: reject may be NULL
	r1 = *(u64 *)(r1 +168)
	call bpf_skc_to_tcp_sock
	r0 = 0
	exit
;; socket_cast_checked: accept
	r1 = *(u64 *)(r1 +168)
	if r1 == 0 goto out
	call bpf_skc_to_tcp_sock
out:
	r0 = 0
	exit
;; cast_socket_read_unchecked: reject may be NULL
	r1 = *(u64 *)(r1 +168)
	if r1 == 0 goto out
	call bpf_skc_to_tcp_sock
	r1 = *(u64 *)(r0 +0)
out:
	r0 = 0
	exit
;; cast_socket_as_a_socket: accept
	r1 = *(u64 *)(r1 +168)
	if r1 == 0 goto out
	call bpf_skc_to_tcp_sock
	if r0 == 0 goto out
	r1 = r0
	call bpf_skc_to_tcp_sock
out:
	r0 = 0
	exit
;; full_socket: accept
	r1 = *(u64 *)(r1 +168)
	if r1 == 0 goto out
	call bpf_sk_fullsock
	if r0 == 0 goto out
	r1 = r0
	call bpf_tcp_sock
	if r0 == 0 goto out
	r0 = *(u32 *)(r0 +0)
out:
	r0 = 0
	exit
;; sleeping_helper: reject may sleep
	r1 = r10
	r1 += -8
	r2 = 8
	r3 = 0
	call bpf_copy_from_user
	r0 = 0
	exit
;; sleeping_helper_where_sleep_is_allowed: accept
.section "syscall"
	r1 = r10
	r1 += -8
	r2 = 8
	r3 = 0
	call bpf_copy_from_user
	r0 = 0
	exit
;; prog_array_in_a_sleepable_program: reject not for sleepable programs
.section "syscall"
	r1 = map[pa]
	r0 = 0
	exit
;; processor_number: accept
	call bpf_get_smp_processor_id
	if r0 > 1023 goto out
	r0 = 0
out:
	r0 = 0
	exit
;; name_of_the_process: accept
	r1 = r10
	r1 += -16
	r2 = 16
	call bpf_get_current_comm
	r0 = *(u64 *)(r10 -16)
	exit
;; filled_memory_forgets_what_was_there: reject not a pointer
	*(u64 *)(r10 -16) = r1
	r1 = r10
	r1 += -16
	r2 = 16
	call bpf_get_current_comm
	r1 = *(u64 *)(r10 -16)
	r0 = *(u32 *)(r1 +0)
	exit
;; filled_memory_of_unknown_size_may_be_there: reject not a pointer
	*(u64 *)(r10 -16) = r1
	r2 = *(u32 *)(r1 +0)
	r2 &= 7
	r2 += 1
	r1 = r10
	r1 += -16
	call bpf_get_current_comm
	r1 = *(u64 *)(r10 -16)
	r0 = *(u32 *)(r1 +0)
	exit
;; loop_without_a_function: reject not a function
	r1 = 4
	r2 = r10
	r3 = 0
	r4 = 0
	call bpf_loop
	r0 = 0
	exit
;; socket_deleted_from_a_sockmap: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[sm]
	r2 = r10
	r2 += -4
	call bpf_map_delete_elem
	r0 = 0
	exit
;; socket_deleted_from_a_sockmap_by_its_verdict: reject not in this program type
.section "sk_skb/stream_verdict"
	*(u32 *)(r10 -4) = 0
	r1 = map[sm]
	r2 = r10
	r2 += -4
	call bpf_map_delete_elem
	r0 = 1
	exit
