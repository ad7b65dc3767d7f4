/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of src/packet: the part of a packet that a protocol is given, and what printing knows. A
 * printer of a protocol looks at captured bytes only, after has(), and says "[|name]" when its
 * header is cut.
 */
#ifndef PACKET_PRINT_H
#define PACKET_PRINT_H

#include "base/buf.h"
#include "packet/printer.h"

/* Bytes of a packet: `have` of them are captured, `len` there were. have <= len. */
struct view {
	const u8 *p;
	u32 have, len;
};

struct print {
	struct buf *out;
	const struct packet_opts *o;
	struct packet_printer *pr;
	u32 header;    /* out: bytes of the link header, tags included */
	bool fragment; /* more of the datagram follows in others */
	u32 nested;    /* tunnels and quoted packets around this */
	u32 name_work; /* jumps of compressed names that are still allowed */
};

enum { PRINT_MAX_NESTED = 6 };

static inline bool has(struct view v, u32 n)
{
	return v.have >= n;
}

static inline struct view view_skip(struct view v, u32 n)
{
	u32 have = MIN(n, v.have), len = MIN(n, v.len);

	return (struct view){ v.p + have, v.have - have, v.len - len };
}

static inline struct view view_cut(struct view v, u32 len)
{
	return (struct view){ v.p, MIN(v.have, len), MIN(v.len, len) };
}

static inline u16 be16(const u8 *p)
{
	return __builtin_bswap16(LOAD(u16, p));
}

static inline u32 be32(const u8 *p)
{
	return __builtin_bswap32(LOAD(u32, p));
}

/* What the checksum of TCP, UDP and ICMPv6 covers besides the segment. */
struct pseudo {
	u32 version; /* 4 or 6 */
	const u8 *src, *dst;
	u8 protocol;
	bool said; /* the addresses are printed already */
};

void put(struct print *p, const char *fmt, ...) __printf(2, 3);
void put_text(struct print *p, const char *s);
void put_cut(struct print *p, const char *what); /* " [|what]" */
void put_mac(struct print *p, const u8 *at);
void put_ip4(struct print *p, const u8 *at); /* a name unless numeric */
void put_ip6(struct print *p, const u8 *at);
void put_port(struct print *p, u16 port, bool udp);
/* "a.1 > b.2: " */
void put_flow(struct print *p, const struct pseudo *ps, u16 sport, u16 dport, bool udp);
void put_pair(struct print *p, u32 version, const u8 *src, const u8 *dst); /* "a > b: " */

/* Sum of the view with its pseudo header (NULL: none): 0 when the checksum inside is right. */
u16 checksum(struct view v, const struct pseudo *ps);

/* Network and link layer. */
void print_link(struct print *p, struct view v, const struct packet *packet);
/* False: no printer for that type. */
bool print_ethertype(struct print *p, u16 type, struct view v);
const char *ethertype_name(u16 type); /* NULL: unknown */
void print_arp(struct print *p, struct view v, bool reverse);
void print_ip(struct print *p, struct view v);
void print_ip6(struct print *p, struct view v);
/* What IP carries: TCP … by protocol number; the addresses are not printed yet for those that have
 * ports. */
void print_transport(struct print *p, u8 protocol, struct view v, const struct pseudo *ps);
bool transport_has_ports(u8 protocol);
const char *protocol_name(u8 protocol); /* "TCP", NULL: unknown */

void print_tcp(struct print *p, struct view v, const struct pseudo *ps, bool whole);
/* An option from its kind on; false: malformed. */
bool print_mptcp(struct print *p, struct view v, u8 flags);
void print_udp(struct print *p, struct view v, const struct pseudo *ps, bool whole);
void print_icmp(struct print *p, struct view v, bool whole);
void print_icmp6(struct print *p, struct view v, const struct pseudo *ps, bool whole);
void print_igmp(struct print *p, struct view v);
void print_edns(struct print *p, struct view v); /* the data of an OPT record */
void print_dns(struct print *p, struct view v, bool multicast);

/* Relative sequence numbers: the first number of both directions of a connection. */
struct flow_start {
	u32 seq, ack;  /* of the side whose address and port are lower */
	bool reversed; /* this packet comes from the other one */
	bool fresh;    /* this packet made the entry: print absolute numbers */
};
struct flows;
bool flow_find(struct flow_start *out, struct print *p, const struct pseudo *ps, const u8 *tcp);

struct host_names;
struct packet_printer {
	struct packet_opts o;
	struct host_names *names; /* owned; NULL when numeric */
	struct flows *flows;	  /* owned */
	struct buf line;	  /* of packet_print_line */
	u64 first, last;	  /* ns */
	bool any;		  /* a packet was printed */
	bool hour_known;	  /* the local hour of the packet before, and its first second */
	u32 hour;
	s64 hour_start;
	char date[16];
};
struct host_names *host_names_new(void);
void host_names_free(struct host_names *n);
const char *host_name(struct host_names *n, u32 version, const u8 *at);
const char *port_name(struct host_names *n, u16 port, bool udp);
const char *mac_name(struct host_names *n, const u8 *at); /* of /etc/ethers; NULL: none */
const char *vendor_name(const u8 *mac);			  /* "Unknown" where it is not told */
struct flows *flows_new(void);
void flows_free(struct flows *f);

#endif
