; Contexts by program type: fields, widths, writes.
.license "GPL"
;; skb_len: accept
.section "tc"
	r2 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; skb_len_by_half: accept
.section "tc"
	r2 = *(u16 *)(r1 +0)
	r0 = 0
	exit
;; skb_len_by_byte: accept
.section "tc"
	r2 = *(u8 *)(r1 +3)
	r0 = 0
	exit
;; skb_len_by_double_word: reject not a context field
.section "tc"
	r2 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; skb_len_write: reject not a writable context field
.section "tc"
	r2 = 0
	*(u32 *)(r1 +0) = r2
	r0 = 0
	exit
;; skb_mark_write: accept
.section "tc"
	r2 = 0
	*(u32 *)(r1 +8) = r2
	r0 = 0
	exit
;; skb_mark_write_by_half: reject not a writable context field
.section "tc"
	r2 = 0
	*(u16 *)(r1 +8) = r2
	r0 = 0
	exit
;; skb_past_the_end: reject not a context field
.section "tc"
	r2 = *(u32 *)(r1 +192)
	r0 = 0
	exit
;; skb_negative_offset: reject not a context field
.section "tc"
	r2 = *(u32 *)(r1 -4)
	r0 = 0
	exit
;; skb_priority_write: accept
.section "tc"
	r2 = 0
	*(u32 *)(r1 +32) = r2
	r0 = 0
	exit
;; skb_queue_mapping_write: accept
.section "tc"
	r2 = 0
	*(u32 *)(r1 +12) = r2
	r0 = 0
	exit
;; skb_cb_write: accept
.section "tc"
	r2 = 0
	*(u32 *)(r1 +48) = r2
	r0 = 0
	exit
;; skb_cb_write_by_byte: accept
.section "tc"
	r2 = 0
	*(u8 *)(r1 +49) = r2
	r0 = 0
	exit
;; skb_cb_write_by_double_word: accept
.section "tc"
	r2 = 0
	*(u64 *)(r1 +48) = r2
	r0 = 0
	exit
;; skb_cb_write_across: reject not a writable context field
.section "tc"
	r2 = 0
	*(u64 *)(r1 +64) = r2
	r0 = 0
	exit
;; skb_tstamp_write: accept
.section "tc"
	r2 = 0
	*(u64 *)(r1 +152) = r2
	r0 = 0
	exit
;; skb_tstamp_by_word: reject not a context field
.section "tc"
	r2 = *(u32 *)(r1 +152)
	r0 = 0
	exit
;; skb_protocol_write: reject not a writable context field
.section "tc"
	r2 = 0
	*(u32 *)(r1 +16) = r2
	r0 = 0
	exit
;; skb_hash_by_half_upper: accept
.section "tc"
	r2 = *(u16 *)(r1 +70)
	r0 = 0
	exit
;; skb_data_by_half: reject not a context field
.section "tc"
	r2 = *(u16 *)(r1 +76)
	r0 = 0
	exit
;; skb_sk_by_word: reject not a context field
.section "tc"
	r2 = *(u32 *)(r1 +168)
	r0 = 0
	exit
;; skb_sk: accept
.section "tc"
	r2 = *(u64 *)(r1 +168)
	r0 = 0
	exit
;; skb_tc_classid: accept
.section "tc"
	r2 = *(u32 *)(r1 +72)
	r0 = 0
	exit
;; skb_tc_classid_in_socket_filter: reject not a context field
.section "socket"
	r2 = *(u32 *)(r1 +72)
	r0 = 0
	exit
;; skb_family_in_tc: reject not a context field
.section "tc"
	r2 = *(u32 *)(r1 +88)
	r0 = 0
	exit
;; skb_family_in_sk_skb: accept
.section "sk_skb"
	r2 = *(u32 *)(r1 +88)
	r0 = 0
	exit
;; skb_mark_write_in_socket_filter: reject not a writable context field
.section "socket"
	r2 = 0
	*(u32 *)(r1 +8) = r2
	r0 = 0
	exit
;; skb_cb_write_in_socket_filter: accept
.section "socket"
	r2 = 0
	*(u32 *)(r1 +48) = r2
	r0 = 0
	exit
;; skb_tstamp_in_socket_filter: reject not a context field
.section "socket"
	r2 = *(u64 *)(r1 +152)
	r0 = 0
	exit
;; skb_wire_len_in_tc: accept
.section "tc"
	r2 = *(u32 *)(r1 +160)
	r0 = 0
	exit
;; skb_wire_len_in_lwt: reject not a context field
.section "lwt_in"
	r2 = *(u32 *)(r1 +160)
	r0 = 0
	exit
;; skb_mark_write_in_lwt: accept
.section "lwt_xmit"
	r2 = 0
	*(u32 *)(r1 +8) = r2
	r0 = 0
	exit
;; skb_priority_write_in_lwt: accept
.section "lwt_xmit"
	r2 = 0
	*(u32 *)(r1 +32) = r2
	r0 = 0
	exit
;; skb_priority_write_in_lwt_in: accept
.section "lwt_in"
	r2 = 0
	*(u32 *)(r1 +32) = r2
	r0 = 0
	exit
;; skb_flow_keys_in_tc: reject not a context field
.section "tc"
	r2 = *(u64 *)(r1 +144)
	r0 = 0
	exit
;; skb_hwtstamp: accept
.section "tc"
	r2 = *(u64 *)(r1 +184)
	r0 = 0
	exit
;; skb_store_immediate: accept
.section "tc"
	*(u32 *)(r1 +8) = 7
	r0 = 0
	exit
;; skb_store_pointer: accept
.section "tc"
	*(u64 *)(r1 +48) = r1
	r0 = 0
	exit
;; skb_store_pointer_without_privilege [cap_bpf]: reject leaks an address
.section "socket"
	*(u64 *)(r1 +48) = r1
	r0 = 0
	exit
;; xdp_ingress_ifindex: accept
.section "xdp"
	r2 = *(u32 *)(r1 +12)
	r0 = 0
	exit
;; xdp_rx_queue_index: accept
.section "xdp"
	r2 = *(u32 *)(r1 +16)
	r0 = 0
	exit
;; xdp_egress_ifindex: reject not a context field
.section "xdp"
	r2 = *(u32 *)(r1 +20)
	r0 = 0
	exit
;; xdp_egress_ifindex_in_devmap: accept
.section "xdp/devmap"
	r2 = *(u32 *)(r1 +20)
	r0 = 0
	exit
;; xdp_rx_queue_by_byte: reject not a context field
.section "xdp"
	r2 = *(u8 *)(r1 +16)
	r0 = 0
	exit
;; xdp_rx_queue_index_write: reject not a writable context field
.section "xdp"
	r2 = 0
	*(u32 *)(r1 +16) = r2
	r0 = 0
	exit
;; xdp_data_by_double_word: reject not a context field
.section "xdp"
	r2 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; xdp_past_the_end: reject not a context field
.section "xdp"
	r2 = *(u32 *)(r1 +24)
	r0 = 0
	exit
;; sock_ops_op: accept
.section "sockops"
	r2 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; sock_ops_reply_write: accept
.section "sockops"
	r2 = 0
	*(u32 *)(r1 +4) = r2
	r0 = 0
	exit
;; sock_ops_op_write: reject not a writable context field
.section "sockops"
	r2 = 0
	*(u32 *)(r1 +0) = r2
	r0 = 0
	exit
;; sock_ops_bytes_received: accept
.section "sockops"
	r2 = *(u64 *)(r1 +168)
	r0 = 0
	exit
;; sock_ops_sk: accept
.section "sockops"
	r2 = *(u64 *)(r1 +184)
	r0 = 0
	exit
;; sock_addr_family: accept
.section "cgroup/connect4"
	r2 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; sock_addr_user_ip4: accept
.section "cgroup/connect4"
	r2 = *(u32 *)(r1 +4)
	r0 = 0
	exit
;; sock_addr_user_ip4_write: accept
.section "cgroup/connect4"
	r2 = 0
	*(u32 *)(r1 +4) = r2
	r0 = 0
	exit
;; sock_addr_user_ip6_in_connect4: reject not a context field
.section "cgroup/connect4"
	r2 = *(u32 *)(r1 +8)
	r0 = 0
	exit
;; sock_addr_user_ip6_in_connect6: accept
.section "cgroup/connect6"
	r2 = *(u32 *)(r1 +8)
	r0 = 0
	exit
;; sock_addr_user_ip4_in_connect6: reject not a context field
.section "cgroup/connect6"
	r2 = *(u32 *)(r1 +4)
	r0 = 0
	exit
;; sock_addr_port_write: accept
.section "cgroup/connect4"
	r2 = 0
	*(u32 *)(r1 +24) = r2
	r0 = 0
	exit
;; sock_addr_msg_src_ip4_in_connect4: reject not a context field
.section "cgroup/connect4"
	r2 = *(u32 *)(r1 +40)
	r0 = 0
	exit
;; sock_addr_msg_src_ip4_in_sendmsg4: accept
.section "cgroup/sendmsg4"
	r2 = *(u32 *)(r1 +40)
	r0 = 0
	exit
;; sock_addr_family_write: reject not a writable context field
.section "cgroup/connect4"
	r2 = 0
	*(u32 *)(r1 +0) = r2
	r0 = 0
	exit
;; sock_bound_dev_if: accept
.section "cgroup/sock_create"
	r2 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; sock_bound_dev_if_write: accept
.section "cgroup/sock_create"
	r2 = 0
	*(u32 *)(r1 +0) = r2
	r0 = 0
	exit
;; sock_src_ip4_at_create: reject not a context field
.section "cgroup/sock_create"
	r2 = *(u32 *)(r1 +24)
	r0 = 0
	exit
;; sock_src_ip4_after_bind: accept
.section "cgroup/post_bind4"
	r2 = *(u32 *)(r1 +24)
	r0 = 0
	exit
;; sock_bound_dev_if_write_after_bind: reject not a writable context field
.section "cgroup/post_bind4"
	r2 = 0
	*(u32 *)(r1 +0) = r2
	r0 = 0
	exit
;; sock_mark_write: accept
.section "cgroup/sock_create"
	r2 = 0
	*(u32 *)(r1 +16) = r2
	r0 = 0
	exit
;; device_access_type: accept
.section "cgroup/dev"
	r2 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; device_access_type_write: reject not a writable context field
.section "cgroup/dev"
	r2 = 0
	*(u32 *)(r1 +0) = r2
	r0 = 0
	exit
;; device_access_type_by_byte: accept
.section "cgroup/dev"
	r2 = *(u8 *)(r1 +0)
	r0 = 0
	exit
;; device_major_by_byte: reject not a context field
.section "cgroup/dev"
	r2 = *(u8 *)(r1 +4)
	r0 = 0
	exit
;; sysctl_write: accept
.section "cgroup/sysctl"
	r2 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; sysctl_file_pos_write: accept
.section "cgroup/sysctl"
	r2 = 0
	*(u32 *)(r1 +4) = r2
	r0 = 0
	exit
;; sysctl_write_write: reject not a writable context field
.section "cgroup/sysctl"
	r2 = 0
	*(u32 *)(r1 +0) = r2
	r0 = 0
	exit
;; sockopt_level: accept
.section "cgroup/getsockopt"
	r2 = *(u32 *)(r1 +24)
	r0 = 0
	exit
;; sockopt_level_write_in_get: reject not a writable context field
.section "cgroup/getsockopt"
	r2 = 0
	*(u32 *)(r1 +24) = r2
	r0 = 0
	exit
;; sockopt_level_write_in_set: accept
.section "cgroup/setsockopt"
	r2 = 0
	*(u32 *)(r1 +24) = r2
	r0 = 0
	exit
;; sockopt_retval_write_in_get: accept
.section "cgroup/getsockopt"
	r2 = 0
	*(u32 *)(r1 +36) = r2
	r0 = 0
	exit
;; sockopt_retval_in_set: reject not a context field
.section "cgroup/setsockopt"
	r2 = *(u32 *)(r1 +36)
	r0 = 0
	exit
;; sockopt_optval: accept
.section "cgroup/getsockopt"
	r2 = *(u64 *)(r1 +8)
	r0 = 0
	exit
;; sockopt_optval_by_word: reject not a context field
.section "cgroup/getsockopt"
	r2 = *(u32 *)(r1 +8)
	r0 = 0
	exit
;; sockopt_optval_checked: accept
.section "cgroup/getsockopt"
	r2 = *(u64 *)(r1 +8)
	r3 = *(u64 *)(r1 +16)
	r4 = r2
	r4 += 4
	if r4 > r3 goto +1
	*(u32 *)(r2 +0) = 1
	r0 = 0
	exit
;; sockopt_optval_unchecked: reject outside the packet
.section "cgroup/getsockopt"
	r2 = *(u64 *)(r1 +8)
	*(u32 *)(r2 +0) = 1
	r0 = 0
	exit
;; sk_lookup_family: accept
.section "sk_lookup"
	r2 = *(u32 *)(r1 +8)
	r0 = 0
	exit
;; sk_lookup_past: reject not a context field
.section "sk_lookup"
	r2 = *(u32 *)(r1 +72)
	r0 = 0
	exit
;; sk_lookup_family_write: reject not a writable context field
.section "sk_lookup"
	r2 = 0
	*(u32 *)(r1 +8) = r2
	r0 = 0
	exit
;; sk_lookup_local_port_by_half: accept
.section "sk_lookup"
	r2 = *(u32 *)(r1 +28)
	r0 = 0
	exit
;; sk_lookup_sk: accept
.section "sk_lookup"
	r2 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; sk_msg_data: accept
.section "sk_msg"
	r2 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; sk_msg_family: accept
.section "sk_msg"
	r2 = *(u32 *)(r1 +16)
	r0 = 0
	exit
;; sk_msg_family_write: reject not a writable context field
.section "sk_msg"
	r2 = 0
	*(u32 *)(r1 +16) = r2
	r0 = 0
	exit
;; sk_msg_data_by_word: reject not a context field
.section "sk_msg"
	r2 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; reuseport_len: accept
.section "sk_reuseport"
	r2 = *(u32 *)(r1 +16)
	r0 = 0
	exit
;; reuseport_data: accept
.section "sk_reuseport"
	r2 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; reuseport_len_write: reject not a writable context field
.section "sk_reuseport"
	r2 = 0
	*(u32 *)(r1 +16) = r2
	r0 = 0
	exit
;; flow_dissector_keys: accept
.section "flow_dissector"
	r2 = *(u64 *)(r1 +144)
	r0 = 0
	exit
;; flow_dissector_len: reject not a context field
.section "flow_dissector"
	r2 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; flow_dissector_data: accept
.section "flow_dissector"
	r2 = *(u32 *)(r1 +76)
	r0 = 0
	exit
;; flow_keys_write: accept
.section "flow_dissector"
	r2 = *(u64 *)(r1 +144)
	*(u16 *)(r2 +0) = 14
	r0 = 0
	exit
;; flow_keys_past: reject outside the flow keys
.section "flow_dissector"
	r2 = *(u64 *)(r1 +144)
	*(u32 *)(r2 +56) = 14
	r0 = 0
	exit
;; flow_keys_arithmetic: accept
.section "flow_dissector"
	r2 = *(u64 *)(r1 +144)
	r2 += 4
	r0 = 0
	exit
;; perf_event_sample_period: accept
.section "perf_event"
	r2 = *(u64 *)(r1 +168)
	r0 = 0
	exit
;; perf_event_write: reject not a writable context field
.section "perf_event"
	r2 = 0
	*(u64 *)(r1 +168) = r2
	r0 = 0
	exit
;; perf_event_regs: accept
.section "perf_event"
	r2 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; perf_event_past: reject not a context field
.section "perf_event"
	r2 = *(u64 *)(r1 +184)
	r0 = 0
	exit
;; perf_event_regs_by_word: reject not a context field
.section "perf_event"
	r2 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; tracepoint_common: accept
.section "tracepoint/x/y"
	r2 = *(u64 *)(r1 +8)
	r0 = 0
	exit
;; tracepoint_write: reject not a writable context field
.section "tracepoint/x/y"
	r2 = 0
	*(u64 *)(r1 +8) = r2
	r0 = 0
	exit
;; tracepoint_misaligned: reject not a context field
.section "tracepoint/x/y"
	r2 = *(u64 *)(r1 +12)
	r0 = 0
	exit
;; tracepoint_last: accept
.section "tracepoint/x/y"
	r2 = *(u64 *)(r1 +8184)
	r0 = 0
	exit
;; tracepoint_past: reject not a context field
.section "tracepoint/x/y"
	r2 = *(u64 *)(r1 +8192)
	r0 = 0
	exit
;; tracepoint_half: accept
.section "tracepoint/x/y"
	r2 = *(u16 *)(r1 +10)
	r0 = 0
	exit
;; raw_tracepoint_argument: accept
.section "raw_tp/x"
	r2 = *(u64 *)(r1 +8)
	r0 = 0
	exit
;; raw_tracepoint_argument_12: accept
.section "raw_tp/x"
	r2 = *(u64 *)(r1 +88)
	r0 = 0
	exit
;; raw_tracepoint_argument_13: reject not a context field
.section "raw_tp/x"
	r2 = *(u64 *)(r1 +96)
	r0 = 0
	exit
;; raw_tracepoint_word: accept
.section "raw_tp/x"
	r2 = *(u32 *)(r1 +8)
	r0 = 0
	exit
;; raw_tracepoint_write: reject not a writable context field
.section "raw_tp/x"
	r2 = 0
	*(u64 *)(r1 +8) = r2
	r0 = 0
	exit
;; kprobe_regs: accept
.section "kprobe/x"
	r2 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; kprobe_last: accept
.section "kprobe/x"
	r2 = *(u64 *)(r1 +160)
	r0 = 0
	exit
;; kprobe_past: reject not a context field
.section "kprobe/x"
	r2 = *(u64 *)(r1 +168)
	r0 = 0
	exit
;; kprobe_write: reject not a writable context field
.section "kprobe/x"
	r2 = 0
	*(u64 *)(r1 +0) = r2
	r0 = 0
	exit
;; kprobe_word: accept
.section "kprobe/x"
	r2 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; raw_tracepoint_argument_as_memory: reject not a pointer
.section "raw_tp/x"
	r2 = *(u64 *)(r1 +0)
	r3 = *(u64 *)(r2 +0)
	r0 = 0
	exit
;; netfilter_state: accept
.section "netfilter"
	r2 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; netfilter_skb: accept
.section "netfilter"
	r2 = *(u64 *)(r1 +8)
	r0 = 0
	exit
;; netfilter_past: reject not a context field
.section "netfilter"
	r2 = *(u64 *)(r1 +16)
	r0 = 0
	exit
;; netfilter_by_word: reject not a context field
.section "netfilter"
	r2 = *(u32 *)(r1 +0)
	r0 = 0
	exit
;; syscall_any: accept
.section "syscall"
	r2 = *(u64 *)(r1 +8)
	r0 = 0
	exit
;; syscall_write: accept
.section "syscall"
	r2 = 0
	*(u64 *)(r1 +8) = r2
	r0 = 0
	exit
;; tp_btf_task: accept
.section "tp_btf/task_newtask"
	r2 = *(u64 *)(r1 +0)
	r3 = *(u64 *)(r2 +8)
	r0 = 0
	exit
;; tp_btf_task_write: reject kernel memory is read only
.section "tp_btf/task_newtask"
	r2 = *(u64 *)(r1 +0)
	r3 = 0
	*(u64 *)(r2 +8) = r3
	r0 = 0
	exit
;; tp_btf_task_past: reject outside the structure
.section "tp_btf/task_newtask"
	r2 = *(u64 *)(r1 +0)
	r3 = *(u64 *)(r2 +32000)
	r0 = 0
	exit
;; tp_btf_task_negative: reject outside the structure
.section "tp_btf/task_newtask"
	r2 = *(u64 *)(r1 +0)
	r3 = *(u64 *)(r2 -8)
	r0 = 0
	exit
;; tp_btf_task_variable: reject offset is not constant
.section "tp_btf/task_newtask"
	r2 = *(u64 *)(r1 +0)
	r3 = *(u64 *)(r1 +8)
	r3 &= 7
	r2 += r3
	r3 = *(u64 *)(r2 +0)
	r0 = 0
	exit
;; tp_btf_flags: accept
.section "tp_btf/task_newtask"
	r2 = *(u64 *)(r1 +8)
	r0 = r2
	r0 = 0
	exit
;; tp_btf_flags_as_memory: reject not a pointer
.section "tp_btf/task_newtask"
	r2 = *(u64 *)(r1 +8)
	r3 = *(u64 *)(r2 +0)
	r0 = 0
	exit
;; tp_btf_argument_past: reject not a context field
.section "tp_btf/task_newtask"
	r2 = *(u64 *)(r1 +16)
	r0 = 0
	exit
;; tp_btf_argument_misaligned: reject not a context field
.section "tp_btf/task_newtask"
	r2 = *(u64 *)(r1 +4)
	r0 = 0
	exit
;; tp_btf_write: reject not a writable context field
.section "tp_btf/task_newtask"
	r2 = 0
	*(u64 *)(r1 +0) = r2
	r0 = 0
	exit
;; iter_task_may_be_null: reject may be NULL
.section "iter/task"
	r2 = *(u64 *)(r1 +8)
	r3 = *(u64 *)(r2 +8)
	r0 = 0
	exit
;; iter_task_checked: accept
.section "iter/task"
	r2 = *(u64 *)(r1 +8)
	if r2 == 0 goto +1
	r3 = *(u64 *)(r2 +8)
	r0 = 0
	exit
;; iter_meta: accept
.section "iter/task"
	r2 = *(u64 *)(r1 +0)
	r3 = *(u64 *)(r2 +0)
	r0 = 0
	exit
;; socket_unchecked: reject may be NULL
.section "tc"
	r6 = *(u64 *)(r1 +168)
	r2 = *(u32 *)(r6 +4)
	r0 = 0
	exit
;; socket_checked: accept
.section "tc"
	r6 = *(u64 *)(r1 +168)
	if r6 == 0 goto +1
	r2 = *(u32 *)(r6 +4)
	r0 = 0
	exit
;; socket_field_of_full_sockets: reject not a context field
.section "tc"
	r6 = *(u64 *)(r1 +168)
	if r6 == 0 goto +1
	r2 = *(u32 *)(r6 +8)
	r0 = 0
	exit
;; socket_full: accept
.section "tc"
	r6 = *(u64 *)(r1 +168)
	if r6 == 0 goto out
	r1 = r6
	call bpf_sk_fullsock
	if r0 == 0 goto out
	r2 = *(u32 *)(r0 +8)
	out:	r0 = 0
	exit
;; socket_write: reject sockets are read only
.section "tc"
	r6 = *(u64 *)(r1 +168)
	if r6 == 0 goto +1
	*(u32 *)(r6 +4) = 1
	r0 = 0
	exit
;; socket_past: reject not a context field
.section "tc"
	r6 = *(u64 *)(r1 +168)
	if r6 == 0 goto out
	r1 = r6
	call bpf_sk_fullsock
	if r0 == 0 goto out
	r2 = *(u32 *)(r0 +80)
	out:	r0 = 0
	exit
;; tcp_socket: accept
.section "tc"
	r6 = *(u64 *)(r1 +168)
	if r6 == 0 goto out
	r1 = r6
	call bpf_tcp_sock
	if r0 == 0 goto out
	r2 = *(u32 *)(r0 +0)
	out:	r0 = 0
	exit
;; tcp_socket_past: reject not a context field
.section "tc"
	r6 = *(u64 *)(r1 +168)
	if r6 == 0 goto out
	r1 = r6
	call bpf_tcp_sock
	if r0 == 0 goto out
	r2 = *(u32 *)(r0 +116)
	out:	r0 = 0
	exit
;; socket_arithmetic: reject arithmetic on pointers
.section "tc"
	r6 = *(u64 *)(r1 +168)
	if r6 == 0 goto +1
	r6 += 4
	r0 = 0
	exit
;; full_socket_of_maybe_null: reject may be NULL
.section "tc"
	r6 = *(u64 *)(r1 +168)
	r1 = r6
	call bpf_sk_fullsock
	r0 = 0
	exit
