; Kernel functions: arguments by type and by name, references, results.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.map ro type=array key=4 value=64 entries=1 flags=0x80
.map h type=hash key=4 value=64 entries=4
.extern bpf_cast_to_kern_ctx kfunc
.extern bpf_cgroup_acquire kfunc
.extern bpf_cgroup_release kfunc
.extern bpf_cpumask_create kfunc
.extern bpf_cpumask_first kfunc
.extern bpf_cpumask_populate kfunc
.extern bpf_cpumask_release kfunc
.extern bpf_cpumask_set_cpu kfunc
.extern bpf_ct_change_timeout kfunc
.extern bpf_ct_insert_entry kfunc
.extern bpf_ct_release kfunc
.extern bpf_ct_set_timeout kfunc
.extern bpf_get_kmem_cache kfunc
.extern bpf_map_sum_elem_count kfunc
.extern bpf_rcu_read_lock kfunc
.extern bpf_rcu_read_unlock kfunc
.extern bpf_rdonly_cast kfunc
.extern bpf_skb_ct_alloc kfunc
.extern bpf_skb_ct_lookup kfunc
.extern bpf_strcmp kfunc
.extern bpf_task_acquire kfunc
.extern bpf_task_from_pid kfunc
.extern bpf_task_release kfunc
.extern bpf_xdp_pull_data kfunc
;; call: accept
.section "tc"
	r1 = r10
	r1 += -8
	*(u64 *)(r10 -8) = 0
	r2 = r1
	call bpf_strcmp
	r0 = 0
	exit
;; unwritten_register: reject void
.section "tc"
	r1 = 1
	call bpf_task_from_pid
	r1 = 1
	r0 = r2
	exit
;; task_from_pid: accept
.section "tc"
	r1 = 1
	call bpf_task_from_pid
	if r0 == 0 goto out
	r1 = r0
	call bpf_task_release
out:
	r0 = 0
	exit
;; task_leaked: reject leak
.section "tc"
	r1 = 1
	call bpf_task_from_pid
	r0 = 0
	exit
;; task_leaked_when_not_null: reject leak
.section "tc"
	r1 = 1
	call bpf_task_from_pid
	if r0 == 0 goto out
out:
	r0 = 0
	exit
;; task_released_untested: reject may be NULL
.section "tc"
	r1 = 1
	call bpf_task_from_pid
	r1 = r0
	call bpf_task_release
	r0 = 0
	exit
;; task_released_twice: reject not held
.section "tc"
	r1 = 1
	call bpf_task_from_pid
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	call bpf_task_release
	r1 = r6
	call bpf_task_release
out:
	r0 = 0
	exit
;; task_used_after_release: reject void
.section "tc"
	r1 = 1
	call bpf_task_from_pid
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	call bpf_task_release
	r1 = *(u64 *)(r6 +0)
out:
	r0 = 0
	exit
;; task_read: accept
.section "tc"
	r1 = 1
	call bpf_task_from_pid
	if r0 == 0 goto out
	r6 = r0
	r1 = *(u64 *)(r6 +0)
	r1 = r6
	call bpf_task_release
out:
	r0 = 0
	exit
;; task_read_untested: reject may be NULL
.section "tc"
	r1 = 1
	call bpf_task_from_pid
	r1 = *(u64 *)(r0 +0)
	r0 = 0
	exit
;; task_released_at_an_offset: reject offset
.section "tc"
	r1 = 1
	call bpf_task_from_pid
	if r0 == 0 goto out
	r1 = r0
	r1 += 8
	call bpf_task_release
out:
	r0 = 0
	exit
;; current_task_released: reject not held
.section "tc"
	call bpf_get_current_task_btf
	r6 = r0
	r1 = r6
	call bpf_task_release
	r0 = 0
	exit
;; current_task_acquired: accept
.section "tc"
	call bpf_get_current_task_btf
	r6 = r0
	r1 = r6
	call bpf_task_acquire
	if r0 == 0 goto out
	r1 = r0
	call bpf_task_release
out:
	r0 = 0
	exit
;; acquire_null: reject NULL
.section "tc"
	r1 = 0
	call bpf_task_acquire
	r0 = 0
	exit
;; acquire_a_number: reject not a task
.section "tc"
	r1 = 5
	call bpf_task_acquire
	r0 = 0
	exit
;; acquire_the_stack: reject not a task
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_task_acquire
	r0 = 0
	exit
;; acquire_the_context: reject not a task
.section "tc"
	call bpf_task_acquire
	r0 = 0
	exit
;; release_the_stack: reject not a task
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_task_release
	r0 = 0
	exit
;; release_null: reject NULL
.section "tc"
	r1 = 0
	call bpf_task_release
	r0 = 0
	exit
;; another_type: reject another type
.section "tc"
	call bpf_get_current_task_btf
	r6 = r0
	r1 = r6
	call bpf_cgroup_acquire
	r0 = 0
	exit
;; another_type_released: reject another type
.section "tc"
	r1 = 1
	call bpf_task_from_pid
	if r0 == 0 goto out
	r1 = r0
	call bpf_cgroup_release
out:
	r0 = 0
	exit
;; kfunc_of_other_programs: reject not for this type
.section "socket"
	r1 = 1
	call bpf_task_from_pid
	r0 = 0
	exit
;; number_expected: reject not a number
.section "tc"
	call bpf_task_from_pid
	r0 = 0
	exit
;; cpumask: accept
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_set: accept
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = 3
	r2 = r6
	call bpf_cpumask_set_cpu
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_first_of_a_kernel_mask: accept
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	call bpf_cpumask_first
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_set_at_an_offset: reject another type
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = 3
	r2 = r6
	r2 += 8
	call bpf_cpumask_set_cpu
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_written: reject read-only
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	*(u64 *)(r6 +0) = 1
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_passed_null: reject NULL
.section "syscall"
	r1 = 3
	r2 = 0
	call bpf_cpumask_set_cpu
	r0 = 0
	exit
;; cpumask_passed_maybe_null: reject NULL
.section "syscall"
	call bpf_cpumask_create
	r6 = r0
	r1 = 3
	r2 = r6
	call bpf_cpumask_set_cpu
	if r6 == 0 goto out
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_from_the_stack: accept
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	*(u64 *)(r10 -8) = 1
	r1 = r6
	r2 = r10
	r2 += -8
	r3 = 8
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_from_unwritten_stack: accept
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	r2 = r10
	r2 += -8
	r3 = 8
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_past_the_stack: reject outside the stack
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	r2 = r10
	r2 += -8
	r3 = 16
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_from_a_map: accept
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	r2 = map[m][0]+0
	r3 = 64
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_past_a_map: reject outside the value
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	r2 = map[m][0]+0
	r3 = 65
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_from_a_read_only_map: reject read-only
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	r2 = map[ro][0]+0
	r3 = 64
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_size_bounded: accept
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r3 = map[m][0]+0
	r3 = *(u64 *)(r3 +0)
	r3 &= 63
	r1 = r6
	r2 = map[m][0]+0
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_size_unbounded: reject unbounded
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r3 = map[m][0]+0
	r3 = *(u64 *)(r3 +0)
	r1 = r6
	r2 = map[m][0]+0
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_size_may_be_negative: reject negative
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r3 = map[m][0]+0
	r3 = *(u64 *)(r3 +0)
	if r3 s> 64 goto done
	r1 = r6
	r2 = map[m][0]+0
	call bpf_cpumask_populate
done:
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_from_null: reject NULL
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	r2 = 0
	r3 = 8
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_nothing_from_null: reject NULL
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	r2 = 0
	r3 = 0
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_from_a_value_that_may_be_null: reject NULL
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	r1 = r6
	r2 = r0
	r3 = 8
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; cpumask_populate_size_is_a_pointer: reject not a number
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	r2 = r10
	r2 += -8
	r3 = r10
	r3 += -8
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; stack_is_unknown_after_it_was_passed: reject outside the value
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	*(u64 *)(r10 -8) = 1
	r1 = r6
	r2 = r10
	r2 += -8
	r3 = 8
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
	r1 = *(u64 *)(r10 -8)
	r2 = map[m][0]+0
	r2 += r1
	r1 = *(u8 *)(r2 +0)
out:
	r0 = 0
	exit
;; spilled_pointer_is_passed: accept
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	*(u64 *)(r10 -8) = r6
	r1 = r6
	r2 = r10
	r2 += -8
	r3 = 8
	call bpf_cpumask_populate
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; spilled_pointer_is_gone_after_it_was_passed: reject not a task
.section "syscall"
	call bpf_cpumask_create
	if r0 == 0 goto out
	r6 = r0
	*(u64 *)(r10 -8) = r6
	r1 = r6
	r2 = r10
	r2 += -8
	r3 = 8
	call bpf_cpumask_populate
	r6 = *(u64 *)(r10 -8)
	r1 = r6
	call bpf_cpumask_release
out:
	r0 = 0
	exit
;; result_is_32_bits: accept
.section "tc"
	r1 = 0
	r2 = 0
	call bpf_strcmp
	w0 = w0
	r0 = 0
	exit
;; registers_are_void_after_the_call: reject void
.section "tc"
	r1 = 0
	r2 = 0
	call bpf_strcmp
	r0 = r1
	exit
;; no_result: reject void
.section "tc"
	call bpf_rcu_read_lock
	call bpf_rcu_read_unlock
	exit
;; kern_ctx: accept
.section "tc"
	call bpf_cast_to_kern_ctx
	r1 = *(u32 *)(r0 +112)
	r0 = 0
	exit
;; kern_ctx_is_not_null: accept
.section "tc"
	call bpf_cast_to_kern_ctx
	if r0 == 0 goto bad
	r0 = 0
	exit
bad:
	r0 = r9
	exit
;; kern_ctx_of_no_context: reject not the context
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_cast_to_kern_ctx
	r0 = 0
	exit
;; kern_ctx_of_xdp: accept
.section "xdp"
	call bpf_cast_to_kern_ctx
	r1 = *(u64 *)(r0 +0)
	r0 = 0
	exit
;; kern_ctx_of_a_tracepoint: reject no such context
.section "tp/sched/sched_switch"
	call bpf_cast_to_kern_ctx
	r0 = 0
	exit
;; kern_ctx_of_a_moved_context: reject offset
.section "tc"
	r1 += 4
	call bpf_cast_to_kern_ctx
	r0 = 0
	exit
;; kern_ctx_written: reject read-only
.section "tc"
	call bpf_cast_to_kern_ctx
	*(u32 *)(r0 +112) = 1
	r0 = 0
	exit
;; rdonly_cast_to_void: accept
.section "tc"
	r2 = 0
	call bpf_rdonly_cast
	r1 = *(u64 *)(r0 +4096)
	r0 = 0
	exit
;; rdonly_cast_written: reject read-only
.section "tc"
	r2 = 0
	call bpf_rdonly_cast
	*(u64 *)(r0 +0) = 1
	r0 = 0
	exit
;; rdonly_cast_of_a_number: accept
.section "tc"
	r1 = 5
	r2 = 0
	call bpf_rdonly_cast
	r1 = *(u64 *)(r0 +0)
	r0 = 0
	exit
;; rdonly_cast_to_an_unknown_type: reject no such type
.section "tc"
	r2 = 100000000
	call bpf_rdonly_cast
	r0 = 0
	exit
;; rdonly_cast_to_a_number: reject no struct
.section "tc"
	r2 = 1
	call bpf_rdonly_cast
	r0 = 0
	exit
;; rdonly_cast_type_unknown: reject not constant
.section "tc"
	r2 = *(u32 *)(r1 +0)
	call bpf_rdonly_cast
	r0 = 0
	exit
;; sock_of_the_packet_is_no_task: reject another type
.section "tc"
	r1 = *(u64 *)(r1 +168)
	if r1 == 0 goto out
	call bpf_task_acquire
out:
	r0 = 0
	exit
;; map_elements: accept
.section "tc"
	r1 = map[h]
	call bpf_map_sum_elem_count
	r0 = 0
	exit
;; map_elements_of_no_map: reject not a map
.section "tc"
	call bpf_map_sum_elem_count
	r0 = 0
	exit
;; pull_xdp_data: accept
.section "xdp"
	r2 = 8
	call bpf_xdp_pull_data
	r0 = 0
	exit
;; packet_after_pull_xdp_data: reject void
.section "xdp"
	r6 = *(u32 *)(r1 +0)
	r7 = *(u32 *)(r1 +4)
	r8 = r6
	r8 += 8
	r2 = 8
	call bpf_xdp_pull_data
	if r8 > r7 goto out
	r1 = *(u8 *)(r6 +0)
out:
	r0 = 0
	exit
;; packet_after_another_kfunc: accept
.section "xdp"
	r6 = *(u32 *)(r1 +0)
	r7 = *(u32 *)(r1 +4)
	r8 = r6
	r8 += 8
	r1 = 0
	r2 = 0
	call bpf_strcmp
	if r8 > r7 goto out
	r1 = *(u8 *)(r6 +0)
out:
	r0 = 0
	exit
;; conntrack: accept
.section "tc"
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = r10
	r4 += -32
	r5 = 12
	call bpf_skb_ct_lookup
	if r0 == 0 goto out
	r1 = r0
	call bpf_ct_release
out:
	r0 = 0
	exit
;; conntrack_not_released: reject leak
.section "tc"
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = r10
	r4 += -32
	r5 = 12
	call bpf_skb_ct_lookup
	r0 = 0
	exit
;; conntrack_of_another_context: reject not the context
.section "tc"
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = r10
	r4 += -32
	r5 = 12
	r1 = r2
	call bpf_skb_ct_lookup
	r0 = 0
	exit
;; conntrack_new_inserted: accept
.section "tc"
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = r10
	r4 += -32
	r5 = 12
	call bpf_skb_ct_alloc
	if r0 == 0 goto out
	r1 = r0
	call bpf_ct_insert_entry
	if r0 == 0 goto out
	r1 = r0
	call bpf_ct_release
out:
	r0 = 0
	exit
;; conntrack_new_inserted_leaked: reject leak
.section "tc"
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = r10
	r4 += -32
	r5 = 12
	call bpf_skb_ct_alloc
	if r0 == 0 goto out
	r1 = r0
	call bpf_ct_insert_entry
	if r0 == 0 goto out
out:
	r0 = 0
	exit
;; conntrack_new_released: reject another stage
.section "tc"
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = r10
	r4 += -32
	r5 = 12
	call bpf_skb_ct_alloc
	if r0 == 0 goto out
	r1 = r0
	call bpf_ct_release
out:
	r0 = 0
	exit
;; conntrack_found_inserted: reject another stage
.section "tc"
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = r10
	r4 += -32
	r5 = 12
	call bpf_skb_ct_lookup
	if r0 == 0 goto out
	r1 = r0
	call bpf_ct_insert_entry
	if r0 == 0 goto out
	r1 = r0
	call bpf_ct_release
out:
	r0 = 0
	exit
;; conntrack_new_timeout: accept
.section "tc"
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = r10
	r4 += -32
	r5 = 12
	call bpf_skb_ct_alloc
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	r2 = 5
	call bpf_ct_set_timeout
	r1 = r6
	call bpf_ct_insert_entry
	if r0 == 0 goto out
	r1 = r0
	call bpf_ct_release
out:
	r0 = 0
	exit
;; conntrack_found_set_timeout: reject another stage
.section "tc"
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = r10
	r4 += -32
	r5 = 12
	call bpf_skb_ct_lookup
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	r2 = 5
	call bpf_ct_set_timeout
	r1 = r6
	call bpf_ct_release
out:
	r0 = 0
	exit
;; conntrack_found_change_timeout: accept
.section "tc"
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = r10
	r4 += -32
	r5 = 12
	call bpf_skb_ct_lookup
	if r0 == 0 goto out
	r6 = r0
	r1 = r6
	r2 = 5
	call bpf_ct_change_timeout
	r1 = r6
	call bpf_ct_release
out:
	r0 = 0
	exit
;; conntrack_options_too_small: reject outside the stack
.section "tc"
	*(u64 *)(r10 -16) = 0
	*(u64 *)(r10 -8) = 0
	*(u64 *)(r10 -32) = 0
	*(u64 *)(r10 -24) = 0
	r2 = r10
	r2 += -16
	r3 = 12
	r4 = r10
	r4 += -32
	r5 = 12
	r5 = 64
	call bpf_skb_ct_lookup
	r0 = 0
	exit
;; kmem_cache: accept
.section "tc"
	r1 = 0
	call bpf_get_kmem_cache
	if r0 == 0 goto out
	r1 = *(u64 *)(r0 +0)
out:
	r0 = 0
	exit
;; kmem_cache_untested: accept
.section "tc"
	r1 = 0
	call bpf_get_kmem_cache
	r1 = *(u64 *)(r0 +0)
	r0 = 0
	exit
