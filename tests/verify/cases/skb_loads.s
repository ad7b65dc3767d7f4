; Loads of the packet in the classic way: the context in r6, r0 and r1 to r5 lost.
.license "GPL"
.section "socket"
;; word: accept
	r6 = r1
	r0 = *(u32 *)skb[12]
	exit
;; halfword: accept
	r6 = r1
	r0 = *(u16 *)skb[12]
	exit
;; negative_offset: accept
	r6 = r1
	r0 = *(u32 *)skb[-4096]
	exit
;; without_r6: reject uninitialised register
	r0 = *(u32 *)skb[12]
	exit
;; r6_is_no_context: reject not the context
	r6 = r10
	r0 = *(u32 *)skb[12]
	exit
;; r6_is_a_moved_context: reject not the context
	r6 = r1
	r6 += 4
	r0 = *(u32 *)skb[12]
	exit
;; r1_is_lost: reject uninitialised register
	r6 = r1
	r0 = *(u32 *)skb[12]
	r0 = r1
	exit
;; r6_stays: accept
	r6 = r1
	r0 = *(u32 *)skb[12]
	r0 = *(u32 *)skb[16]
	r0 = *(u32 *)(r6 +0)
	exit
;; register_offset: accept
	r6 = r1
	r2 = 1
	r0 = *(u8 *)skb[r2 + 14]
	exit
;; register_offset_uninitialised: reject uninitialised register
	r6 = r1
	r0 = *(u8 *)skb[r7 + 14]
	exit
;; register_offset_pointer: accept
	r6 = r1
	r0 = *(u8 *)skb[r10 + 14]
	exit
;; in_tc: accept
.section "tc"
	r6 = r1
	r0 = *(u8 *)skb[0]
	exit
;; in_cgroup_skb: reject not for this program type
.section "cgroup_skb/ingress"
	r6 = r1
	r0 = *(u8 *)skb[0]
	r0 = 1
	exit
;; in_xdp: reject not for this program type
.section "xdp"
	r6 = r1
	r0 = *(u8 *)skb[0]
	exit
;; in_lwt: reject not for this program type
.section "lwt_in"
	r6 = r1
	r0 = *(u8 *)skb[0]
	exit
;; in_kprobe: reject not for this program type
.section "kprobe/x"
	r6 = r1
	r0 = *(u8 *)skb[0]
	exit
;; double_word: reject unknown opcode
	r6 = r1
.insn 38 00 00 00 0c 00 00 00
	exit
;; with_destination_register: reject reserved fields
	r6 = r1
.insn 30 02 00 00 0c 00 00 00
	exit
;; with_offset: reject reserved fields
	r6 = r1
.insn 30 00 01 00 0c 00 00 00
	exit
;; with_source_register: reject reserved fields
	r6 = r1
.insn 30 20 00 00 0c 00 00 00
	exit
;; result_is_a_byte: reject outside the stack
	r6 = r1
	r0 = *(u8 *)skb[0]
	r1 = r10
	r1 += r0
	*(u8 *)(r1 -256) = 0
	r0 = 0
	exit
;; in_a_function: reject needs BTF
	call f
	exit
.func f
	r6 = r1
	r0 = *(u8 *)skb[0]
	exit
;; packet_pointers_stay: accept
.section "tc"
	r6 = r1
	r2 = *(u32 *)(r1 +76)
	r3 = *(u32 *)(r1 +80)
	r7 = r2
	r4 = r2
	r4 += 8
	if r4 > r3 goto out
	r0 = *(u8 *)skb[0]
	r0 = *(u8 *)(r7 +0)
	out:	r0 = 0
	exit
