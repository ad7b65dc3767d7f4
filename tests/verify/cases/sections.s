; Sections: RCU, preemption, interrupts; sleep in them; bpf_throw out of them.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.map pa type=prog_array key=4 value=4 entries=1
.map rb type=ringbuf key=0 value=0 entries=4096
.extern bpf_rcu_read_lock kfunc
.extern bpf_rcu_read_unlock kfunc
.extern bpf_preempt_disable kfunc
.extern bpf_preempt_enable kfunc
.extern bpf_local_irq_save kfunc
.extern bpf_local_irq_restore kfunc
.extern bpf_copy_from_user_str kfunc
.extern bpf_throw kfunc
.extern __bpf_trap kfunc
;; rcu: accept
.section "tc"
	call bpf_rcu_read_lock
	call bpf_rcu_read_unlock
	r0 = 0
	exit
;; rcu_not_left: reject RCU section at the end
.section "tc"
	call bpf_rcu_read_lock
	r0 = 0
	exit
;; rcu_left_without_entering: reject no RCU section
.section "tc"
	call bpf_rcu_read_unlock
	r0 = 0
	exit
;; rcu_twice: reject nested RCU
.section "tc"
	call bpf_rcu_read_lock
	call bpf_rcu_read_lock
	call bpf_rcu_read_unlock
	call bpf_rcu_read_unlock
	r0 = 0
	exit
;; rcu_again: accept
.section "tc"
	call bpf_rcu_read_lock
	call bpf_rcu_read_unlock
	call bpf_rcu_read_lock
	call bpf_rcu_read_unlock
	r0 = 0
	exit
;; rcu_left_on_one_path_only: reject RCU section at the end
.section "tc"
	r6 = *(u32 *)(r1 +0)
	call bpf_rcu_read_lock
	if r6 == 0 goto out
	call bpf_rcu_read_unlock
out:
	r0 = 0
	exit
;; rcu_in_a_function: accept
.section "tc"
	call bpf_rcu_read_lock
	call f
	call bpf_rcu_read_unlock
	r0 = 0
	exit
f:
	r0 = 0
	exit
;; rcu_entered_in_a_function: accept
.section "tc"
	call f
	call bpf_rcu_read_unlock
	r0 = 0
	exit
f:
	call bpf_rcu_read_lock
	r0 = 0
	exit
;; rcu_left_in_a_function: accept
.section "tc"
	call bpf_rcu_read_lock
	call f
	r0 = 0
	exit
f:
	call bpf_rcu_read_unlock
	r0 = 0
	exit
;; rcu_entered_in_a_function_not_left: reject RCU section at the end
.section "tc"
	call f
	r0 = 0
	exit
f:
	call bpf_rcu_read_lock
	r0 = 0
	exit
;; sleep: accept
.section "syscall"
	r1 = r10
	r1 += -16
	r2 = 8
	r3 = 0
	call bpf_copy_from_user
	r0 = 0
	exit
;; sleep_in_rcu: reject sleeps
.section "syscall"
	call bpf_rcu_read_lock
	r1 = r10
	r1 += -16
	r2 = 8
	r3 = 0
	call bpf_copy_from_user
	call bpf_rcu_read_unlock
	r0 = 0
	exit
;; sleep_after_rcu: accept
.section "syscall"
	call bpf_rcu_read_lock
	call bpf_rcu_read_unlock
	r1 = r10
	r1 += -16
	r2 = 8
	r3 = 0
	call bpf_copy_from_user
	r0 = 0
	exit
;; sleeping_kfunc_in_rcu: reject sleeps
.section "syscall"
	call bpf_rcu_read_lock
	r1 = r10
	r1 += -16
	r2 = 8
	r3 = 0
	r4 = 0
	call bpf_copy_from_user_str
	call bpf_rcu_read_unlock
	r0 = 0
	exit
;; sleeping_kfunc: accept
.section "syscall"
	r1 = r10
	r1 += -16
	r2 = 8
	r3 = 0
	r4 = 0
	call bpf_copy_from_user_str
	r0 = 0
	exit
;; sleeping_kfunc_where_nothing_sleeps: reject sleeps
.section "tc"
	r1 = r10
	r1 += -16
	r2 = 8
	r3 = 0
	r4 = 0
	call bpf_copy_from_user_str
	r0 = 0
	exit
;; preempt: accept
.section "tc"
	call bpf_preempt_disable
	call bpf_preempt_enable
	r0 = 0
	exit
;; preempt_twice: accept
.section "tc"
	call bpf_preempt_disable
	call bpf_preempt_disable
	call bpf_preempt_enable
	call bpf_preempt_enable
	r0 = 0
	exit
;; preempt_twice_left_once: reject preemption off at the end
.section "tc"
	call bpf_preempt_disable
	call bpf_preempt_disable
	call bpf_preempt_enable
	r0 = 0
	exit
;; preempt_not_left: reject preemption off at the end
.section "tc"
	call bpf_preempt_disable
	r0 = 0
	exit
;; preempt_left_without_entering: reject preemption is on
.section "tc"
	call bpf_preempt_enable
	r0 = 0
	exit
;; preempt_left_once_too_often: reject preemption is on
.section "tc"
	call bpf_preempt_disable
	call bpf_preempt_enable
	call bpf_preempt_enable
	r0 = 0
	exit
;; sleep_with_preemption_off: reject sleeps
.section "syscall"
	call bpf_preempt_disable
	r1 = r10
	r1 += -16
	r2 = 8
	r3 = 0
	call bpf_copy_from_user
	call bpf_preempt_enable
	r0 = 0
	exit
;; sleeping_kfunc_with_preemption_off: reject sleeps
.section "syscall"
	call bpf_preempt_disable
	r1 = r10
	r1 += -16
	r2 = 8
	r3 = 0
	r4 = 0
	call bpf_copy_from_user_str
	call bpf_preempt_enable
	r0 = 0
	exit
;; preempt_in_rcu: accept
.section "tc"
	call bpf_rcu_read_lock
	call bpf_preempt_disable
	call bpf_preempt_enable
	call bpf_rcu_read_unlock
	r0 = 0
	exit
;; preempt_and_rcu_crossed: accept
.section "tc"
	call bpf_rcu_read_lock
	call bpf_preempt_disable
	call bpf_rcu_read_unlock
	call bpf_preempt_enable
	r0 = 0
	exit
;; preempt_in_a_function: accept
.section "tc"
	call bpf_preempt_disable
	call f
	call bpf_preempt_enable
	r0 = 0
	exit
f:
	r0 = 0
	exit
;; preempt_in_a_loop: reject preemption off at the end
.section "tc"
	r6 = 3
again:
	call bpf_preempt_disable
	r6 += -1
	if r6 != 0 goto again
	r0 = 0
	exit
;; interrupts: accept
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; interrupts_not_restored: reject interrupts off at the end
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r0 = 0
	exit
;; interrupts_restored_without_saving: reject no saved flags
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; interrupts_restored_twice: reject no saved flags
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; interrupts_saved_twice_at_one_place: reject saved flags
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; interrupts_nested: accept
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -16
	call bpf_local_irq_save
	r1 = r10
	r1 += -16
	call bpf_local_irq_restore
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; interrupts_nested_out_of_order: reject out of order
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -16
	call bpf_local_irq_save
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r1 = r10
	r1 += -16
	call bpf_local_irq_restore
	r0 = 0
	exit
;; interrupts_nested_three_out_of_order: reject out of order
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -16
	call bpf_local_irq_save
	r1 = r10
	r1 += -24
	call bpf_local_irq_save
	r1 = r10
	r1 += -24
	call bpf_local_irq_restore
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r1 = r10
	r1 += -16
	call bpf_local_irq_restore
	r0 = 0
	exit
;; interrupts_saved_again_at_the_same_place: accept
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; saved_flags_overwritten: reject saved flags lost
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; saved_flags_half_overwritten: reject saved flags lost
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	*(u32 *)(r10 -8) = 0
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; saved_flags_read: reject saved flags on the stack
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = *(u64 *)(r10 -8)
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; saved_flags_misaligned: reject misaligned
.section "tc"
	r1 = r10
	r1 += -12
	call bpf_local_irq_save
	r0 = 0
	exit
;; saved_flags_in_a_map: reject not on the stack
.section "tc"
	r1 = map[m][0]+0
	call bpf_local_irq_save
	r0 = 0
	exit
;; saved_flags_copied: reject saved flags on the stack
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = *(u64 *)(r10 -8)
	*(u64 *)(r10 -16) = r1
	r1 = r10
	r1 += -16
	call bpf_local_irq_restore
	r0 = 0
	exit
;; saved_flags_over_a_number: accept
.section "tc"
	*(u64 *)(r10 -8) = 1
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; saved_flags_given_to_a_helper: reject saved flags on the stack
.section "tc"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = map[m]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; interrupts_in_a_function: accept
.section "tc"
	r1 = r10
	r1 += -8
	call f
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
f:
	call bpf_local_irq_save
	r0 = 0
	exit
;; interrupts_saved_in_the_frame_of_a_function: reject interrupts off at the end
.section "tc"
	call f
	r0 = 0
	exit
f:
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r0 = 0
	exit
;; sleep_with_interrupts_off: reject sleeps
.section "syscall"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -16
	r2 = 8
	r3 = 0
	call bpf_copy_from_user
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; sleeping_kfunc_with_interrupts_off: reject sleeps
.section "syscall"
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r10
	r1 += -16
	r2 = 8
	r3 = 0
	r4 = 0
	call bpf_copy_from_user_str
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; interrupts_over_a_tail_call: reject interrupts off at a tail call
.section "tc"
	r6 = r1
	r1 = r10
	r1 += -8
	call bpf_local_irq_save
	r1 = r6
	r2 = map[pa]
	r3 = 0
	call bpf_tail_call
	r1 = r10
	r1 += -8
	call bpf_local_irq_restore
	r0 = 0
	exit
;; preempt_over_a_tail_call: reject preemption off at a tail call
.section "tc"
	r6 = r1
	call bpf_preempt_disable
	r1 = r6
	r2 = map[pa]
	r3 = 0
	call bpf_tail_call
	call bpf_preempt_enable
	r0 = 0
	exit
;; rcu_over_a_tail_call: reject RCU at a tail call
.section "tc"
	r6 = r1
	call bpf_rcu_read_lock
	r1 = r6
	r2 = map[pa]
	r3 = 0
	call bpf_tail_call
	call bpf_rcu_read_unlock
	r0 = 0
	exit
;; throw: accept
.section "tc"
	r1 = 0
	call bpf_throw
	r0 = 0
	exit
;; throw_any_number: accept
.section "tc"
	r1 = *(u32 *)(r1 +0)
	call bpf_throw
	r0 = 0
	exit
;; throw_out_of_range: reject result
.section "cgroup/dev"
	r1 = 7
	call bpf_throw
	r0 = 0
	exit
;; throw_in_range: accept
.section "cgroup/dev"
	r1 = 1
	call bpf_throw
	r0 = 0
	exit
;; throw_a_pointer: reject not a number
.section "tc"
	call bpf_throw
	r0 = 0
	exit
;; throw_in_rcu: reject RCU
.section "tc"
	call bpf_rcu_read_lock
	r1 = 0
	call bpf_throw
	call bpf_rcu_read_unlock
	r0 = 0
	exit
;; throw_with_preemption_off: reject preemption off
.section "tc"
	call bpf_preempt_disable
	r1 = 0
	call bpf_throw
	call bpf_preempt_enable
	r0 = 0
	exit
;; throw_in_a_function: accept
.section "tc"
	call f
	r0 = 0
	exit
f:
	r1 = 0
	call bpf_throw
	r0 = 0
	exit
;; throw_in_a_function_with_a_reference: reject leak
.section "tc"
	r1 = map[rb]
	r2 = 8
	r3 = 0
	call bpf_ringbuf_reserve
	if r0 == 0 goto out
	r6 = r0
	call f
	r1 = r6
	r2 = 0
	call bpf_ringbuf_discard
out:
	r0 = 0
	exit
f:
	r1 = 0
	call bpf_throw
	r0 = 0
	exit
;; throw_is_the_last_instruction: accept
.section "tc"
	if r1 == 0 goto out
	r1 = 0
	call bpf_throw
out:
	r0 = 0
	exit
;; trap: reject trap
.section "tc"
	call __bpf_trap
	r0 = 0
	exit
;; trap_not_reached: accept
.section "tc"
	r1 = 0
	if r1 == 0 goto out
	call __bpf_trap
out:
	r0 = 0
	exit
