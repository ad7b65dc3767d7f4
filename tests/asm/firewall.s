; An XDP program in pieces: maps, a constant, a subprogram, labels.
.license "GPL"

.map drops type=percpu_array key=4 value=8 entries=1
.map denied type=lpm_trie key=8 value=8 entries=1024 flags=1

.rodata
min_len:	.word 14

.prog firewall section="xdp"
	r6 = r1
	r2 = *(u32 *)(r6 +4)		; data_end
	r1 = *(u32 *)(r6 +0)		; data
	r3 = &min_len
	w3 = *(u32 *)(r3 +0)
	r3 += r1
	if r3 > r2 goto pass
	r3 = *(u16 *)(r1 +12)
	r3 = be16 r3
	if r3 != 0x800 goto pass
	r3 = r1
	r3 += 34
	if r3 > r2 goto pass
	w4 = *(u32 *)(r1 +26)
	*(u32 *)(r10 -8) = 32		; prefix length
	*(u32 *)(r10 -4) = w4
	r1 = map[denied]
	r2 = r10
	r2 += -8
	call bpf_map_lookup_elem
	if r0 == 0 goto pass
	call count_drop
	r0 = 1				; XDP_DROP
	exit
pass:	r0 = 2				; XDP_PASS
	exit

.func count_drop
	*(u32 *)(r10 -4) = 0
	r1 = map[drops]
	r2 = r10
	r2 += -4
	call bpf_map_lookup_elem
	if r0 == 0 goto done
	r1 = 1
	lock *(u64 *)(r0 +0) += r1
done:	r0 = 0
	exit
