; Global data: constants that nothing can change are known, the rest is memory.
.license "GPL"
.map m type=array key=4 value=64 entries=1
.rodata
small:	.word 60
large:	.word 64
text:	.asciz "text"
open:	.ascii "xyz"
.align 8
minus:	.quad -4
.data
variable:	.word 60
.bss
zeros:	.zero 8
.section "socket"
;; constant_index: accept
	r1 = &small
	w2 = *(u32 *)(r1 +0)
	r1 = map[m][0]+0
	r1 += r2
	r0 = *(u32 *)(r1 +0)
	exit
;; constant_index_past: reject outside the map value
	r1 = &large
	w2 = *(u32 *)(r1 +0)
	r1 = map[m][0]+0
	r1 += r2
	r0 = *(u8 *)(r1 +0)
	exit
;; variable_index: reject outside the map value
	r1 = &variable
	w2 = *(u32 *)(r1 +0)
	r1 = map[m][0]+0
	r1 += r2
	r0 = *(u32 *)(r1 +0)
	exit
;; byte_of_a_constant: accept
	r1 = &small
	w2 = *(u8 *)(r1 +0)
	r1 = map[m][0]+0
	r1 += r2
	r0 = *(u32 *)(r1 +0)
	exit
;; sign_extended_constant: accept
	r1 = &minus
	r2 = *(s8 *)(r1 +0)
	r1 = map[m][0]+4
	r1 += r2
	r0 = *(u32 *)(r1 +0)
	exit
;; double_word_constant: accept
	r1 = &minus
	r2 = *(u64 *)(r1 +0)
	r1 = map[m][0]+4
	r1 += r2
	r0 = *(u32 *)(r1 +0)
	exit
;; branch_on_a_constant_is_dead: accept
	r1 = &small
	w2 = *(u32 *)(r1 +0)
	r0 = 0
	if r2 == 60 goto out
	r0 = r9
out:	exit
;; branch_on_a_variable: reject uninitialised register
	r1 = &variable
	w2 = *(u32 *)(r1 +0)
	r0 = 0
	if r2 == 60 goto out
	r0 = r9
out:	exit
;; write_to_a_constant: reject writes to a read-only map
	r1 = &small
	*(u32 *)(r1 +0) = 1
	r0 = 0
	exit
;; write_to_a_variable: accept
	r1 = &variable
	*(u32 *)(r1 +0) = 1
	r1 = &zeros
	*(u64 *)(r1 +0) = 1
	r0 = 0
	exit
;; write_past_the_variables: reject outside the map value
	r1 = &zeros
	*(u64 *)(r1 +8) = 1
	r0 = 0
	exit
;; constant_string: accept
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r1 += -8
	r2 = 8
	r3 = &text
	call bpf_strncmp
	exit
;; string_in_a_variable: reject not a constant string
	*(u64 *)(r10 -8) = 0
	r1 = r10
	r1 += -8
	r2 = 8
	r3 = &variable
	call bpf_strncmp
	exit
;; helper_writes_to_a_constant: reject writes to a read-only map
	r2 = 0
	r3 = &small
	r4 = 4
	call bpf_skb_load_bytes
	r0 = 0
	exit
;; helper_reads_a_constant: accept
	r1 = map[m]
	r2 = &small
	call bpf_map_lookup_elem
	r0 = 0
	exit
