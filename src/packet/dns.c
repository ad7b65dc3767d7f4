// SPDX-License-Identifier: BSD-2-Clause
/* DNS. Source: RFC 1035, 3596, 2782, 6891; mDNS: RFC 6762. */
#include "packet/print.h"

enum {
	RESPONSE = 0x8000,
	AA = 0x0400,
	TC = 0x0200,
	RD = 0x0100,
	RA = 0x0080,
	AD = 0x0020,
	CD = 0x0010,
	TYPE_OPT = 41,
	MAX_RECORDS = 256, /* shown of one message */
};

/* Where reading is: names point back to the start of the message. */
struct message {
	struct view all;
	u32 at;
	bool cut; /* the captured bytes ended */
};

static const struct {
	u16 type;
	const char *name;
} types[] = {
	{ 1, "A" },	 { 2, "NS" },	       { 5, "CNAME" },	{ 6, "SOA" },	 { 10, "NULL" },
	{ 11, "WKS" },	 { 12, "PTR" },	       { 13, "HINFO" }, { 15, "MX" },	 { 16, "TXT" },
	{ 17, "RP" },	 { 24, "SIG" },	       { 25, "KEY" },	{ 28, "AAAA" },	 { 29, "LOC" },
	{ 33, "SRV" },	 { 35, "NAPTR" },      { 37, "CERT" },	{ 39, "DNAME" }, { 41, "OPT" },
	{ 43, "DS" },	 { 44, "SSHFP" },      { 46, "RRSIG" }, { 47, "NSEC" },	 { 48, "DNSKEY" },
	{ 50, "NSEC3" }, { 51, "NSEC3PARAM" }, { 52, "TLSA" },	{ 64, "SVCB" },	 { 65, "HTTPS" },
	{ 250, "TSIG" }, { 251, "IXFR" },      { 252, "AXFR" }, { 255, "ANY" },	 { 257, "CAA" },
};

static void put_type(struct print *p, u16 type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].type == type) {
			put(p, " %s", types[i].name);
			return;
		}
	}
	put(p, " Type%u", type);
}

static void put_label(struct print *p, const u8 *at, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		if (at[i] > ' ' && at[i] < 0x7f)
			buf_putc(p->out, (char)at[i]);
		else
			put(p, "\\%03u", at[i]);
	}
}

/* A name at m->at, compressed or not; every jump goes backwards, and a message has a budget of
 * them, so the work is bounded. */
static void put_name(struct print *p, struct message *m)
{
	u32 at = m->at, floor = m->at;
	bool jumped = false, any = false;

	for (;;) {
		u32 len;

		if (at >= m->all.have)
			break;
		len = m->all.p[at];
		if (len >= 0xc0) {
			if (at + 1 >= m->all.have || !p->name_work)
				break;
			p->name_work--;
			if (!jumped)
				m->at = at + 2;
			jumped = true;
			at = (len & 0x3f) << 8 | m->all.p[at + 1];
			if (at >= floor)
				break;
			floor = at;
			continue;
		}
		if (len >= 0x40 || at + 1 + len > m->all.have)
			break;
		if (!len) {
			if (!any)
				put_text(p, ".");
			if (!jumped)
				m->at = at + 1;
			return;
		}
		put_label(p, m->all.p + at + 1, len);
		put_text(p, ".");
		any = true;
		at += 1 + len;
	}
	m->cut = true;
	put_text(p, "<bad name>");
}

static void put_class(struct print *p, u16 class, bool multicast, bool question)
{
	if (multicast && class & 0x8000) {
		put_text(p, question ? " (QU)" : " (Cache flush)");
		class &= 0x7fff;
	}
	if (class == 3)
		put_text(p, " CHAOS");
	else if (class == 4)
		put_text(p, " HS");
	else if (class == 255)
		put_text(p, " ANY");
	else if (class != 1)
		put(p, " Class %u", class);
}

static void put_question(struct print *p, struct message *m, bool multicast)
{
	struct message name = *m;
	struct buf *real = p->out, text = { 0 };
	u16 type, class;

	/* The type stands before the name: set the name aside. */
	p->out = &text;
	put_name(p, &name);
	p->out = real;
	*m = name;
	if (m->cut || m->at + 4 > m->all.have) {
		m->cut = true;
	} else {
		type = be16(m->all.p + m->at);
		class = be16(m->all.p + m->at + 2);
		m->at += 4;
		put_type(p, type);
		put_class(p, class, multicast, true);
		put(p, "? %s", buf_str(&text));
	}
	buf_fini(&text);
}

static void put_txt(struct print *p, struct view v)
{
	while (v.have) {
		u32 len = v.p[0];

		put_text(p, " \"");
		v = view_skip(v, 1);
		put_label(p, v.p, MIN(len, v.have));
		put_text(p, "\"");
		v = view_skip(v, len);
	}
}

/* The names in records are anywhere in the message. */
static void put_data(struct print *p, struct message *m, u16 type, struct view v)
{
	struct message inside = { .all = m->all, .at = (u32)(v.p - m->all.p) };

	switch (type) {
	case 1:
		if (v.have == 4) {
			put_text(p, " ");
			put_ip4(p, v.p);
		}
		break;
	case 28:
		if (v.have == 16) {
			put_text(p, " ");
			put_ip6(p, v.p);
		}
		break;
	case 2:
	case 5:
	case 12:
	case 39:
		put_text(p, " ");
		put_name(p, &inside);
		break;
	case 15:
		if (!has(v, 3))
			break;
		inside.at += 2;
		put_text(p, " ");
		put_name(p, &inside);
		put(p, " %u", be16(v.p));
		break;
	case 16:
		put_txt(p, v);
		break;
	case 33:
		if (!has(v, 7))
			break;
		inside.at += 6;
		put_text(p, " ");
		put_name(p, &inside);
		put(p, ":%u %u %u", be16(v.p + 4), be16(v.p), be16(v.p + 2));
		break;
	}
}

static void put_life(struct print *p, u32 s)
{
	static const struct {
		u32 seconds;
		char letter;
	} units[] = { { 604800, 'w' }, { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };

	put_text(p, " [");
	if (!s)
		put_text(p, "0s");
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (s >= units[i].seconds)
			put(p, "%u%c", s / units[i].seconds, units[i].letter);
		s %= units[i].seconds;
	}
	put_text(p, "]");
}

/* The name that a record is of; shown with -v. */
static void put_owner(struct print *p, struct message *m)
{
	struct buf *real = p->out, unseen = { 0 };

	if (p->o->verbose)
		put_text(p, " ");
	else
		p->out = &unseen;
	put_name(p, m);
	p->out = real;
	buf_fini(&unseen);
}

static void put_record(struct print *p, struct message *m, bool multicast)
{
	const u8 *at;
	struct view v;
	u16 type, class;
	u32 len;

	put_owner(p, m);
	if (m->cut || m->at + 10 > m->all.have) {
		m->cut = true;
		return;
	}
	at = m->all.p + m->at;
	type = be16(at);
	class = be16(at + 2);
	len = be16(at + 8);
	m->at += 10;
	v = view_cut(view_skip(m->all, m->at), len);
	if (type == TYPE_OPT) {
		put(p, " OPT UDPsize=%u%s", class, at[6] & 0x80 ? " DO" : "");
		print_edns(p, v);
	} else {
		put_class(p, class, multicast, false);
		if (p->o->verbose > 2)
			put_life(p, be32(at + 4));
		put_type(p, type);
		put_data(p, m, type, v);
	}
	m->at += len;
	if (v.have < len)
		m->cut = true;
}

static void put_records(struct print *p, struct message *m, u32 count, const char *title,
			bool multicast)
{
	if (!count || m->cut)
		return;
	put_text(p, title);
	for (u32 i = 0; i < count && !m->cut; i++) {
		if (i == MAX_RECORDS) {
			put_text(p, ", ...");
			m->cut = true;
			return;
		}
		if (i)
			put_text(p, ",");
		put_record(p, m, multicast);
	}
}

static void put_operation(struct print *p, u16 flags)
{
	static const char *const ops[] = { "",	       " inv_q",    " stat",	 " op3",
					   " notify",  " update",   " op6",	 " op7",
					   " op8",     " updateA",  " updateD",	 " updateDA",
					   " updateM", " updateMA", " zoneInit", " zoneRef" };

	put_text(p, ops[flags >> 11 & 15]);
}

static void put_result(struct print *p, u16 flags)
{
	static const char *const codes[] = {
		"",	     " FormErr", " ServFail", " NXDomain", " NotImp",  " Refused",
		" YXDomain", " YXRRSet", " NXRRSet",  " NotAuth",  " NotZone",
	};
	u32 code = flags & 15;

	if (code < ARRAY_SIZE(codes))
		put_text(p, codes[code]);
	else
		put(p, " Resp%u", code);
}

static void put_response(struct print *p, struct message *m, u16 flags, const u16 *count,
			 bool multicast)
{
	put_result(p, flags);
	put(p, "%s%s%s%s", flags & AA ? "*" : "", flags & RA ? "" : "-", flags & TC ? "|" : "",
	    flags & AD ? "$" : "");
	if (count[0] != 1)
		put(p, " [%uq]", count[0]);
	for (u32 i = 0; i < count[0] && !m->cut && i < MAX_RECORDS; i++) {
		struct buf *real = p->out, unseen = { 0 };

		if (p->o->verbose > 1) {
			put_text(p, i ? "," : " q:");
		} else {
			p->out = &unseen;
		}
		put_question(p, m, multicast);
		p->out = real;
		buf_fini(&unseen);
	}
	put(p, " %u/%u/%u", count[1], count[2], count[3]);
	put_records(p, m, count[1], "", multicast);
	if (p->o->verbose > 1) {
		put_records(p, m, count[2], " ns:", multicast);
		put_records(p, m, count[3], " ar:", multicast);
	}
}

static void put_query(struct print *p, struct message *m, u16 flags, const u16 *count,
		      bool multicast)
{
	put(p, "%s%s", flags & RD ? "+" : "", flags & CD ? "%" : "");
	if (count[1])
		put(p, " [%ua]", count[1]);
	if (count[0] != 1)
		put(p, " [%uq]", count[0]);
	if (count[2])
		put(p, " [%un]", count[2]);
	if (count[3])
		put(p, " [%uau]", count[3]);
	for (u32 i = 0; i < count[0] && !m->cut && i < MAX_RECORDS; i++) {
		if (i)
			put_text(p, ",");
		put_question(p, m, multicast);
	}
	if (p->o->verbose < 2)
		return;
	put_records(p, m, count[1], " an:", multicast);
	put_records(p, m, count[2], " ns:", multicast);
	put_records(p, m, count[3], " ar:", multicast);
}

void print_dns(struct print *p, struct view v, bool multicast)
{
	struct message m = { .all = v, .at = 12 };
	u16 count[4], flags;

	if (!has(v, 12)) {
		put_cut(p, "domain");
		return;
	}
	p->name_work = 2 * MAX_RECORDS;
	flags = be16(v.p + 2);
	for (u32 i = 0; i < 4; i++)
		count[i] = be16(v.p + 4 + 2 * i);
	put(p, "%u", be16(v.p));
	put_operation(p, flags);
	if (flags & RESPONSE)
		put_response(p, &m, flags, count, multicast);
	else
		put_query(p, &m, flags, count, multicast);
	if (m.cut)
		put_cut(p, "domain");
	put(p, " (%u)", v.len);
}
