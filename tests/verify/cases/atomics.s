; Atomic operations: operands, kinds of memory, widths.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.map ro type=array key=4 value=64 entries=1 flags=0x80
.section "socket"
;; add_on_the_stack: accept
	*(u64 *)(r10 -8) = 1
	r1 = 1
	lock *(u64 *)(r10 -8) += r1
	r0 = *(u64 *)(r10 -8)
	exit
;; add_in_a_map_value: accept
	r1 = map[m][0]+0
	r2 = 1
	lock *(u64 *)(r1 +56) += r2
	lock *(u32 *)(r1 +60) |= r2
	lock *(u32 *)(r1 +60) &= r2
	lock *(u32 *)(r1 +60) ^= r2
	r0 = 0
	exit
;; add_past_a_map_value: reject outside the map value
	r1 = map[m][0]+0
	r2 = 1
	lock *(u64 *)(r1 +64) += r2
	r0 = 0
	exit
;; add_in_a_read_only_map: reject writes to a read-only map
	r1 = map[ro][0]+0
	r2 = 1
	lock *(u64 *)(r1 +0) += r2
	r0 = 0
	exit
;; add_byte: reject unknown size
	r1 = map[m][0]+0
	r2 = 1
	.insn d3 21 00 00 00 00 00 00
	r0 = 0
	exit
;; add_halfword: reject unknown size
	r1 = map[m][0]+0
	r2 = 1
	.insn cb 21 00 00 00 00 00 00
	r0 = 0
	exit
;; unknown_operation: reject unknown operation
	r1 = map[m][0]+0
	r2 = 1
	.insn db 21 00 00 33 00 00 00
	r0 = 0
	exit
;; subtract_is_not_one: reject unknown operation
	r1 = map[m][0]+0
	r2 = 1
	.insn db 21 00 00 10 00 00 00
	r0 = 0
	exit
;; add_uninitialised: reject uninitialised register
	r1 = map[m][0]+0
	lock *(u64 *)(r1 +0) += r2
	r0 = 0
	exit
;; add_in_the_context: reject not in this memory
	r2 = 1
	lock *(u32 *)(r1 +8) += r2
	r0 = 0
	exit
;; add_a_pointer_without_privilege [cap_bpf]: reject leaks an address
	r1 = map[m][0]+0
	lock *(u64 *)(r1 +0) += r10
	r0 = 0
	exit
;; add_a_pointer: accept
	r1 = map[m][0]+0
	lock *(u64 *)(r1 +0) += r10
	r0 = 0
	exit
;; fetch_add: accept
	r1 = map[m][0]+0
	r2 = 1
	r2 = atomic64_fetch_add((u64 *)(r1 +0), r2)
	r0 = r2
	exit
;; fetch_result_is_the_old_value: accept
	*(u64 *)(r10 -8) = 1
	r2 = 1
	r2 = atomic64_fetch_add((u64 *)(r10 -8), r2)
	r3 = r10
	r3 += r2
	*(u8 *)(r3 -16) = 0
	r0 = 0
	exit
;; exchange: accept
	r1 = map[m][0]+0
	r2 = 1
	r2 = atomic64_xchg((u64 *)(r1 +0), r2)
	r0 = r2
	exit
;; exchange_of_a_pointer_without_privilege [cap_bpf]: reject leaks an address
	r1 = map[m][0]+0
	r2 = r10
	r2 = atomic64_xchg((u64 *)(r1 +0), r2)
	r0 = 0
	exit
;; compare_and_exchange: accept
	r1 = map[m][0]+0
	r0 = 0
	r2 = 1
	r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)
	r0 = 0
	exit
;; compare_and_exchange_without_r0: reject uninitialised register
	r1 = map[m][0]+0
	r2 = 1
	r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)
	r0 = 0
	exit
;; compare_and_exchange_of_a_pointer_in_r0 [cap_bpf]: reject leaks an address
	r1 = map[m][0]+0
	r0 = r10
	r2 = 1
	r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)
	r0 = 0
	exit
;; word_exchange_clears_the_upper_half: accept
	*(u64 *)(r10 -8) = 0
	r2 = 1
	w2 = atomic_xchg((u32 *)(r10 -8), w2)
	r2 >>= 32
	r3 = r10
	r3 += r2
	*(u8 *)(r3 -16) = 0
	r0 = 0
	exit
;; load_acquire: accept
	r1 = map[m][0]+0
	r0 = load_acquire((u64 *)(r1 +0))
	w0 = load_acquire((u8 *)(r1 +3))
	exit
;; load_acquire_misaligned: reject misaligned access
	r1 = map[m][0]+0
	r0 = load_acquire((u64 *)(r1 +4))
	exit
;; load_acquire_past: reject outside the map value
	r1 = map[m][0]+0
	r0 = load_acquire((u64 *)(r1 +64))
	exit
;; load_acquire_of_the_context: reject not in this memory
	w0 = load_acquire((u32 *)(r1 +0))
	exit
;; store_release: accept
	r1 = map[m][0]+0
	r2 = 1
	store_release((u64 *)(r1 +0), r2)
	store_release((u8 *)(r1 +9), w2)
	r0 = 0
	exit
;; store_release_of_a_pointer_to_the_stack: accept
	store_release((u64 *)(r10 -8), r1)
	r2 = *(u64 *)(r10 -8)
	r0 = *(u32 *)(r2 +0)
	exit
;; store_release_to_a_read_only_map: reject writes to a read-only map
	r1 = map[ro][0]+0
	r2 = 1
	store_release((u64 *)(r1 +0), r2)
	r0 = 0
	exit
;; store_release_of_uninitialised: reject uninitialised register
	r1 = map[m][0]+0
	store_release((u64 *)(r1 +0), r2)
	r0 = 0
	exit
;; fetch_result_of_the_sum_is_unknown: reject unbounded offset
	*(u64 *)(r10 -8) = 1
	r2 = 1
	lock *(u64 *)(r10 -8) += r2
	r2 = *(u64 *)(r10 -8)
	r3 = r10
	r3 += r2
	*(u8 *)(r3 -16) = 0
	r0 = 0
	exit
