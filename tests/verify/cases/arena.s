; Arenas: addresses are numbers until they are cast; then any access goes, and faults are harmless.
.license "GPL"
.map a type=arena key=0 value=0 entries=2 flags=0x400 extra=0x100000000000
.map m type=array key=4 value=64 entries=1
.section "tc"
;; load_after_cast: accept
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	r0 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; load_before_cast: reject a number is no pointer
	r2 = map[a]
	r1 = 4096
	r0 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; cast_without_arena: reject no arena in the program
	r2 = map[m]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	r0 = 0
	exit
;; load_after_cast_back: reject a number is no pointer
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	r1 = addr_space_cast(r1, 1, 0)
	r0 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; any_offset: accept
	r6 = *(u32 *)(r1 +0)
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	r1 += r6
	r1 -= 100000
	r1 *= 3
	r0 = *(u8 *)(r1 +1)
	*(u32 *)(r1 +3) = r6
	r0 = 0
	exit
;; unaligned: accept
	r2 = map[a]
	r1 = 1
	r1 = addr_space_cast(r1, 0, 1)
	r0 = *(u64 *)(r1 +3)
	r0 = 0
	exit
;; address_as_a_number: accept
	r1 = map[a][0]+8
	r1 = addr_space_cast(r1, 0, 1)
	*(u64 *)(r1 +0) = 1
	r0 = 0
	exit
;; address_as_a_number_before_cast: reject a number is no pointer
	r1 = map[a][0]+8
	*(u64 *)(r1 +0) = 1
	r0 = 0
	exit
;; loaded_value_is_a_number: reject a number is no pointer
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	r1 = *(u64 *)(r1 +0)
	r0 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; narrow_load_has_a_range: accept
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	r2 = *(u8 *)(r1 +0)
	r2 &= 63
	r1 = map[m][0]+0
	r1 += r2
	r0 = *(u8 *)(r1 +0)
	r0 = 0
	exit
;; store_pointer: accept
	r2 = map[a]
	r6 = r1
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	*(u64 *)(r1 +0) = r6
	*(u64 *)(r1 +8) = r10
	r0 = 0
	exit
;; store_arena_pointer: accept
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	*(u64 *)(r1 +0) = r1
	r0 = 0
	exit
;; atomic: accept
	r2 = map[a]
	r1 = 4096
	r3 = 1
	r1 = addr_space_cast(r1, 0, 1)
	lock *(u64 *)(r1 +0) += r3
	r0 = 0
	exit
;; atomic_fetch: accept
	r2 = map[a]
	r1 = 4096
	r3 = 1
	r1 = addr_space_cast(r1, 0, 1)
	r3 = atomic_fetch_add((u64 *)(r1 +0), r3)
	r0 = 0
	exit
;; other_pointer_at_the_same_instruction: reject different pointers
	r6 = *(u32 *)(r1 +0)
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	if r6 > 7 goto access
	r1 = map[m][0]+0
access:
	r0 = *(u64 *)(r1 +0)
	r0 = 0
	exit
;; spilled: accept
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	*(u64 *)(r10 -8) = r1
	r2 = *(u64 *)(r10 -8)
	r0 = *(u64 *)(r2 +0)
	r0 = 0
	exit
;; as_a_helper_s_memory: reject a helper cannot read it
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	r2 = r1
	r1 = map[m]
	call 1
	r0 = 0
	exit
;; as_a_key_s_copy: accept
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	w0 = *(u32 *)(r1 +0)
	*(u32 *)(r10 -4) = r0
	r2 = r10
	r2 += -4
	r1 = map[m]
	call 1
	r0 = 0
	exit
;; sign_extending_load: accept
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	r0 = *(s32 *)(r1 +0)
	r0 = 0
	exit
;; compared_with_null: accept
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	if r1 == 0 goto out
	r0 = *(u64 *)(r1 +0)
out:
	r0 = 0
	exit
;; difference_is_a_number: accept
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	r3 = r1
	r3 -= r1
	r0 = 0
	exit
;; returned: accept
	r2 = map[a]
	r1 = 4096
	r1 = addr_space_cast(r1, 0, 1)
	r0 = r1
	exit
