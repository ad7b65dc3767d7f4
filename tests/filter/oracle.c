// SPDX-License-Identifier: BSD-2-Clause
#include "oracle.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <stdio.h>
#include <sys/time.h>

#include "filter/compile.h"
#include "modes.h"

/* Calls of libpcap to itself must not reach src/pcap; the sanitizers do not bear the flag, and load
 * their own libraries first. */
#ifdef __SANITIZE_ADDRESS__
#define ORACLE_DEEPBIND 0
#else
#define ORACLE_DEEPBIND RTLD_DEEPBIND
#endif

/* libpcap's interface as pcap(3PCAP) has it. It is opened by hand, because src/pcap has functions
 * of the same names. */
struct bpf_program {
	unsigned int count;
	void *insns;
};

struct pcap_pkthdr {
	struct timeval ts;
	u32 caplen, len;
};

static struct {
	void *(*open_dead)(int linktype, int snaplen);
	int (*compile)(void *p, struct bpf_program *out, const char *text, int optimise,
		       u32 netmask);
	char *(*geterr)(void *p);
	void (*close)(void *p);
	int (*offline_filter)(const struct bpf_program *prog, const struct pcap_pkthdr *h,
			      const u8 *data);
	void (*freecode)(struct bpf_program *prog);
} pcap;

bool oracle_open(void)
{
	static const char *const names[] = { "libpcap.so.0.8", "libpcap.so.1", "libpcap.so" };
	void *lib = NULL;

	for (u32 i = 0; !lib && i < ARRAY_SIZE(names); i++)
		lib = dlopen(names[i], RTLD_NOW | RTLD_LOCAL | ORACLE_DEEPBIND);
	if (!lib)
		return false;
	pcap.open_dead = dlsym(lib, "pcap_open_dead");
	pcap.compile = dlsym(lib, "pcap_compile");
	pcap.geterr = dlsym(lib, "pcap_geterr");
	pcap.close = dlsym(lib, "pcap_close");
	pcap.offline_filter = dlsym(lib, "pcap_offline_filter");
	pcap.freecode = dlsym(lib, "pcap_freecode");
	return pcap.open_dead && pcap.compile && pcap.geterr && pcap.close && pcap.offline_filter &&
	       pcap.freecode;
}

struct programs {
	struct bpf_program plain, optimised;
	bool has_plain, has_optimised;
};

static void compile(struct programs *p, const struct linktype *link, const char *text, u32 netmask,
		    char error[256])
{
	void *dead = pcap.open_dead((int)link->dlt, 262144);

	/* libpcap compares the mask as a number in host order. */
	netmask = netmask == UINT32_MAX ? netmask : ntohl(netmask);
	p->has_plain = !pcap.compile(dead, &p->plain, text, 0, netmask);
	if (!p->has_plain)
		snprintf(error, 256, "%s", pcap.geterr(dead));
	p->has_optimised = !pcap.compile(dead, &p->optimised, text, 1, netmask);
	if (p->has_plain && !p->has_optimised)
		snprintf(error, 256, "%s", pcap.geterr(dead));
	pcap.close(dead);
}

static bool matches(const struct bpf_program *prog, const struct eval_packet *p)
{
	struct pcap_pkthdr h = { .caplen = p->len, .len = p->wire_len };

	return pcap.offline_filter(prog, &h, p->data) != 0;
}

/* libpcap's protochain forgets where an authentication header (51) began, and may go round for
 * ever: such packets are not for it. */
static bool may_have_ah(const struct eval_packet *p)
{
	return memchr(p->data, 51, p->len) != NULL;
}

/* Our programs of one expression. An optimised one that is refused matches nothing. */
struct ours {
	struct values v;
	const struct cond *cond;
	struct eval tree;
	struct modes *modes; /* eBPF; NULL: none */
	struct cbpf_prog plain, optimised;
	bool has_plain, has_optimised;
};

static void compile_ours(struct ours *o, struct filter_opts opts, struct oracle_result *out)
{
	opts.no_optimise = true;
	o->has_plain = !compile_classic(&o->plain, &o->v, o->cond, &opts, NULL);
	opts.no_optimise = false;
	o->has_optimised = !compile_classic(&o->optimised, &o->v, o->cond, &opts, NULL);
	/* Of a file nothing is known beside the packet: a filter that asks stops, but not in the
	 * reference interpreter. */
	for (u32 i = 0; i < o->v.cap; i++)
		if (o->v.slots[i] && o->v.slots[i]->kind == VALUE_ANCILLARY)
			o->has_plain = false;
	out->compiled = o->has_plain;
	out->insns = o->has_optimised ? o->optimised.count : 0;
	o->modes = modes_open(&o->v, o->cond);
}

static bool classic_matches(const struct cbpf_prog *prog, const struct eval_packet *p)
{
	struct cbpf_packet packet = { .data = p->data, .len = p->len, .wire_len = p->wire_len };

	return cbpf_run(prog, &packet) != 0;
}

static void compare_packet(struct oracle_result *out, struct ours *o,
			   const struct eval_packet *packet, bool want, u32 i)
{
	out->packets++;
	out->matched += want;
	if (eval_run(&o->tree, packet) != want && !out->wrong++)
		out->first_wrong = i;
	if (!o->has_plain)
		return;
	out->plain_wrong += classic_matches(&o->plain, packet) != want;
	out->optimised_wrong +=
		(o->has_optimised && classic_matches(&o->optimised, packet)) != want;
	for (u32 mode = 0; mode < MODE_COUNT && o->modes; mode++)
		out->ebpf_wrong += modes_run(o->modes, mode, packet, want) != want;
}

static void compare(struct oracle_result *out, const struct programs *p, struct ours *o,
		    const struct packets *packets, bool chains)
{
	for (u32 i = 0; i < packets->count; i++) {
		const struct eval_packet *packet = &packets->list[i];
		bool want;

		if (chains && may_have_ah(packet))
			continue;
		want = matches(&p->plain, packet);
		/* A refused optimised program is one that rejects all packets. */
		if (want != (p->has_optimised && matches(&p->optimised, packet)))
			out->disputed++;
		else
			compare_packet(out, o, packet, want, i);
	}
}

void oracle_compare(struct oracle_result *out, const struct linktype *link, const char *text,
		    u32 netmask, const struct packets *packets)
{
	struct filter_opts opts = { .linktype = link->number, .netmask = netmask };
	struct arena arena = { 0 };
	struct ours o = { .v.arena = &arena };
	struct programs p = { 0 };
	struct diag d;

	*out = (struct oracle_result){ 0 };
	diag_init(&d);
	compile(&p, link, text, netmask, out->error);
	out->accepts = p.has_plain;
	out->ours_accepts = !filter_parse(&o.cond, &o.v, text, &opts, &d);
	if (d.first)
		snprintf(out->ours, sizeof(out->ours), "%s", d.first->text);
	if (out->accepts && out->ours_accepts && eval_init(&o.tree, &o.v, o.cond)) {
		out->their_insns = p.has_optimised ? p.optimised.count : 0;
		compile_ours(&o, opts, out);
		compare(out, &p, &o, packets, strstr(text, "protochain") != NULL);
	}
	eval_fini(&o.tree);
	modes_close(o.modes);
	if (p.has_plain)
		pcap.freecode(&p.plain);
	if (p.has_optimised)
		pcap.freecode(&p.optimised);
	arena_fini(&arena);
	diag_fini(&d);
}

void oracle_refuses(struct oracle_refusal *out, const struct linktype *link, const char *text,
		    u32 netmask)
{
	struct filter_opts opts = { .linktype = link->number, .netmask = netmask };
	struct arena arena = { 0 };
	struct programs p = { 0 };
	struct cbpf_prog prog;
	struct diag d;

	*out = (struct oracle_refusal){ 0 };
	diag_init(&d);
	compile(&p, link, text, netmask, out->theirs);
	out->accepts = p.has_plain && p.has_optimised;
	out->ours_accepts = !filter_compile(&prog, &arena, text, &opts, &d);
	if (!out->ours_accepts)
		snprintf(out->ours, sizeof(out->ours), "%s", d.first->text);
	if (p.has_plain)
		pcap.freecode(&p.plain);
	if (p.has_optimised)
		pcap.freecode(&p.optimised);
	arena_fini(&arena);
	diag_fini(&d);
}

/* Jumps of its protochain go back. */
static bool loops(const struct cbpf_prog *prog)
{
	for (u32 i = 0; i < prog->count; i++)
		if (prog->insns[i].code == (CBPF_JMP | CBPF_JA) && (s32)prog->insns[i].k < 0)
			return true;
	return false;
}

void oracle_measure(struct oracle_size *out, const struct linktype *link, const char *text,
		    u32 netmask, bool print)
{
	struct filter_opts opts = { .linktype = link->number, .netmask = netmask };
	struct arena arena = { 0 };
	struct values values = { .arena = &arena };
	struct cbpf_prog ours, theirs = { 0 };
	struct programs p = { 0 };
	const struct cond *cond;
	char error[256];

	*out = (struct oracle_size){ 0 };
	compile(&p, link, text, netmask, error);
	if (p.has_optimised) {
		theirs = (struct cbpf_prog){ p.optimised.insns, p.optimised.count };
		out->theirs = theirs.count;
		out->loops = loops(&theirs);
	}
	if (!filter_parse(&cond, &values, text, &opts, NULL) &&
	    !compile_classic(&ours, &values, cond, &opts, NULL))
		out->insns = ours.count;
	if (print && out->insns)
		cbpf_print(&ours, CBPF_LISTING, stdout);
	if (print && out->theirs)
		cbpf_print(&theirs, CBPF_LISTING, stdout);
	if (p.has_plain)
		pcap.freecode(&p.plain);
	if (p.has_optimised)
		pcap.freecode(&p.optimised);
	arena_fini(&arena);
}
