; What a program may return, by type.
.license "GPL"
;; cgroup_skb_ingress_returns_1: accept
.section "cgroup_skb/ingress"
	r0 = 1
	exit
;; cgroup_skb_ingress_returns_2: reject return value out of range
.section "cgroup_skb/ingress"
	r0 = 2
	exit
;; cgroup_skb_egress_returns_3: accept
.section "cgroup_skb/egress"
	r0 = 3
	exit
;; cgroup_skb_egress_returns_4: reject return value out of range
.section "cgroup_skb/egress"
	r0 = 4
	exit
;; cgroup_sock_returns_1: accept
.section "cgroup/sock_create"
	r0 = 1
	exit
;; cgroup_sock_returns_2: reject return value out of range
.section "cgroup/sock_create"
	r0 = 2
	exit
;; cgroup_dev_returns_0: accept
.section "cgroup/dev"
	r0 = 0
	exit
;; cgroup_dev_returns_2: reject return value out of range
.section "cgroup/dev"
	r0 = 2
	exit
;; sockops_returns_1: accept
.section "sockops"
	r0 = 1
	exit
;; sockops_returns_2: reject return value out of range
.section "sockops"
	r0 = 2
	exit
;; connect4_returns_1: accept
.section "cgroup/connect4"
	r0 = 1
	exit
;; connect4_returns_2: reject return value out of range
.section "cgroup/connect4"
	r0 = 2
	exit
;; bind4_returns_3: accept
.section "cgroup/bind4"
	r0 = 3
	exit
;; bind4_returns_4: reject return value out of range
.section "cgroup/bind4"
	r0 = 4
	exit
;; getpeername4_returns_1: accept
.section "cgroup/getpeername4"
	r0 = 1
	exit
;; getpeername4_returns_0: reject return value out of range
.section "cgroup/getpeername4"
	r0 = 0
	exit
;; recvmsg6_returns_1: accept
.section "cgroup/recvmsg6"
	r0 = 1
	exit
;; recvmsg6_returns_0: reject return value out of range
.section "cgroup/recvmsg6"
	r0 = 0
	exit
;; sysctl_returns_1: accept
.section "cgroup/sysctl"
	r0 = 1
	exit
;; sysctl_returns_2: reject return value out of range
.section "cgroup/sysctl"
	r0 = 2
	exit
;; getsockopt_returns_1: accept
.section "cgroup/getsockopt"
	r0 = 1
	exit
;; getsockopt_returns_2: reject return value out of range
.section "cgroup/getsockopt"
	r0 = 2
	exit
;; setsockopt_returns_0: accept
.section "cgroup/setsockopt"
	r0 = 0
	exit
;; setsockopt_returns_minus_1: reject return value out of range
.section "cgroup/setsockopt"
	r0 = -1
	exit
;; sk_lookup_returns_1: accept
.section "sk_lookup"
	r0 = 1
	exit
;; sk_lookup_returns_2: reject return value out of range
.section "sk_lookup"
	r0 = 2
	exit
;; netfilter_returns_1: accept
.section "netfilter"
	r0 = 1
	exit
;; netfilter_returns_2: reject return value out of range
.section "netfilter"
	r0 = 2
	exit
;; tracing_iter_returns_1: accept
.section "iter/task"
	r0 = 1
	exit
;; tracing_iter_returns_2: reject return value out of range
.section "iter/task"
	r0 = 2
	exit
;; xdp_returns_anything: accept
.section "xdp"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; tc_returns_anything: accept
.section "tc"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; socket_returns_anything: accept
.section "socket"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; kprobe_returns_anything: accept
.section "kprobe/x"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; tracepoint_returns_anything: accept
.section "tracepoint/x/y"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; raw_tp_returns_anything: accept
.section "raw_tp/x"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; lwt_in_returns_anything: accept
.section "lwt_in"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; sk_msg_returns_anything: accept
.section "sk_msg"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; sk_skb_returns_anything: accept
.section "sk_skb"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; reuseport_returns_anything: accept
.section "sk_reuseport"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; perf_event_returns_anything: accept
.section "perf_event"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; flow_dissector_returns_anything: accept
.section "flow_dissector"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; cgroup_dev_returns_anything: reject return value out of range
.section "cgroup/dev"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; sk_lookup_returns_anything: reject return value out of range
.section "sk_lookup"
	r6 = r1
	call bpf_get_prandom_u32
	exit
;; cgroup_dev_returns_a_bit: accept
.section "cgroup/dev"
	call bpf_get_prandom_u32
	r0 &= 1
	exit
;; cgroup_dev_returns_two_bits: reject return value out of range
.section "cgroup/dev"
	call bpf_get_prandom_u32
	r0 &= 3
	exit
;; cgroup_dev_returns_a_tested_number: accept
.section "cgroup/dev"
	call bpf_get_prandom_u32
	if r0 > 1 goto bad
	exit
	bad:	r0 = 0
	exit
;; cgroup_dev_returns_a_pointer: reject return value out of range
.section "cgroup/dev"
	r0 = r1
	exit
;; cgroup_dev_returns_one_in_the_low_word: reject return value out of range
.section "cgroup/dev"
	r0 = 0x100000001 ll
	exit
;; tc_returns_a_pointer: accept
.section "tc"
	r0 = r1
	exit
;; tc_returns_nothing: reject uninitialised register
.section "tc"
	exit
;; socket_returns_a_pointer_without_privilege [cap_bpf]: reject leaks an address
.section "socket"
	r0 = r1
	exit
