// SPDX-License-Identifier: BSD-2-Clause
/*
 * gen-pcap: makes capture files of any size for demos, tests and benchmarks. The same seed and
 * options give the same bytes. Conversations run side by side, each a small state machine: a row
 * of kinds[] starts it, the row's step makes its next packet.
 *
 * Addresses: clients 10.0.0.0/16 and 192.168.0.0/16, servers 198.51.100.0/24 and 203.0.113.0/24, a
 * virtual address 192.0.2.1, attackers (scan, flood) 10.66.0.0/16; IPv6 in 2001:db8::/32.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen_frame.h"

enum { SLOTS = 48, EPOCH = 1700000000, FRAGMENT_ROOM = 1480 };

struct conversation {
	const struct kind *kind; /* NULL: free slot */
	struct flow flow;
	unsigned step, left; /* left: packets or rounds to go */
	uint32_t seq, ack;   /* next byte of the client, of the server */
	size_t from, size;   /* of fragments: bytes */
};

struct gen {
	FILE *out;
	uint64_t rng, usec, packets, limit, bytes;
	uint64_t enabled; /* bit per kind */
	struct frame frame;
	struct conversation slots[SLOTS];
};

struct kind {
	const char *name;
	unsigned weight; /* how often it starts; 0: only changes others */
	bool (*step)(struct gen *g, struct conversation *c); /* false: that was its last packet */
	bool by_default;
};

/* ---- randomness: xorshift*, Vigna 2016 ---- */

static uint32_t rnd(struct gen *g, uint32_t below)
{
	g->rng ^= g->rng >> 12;
	g->rng ^= g->rng << 25;
	g->rng ^= g->rng >> 27;
	return (uint32_t)(((g->rng * 0x2545f4914f6cdd1d) >> 32) * below >> 32);
}

static const uint8_t *random_payload(struct gen *g, uint8_t *buf, size_t len)
{
	for (size_t i = 0; i < len; i += 4)
		put32(buf + i, rnd(g, UINT32_MAX));
	return buf;
}

/* ---- writing ---- */

static void le32(uint8_t *at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> 8 * i);
}

static void emit(struct gen *g, size_t captured)
{
	uint8_t head[16];

	if (g->packets == g->limit)
		return;
	g->usec += 1 + rnd(g, 200);
	le32(head, (uint32_t)(EPOCH + g->usec / 1000000));
	le32(head + 4, (uint32_t)(g->usec % 1000000));
	le32(head + 8, (uint32_t)captured);
	le32(head + 12, (uint32_t)g->frame.len);
	fwrite(head, sizeof(head), 1, g->out);
	fwrite(g->frame.data, 1, captured, g->out);
	g->packets++;
	g->bytes += g->frame.len;
}

static void emit_all(struct gen *g)
{
	emit(g, g->frame.len);
}

/* ---- conversations ---- */

static bool step_arp(struct gen *g, struct conversation *c)
{
	struct flow back = flow_reversed(&c->flow);

	frame_arp(&g->frame, c->step ? &back : &c->flow, c->step ? 2 : 1);
	emit_all(g);
	return c->step++ == 0;
}

static size_t dns_message(struct gen *g, struct conversation *c, uint8_t *msg)
{
	size_t n = 12;

	memset(msg, 0, 12);
	put16(msg, c->seq & 0xffff);
	put16(msg + 2, c->step ? 0x8180 : 0x0100);
	msg[5] = 1;
	msg[7] = c->step ? 1 : 0;
	msg[n++] = 4;
	n += (size_t)sprintf((char *)msg + n, "www%u", c->seq % 10);
	msg[n++] = 7;
	n += (size_t)sprintf((char *)msg + n, "example");
	msg[n++] = 3;
	n += (size_t)sprintf((char *)msg + n, "org");
	msg[n++] = 0;
	put32(msg + n, 0x00010001); /* A, IN */
	n += 4;
	if (!c->step)
		return n;
	put16(msg + n, 0xc00c); /* the name above */
	put32(msg + n + 2, 0x00010001);
	put32(msg + n + 6, 300);
	put16(msg + n + 10, 4);
	put32(msg + n + 12, 0xc6336400 | rnd(g, 256));
	return n + 16;
}

static bool step_dns(struct gen *g, struct conversation *c)
{
	struct flow back = flow_reversed(&c->flow);
	uint8_t msg[512];
	size_t len;

	if (!c->step) {
		c->seq = rnd(g, 0x10000);
		c->flow.dport = back.sport = 53;
	}
	len = dns_message(g, c, msg);
	frame_udp(&g->frame, c->step ? &back : &c->flow, msg, len);
	emit_all(g);
	return c->step++ == 0;
}

static bool step_udp(struct gen *g, struct conversation *c)
{
	/* of no protocol that a reader would try to decode */
	static const uint16_t ports[] = { 443, 9999, 20123, 27015 };
	struct flow back = flow_reversed(&c->flow);
	uint8_t payload[1408];
	size_t len = 4 + rnd(g, rnd(g, 2) ? 100 : 1400);

	if (!c->step) {
		c->left = 1 + rnd(g, 20);
		c->flow.dport = back.sport = ports[rnd(g, 4)];
	}
	frame_udp(&g->frame, c->step % 3 == 1 ? &back : &c->flow, random_payload(g, payload, len),
		  len);
	emit_all(g);
	return ++c->step < c->left;
}

static bool step_icmp(struct gen *g, struct conversation *c)
{
	struct flow back = flow_reversed(&c->flow);
	unsigned request = c->flow.v6 ? 128 : 8, reply = c->flow.v6 ? 129 : 0;
	uint8_t payload[64];

	if (!c->step) {
		c->left = 2 * (1 + rnd(g, 4));
		c->seq = rnd(g, 0x10000) << 16;
	}
	for (unsigned i = 0; i < 56; i++)
		payload[i] = (uint8_t)i;
	frame_icmp(&g->frame, c->step & 1 ? &back : &c->flow, c->step & 1 ? reply : request, 0,
		   c->seq + c->step / 2, payload, 56);
	emit_all(g);
	return ++c->step < c->left;
}

/* SYN, SYN-ACK, ACK; request and acknowledged data by turns; FIN, FIN-ACK, ACK. */
static bool step_tcp(struct gen *g, struct conversation *c)
{
	struct flow back = flow_reversed(&c->flow);
	bool from_server = false;
	unsigned flags = TCP_ACK, step = c->step++;
	uint32_t *mine = &c->seq, *theirs = &c->ack;
	uint8_t payload[1464];
	size_t len = 0;

	if (step == 0) {
		c->left = 2 + rnd(g, rnd(g, 4) ? 12 : 200);
		c->seq = rnd(g, UINT32_MAX);
		c->ack = rnd(g, UINT32_MAX);
		flags = TCP_SYN;
	} else if (step == 1) {
		from_server = true;
		flags = TCP_SYN | TCP_ACK;
	} else if (step > 2 && step <= 2 + c->left) {
		from_server = step != 3 && rnd(g, 3);
		len = rnd(g, 4) ? (from_server ? 1 + rnd(g, 1460) : 1 + rnd(g, 300)) : 0;
		flags |= len ? TCP_PSH : 0;
	} else if (step > 2) {
		from_server = step == 4 + c->left;
		flags |= step < 5 + c->left ? TCP_FIN : 0;
	}
	if (from_server) {
		mine = &c->ack;
		theirs = &c->seq;
	}
	random_payload(g, payload, len);
	frame_tcp(&g->frame, from_server ? &back : &c->flow, *mine, *theirs, flags, payload, len);
	*mine += (uint32_t)len + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
	emit_all(g);
	return step < 5 + c->left;
}

static bool step_fragments(struct gen *g, struct conversation *c)
{
	uint8_t payload[PAYLOAD_MAX];
	bool more;

	if (!c->step++)
		c->size = 1600 + rnd(g, 4000);
	for (size_t i = 0; i < c->size; i++)
		payload[i] = (uint8_t)(i * 7);
	c->flow.dport = 27015;
	more = frame_udp_fragment(&g->frame, &c->flow, payload, c->size, c->from,
				  FRAGMENT_ROOM - 32);
	c->from += FRAGMENT_ROOM - 32;
	emit_all(g);
	return more;
}

static void make_attacker(struct gen *g, struct flow *f)
{
	if (f->v6)
		return;
	f->saddr[0] = 10;
	f->saddr[1] = 66;
	f->saddr[2] = (uint8_t)rnd(g, 256);
	f->saddr[3] = (uint8_t)(1 + rnd(g, 254));
}

/* One host tries port after port; most answers are resets. */
static bool step_scan(struct gen *g, struct conversation *c)
{
	struct flow back;

	if (!c->step) {
		make_attacker(g, &c->flow);
		c->left = 40 + 2 * rnd(g, 100);
		c->seq = rnd(g, UINT32_MAX);
		c->flow.dport = (uint16_t)(1 + rnd(g, 1000));
	}
	back = flow_reversed(&c->flow);
	if (c->step & 1) {
		frame_tcp(&g->frame, &back, 0, c->seq + 1, TCP_RST | TCP_ACK, NULL, 0);
		c->flow.dport++;
	} else {
		frame_tcp(&g->frame, &c->flow, c->seq, 0, TCP_SYN, NULL, 0);
	}
	emit_all(g);
	return ++c->step < c->left;
}

/* Many senders, all SYN, one victim. */
static bool step_flood(struct gen *g, struct conversation *c)
{
	if (!c->step)
		c->left = 50 + rnd(g, 200);
	make_attacker(g, &c->flow);
	c->flow.sport = (uint16_t)(1024 + rnd(g, 60000));
	c->flow.dport = 80;
	frame_tcp(&g->frame, &c->flow, rnd(g, UINT32_MAX), 0, TCP_SYN, NULL, 0);
	emit_all(g);
	return ++c->step < c->left;
}

/* Too short to hold what their headers promise. */
static bool step_runt(struct gen *g, struct conversation *c)
{
	uint8_t payload[64] = { 0 };

	c->flow.padded = false;
	frame_udp(&g->frame, &c->flow, payload, rnd(g, 40));
	g->frame.len = rnd(g, (uint32_t)g->frame.len);
	emit_all(g);
	return false;
}

/* Cut by the capture, or with an EtherType that nobody knows, or jumbo. */
static bool step_odd(struct gen *g, struct conversation *c)
{
	uint8_t payload[PAYLOAD_MAX];
	size_t len = rnd(g, 8000);

	c->flow.dport = 27015;
	frame_udp(&g->frame, &c->flow, random_payload(g, payload, len), len);
	if (rnd(g, 3) == 0)
		put16(g->frame.data + 12, 0x88b5); /* for experiments, IEEE 802 */
	emit(g, rnd(g, 2) ? g->frame.len : rnd(g, (uint32_t)g->frame.len + 1));
	return false;
}

enum { KIND_IPV6 = 8, KIND_VLAN, KIND_QINQ };

static const struct kind kinds[] = {
	{ "tcp", 40, step_tcp, true },	{ "udp", 25, step_udp, true },
	{ "dns", 60, step_dns, true },	{ "icmp", 12, step_icmp, true },
	{ "arp", 15, step_arp, true },	{ "frag", 5, step_fragments, true },
	{ "scan", 1, step_scan, true }, { "flood", 1, step_flood, true },
	{ "ipv6", 0, NULL, true },	{ "vlan", 0, NULL, true },
	{ "qinq", 0, NULL, true },	{ "runt", 10, step_runt, false },
	{ "odd", 10, step_odd, false },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* ---- starting conversations ---- */

static bool enabled(const struct gen *g, unsigned kind)
{
	return g->enabled >> kind & 1;
}

static void pick_ip4(struct gen *g, struct flow *f, bool local)
{
	static const uint8_t nets[][3] = { { 198, 51, 100 }, { 203, 0, 113 }, { 192, 0, 2 } };
	unsigned net = rnd(g, 3);

	f->saddr[0] = rnd(g, 4) ? 10 : 192;
	f->saddr[1] = f->saddr[0] == 10 ? 0 : 168;
	f->saddr[2] = (uint8_t)rnd(g, 8);
	f->saddr[3] = (uint8_t)(2 + rnd(g, 250));
	if (local) {
		memcpy(f->daddr, f->saddr, 3);
		f->daddr[3] = 1;
		return;
	}
	memcpy(f->daddr, nets[net], 3);
	f->daddr[3] = net == 2 ? 1 : (uint8_t)(1 + rnd(g, 30));
}

static void pick_ip6(struct gen *g, struct flow *f)
{
	put32(f->saddr, 0x20010db8);
	put32(f->saddr + 4, 1 + rnd(g, 4));
	put32(f->saddr + 12, 2 + rnd(g, 1000));
	put32(f->daddr, 0x20010db8);
	put32(f->daddr + 4, 0xffff0000);
	put32(f->daddr + 12, 1 + rnd(g, 30));
}

static void pick_flow(struct gen *g, struct flow *f, const struct kind *kind)
{
	bool is_arp = kind->step == step_arp;

	memset(f, 0, sizeof(*f));
	f->v6 = !is_arp && enabled(g, KIND_IPV6) && kind->step != step_scan &&
		kind->step != step_flood && rnd(g, 10) < 3;
	if (f->v6)
		pick_ip6(g, f);
	else
		pick_ip4(g, f, is_arp);
	f->smac[0] = f->dmac[0] = 0x02; /* locally administered */
	put32(f->smac + 2, 0x0a000000 | rnd(g, 2048));
	put32(f->dmac + 2, 0x0b000000 | rnd(g, 4));
	if (enabled(g, KIND_QINQ) && rnd(g, 100) < 4) {
		f->outer = (uint16_t)(100 + rnd(g, 10));
		f->vlan = (uint16_t)(1 + rnd(g, 50));
	} else if (enabled(g, KIND_VLAN) && rnd(g, 100) < 15) {
		f->vlan = (uint16_t)(1 + rnd(g, 50));
	}
	f->sport = (uint16_t)(32768 + rnd(g, 28000));
	f->dport = rnd(g, 2) ? 80 : 443;
	f->padded = rnd(g, 2);
	f->ttl = rnd(g, 3) ? 64 : 57;
	f->id = (uint16_t)rnd(g, 0x10000);
}

static void start(struct gen *g, struct conversation *c)
{
	unsigned total = 0, i, at;

	for (i = 0; i < KINDS; i++)
		total += enabled(g, i) ? kinds[i].weight : 0;
	at = rnd(g, total);
	for (i = 0;; i++) {
		unsigned weight = enabled(g, i) ? kinds[i].weight : 0;

		if (at < weight)
			break;
		at -= weight;
	}
	memset(c, 0, sizeof(*c));
	c->kind = &kinds[i];
	pick_flow(g, &c->flow, c->kind);
}

static void run(struct gen *g)
{
	uint8_t head[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4 };

	le32(head + 16, 262144);
	le32(head + 20, 1);
	fwrite(head, sizeof(head), 1, g->out);
	while (g->packets < g->limit && !ferror(g->out)) {
		struct conversation *c = &g->slots[rnd(g, SLOTS)];

		if (!c->kind)
			start(g, c);
		if (!c->kind->step(g, c))
			c->kind = NULL;
	}
}

/* ---- command line ---- */

static int usage(FILE *out, int status)
{
	fputs("Usage: gen-pcap -o FILE [-n PACKETS] [-s SEED] [--kinds LIST]\n\n"
	      "Makes a capture of invented traffic; the same arguments give the same bytes.\n"
	      "LIST is all, or some of:",
	      out);
	for (unsigned i = 0; i < KINDS; i++)
		fprintf(out, " %s%s", kinds[i].name, kinds[i].by_default ? "" : "*");
	fputs("\n(* not by default; ipv6, vlan and qinq vary the others)\n", out);
	return status;
}

static int parse_kinds(struct gen *g, char *list)
{
	g->enabled = 0;
	for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
		unsigned i = 0;

		while (i < KINDS && strcmp(kinds[i].name, word))
			i++;
		if (!strcmp(word, "all"))
			g->enabled = (1u << KINDS) - 1;
		else if (i < KINDS)
			g->enabled |= 1u << i;
		else
			return fprintf(stderr, "gen-pcap: there is no kind '%s'\n", word), -1;
	}
	for (unsigned i = 0; i < KINDS; i++)
		if (enabled(g, i) && kinds[i].weight)
			return 0;
	return fprintf(stderr, "gen-pcap: --kinds names no kind that sends packets\n"), -1;
}

static int parse_number(const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	if (!errno && end != text && !*end && *text != '-')
		return 0;
	fprintf(stderr, "gen-pcap: '%s' is not a number\n", text);
	return -1;
}

/* A half-written file is removed; a device or a pipe is not ours to remove. */
static int failed(const char *path, bool is_file)
{
	fprintf(stderr, "gen-pcap: %s: %s\n", path, strerror(errno));
	if (is_file)
		remove(path);
	return 1;
}

int main(int argc, char **argv)
{
	static struct gen g = { .limit = 1000 };
	const char *path = NULL;
	uint64_t seed = 1;
	struct stat st;
	bool is_file;
	int err = 0;

	for (unsigned i = 0; i < KINDS; i++)
		g.enabled |= (uint64_t)kinds[i].by_default << i;
	if (argc == 2 && !strcmp(argv[1], "--help"))
		return usage(stdout, 0);
	for (int i = 1; i < argc && !err; i += 2) {
		if (i + 1 == argc)
			return usage(stderr, 2);
		if (!strcmp(argv[i], "-o"))
			path = argv[i + 1];
		else if (!strcmp(argv[i], "-n"))
			err = parse_number(argv[i + 1], &g.limit);
		else if (!strcmp(argv[i], "-s"))
			err = parse_number(argv[i + 1], &seed);
		else if (!strcmp(argv[i], "--kinds"))
			err = parse_kinds(&g, argv[i + 1]);
		else
			return usage(stderr, 2);
	}
	if (err || !path)
		return err ? 2 : usage(stderr, 2);
	g.rng = seed * 0x9e3779b97f4a7c15 + 0x1234567;
	g.rng += !g.rng; /* xorshift stays at 0 */
	g.out = fopen(path, "wb");
	if (!g.out)
		return failed(path, false);
	is_file = !fstat(fileno(g.out), &st) && S_ISREG(st.st_mode);
	run(&g);
	if (ferror(g.out) | fclose(g.out))
		return failed(path, is_file);
	printf("%s: %llu packets, %llu bytes of frames, seed %llu\n", path,
	       (unsigned long long)g.packets, (unsigned long long)g.bytes,
	       (unsigned long long)seed);
	return 0;
}
