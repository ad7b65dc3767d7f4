; What a register is after it went to the stack and came back.
.license "GPL"
.map h type=hash key=4 value=64 entries=4
.section "socket"
;; context: accept
	*(u64 *)(r10 -8) = r1
	r2 = *(u64 *)(r10 -8)
	r0 = *(u32 *)(r2 +0)
	exit
;; lower_word_of_context: reject partial copy of a pointer
	*(u64 *)(r10 -8) = r1
	r2 = *(u32 *)(r10 -8)
	r0 = *(u32 *)(r2 +0)
	exit
;; lower_half_without_privilege [cap_bpf]: reject partial copy of a pointer
	*(u64 *)(r10 -8) = r1
	r0 = *(u32 *)(r10 -8)
	r0 = 0
	exit
;; constant: accept
	r2 = 8
	*(u64 *)(r10 -16) = r2
	r3 = *(u64 *)(r10 -16)
	r4 = r10
	r4 += r3
	*(u64 *)(r4 -16) = 0
	r0 = 0
	exit
;; constant_by_immediate_store: accept
	*(u64 *)(r10 -16) = 8
	r3 = *(u64 *)(r10 -16)
	r4 = r10
	r4 += r3
	*(u64 *)(r4 -16) = 0
	r0 = 0
	exit
;; constant_word: accept
	*(u32 *)(r10 -16) = 8
	w3 = *(u32 *)(r10 -16)
	r4 = r10
	r4 += r3
	*(u64 *)(r4 -16) = 0
	r0 = 0
	exit
;; constant_halfword: accept
	*(u16 *)(r10 -16) = 8
	w3 = *(u16 *)(r10 -16)
	r4 = r10
	r4 += r3
	*(u64 *)(r4 -16) = 0
	r0 = 0
	exit
;; constant_at_the_upper_half_is_lost: reject unknown offset
	*(u32 *)(r10 -12) = 8
	w3 = *(u32 *)(r10 -12)
	r4 = r10
	r4 += r3
	*(u64 *)(r4 -16) = 0
	r0 = 0
	exit
;; lower_word_of_a_double_word: accept
	*(u64 *)(r10 -16) = 8
	w3 = *(u32 *)(r10 -16)
	r4 = r10
	r4 += r3
	*(u64 *)(r4 -16) = 0
	r0 = 0
	exit
;; upper_word_of_a_double_word: reject unbounded offset
	*(u64 *)(r10 -16) = 8
	w3 = *(u32 *)(r10 -12)
	r4 = r10
	r4 += r3
	*(u64 *)(r4 -8) = 0
	r0 = 0
	exit
;; double_word_of_two_words: reject unbounded offset
	*(u32 *)(r10 -16) = 8
	*(u32 *)(r10 -12) = 0
	r3 = *(u64 *)(r10 -16)
	r4 = r10
	r4 += r3
	*(u64 *)(r4 -16) = 0
	r0 = 0
	exit
;; bounded_value: accept
	r2 = *(u32 *)(r1 +0)
	r2 &= 7
	*(u64 *)(r10 -16) = r2
	r3 = *(u64 *)(r10 -16)
	r4 = r10
	r4 += r3
	*(u8 *)(r4 -8) = 0
	r0 = 0
	exit
;; bounded_byte: accept
	r2 = *(u32 *)(r1 +0)
	r2 &= 7
	*(u8 *)(r10 -16) = r2
	w3 = *(u8 *)(r10 -16)
	r4 = r10
	r4 += r3
	*(u8 *)(r4 -8) = 0
	r0 = 0
	exit
;; large_value_in_a_byte: reject outside the stack
	r2 = *(u32 *)(r1 +0)
	*(u8 *)(r10 -16) = r2
	w3 = *(u8 *)(r10 -16)
	r4 = r10
	r4 += r3
	*(u8 *)(r4 -8) = 0
	r0 = 0
	exit
;; sign_extended_on_the_way_back: accept
	r2 = -8
	*(u32 *)(r10 -16) = r2
	r3 = *(s32 *)(r10 -16)
	r4 = r10
	r4 += r3
	*(u8 *)(r4 +0) = 0
	r0 = 0
	exit
;; zero_extended_on_the_way_back: reject offset out of range
	r2 = -8
	*(u32 *)(r10 -16) = r2
	w3 = *(u32 *)(r10 -16)
	r4 = r10
	r4 += r3
	*(u8 *)(r4 +0) = 0
	r0 = 0
	exit
;; atomic_destroys_it: reject not a pointer
	*(u64 *)(r10 -8) = r1
	r2 = 0
	lock *(u64 *)(r10 -8) += r2
	r3 = *(u64 *)(r10 -8)
	r0 = *(u32 *)(r3 +0)
	exit
;; survives_a_helper: accept
	*(u64 *)(r10 -8) = r1
	call bpf_get_prandom_u32
	r1 = *(u64 *)(r10 -8)
	r0 = *(u32 *)(r1 +0)
	exit
;; helper_writes_over_it: reject not a pointer
	*(u64 *)(r10 -8) = r1
	r6 = r1
	r2 = 0
	r3 = r10
	r3 += -8
	r4 = 8
	call bpf_skb_load_bytes
	r1 = *(u64 *)(r10 -8)
	r0 = *(u32 *)(r1 +0)
	exit
;; map_value_keeps_its_check: accept
	*(u32 *)(r10 -4) = 0
	r1 = map[h]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r10 -16) = r0
	r0 = 0
	r1 = *(u64 *)(r10 -16)
	r0 = *(u32 *)(r1 +60)
out:	r0 = 0
	exit
;; frame_pointer: accept
	*(u64 *)(r10 -8) = r10
	r2 = *(u64 *)(r10 -8)
	*(u64 *)(r2 -16) = 1
	r0 = *(u64 *)(r10 -16)
	exit
;; two_paths_two_kinds: reject different kinds of pointers
	r2 = *(u32 *)(r1 +0)
	if r2 == 0 goto other
	*(u64 *)(r10 -8) = r1
	goto join
other:	r3 = r10
	r3 += -16
	*(u64 *)(r10 -8) = r3
join:	r3 = *(u64 *)(r10 -8)
	w4 = *(u32 *)(r3 +0)
	r0 = 0
	exit
