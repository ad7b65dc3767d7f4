; Open-coded iterators: what they are, where they lie, loops over them.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.extern bpf_iter_num_new kfunc
.extern bpf_iter_num_next kfunc
.extern bpf_iter_num_destroy kfunc
.extern bpf_iter_bits_new kfunc
.extern bpf_iter_bits_next kfunc
.extern bpf_iter_bits_destroy kfunc
.extern bpf_iter_task_new kfunc
.extern bpf_iter_task_next kfunc
.extern bpf_iter_task_destroy kfunc
.extern bpf_rcu_read_lock kfunc
.extern bpf_rcu_read_unlock kfunc
.section "tc"
;; loop_over_numbers: accept
	r6 = 0
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
again:
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	r1 = *(u32 *)(r0 +0)
	r6 += r1
	goto again
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; endless_range: accept
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 1000000000
	call bpf_iter_num_new
again:
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 != 0 goto again
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; not_destroyed: reject leak
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r0 = 0
	exit
;; destroyed_without_next: accept
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; destroyed_twice: reject not an iterator
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; next_without_new: reject not an iterator
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	r0 = 0
	exit
;; destroy_without_new: reject not an iterator
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; made_twice: reject iterator in use
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; made_again_after_destroy: accept
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; element_not_tested: reject may be NULL
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	r6 = *(u32 *)(r0 +0)
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; element_written: reject read-only memory
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	*(u32 *)(r0 +0) = 1
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; element_read_past_its_end: reject outside memory
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	r6 = *(u64 *)(r0 +0)
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; element_used_after_destroy: reject void
	r6 = 0
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	r6 = r0
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = *(u32 *)(r6 +0)
	exit
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; element_used_after_next: accept
	r6 = 0
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	r6 = r0
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	r1 = *(u32 *)(r6 +0)
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; iterator_read: reject iterator on the stack
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r6 = *(u64 *)(r10 -8)
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; iterator_overwritten: reject leak
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; iterator_given_to_a_helper: reject iterator on the stack
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = map[m]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; iterator_misaligned: reject misaligned
	r1 = r10
	r1 += -12
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r0 = 0
	exit
;; iterator_outside_the_stack: reject outside the stack
	r1 = r10
	r1 += -520
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r0 = 0
	exit
;; iterator_not_on_the_stack: reject not on the stack
	r1 = map[m][0]+0
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r0 = 0
	exit
;; iterator_at_a_variable_place: reject variable offset
	r2 = *(u32 *)(r1 +0)
	r2 &= 8
	r1 = r10
	r1 += -16
	r1 += r2
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r0 = 0
	exit
;; bounds_are_numbers: reject not a number
	r2 = r1
	r1 = r10
	r1 += -8
	r3 = 10
	call bpf_iter_num_new
	r0 = 0
	exit
;; of_another_kind: reject another iterator
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
	r1 = r10
	r1 += -8
	call bpf_iter_bits_next
	r0 = 0
	exit
;; bits: accept
	*(u64 *)(r10 -24) = 5
	r1 = r10
	r1 += -16
	r2 = r10
	r2 += -24
	r3 = 1
	call bpf_iter_bits_new
again:
	r1 = r10
	r1 += -16
	call bpf_iter_bits_next
	if r0 == 0 goto done
	r1 = *(u32 *)(r0 +0)
	goto again
done:
	r1 = r10
	r1 += -16
	call bpf_iter_bits_destroy
	r0 = 0
	exit
;; bits_at_the_frame_end: reject outside the stack
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 1
	call bpf_iter_bits_new
	r0 = 0
	exit
;; two_at_once: accept
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
outer:
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 5
	call bpf_iter_num_new
inner:
	r1 = r10
	r1 += -16
	call bpf_iter_num_next
	if r0 != 0 goto inner
	r1 = r10
	r1 += -16
	call bpf_iter_num_destroy
	goto outer
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; inner_not_destroyed: reject leak
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
outer:
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	r1 = r10
	r1 += -16
	r2 = 0
	r3 = 5
	call bpf_iter_num_new
	goto outer
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; counter_of_the_loop_is_an_index: reject outside the value
	r6 = 0
	r7 = map[m][0]+0
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
again:
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	r1 = r7
	r1 += r6
	r2 = *(u8 *)(r1 +0)
	r6 += 1
	goto again
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; counter_tested_before_use: accept
	r6 = 0
	r7 = map[m][0]+0
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 10
	call bpf_iter_num_new
again:
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	if r6 > 63 goto done
	r1 = r7
	r1 += r6
	r2 = *(u8 *)(r1 +0)
	r6 += 1
	goto again
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; element_as_an_index_tested: accept
	r7 = map[m][0]+0
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 64
	call bpf_iter_num_new
again:
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	r1 = *(u32 *)(r0 +0)
	if r1 > 63 goto again
	r2 = r7
	r2 += r1
	r3 = *(u8 *)(r2 +0)
	goto again
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; element_as_an_index_untested: reject outside the value
	r7 = map[m][0]+0
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 64
	call bpf_iter_num_new
again:
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	r1 = *(u32 *)(r0 +0)
	r2 = r7
	r2 += r1
	r3 = *(u8 *)(r2 +0)
	goto again
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; reference_taken_in_every_round: reject leak
	r1 = r10
	r1 += -8
	r2 = 0
	r3 = 3
	call bpf_iter_num_new
again:
	r1 = r10
	r1 += -8
	call bpf_iter_num_next
	if r0 == 0 goto done
	r1 = r10
	r1 += -24
	r2 = 0
	r3 = 1
	call bpf_iter_bits_new
	goto again
done:
	r1 = r10
	r1 += -8
	call bpf_iter_num_destroy
	r0 = 0
	exit
;; tasks_without_rcu_where_nothing_sleeps: accept
	r1 = r10
	r1 += -24
	r2 = 0
	r3 = 0
	call bpf_iter_task_new
	r1 = r10
	r1 += -24
	call bpf_iter_task_destroy
	r0 = 0
	exit
;; tasks_without_rcu: reject needs RCU
.section "syscall"
	r1 = r10
	r1 += -24
	r2 = 0
	r3 = 0
	call bpf_iter_task_new
	r1 = r10
	r1 += -24
	call bpf_iter_task_next
	r1 = r10
	r1 += -24
	call bpf_iter_task_destroy
	r0 = 0
	exit
;; tasks_in_rcu: accept
.section "syscall"
	call bpf_rcu_read_lock
	r1 = r10
	r1 += -24
	r2 = 0
	r3 = 0
	call bpf_iter_task_new
	r1 = r10
	r1 += -24
	call bpf_iter_task_next
	r1 = r10
	r1 += -24
	call bpf_iter_task_destroy
	call bpf_rcu_read_unlock
	r0 = 0
	exit
;; tasks_after_rcu_ended: reject needs RCU
.section "syscall"
	call bpf_rcu_read_lock
	r1 = r10
	r1 += -24
	r2 = 0
	r3 = 0
	call bpf_iter_task_new
	call bpf_rcu_read_unlock
	r1 = r10
	r1 += -24
	call bpf_iter_task_destroy
	r0 = 0
	exit
