// SPDX-License-Identifier: BSD-2-Clause
/* Multipath TCP: the option of a segment. Source: RFC 6824 (version 0), RFC 8684 (version 1). */
#include "packet/print.h"

enum { SYN = 2, ACK = 16 };

/* Flags of a data sequence signal. */
enum { DATA_ACK = 1, DATA_ACK8 = 2, MAPPING = 4, MAPPING8 = 8, DATA_FIN = 16 };

static u64 be64(const u8 *p)
{
	return (u64)be32(p) << 32 | be32(p + 4);
}

static void put_hex(struct print *p, const u8 *at, u32 len)
{
	put_text(p, "0x");
	for (u32 i = 0; i < len; i++)
		put(p, "%02x", at[i]);
}

/* Each of these gets the option from its kind on, and says whether it was well-formed. */

static bool put_capable(struct print *p, struct view v, u8 flags)
{
	u8 version = v.p[2] & 15;
	/* With a first SYN version 1 sends no key; the third segment has both. */
	u32 least = !(flags & SYN) ? 20 : version ? 4 : 12;

	if (v.have < least || (v.have > 4 && v.have < 12) || (v.have > 12 && v.have < 20))
		return false;
	if (version > 1) {
		put(p, " Unknown Version (%u)", version);
		return true;
	}
	put(p, " v%u%s", version, v.p[3] & 0x80 ? " csum" : "");
	if (v.have >= 12) {
		put_text(p, " {");
		put(p, "0x%llx", (unsigned long long)be64(v.p + 4));
		if (v.have >= 20)
			put(p, ",0x%llx", (unsigned long long)be64(v.p + 12));
		put_text(p, "}");
	}
	return true;
}

static bool put_join(struct print *p, struct view v, u8 flags)
{
	const char *backup = v.p[2] & 1 ? " backup" : "";

	if (v.have == 12 && flags & SYN) {
		put(p, "%s id %u token 0x%x nonce 0x%x", backup, v.p[3], be32(v.p + 4),
		    be32(v.p + 8));
	} else if (v.have == 16 && (flags & (SYN | ACK)) == (SYN | ACK)) {
		put(p, "%s id %u hmac 0x%llx nonce 0x%x", backup, v.p[3],
		    (unsigned long long)be64(v.p + 4), be32(v.p + 12));
	} else if (v.have == 24 && (flags & (SYN | ACK)) == ACK) {
		put_text(p, " hmac ");
		put_hex(p, v.p + 4, 20);
	} else {
		return false;
	}
	return true;
}

/* A number of four or eight bytes; false: it is not there. */
static bool put_number(struct print *p, struct view *v, const char *what, bool wide)
{
	u32 len = wide ? 8 : 4;

	if (!has(*v, len))
		return false;
	put(p, " %s %llu", what, (unsigned long long)(wide ? be64(v->p) : be32(v->p)));
	*v = view_skip(*v, len);
	return true;
}

static bool put_dss(struct print *p, struct view v, u8 flags)
{
	u8 has_what = v.p[3];

	if (v.have < 4 || flags & SYN)
		return false;
	put_text(p, has_what & DATA_FIN ? " fin" : "");
	v = view_skip(v, 4);
	if (has_what & DATA_ACK && !put_number(p, &v, "ack", has_what & DATA_ACK8))
		return false;
	if (!(has_what & MAPPING))
		return !v.have;
	if (!put_number(p, &v, "seq", has_what & MAPPING8) || !put_number(p, &v, "subseq", false) ||
	    !has(v, 2))
		return false;
	put(p, " len %u", be16(v.p));
	v = view_skip(v, 2);
	if (v.have >= 2) {
		put(p, " csum 0x%x", be16(v.p));
		v = view_skip(v, 2);
	}
	return !v.have;
}

/* Version 0 says the family of the address, version 1 whether this is an echo, with which no proof
 * comes. */
static bool put_add_addr(struct print *p, struct view v)
{
	u32 kind = v.p[2] & 15, address, proof;
	bool v6, port;

	if (v.have < 8)
		return false;
	v6 = v.have >= 20 && v.have != 8 + 8 + 4;
	address = v6 ? 16 : 4;
	proof = v.have - 4 - address >= 8 ? 8 : 0;
	port = v.have - 4 - address - proof == 2;
	if (v.have != 4 + address + proof + (port ? 2 : 0))
		return false;
	if (kind == 4 || kind == 6)
		put(p, " v0-ip%u", kind);
	else
		put_text(p, kind == 0 ? " v1" : kind == 1 ? " v1-echo" : " [bad version/echo]");
	put(p, " id %u ", v.p[3]);
	if (v6)
		put_ip6(p, v.p + 4);
	else
		put_ip4(p, v.p + 4);
	if (port)
		put(p, ":%u", be16(v.p + 4 + address));
	if (proof) {
		put_text(p, " hmac ");
		put_hex(p, v.p + v.have - 8, 8);
	}
	return true;
}

static bool put_remove_addr(struct print *p, struct view v)
{
	if (v.have < 4)
		return false;
	put_text(p, " id");
	for (u32 i = 3; i < v.have; i++)
		put(p, " %u", v.p[i]);
	return true;
}

static bool put_priority(struct print *p, struct view v)
{
	if (v.have != 3 && v.have != 4)
		return false;
	put_text(p, v.p[2] & 1 ? " backup" : " non-backup");
	if (v.have == 4)
		put(p, " id %u", v.p[3]);
	return true;
}

static bool put_fail(struct print *p, struct view v)
{
	if (v.have != 12)
		return false;
	put(p, " seq %llu", (unsigned long long)be64(v.p + 4));
	return true;
}

static bool put_close(struct print *p, struct view v)
{
	if (v.have != 12)
		return false;
	put(p, " key 0x%llx", (unsigned long long)be64(v.p + 4));
	return true;
}

bool print_mptcp(struct print *p, struct view v, u8 flags)
{
	static const char *const names[] = { "capable",	 "join", "dss",	 "add-addr",
					     "rem-addr", "prio", "fail", "fast-close" };
	u32 subtype;

	put_text(p, "mptcp");
	if (v.have < 3)
		return false;
	subtype = v.p[2] >> 4;
	put(p, " %u %s", v.have, subtype < ARRAY_SIZE(names) ? names[subtype] : "unknown");
	switch (subtype) {
	case 0:
		return v.have >= 4 && put_capable(p, v, flags);
	case 1:
		return v.have >= 4 && put_join(p, v, flags);
	case 2:
		return put_dss(p, v, flags);
	case 3:
		return put_add_addr(p, v);
	case 4:
		return put_remove_addr(p, v);
	case 5:
		return put_priority(p, v);
	case 6:
		return put_fail(p, v);
	case 7:
		return put_close(p, v);
	default:
		return true;
	}
}
