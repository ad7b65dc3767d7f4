/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The helper functions of Linux 6.18 for BPF programs in C: number, name, argument and result types
 * (facts of linux/bpf.h). skep/bpf.h includes this. What each does and who may call it:
 * docs/helpers.md.
 */
#ifndef SKEP_BPF_HELPERS_H
#define SKEP_BPF_HELPERS_H

struct __sk_buff;
struct bpf_dynptr;
struct bpf_fib_lookup;
struct bpf_perf_event_data;
struct bpf_perf_event_value;
struct bpf_pidns_info;
struct bpf_redir_neigh;
struct bpf_sock;
struct bpf_sock_addr;
struct bpf_sock_ops;
struct bpf_sock_tuple;
struct bpf_spin_lock;
struct bpf_sysctl;
struct bpf_tcp_sock;
struct bpf_timer;
struct bpf_tunnel_key;
struct bpf_xfrm_state;
struct btf_ptr;
struct cgroup;
struct file;
struct inode;
struct iphdr;
struct ipv6hdr;
struct linux_binprm;
struct mptcp_sock;
struct path;
struct pt_regs;
struct seq_file;
struct sk_msg_md;
struct sk_reuseport_md;
struct sockaddr;
struct socket;
struct task_struct;
struct tcp6_sock;
struct tcp_request_sock;
struct tcp_sock;
struct tcp_timewait_sock;
struct tcphdr;
struct udp6_sock;
struct unix_sock;
struct xdp_md;

/* A call of a helper is an instruction with its number in it; compilers make that of a constant
 * function pointer (clang) or of an attribute (gcc). */
#ifdef __clang__
#define SKEP_HELPER(ret, name, id, ...) static ret (*const bpf_##name)(__VA_ARGS__) = (void *)id
#else
#define SKEP_HELPER(ret, name, id, ...)                                                            \
	ret bpf_##name(__VA_ARGS__) __attribute__((kernel_helper(id)))
#endif

SKEP_HELPER(void *, map_lookup_elem, 1, void *, const void *);
SKEP_HELPER(long, map_update_elem, 2, void *, const void *, const void *, __u64);
SKEP_HELPER(long, map_delete_elem, 3, void *, const void *);
SKEP_HELPER(long, probe_read, 4, void *, __u32, const void *);
SKEP_HELPER(__u64, ktime_get_ns, 5, void);
SKEP_HELPER(long, trace_printk, 6, const char *, __u32, ...);
SKEP_HELPER(__u32, get_prandom_u32, 7, void);
SKEP_HELPER(__u32, get_smp_processor_id, 8, void);
SKEP_HELPER(long, skb_store_bytes, 9, struct __sk_buff *, __u32, const void *, __u32, __u64);
SKEP_HELPER(long, l3_csum_replace, 10, struct __sk_buff *, __u32, __u64, __u64, __u64);
SKEP_HELPER(long, l4_csum_replace, 11, struct __sk_buff *, __u32, __u64, __u64, __u64);
SKEP_HELPER(long, tail_call, 12, void *, void *, __u32);
SKEP_HELPER(long, clone_redirect, 13, struct __sk_buff *, __u32, __u64);
SKEP_HELPER(__u64, get_current_pid_tgid, 14, void);
SKEP_HELPER(__u64, get_current_uid_gid, 15, void);
SKEP_HELPER(long, get_current_comm, 16, void *, __u32);
SKEP_HELPER(__u32, get_cgroup_classid, 17, struct __sk_buff *);
SKEP_HELPER(long, skb_vlan_push, 18, struct __sk_buff *, __be16, __u16);
SKEP_HELPER(long, skb_vlan_pop, 19, struct __sk_buff *);
SKEP_HELPER(long, skb_get_tunnel_key, 20, struct __sk_buff *, struct bpf_tunnel_key *, __u32,
	    __u64);
SKEP_HELPER(long, skb_set_tunnel_key, 21, struct __sk_buff *, struct bpf_tunnel_key *, __u32,
	    __u64);
SKEP_HELPER(__u64, perf_event_read, 22, void *, __u64);
SKEP_HELPER(long, redirect, 23, __u32, __u64);
SKEP_HELPER(__u32, get_route_realm, 24, struct __sk_buff *);
SKEP_HELPER(long, perf_event_output, 25, void *, void *, __u64, void *, __u64);
SKEP_HELPER(long, skb_load_bytes, 26, const void *, __u32, void *, __u32);
SKEP_HELPER(long, get_stackid, 27, void *, void *, __u64);
SKEP_HELPER(__s64, csum_diff, 28, const void *, __u32, const void *, __u32, __wsum);
SKEP_HELPER(long, skb_get_tunnel_opt, 29, struct __sk_buff *, void *, __u32);
SKEP_HELPER(long, skb_set_tunnel_opt, 30, struct __sk_buff *, void *, __u32);
SKEP_HELPER(long, skb_change_proto, 31, struct __sk_buff *, __be16, __u64);
SKEP_HELPER(long, skb_change_type, 32, struct __sk_buff *, __u32);
SKEP_HELPER(long, skb_under_cgroup, 33, struct __sk_buff *, void *, __u32);
SKEP_HELPER(__u32, get_hash_recalc, 34, struct __sk_buff *);
SKEP_HELPER(__u64, get_current_task, 35, void);
SKEP_HELPER(long, probe_write_user, 36, void *, const void *, __u32);
SKEP_HELPER(long, current_task_under_cgroup, 37, void *, __u32);
SKEP_HELPER(long, skb_change_tail, 38, struct __sk_buff *, __u32, __u64);
SKEP_HELPER(long, skb_pull_data, 39, struct __sk_buff *, __u32);
SKEP_HELPER(__s64, csum_update, 40, struct __sk_buff *, __wsum);
SKEP_HELPER(void, set_hash_invalid, 41, struct __sk_buff *);
SKEP_HELPER(long, get_numa_node_id, 42, void);
SKEP_HELPER(long, skb_change_head, 43, struct __sk_buff *, __u32, __u64);
SKEP_HELPER(long, xdp_adjust_head, 44, struct xdp_md *, int);
SKEP_HELPER(long, probe_read_str, 45, void *, __u32, const void *);
SKEP_HELPER(__u64, get_socket_cookie, 46, void *);
SKEP_HELPER(__u32, get_socket_uid, 47, void *);
SKEP_HELPER(long, set_hash, 48, struct __sk_buff *, __u32);
SKEP_HELPER(long, setsockopt, 49, void *, int, int, void *, int);
SKEP_HELPER(long, skb_adjust_room, 50, struct __sk_buff *, __s32, __u32, __u64);
SKEP_HELPER(long, redirect_map, 51, void *, __u32, __u64);
SKEP_HELPER(long, sk_redirect_map, 52, struct __sk_buff *, void *, __u32, __u64);
SKEP_HELPER(long, sock_map_update, 53, struct bpf_sock_ops *, void *, void *, __u64);
SKEP_HELPER(long, xdp_adjust_meta, 54, struct xdp_md *, int);
SKEP_HELPER(long, perf_event_read_value, 55, void *, __u64, struct bpf_perf_event_value *, __u32);
SKEP_HELPER(long, perf_prog_read_value, 56, struct bpf_perf_event_data *,
	    struct bpf_perf_event_value *, __u32);
SKEP_HELPER(long, getsockopt, 57, void *, int, int, void *, int);
SKEP_HELPER(long, override_return, 58, struct pt_regs *, __u64);
SKEP_HELPER(long, sock_ops_cb_flags_set, 59, struct bpf_sock_ops *, int);
SKEP_HELPER(long, msg_redirect_map, 60, struct sk_msg_md *, void *, __u32, __u64);
SKEP_HELPER(long, msg_apply_bytes, 61, struct sk_msg_md *, __u32);
SKEP_HELPER(long, msg_cork_bytes, 62, struct sk_msg_md *, __u32);
SKEP_HELPER(long, msg_pull_data, 63, struct sk_msg_md *, __u32, __u32, __u64);
SKEP_HELPER(long, bind, 64, struct bpf_sock_addr *, struct sockaddr *, int);
SKEP_HELPER(long, xdp_adjust_tail, 65, struct xdp_md *, int);
SKEP_HELPER(long, skb_get_xfrm_state, 66, struct __sk_buff *, __u32, struct bpf_xfrm_state *, __u32,
	    __u64);
SKEP_HELPER(long, get_stack, 67, void *, void *, __u32, __u64);
SKEP_HELPER(long, skb_load_bytes_relative, 68, const void *, __u32, void *, __u32, __u32);
SKEP_HELPER(long, fib_lookup, 69, void *, struct bpf_fib_lookup *, int, __u32);
SKEP_HELPER(long, sock_hash_update, 70, struct bpf_sock_ops *, void *, void *, __u64);
SKEP_HELPER(long, msg_redirect_hash, 71, struct sk_msg_md *, void *, void *, __u64);
SKEP_HELPER(long, sk_redirect_hash, 72, struct __sk_buff *, void *, void *, __u64);
SKEP_HELPER(long, lwt_push_encap, 73, struct __sk_buff *, __u32, void *, __u32);
SKEP_HELPER(long, lwt_seg6_store_bytes, 74, struct __sk_buff *, __u32, const void *, __u32);
SKEP_HELPER(long, lwt_seg6_adjust_srh, 75, struct __sk_buff *, __u32, __s32);
SKEP_HELPER(long, lwt_seg6_action, 76, struct __sk_buff *, __u32, void *, __u32);
SKEP_HELPER(long, rc_repeat, 77, void *);
SKEP_HELPER(long, rc_keydown, 78, void *, __u32, __u64, __u32);
SKEP_HELPER(__u64, skb_cgroup_id, 79, struct __sk_buff *);
SKEP_HELPER(__u64, get_current_cgroup_id, 80, void);
SKEP_HELPER(void *, get_local_storage, 81, void *, __u64);
SKEP_HELPER(long, sk_select_reuseport, 82, struct sk_reuseport_md *, void *, void *, __u64);
SKEP_HELPER(__u64, skb_ancestor_cgroup_id, 83, struct __sk_buff *, int);
SKEP_HELPER(struct bpf_sock *, sk_lookup_tcp, 84, void *, struct bpf_sock_tuple *, __u32, __u64,
	    __u64);
SKEP_HELPER(struct bpf_sock *, sk_lookup_udp, 85, void *, struct bpf_sock_tuple *, __u32, __u64,
	    __u64);
SKEP_HELPER(long, sk_release, 86, void *);
SKEP_HELPER(long, map_push_elem, 87, void *, const void *, __u64);
SKEP_HELPER(long, map_pop_elem, 88, void *, void *);
SKEP_HELPER(long, map_peek_elem, 89, void *, void *);
SKEP_HELPER(long, msg_push_data, 90, struct sk_msg_md *, __u32, __u32, __u64);
SKEP_HELPER(long, msg_pop_data, 91, struct sk_msg_md *, __u32, __u32, __u64);
SKEP_HELPER(long, rc_pointer_rel, 92, void *, __s32, __s32);
SKEP_HELPER(long, spin_lock, 93, struct bpf_spin_lock *);
SKEP_HELPER(long, spin_unlock, 94, struct bpf_spin_lock *);
SKEP_HELPER(struct bpf_sock *, sk_fullsock, 95, struct bpf_sock *);
SKEP_HELPER(struct bpf_tcp_sock *, tcp_sock, 96, struct bpf_sock *);
SKEP_HELPER(long, skb_ecn_set_ce, 97, struct __sk_buff *);
SKEP_HELPER(struct bpf_sock *, get_listener_sock, 98, struct bpf_sock *);
SKEP_HELPER(struct bpf_sock *, skc_lookup_tcp, 99, void *, struct bpf_sock_tuple *, __u32, __u64,
	    __u64);
SKEP_HELPER(long, tcp_check_syncookie, 100, void *, void *, __u32, struct tcphdr *, __u32);
SKEP_HELPER(long, sysctl_get_name, 101, struct bpf_sysctl *, char *, __u64, __u64);
SKEP_HELPER(long, sysctl_get_current_value, 102, struct bpf_sysctl *, char *, __u64);
SKEP_HELPER(long, sysctl_get_new_value, 103, struct bpf_sysctl *, char *, __u64);
SKEP_HELPER(long, sysctl_set_new_value, 104, struct bpf_sysctl *, const char *, __u64);
SKEP_HELPER(long, strtol, 105, const char *, __u64, __u64, long *);
SKEP_HELPER(long, strtoul, 106, const char *, __u64, __u64, unsigned long *);
SKEP_HELPER(void *, sk_storage_get, 107, void *, void *, void *, __u64);
SKEP_HELPER(long, sk_storage_delete, 108, void *, void *);
SKEP_HELPER(long, send_signal, 109, __u32);
SKEP_HELPER(__s64, tcp_gen_syncookie, 110, void *, void *, __u32, struct tcphdr *, __u32);
SKEP_HELPER(long, skb_output, 111, void *, void *, __u64, void *, __u64);
SKEP_HELPER(long, probe_read_user, 112, void *, __u32, const void *);
SKEP_HELPER(long, probe_read_kernel, 113, void *, __u32, const void *);
SKEP_HELPER(long, probe_read_user_str, 114, void *, __u32, const void *);
SKEP_HELPER(long, probe_read_kernel_str, 115, void *, __u32, const void *);
SKEP_HELPER(long, tcp_send_ack, 116, void *, __u32);
SKEP_HELPER(long, send_signal_thread, 117, __u32);
SKEP_HELPER(__u64, jiffies64, 118, void);
SKEP_HELPER(long, read_branch_records, 119, struct bpf_perf_event_data *, void *, __u32, __u64);
SKEP_HELPER(long, get_ns_current_pid_tgid, 120, __u64, __u64, struct bpf_pidns_info *, __u32);
SKEP_HELPER(long, xdp_output, 121, void *, void *, __u64, void *, __u64);
SKEP_HELPER(__u64, get_netns_cookie, 122, void *);
SKEP_HELPER(__u64, get_current_ancestor_cgroup_id, 123, int);
SKEP_HELPER(long, sk_assign, 124, struct __sk_buff *, void *, __u64);
SKEP_HELPER(__u64, ktime_get_boot_ns, 125, void);
SKEP_HELPER(long, seq_printf, 126, struct seq_file *, const char *, __u32, const void *, __u32);
SKEP_HELPER(long, seq_write, 127, struct seq_file *, const void *, __u32);
SKEP_HELPER(__u64, sk_cgroup_id, 128, void *);
SKEP_HELPER(__u64, sk_ancestor_cgroup_id, 129, void *, int);
SKEP_HELPER(long, ringbuf_output, 130, void *, void *, __u64, __u64);
SKEP_HELPER(void *, ringbuf_reserve, 131, void *, __u64, __u64);
SKEP_HELPER(void, ringbuf_submit, 132, void *, __u64);
SKEP_HELPER(void, ringbuf_discard, 133, void *, __u64);
SKEP_HELPER(__u64, ringbuf_query, 134, void *, __u64);
SKEP_HELPER(long, csum_level, 135, struct __sk_buff *, __u64);
SKEP_HELPER(struct tcp6_sock *, skc_to_tcp6_sock, 136, void *);
SKEP_HELPER(struct tcp_sock *, skc_to_tcp_sock, 137, void *);
SKEP_HELPER(struct tcp_timewait_sock *, skc_to_tcp_timewait_sock, 138, void *);
SKEP_HELPER(struct tcp_request_sock *, skc_to_tcp_request_sock, 139, void *);
SKEP_HELPER(struct udp6_sock *, skc_to_udp6_sock, 140, void *);
SKEP_HELPER(long, get_task_stack, 141, struct task_struct *, void *, __u32, __u64);
SKEP_HELPER(long, load_hdr_opt, 142, struct bpf_sock_ops *, void *, __u32, __u64);
SKEP_HELPER(long, store_hdr_opt, 143, struct bpf_sock_ops *, const void *, __u32, __u64);
SKEP_HELPER(long, reserve_hdr_opt, 144, struct bpf_sock_ops *, __u32, __u64);
SKEP_HELPER(void *, inode_storage_get, 145, void *, void *, void *, __u64);
SKEP_HELPER(int, inode_storage_delete, 146, void *, void *);
SKEP_HELPER(long, d_path, 147, struct path *, char *, __u32);
SKEP_HELPER(long, copy_from_user, 148, void *, __u32, const void *);
SKEP_HELPER(long, snprintf_btf, 149, char *, __u32, struct btf_ptr *, __u32, __u64);
SKEP_HELPER(long, seq_printf_btf, 150, struct seq_file *, struct btf_ptr *, __u32, __u64);
SKEP_HELPER(__u64, skb_cgroup_classid, 151, struct __sk_buff *);
SKEP_HELPER(long, redirect_neigh, 152, __u32, struct bpf_redir_neigh *, int, __u64);
SKEP_HELPER(void *, per_cpu_ptr, 153, const void *, __u32);
SKEP_HELPER(void *, this_cpu_ptr, 154, const void *);
SKEP_HELPER(long, redirect_peer, 155, __u32, __u64);
SKEP_HELPER(void *, task_storage_get, 156, void *, struct task_struct *, void *, __u64);
SKEP_HELPER(long, task_storage_delete, 157, void *, struct task_struct *);
SKEP_HELPER(struct task_struct *, get_current_task_btf, 158, void);
SKEP_HELPER(long, bprm_opts_set, 159, struct linux_binprm *, __u64);
SKEP_HELPER(__u64, ktime_get_coarse_ns, 160, void);
SKEP_HELPER(long, ima_inode_hash, 161, struct inode *, void *, __u32);
SKEP_HELPER(struct socket *, sock_from_file, 162, struct file *);
SKEP_HELPER(long, check_mtu, 163, void *, __u32, __u32 *, __s32, __u64);
SKEP_HELPER(long, for_each_map_elem, 164, void *, void *, void *, __u64);
SKEP_HELPER(long, snprintf, 165, char *, __u32, const char *, __u64 *, __u32);
SKEP_HELPER(long, sys_bpf, 166, __u32, void *, __u32);
SKEP_HELPER(long, btf_find_by_name_kind, 167, char *, int, __u32, int);
SKEP_HELPER(long, sys_close, 168, __u32);
SKEP_HELPER(long, timer_init, 169, struct bpf_timer *, void *, __u64);
SKEP_HELPER(long, timer_set_callback, 170, struct bpf_timer *, void *);
SKEP_HELPER(long, timer_start, 171, struct bpf_timer *, __u64, __u64);
SKEP_HELPER(long, timer_cancel, 172, struct bpf_timer *);
SKEP_HELPER(__u64, get_func_ip, 173, void *);
SKEP_HELPER(__u64, get_attach_cookie, 174, void *);
SKEP_HELPER(long, task_pt_regs, 175, struct task_struct *);
SKEP_HELPER(long, get_branch_snapshot, 176, void *, __u32, __u64);
SKEP_HELPER(long, trace_vprintk, 177, const char *, __u32, const void *, __u32);
SKEP_HELPER(struct unix_sock *, skc_to_unix_sock, 178, void *);
SKEP_HELPER(long, kallsyms_lookup_name, 179, const char *, int, int, __u64 *);
SKEP_HELPER(long, find_vma, 180, struct task_struct *, __u64, void *, void *, __u64);
SKEP_HELPER(long, loop, 181, __u32, void *, void *, __u64);
SKEP_HELPER(long, strncmp, 182, const char *, __u32, const char *);
SKEP_HELPER(long, get_func_arg, 183, void *, __u32, __u64 *);
SKEP_HELPER(long, get_func_ret, 184, void *, __u64 *);
SKEP_HELPER(long, get_func_arg_cnt, 185, void *);
SKEP_HELPER(int, get_retval, 186, void);
SKEP_HELPER(int, set_retval, 187, int);
SKEP_HELPER(__u64, xdp_get_buff_len, 188, struct xdp_md *);
SKEP_HELPER(long, xdp_load_bytes, 189, struct xdp_md *, __u32, void *, __u32);
SKEP_HELPER(long, xdp_store_bytes, 190, struct xdp_md *, __u32, void *, __u32);
SKEP_HELPER(long, copy_from_user_task, 191, void *, __u32, const void *, struct task_struct *,
	    __u64);
SKEP_HELPER(long, skb_set_tstamp, 192, struct __sk_buff *, __u64, __u32);
SKEP_HELPER(long, ima_file_hash, 193, struct file *, void *, __u32);
SKEP_HELPER(void *, kptr_xchg, 194, void *, void *);
SKEP_HELPER(void *, map_lookup_percpu_elem, 195, void *, const void *, __u32);
SKEP_HELPER(struct mptcp_sock *, skc_to_mptcp_sock, 196, void *);
SKEP_HELPER(long, dynptr_from_mem, 197, void *, __u32, __u64, struct bpf_dynptr *);
SKEP_HELPER(long, ringbuf_reserve_dynptr, 198, void *, __u32, __u64, struct bpf_dynptr *);
SKEP_HELPER(void, ringbuf_submit_dynptr, 199, struct bpf_dynptr *, __u64);
SKEP_HELPER(void, ringbuf_discard_dynptr, 200, struct bpf_dynptr *, __u64);
SKEP_HELPER(long, dynptr_read, 201, void *, __u32, struct bpf_dynptr *, __u32, __u64);
SKEP_HELPER(long, dynptr_write, 202, struct bpf_dynptr *, __u32, void *, __u32, __u64);
SKEP_HELPER(void *, dynptr_data, 203, struct bpf_dynptr *, __u32, __u32);
SKEP_HELPER(__s64, tcp_raw_gen_syncookie_ipv4, 204, struct iphdr *, struct tcphdr *, __u32);
SKEP_HELPER(__s64, tcp_raw_gen_syncookie_ipv6, 205, struct ipv6hdr *, struct tcphdr *, __u32);
SKEP_HELPER(long, tcp_raw_check_syncookie_ipv4, 206, struct iphdr *, struct tcphdr *);
SKEP_HELPER(long, tcp_raw_check_syncookie_ipv6, 207, struct ipv6hdr *, struct tcphdr *);
SKEP_HELPER(__u64, ktime_get_tai_ns, 208, void);
SKEP_HELPER(long, user_ringbuf_drain, 209, void *, void *, void *, __u64);
SKEP_HELPER(void *, cgrp_storage_get, 210, void *, struct cgroup *, void *, __u64);
SKEP_HELPER(long, cgrp_storage_delete, 211, void *, struct cgroup *);

#endif
