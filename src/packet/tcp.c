// SPDX-License-Identifier: BSD-2-Clause
/* TCP. Source: RFC 9293, 7323, 2018, 7413, 2385, 8684. */
#include "packet/print.h"

enum { FIN = 1, SYN = 2, RST = 4, PUSH = 8, ACK = 16, URG = 32 };
enum { MPTCP = 30, DNS = 53 };

/* DNS over TCP stands behind its length. */
static void put_dns(struct print *p, struct view v)
{
	u32 said = has(v, 2) ? be16(v.p) : 0;

	if (v.len < 2 || !has(v, 2))
		return;
	v = view_skip(v, 2);
	put_text(p, " ");
	print_dns(p, said < v.len ? view_cut(v, said) : v, false);
}

static void put_flags(struct print *p, u8 flags)
{
	static const char letters[] = "FSRP.UEW";

	put_text(p, "Flags [");
	if (!flags)
		put_text(p, "none");
	for (u32 i = 0; i < 8; i++) {
		if (flags >> i & 1)
			buf_putc(p->out, letters[i]);
	}
	put_text(p, "]");
}

static void put_sack(struct print *p, struct view v, const struct flow_start *start)
{
	/* What is acknowledged was sent by the other side. */
	u32 base = p->o->absolute_seq || start->fresh ? 0
		   : start->reversed		      ? start->seq
						      : start->ack;

	put(p, "sack %u ", v.have / 8);
	for (; has(v, 8); v = view_skip(v, 8))
		put(p, "{%u:%u}", be32(v.p) - base, be32(v.p + 4) - base);
}

static void put_cookie(struct print *p, struct view v)
{
	if (!v.have) {
		put_text(p, "cookiereq");
		return;
	}
	put_text(p, "cookie ");
	for (u32 i = 0; i < v.have; i++)
		put(p, "%02x", v.p[i]);
}

/* The body of an option of known kind and length. */
static bool put_known(struct print *p, u8 kind, struct view v, const struct flow_start *start)
{
	switch (kind) {
	case 2:
		if (v.have != 2)
			return false;
		put(p, "mss %u", be16(v.p));
		return true;
	case 3:
		if (v.have != 1)
			return false;
		put(p, "wscale %u", v.p[0]);
		return true;
	case 4:
		put_text(p, "sackOK");
		return true;
	case 5:
		if (v.have % 8)
			return false;
		put_sack(p, v, start);
		return true;
	case 8:
		if (v.have != 8)
			return false;
		put(p, "TS val %u ecr %u", be32(v.p), be32(v.p + 4));
		return true;
	case 19:
		put_text(p, "md5");
		return true;
	case 28:
		if (v.have != 2)
			return false;
		put_text(p, "uto");
		return true;
	case 34:
		put_text(p, "tfo  ");
		put_cookie(p, v);
		return true;
	}
	return false;
}

/* False: one of MPTCP is malformed, and nothing more is said. */
static bool put_options(struct print *p, struct view v, u8 flags, const struct flow_start *start)
{
	const char *comma = "";

	put_text(p, ", options [");
	while (v.have) {
		u8 kind = v.p[0];
		u32 len = kind > 1 ? (has(v, 2) ? v.p[1] : 0) : 1;

		put_text(p, comma);
		comma = ",";
		if (kind < 2) {
			put_text(p, kind ? "nop" : "eol");
			if (!kind)
				break;
		} else if (len < 2 || len > v.have) {
			put(p, "unknown-%u", kind);
			put(p, " [bad length %u]", len);
			break;
		} else if (kind == MPTCP) {
			if (!print_mptcp(p, view_cut(v, len), flags)) {
				put_text(p, "[bad opt]");
				return false;
			}
		} else if (!put_known(p, kind, view_skip(view_cut(v, len), 2), start)) {
			put(p, "unknown-%u", kind);
			for (u32 i = 2; i < len; i++)
				put(p, i == 2 ? " 0x%02x" : "%02x", v.p[i]);
		}
		v = view_skip(v, len);
	}
	put_text(p, "]");
	return true;
}

static void put_checksum(struct print *p, struct view v, const struct pseudo *ps, bool whole)
{
	u16 is = be16(v.p + 16), off;
	u32 want;

	if (!p->o->verbose || !whole)
		return;
	off = checksum(v, ps);
	put(p, ", cksum 0x%04x", is);
	if (!off) {
		put_text(p, " (correct)");
		return;
	}
	want = (u32)is + off;
	put(p, " (incorrect -> 0x%04x)", (want & 0xffff) + (want >> 16));
}

/* seq, ack, win, urg: what the packet says of the connection. */
static void put_numbers(struct print *p, struct view v, u32 len, struct flow_start *start,
			const struct pseudo *ps)
{
	u32 seq = be32(v.p + 4), ack = be32(v.p + 8);
	u8 flags = v.p[13];

	*start = (struct flow_start){ .fresh = true };
	if (!p->o->absolute_seq && flags & ACK && flow_find(start, p, ps, v.p) && !start->fresh) {
		seq -= start->reversed ? start->ack : start->seq;
		ack -= start->reversed ? start->seq : start->ack;
	}
	if (len || flags & (SYN | FIN | RST) || p->o->verbose > 1) {
		put(p, ", seq %u", seq);
		if (len)
			put(p, ":%u", seq + len);
	}
	if (flags & ACK)
		put(p, ", ack %u", ack);
	put(p, ", win %u", be16(v.p + 14));
	if (flags & URG)
		put(p, ", urg %u", be16(v.p + 18));
}

void print_tcp(struct print *p, struct view v, const struct pseudo *ps, bool whole)
{
	struct flow_start start;
	u32 hlen, len;

	if (!has(v, 4)) {
		if (!ps->said)
			put_pair(p, ps->version, ps->src, ps->dst);
		put_cut(p, "tcp");
		return;
	}
	put_flow(p, ps, be16(v.p), be16(v.p + 2), false);
	if (!has(v, 20)) {
		put_cut(p, "tcp");
		return;
	}
	hlen = (v.p[12] >> 4) * 4;
	if (hlen < 20) {
		put(p, " tcp %u [bad hdr length %u, too short, < 20]", v.len - hlen, hlen);
		return;
	}
	if (hlen > v.len) {
		put(p, " [bad hdr length %u, too long, > %u]", hlen, v.len);
		return;
	}
	len = v.len - hlen;
	if (p->o->quiet) {
		put(p, "tcp %u", len);
		return;
	}
	put_flags(p, v.p[13]);
	put_checksum(p, v, ps, whole);
	put_numbers(p, v, len, &start, ps);
	if (hlen > 20) {
		if (!put_options(p, view_skip(view_cut(v, hlen), 20), v.p[13], &start))
			return;
		if (!has(v, hlen)) {
			put_cut(p, "tcp");
			return;
		}
	}
	put(p, ", length %u", len);
	if (len && (be16(v.p) == DNS || be16(v.p + 2) == DNS))
		put_dns(p, view_skip(v, hlen));
}
