// SPDX-License-Identifier: BSD-2-Clause
/* skep filter: packet filter expressions as programs, as objects, as pictures. */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

struct options {
	const char *linktype, *file, *classic, *emit, *netmask;
	uint64_t snaplen;
	unsigned listing;
	bool ebpf, explain, dot, svg, assembler, binary, links, no_optimise, literal, live, direct;
};

struct filter {
	struct options o;
	struct skep_open_opts open;
	struct skep_source src;
	enum skep_lang lang;
	struct skep_diag *diag;
};

/* tcpdump's operands are one expression. NULL: out of memory. */
char *filter_text(int count, char **words)
{
	size_t len = 1;
	char *text, *end;

	for (int i = 0; i < count; i++)
		len += strlen(words[i]) + 1;
	text = end = malloc(len);
	if (!text)
		return NULL;
	*text = 0;
	for (int i = 0; i < count; i++)
		end += sprintf(end, "%s%s", i ? " " : "", words[i]);
	return text;
}

bool filter_linktype(const char *name, uint32_t *out)
{
	int number = skep_link_find(name);

	if (number < 0)
		return false;
	*out = number ? (uint32_t)number : SKEP_LINK_NULL;
	return true;
}

static void list_links(void)
{
	const char *name;
	uint32_t number;

	for (size_t i = 0; skep_link_row(i, &number, &name); i++) {
		const char *text = skep_link_text(number);

		printf("%5u  %s%s%s%s\n", number, name, text ? " (" : "", text ? text : "",
		       text ? ")" : "");
	}
}

static int print_classic(struct filter *f, enum skep_classic_form form)
{
	struct skep_classic *prog;
	int err = skep_classic_open(&prog, f->lang, f->src, &f->open, f->diag);

	if (err)
		return err;
	err = skep_classic_print(prog, form, stdout);
	skep_classic_free(prog);
	return err;
}

/* As eBPF: an object file, or its listing. */
static int make_object(struct filter *f)
{
	struct skep_object *obj;
	int err;

	if (f->o.direct)
		f->open.prog_type = "sched_cls";
	err = skep_open(&obj, f->lang, f->src, &f->open, f->diag);
	if (err)
		return err;
	if (f->o.emit)
		err = skep_object_write(obj, f->o.emit, f->diag);
	if (!err && f->o.ebpf)
		err = skep_object_disasm(obj, NULL, 0, stdout, f->diag);
	skep_object_free(obj);
	return err;
}

static int explain(struct filter *f)
{
	enum skep_explain how = f->o.svg   ? SKEP_EXPLAIN_SVG
				: f->o.dot ? SKEP_EXPLAIN_DOT
					   : SKEP_EXPLAIN_WORDS;

	return skep_filter_explain(f->src, &f->open, how, stdout, f->diag);
}

static int answer(struct filter *f)
{
	const struct options *o = &f->o;

	if (o->ebpf || o->emit)
		return make_object(f);
	if (o->explain || o->dot || o->svg)
		return explain(f);
	if (o->assembler || o->binary)
		return print_classic(f, o->assembler ? SKEP_CLASSIC_ASM : SKEP_CLASSIC_BINARY);
	return print_classic(f, o->listing < 2	  ? SKEP_CLASSIC_LISTING
				: o->listing == 2 ? SKEP_CLASSIC_C
						  : SKEP_CLASSIC_DECIMAL);
}

/* NULL, or what is wrong with the options. */
static const char *check(struct filter *f, int operands)
{
	const struct options *o = &f->o;
	unsigned outputs = !!o->listing + (o->ebpf || o->emit) + o->explain + o->dot + o->svg +
			   o->assembler + o->binary;

	if (!!o->file + !!o->classic + !!operands > 1)
		return "give one of EXPR, -F FILE and --classic FILE";
	if (outputs > 1)
		return "choose one form of output";
	if (o->classic && (o->explain || o->dot || o->svg))
		return "only expressions can be explained";
	if (o->direct && !(o->ebpf || o->emit))
		return "--direct is for --ebpf and --emit";
	if (o->linktype && !filter_linktype(o->linktype, &f->open.linktype))
		return "there is no such link type: -L lists them";
	if (o->snaplen > INT32_MAX)
		return "-s is a number of bytes";
	return NULL;
}

/* "255.255.255.0", in network order. */
static bool parse_netmask(const char *text, uint32_t *out)
{
	unsigned b[4];
	char rest;

	if (sscanf(text, "%3u.%3u.%3u.%3u%c", &b[0], &b[1], &b[2], &b[3], &rest) != 4)
		return false;
	for (int i = 0; i < 4; i++) {
		if (b[i] > 255)
			return false;
		((uint8_t *)out)[i] = (uint8_t)b[i];
	}
	return true;
}

static int run(struct filter *f, int operands, char **words)
{
	char *text = filter_text(operands, words);
	int err = -1;

	f->diag = skep_diag_new();
	f->open.snaplen = (uint32_t)f->o.snaplen;
	f->open.no_optimise = f->o.no_optimise;
	f->open.literal = f->o.literal;
	f->open.live = f->o.live;
	f->lang = f->o.classic ? SKEP_CLASSIC : SKEP_FILTER;
	f->src = (struct skep_source){ .name = f->o.classic ? f->o.classic : f->o.file };
	if (!f->src.name)
		f->src = (struct skep_source){ "<filter>", text, text ? strlen(text) : 0 };
	if (text && f->diag)
		err = answer(f);
	report(f->diag);
	skep_diag_free(f->diag);
	free(text);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int filter_main(const struct command *self, int argc, char **argv)
{
	struct filter f = { .open.size = sizeof(f.open) };
	struct options *o = &f.o;
	const struct opt opts[] = {
		{ 'y', "linktype", "NAME", "link type of the packets (default EN10MB)", OPT_STRING,
		  &o->linktype },
		{ 's', "snaplen", "N", "bytes that an accepted packet keeps (default 262144)",
		  OPT_NUMBER, &o->snaplen },
		{ 'd', "listing", NULL,
		  "the classic program, readable (default); -dd as C, -ddd as numbers", OPT_COUNT,
		  &o->listing },
		{ 0, "bpf-asm", NULL, "the classic program as the kernel's bpf_asm reads it",
		  OPT_FLAG, &o->assembler },
		{ 0, "binary", NULL, "the classic program as struct sock_filter", OPT_FLAG,
		  &o->binary },
		{ 'e', "ebpf", NULL, "the program in eBPF", OPT_FLAG, &o->ebpf },
		{ 'o', "emit", "FILE", "write an object with the program in eBPF", OPT_STRING,
		  &o->emit },
		{ 0, "direct", NULL,
		  "eBPF of --classic: direct packet access, for tc instead of a socket", OPT_FLAG,
		  &o->direct },
		{ 'x', "explain", NULL, "the tests in words", OPT_FLAG, &o->explain },
		{ 0, "dot", NULL, "the tests as a graph, for graphviz", OPT_FLAG, &o->dot },
		{ 0, "svg", NULL, "the tests as a picture", OPT_FLAG, &o->svg },
		{ 'O', "no-optimise", NULL, "tests in the order of the text, none merged", OPT_FLAG,
		  &o->no_optimise },
		{ 'F', "file", "FILE", "the expression is in a file", OPT_STRING, &o->file },
		{ 0, "classic", "FILE",
		  "instead of an expression, a classic program in any of these forms", OPT_STRING,
		  &o->classic },
		{ 0, "netmask", "MASK", "of the network, for \"ip broadcast\"", OPT_STRING,
		  &o->netmask },
		{ 'n', "literal", NULL, "numbers and addresses only, look no name up", OPT_FLAG,
		  &o->literal },
		{ 0, "live", NULL, "for packets that Linux hands over: VLAN tags lie beside them",
		  OPT_FLAG, &o->live },
		{ 'L', "list-linktypes", NULL, "list the link types", OPT_FLAG, &o->links },
		{ 0 },
	};
	int operands = opt_parse(self, opts, argc, argv);
	const char *why;

	if (operands < 0)
		return opt_status(operands);
	if (o->links) {
		list_links();
		return EXIT_OK;
	}
	why = check(&f, operands);
	if (!why && o->netmask && !parse_netmask(o->netmask, &f.open.netmask))
		why = "--netmask is four numbers: 255.255.255.0";
	return why ? opt_usage(self, why) : run(&f, operands, argv + 1);
}

const struct command cmd_filter = {
	.name = "filter",
	.operands = "EXPR…",
	.summary = "compile a packet filter of tcpdump's language",
	.about = "The expression is one of pcap-filter(7); without one, every packet is "
		 "accepted.\n\n"
		 "    skep filter -d tcp port 80\n"
		 "    skep filter --explain 'host 10.0.0.1 and not port 22'\n"
		 "    skep filter -y LINUX_SLL2 --emit web.o 'tcp port 80 or 443'\n"
		 "    skep filter --svg 'vlan 7 and icmp6' > filter.svg\n"
		 "    tcpdump -ddd icmp | skep filter --classic - --bpf-asm\n",
	.main = filter_main,
};
