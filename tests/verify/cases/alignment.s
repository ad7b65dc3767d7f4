; Alignment of accesses. Linux on x86 asks for it on the stack always, elsewhere when told to.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.map mv type=array key=4 value=64 entries=1
.section "tc"
;; value_misaligned: accept
	r1 = map[m][0]+0
	r0 = *(u32 *)(r1 +2)
	exit
;; value_misaligned_strict [strict]: reject misaligned access
	r1 = map[m][0]+0
	r0 = *(u32 *)(r1 +2)
	exit
;; value_aligned_strict [strict]: accept
	r1 = map[m][0]+0
	r0 = *(u32 *)(r1 +4)
	exit
;; value_variable_strict [strict]: reject misaligned access
	r1 = map[m][0]+0
	r2 = *(u32 *)(r1 +0)
	r2 &= 31
	r1 += r2
	r0 = *(u32 *)(r1 +0)
	exit
;; value_variable_multiple_of_4_strict [strict]: accept
	r1 = map[m][0]+0
	r2 = *(u32 *)(r1 +0)
	r2 &= 28
	r1 += r2
	r0 = *(u32 *)(r1 +0)
	exit
;; value_bytes_strict [strict]: accept
	r1 = map[m][0]+0
	r0 = *(u8 *)(r1 +3)
	exit
;; value_misaligned_by_pointer_strict [strict]: reject misaligned access
	r1 = map[m][0]+0
	r1 += 1
	r0 = *(u16 *)(r1 +0)
	exit
;; value_misaligned_twice_is_aligned_strict [strict]: accept
	r1 = map[m][0]+0
	r1 += 1
	r0 = *(u16 *)(r1 +1)
	exit
;; packet_at_2_strict [strict]: accept
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	r0 = 0
	if r4 > r3 goto out
	r0 = *(u32 *)(r2 +2)
out:	exit
;; packet_at_0_strict [strict]: reject misaligned access
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	r0 = 0
	if r4 > r3 goto out
	r0 = *(u32 *)(r2 +0)
out:	exit
;; packet_at_0: accept
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r4 = r2
	r4 += 14
	r0 = 0
	if r4 > r3 goto out
	r0 = *(u32 *)(r2 +0)
out:	exit
;; atomic_misaligned: reject misaligned access
	r1 = map[m][0]+0
	r2 = 1
	lock *(u64 *)(r1 +4) += r2
	r0 = 0
	exit
;; atomic_word_misaligned: reject misaligned access
	r1 = map[m][0]+0
	r2 = 1
	lock *(u32 *)(r1 +2) += r2
	r0 = 0
	exit
;; context_misaligned: reject not a context field
	r0 = *(u32 *)(r1 +2)
	exit
