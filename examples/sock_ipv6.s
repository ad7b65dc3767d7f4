; The filter that introductions to BPF begin with, "IPv6 only", as a socket filter:
;
;     ldh [12]
;     jeq #0x86dd, keep, drop
;
; skep asm sock_ipv6.s -o sock_ipv6.o && skep run sock_ipv6.o --pcap in.pcap
; sock_filter.bpf.c is the same in C.

.license "Dual BSD/GPL"

.prog ipv6_only section="socket"
	r6 = r1			; packet loads expect the context here
	r0 = *(u16 *)skb[12]	; EtherType, in host order; a shorter packet ends the program with 0
	if r0 == 0x86dd goto keep
	r0 = 0			; drop
	exit
keep:	r0 = 0x40000		; bytes for the socket: all
	exit
