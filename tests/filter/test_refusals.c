// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is refused, and why, beside libpcap: expressions at the edges of each primitive, all kinds
 * of qualifiers before all kinds of operands, and damaged ones, for link types of every kind.
 * SKEP_REFUSALS=all asks all of them (a minute); else it is a sample.
 */
#include "../test.h"

#include <sched.h>

#include "oracle.h"

enum { MAX_LINE = 1024, MAX_TEXT_LEN = 2048, MAX_LIST = 512, DAMAGED = 20000, PACKETS = 40 };

/* Reasons, as sets: a message may stand for one of several. */
enum {
	SYNTAX = 1,	  /* the grammar */
	NUMBER = 2,	  /* not a number, or too large for the word */
	NAME = 4,	  /* nobody knows this name */
	ADDRESS = 8,	  /* not an address, or bits and masks that do not fit together */
	RANGE = 16,	  /* a number that the field cannot have */
	QUALIFIER = 32,	  /* these words do not go together */
	LINK = 64,	  /* not on this link type */
	ARITH = 128,	  /* sizes, shifts, divisions */
	IMPOSSIBLE = 256, /* rejects all packets */
	NETMASK = 512,
};

struct word {
	const char *text;
	u32 reason;
};

/* Words of libpcap's messages; the first that is there counts. */
static const struct word theirs[] = {
	{ "can't parse", SYNTAX },
	{ "syntax error", SYNTAX },
	{ "rejects all packets", IMPOSSIBLE },
	{ "overflows 32 bits", NUMBER },
	{ "contains non-octal", NUMBER },
	{ "netmask not known", NETMASK },
	{ "not supported with variable length headers", LINK },
	{ "non-network bits", ADDRESS },
	{ "ask syntax for networks only", ADDRESS },
	{ "mask length", ADDRESS },
	{ "invalid qualifier against IPv6", QUALIFIER },
	{ "invalid IPv", ADDRESS },
	{ "bogus IPv6", ADDRESS },
	{ "bogus ethernet address", ADDRESS | SYNTAX },
	{ "malformed decnet", ADDRESS },
	{ "illegal link layer address", QUALIFIER },
	{ "address used in non-", QUALIFIER },
	{ "aid supported only", QUALIFIER },
	{ "illegal qualifier", QUALIFIER },
	{ "modifier applied", QUALIFIER },
	{ "host filtering not implemented", QUALIFIER },
	{ "not valid qualifier", QUALIFIER },
	{ "not a valid qualifier", QUALIFIER },
	{ "not a valid protocol", QUALIFIER },
	{ "does not encapsulate", QUALIFIER },
	{ "encapsulation is not specifiable", QUALIFIER },
	{ "is bogus", QUALIFIER },
	{ "bad protocol applied", QUALIFIER },
	{ "wrong context", QUALIFIER },
	{ "unsupported protocol over mpls", QUALIFIER },
	{ "no VLAN match after MPLS", QUALIFIER },
	{ "only link-layer/IP broadcast", QUALIFIER },
	{ "requires a name", QUALIFIER },
	{ "'gateway' not supported", QUALIFIER | NAME | LINK },
	{ "name support not included", NAME },
	{ "link-level host name", LINK },
	{ "unsupported index operation", ARITH | QUALIFIER },
	{ "data size must be", ARITH },
	{ "shift by more", ARITH },
	{ "division by zero", ARITH },
	{ "modulus by zero", ARITH },
	{ "frame direction supported only", LINK },
	{ "radio information not present", LINK },
	{ "802.11 direction", NAME },
	{ "port '", NAME },
	{ "port in range '", NAME },
	{ "unknown protocol: ", NAME | QUALIFIER },
	{ "unknown ", NAME },
	{ "illegal port number -", NAME | RANGE },
	{ "illegal port number", RANGE },
	{ "too big", RANGE },
	{ "greater than maximum", RANGE },
	{ "invalid 802.11", RANGE },
	{ "not a broadcast link", LINK },
	{ "is not supported", QUALIFIER | LINK },
	{ "only supported on 802.11", LINK | QUALIFIER },
	{ "multicast filters supported only", LINK | QUALIFIER },
	{ "supported only", LINK },
	{ "not supported for", LINK },
	{ "not implemented", LINK },
	{ "support for", LINK },
};

/* … and of ours. */
static const struct word ours[] = {
	{ "this cannot stand here", SYNTAX },
	{ "expected ", SYNTAX },
	{ "unknown word", SYNTAX },
	{ "the filter ends", SYNTAX },
	{ "must follow", SYNTAX },
	{ "must be followed", SYNTAX },
	{ "not part of the filter", SYNTAX },
	{ "nothing says what", SYNTAX },
	{ "alone selects nothing", SYNTAX | QUALIFIER },
	{ "rejects all packets", IMPOSSIBLE },
	{ "does not fit in 32", NUMBER },
	{ "is octal", NUMBER },
	{ "needs the netmask", NETMASK },
	{ "headers of variable length", LINK },
	{ "bits outside", ADDRESS },
	{ "with 'net' only", ADDRESS },
	{ "bits, not", ADDRESS },
	{ "is no IPv", ADDRESS },
	{ "nor an IPv6", ADDRESS | SYNTAX },
	{ "is no DECnet", ADDRESS },
	{ "not an address of the link", QUALIFIER },
	{ "with 'ether host' only", QUALIFIER },
	{ "no ports", QUALIFIER },
	{ "no bytes to index", ARITH | QUALIFIER },
	{ "MAC addresses of 802.11", QUALIFIER },
	{ "goes with 802.11 only", QUALIFIER },
	{ "addresses are of ARCNET", QUALIFIER },
	{ "no protocol that", QUALIFIER },
	{ "needs the name of a host", QUALIFIER },
	{ "MPLS label", QUALIFIER | LINK | RANGE },
	{ "goes with", QUALIFIER },
	{ "go with", QUALIFIER },
	{ "loaded at once", ARITH },
	{ "cannot be shifted", ARITH },
	{ "division by zero", ARITH },
	{ "not looked up", NAME },
	{ "two ends", NAME },
	{ "has no address for", NAME },
	{ "is of tcp only", NAME },
	{ "is of udp only", NAME },
	{ "unknown ", NAME },
	{ "is above", RANGE },
	{ "is no 802.11", RANGE },
	{ "is of tcp only", RANGE },
	{ "link type", LINK },
};

static u32 reason_of(const struct word *words, u32 count, const char *message)
{
	for (u32 i = 0; i < count; i++)
		if (strstr(message, words[i].text))
			return words[i].reason;
	return 0;
}

/* One link type of each kind, and those with prefixes. */
/* clang-format off */
static const char *const links[] = {
	"EN10MB", "NETANALYZER", "LINUX_SLL", "LINUX_SLL2", "RAW", "IPV4", "IPV6", "NULL", "LOOP",
	"PPP", "PPP_HDLC", "PPP_ETHER", "PPP_BSDOS", "PPP_PPPD", "IEEE802_11", "FDDI", "IEEE802",
	"PFLOG", "IPNET", "IEEE802_11_RADIOTAP", "NFLOG", "USB_LINUX", "ATM_RFC1483", "SUNATM",
	"IEEE802_11_PRISM", "ATM_CLIP", "C_HDLC", "ARCNET_BSD", "ARCNET_LINUX", "IEEE802_11_AVS",
	"LTALK", "FRELAY", "MTP2", "MTP2_WITH_PHDR", "PPI", "MTP3", "ERF", "SLIP", "JUNIPER_MLPPP",
	"BACNET_MS_TP", "IP_OVER_FC", "DOCSIS", "JUNIPER_ETHER", "SYMANTEC_FIREWALL",
};
/* clang-format on */

/* Lists of refusals.txt. */
struct list {
	char *text[MAX_LIST];
	u32 count;
};

struct texts {
	struct list numbers, templates, protocols, directions, types, operands;
};

static const u32 netmask = 0x00ffffff;

struct totals {
	u32 asked, refused, unseen, failed;
	struct random random;
	bool all;
};

/* libpcap's limits and faults, by what stands in the text. */
static bool is_theirs(const char *text, const struct oracle_refusal *r)
{
	/* The number ends where a digit does not follow, or wraps. */
	if (!r->ours_accepts && (strstr(text, "portrange") || strstr(text, "decnet")) &&
	    (r->accepts || !strstr(r->theirs, "syntax")))
		return strstr(r->ours, "unknown port") || strstr(r->ours, "is above") ||
		       strstr(r->ours, "is no DECnet") || strstr(r->ours, "two ends");
	/* Constants behind an operator are seen where they are one number. */
	if (r->accepts || strstr(r->theirs, "rejects all"))
		if (strstr(r->ours, "cannot be shifted") || strstr(r->ours, "division by zero"))
			return true;
	if (r->ours_accepts && strstr(text, "vxlan"))
		return true;
	/* The first constant of an operand is taken for all of it. */
	if (r->ours_accepts && (strstr(r->theirs, "shift by") || strstr(r->theirs, "by zero")))
		return true;
	/* x & 0xffffffff is taken for true, whatever x is. */
	return r->ours_accepts && strstr(r->theirs, "rejects all") && strchr(text, '&');
}

static void tell(struct totals *t, const struct linktype *link, const char *text,
		 const struct oracle_refusal *r)
{
	t->failed++;
	if (t->failed <= 50)
		print_message("# %s: %s: libpcap: %s; ours: %s\n", link->name, text,
			      r->accepts ? "accepted" : r->theirs,
			      r->ours_accepts ? "accepted" : r->ours);
}

/* libpcap does not see that this is impossible: then no packet passes its program. */
static bool passes_none(const struct linktype *link, const char *text)
{
	struct oracle_result result;
	struct packets p = { 0 };

	packets_make(&p, link, link->kind == KIND_NONE ? 5 : PACKETS, 7);
	oracle_compare(&result, link, text, netmask, &p);
	packets_free(&p);
	return !result.matched;
}

static u32 their_reason(const struct oracle_refusal *r)
{
	return reason_of(theirs, ARRAY_SIZE(theirs), r->theirs);
}

static u32 our_reason(const struct oracle_refusal *r)
{
	return reason_of(ours, ARRAY_SIZE(ours), r->ours);
}

/* Wrong twice: what one of us says is wrong wherever the link type is not. */
static bool same_elsewhere(const struct oracle_refusal *here, const char *text)
{
	static const char *const others[] = { "EN10MB", "PFLOG" };
	struct oracle_refusal r;

	for (u32 i = 0; i < ARRAY_SIZE(others); i++) {
		oracle_refuses(&r, linktype_named(others[i]), text, netmask);
		if ((their_reason(here) == LINK && (our_reason(here) & their_reason(&r))) ||
		    (our_reason(here) == LINK && (our_reason(&r) & their_reason(here))))
			return true;
	}
	/* An ARCNET address, which is wrong here, ends where what is no part of it begins. */
	return strchr(text, '$') && (our_reason(here) & (SYNTAX | NUMBER));
}

/* damaged: where a text is wrong in two ways, either may be told. */
static void ask(struct totals *t, const char *name, const char *text, bool damaged)
{
	const struct linktype *link = linktype_named(name);
	struct oracle_refusal r;

	oracle_refuses(&r, link, text, netmask);
	t->asked++;
	if (r.accepts && r.ours_accepts)
		return;
	t->refused++;
	if (is_theirs(text, &r))
		return;
	if (r.accepts && strstr(r.ours, "rejects all") && passes_none(link, text)) {
		t->unseen++;
		return;
	}
	if (r.accepts == r.ours_accepts && their_reason(&r) && our_reason(&r) &&
	    ((their_reason(&r) & our_reason(&r)) || damaged || same_elsewhere(&r, text)))
		return;
	tell(t, link, text, &r);
}

/* One link type, or all. */
static void ask_links(struct totals *t, const char *text, bool damaged)
{
	for (u32 i = 0; t->all && i < ARRAY_SIZE(links); i++)
		ask(t, links[i], text, damaged);
	if (!t->all) {
		ask(t, links[0], text, damaged);
		ask(t, links[random_below(&t->random, ARRAY_SIZE(links))], text, damaged);
	}
}

static void list_add(struct list *l, const char *text)
{
	assert_true(l->count < MAX_LIST);
	l->text[l->count++] = strdup(text);
}

static void list_free(struct list *l)
{
	for (u32 i = 0; i < l->count; i++)
		free(l->text[i]);
}

static void texts_read(struct texts *t)
{
	struct {
		const char *name;
		struct list *list;
	} sections[] = {
		{ "[numbers]", &t->numbers },	  { "[templates]", &t->templates },
		{ "[protocols]", &t->protocols }, { "[directions]", &t->directions },
		{ "[types]", &t->types },	  { "[operands]", &t->operands },
	};
	FILE *f = fopen(FILTER_DIR "/refusals.txt", "r");
	struct list *list = NULL;
	char line[MAX_LINE];

	assert_non_null(f);
	*t = (struct texts){ 0 };
	/* Nothing at all is a qualifier, too. */
	list_add(&t->protocols, "");
	list_add(&t->directions, "");
	list_add(&t->types, "");
	list_add(&t->operands, "");
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		for (u32 i = 0; i < ARRAY_SIZE(sections); i++)
			if (!strcmp(line, sections[i].name))
				list = sections[i].list;
		if (line[0] && line[0] != '#' && !(line[0] == '[' && line[strlen(line) - 1] == ']'))
			list_add(list, line);
	}
	fclose(f);
}

static void texts_free(struct texts *t)
{
	list_free(&t->numbers);
	list_free(&t->templates);
	list_free(&t->protocols);
	list_free(&t->directions);
	list_free(&t->types);
	list_free(&t->operands);
}

/* Each `@` becomes `first`, those behind it what chance gives. */
static void fill(struct totals *t, char out[MAX_TEXT_LEN], const char *template,
		 const struct list *numbers, const char *first)
{
	size_t n = 0;

	for (; *template; template ++) {
		const char *put = first;

		if (*template != '@') {
			out[n++] = *template;
			continue;
		}
		n += (size_t)sprintf(out + n, "%s", put);
		first = numbers->text[random_below(&t->random, numbers->count)];
	}
	out[n] = 0;
}

static void begin(struct totals *t, struct texts *texts)
{
	if (!oracle_open())
		test_skip("no libpcap");
	/* Names are looked up in files; a name server would be waited for. */
	if (unshare(CLONE_NEWNET))
		test_skip("no network namespaces: names would be asked of servers");
	*t = (struct totals){ .random = { 1 }, .all = getenv("SKEP_REFUSALS") != NULL };
	texts_read(texts);
}

static void end(struct totals *t, struct texts *texts)
{
	texts_free(texts);
	print_message("# %u expressions, %u refused, %u impossible ones not seen by libpcap\n",
		      t->asked, t->refused, t->unseen);
	assert_int_equal(t->failed, 0);
	assert_true(t->unseen <= t->asked / 100);
}

static void numbers_at_the_edges_are_refused_as_libpcap_does(void **state)
{
	char text[MAX_TEXT_LEN];
	struct texts texts;
	struct totals t;

	begin(&t, &texts);
	for (u32 i = 0; i < texts.templates.count; i++)
		for (u32 k = 0; k < texts.numbers.count; k++) {
			fill(&t, text, texts.templates.text[i], &texts.numbers,
			     texts.numbers.text[k]);
			ask_links(&t, text, false);
		}
	end(&t, &texts);
}

static void qualifiers_are_refused_as_libpcap_does(void **state)
{
	char text[MAX_TEXT_LEN];
	struct texts x;
	struct totals t;

	begin(&t, &x);
	for (u32 i = 0;
	     i < x.protocols.count * x.directions.count * x.types.count * x.operands.count; i++) {
		u32 p = i % x.protocols.count, rest = i / x.protocols.count;
		u32 d = rest % x.directions.count, o;

		if (!t.all && random_below(&t.random, 8))
			continue;
		rest /= x.directions.count;
		o = rest / x.types.count;
		snprintf(text, sizeof(text), "%s %s %s%s%s", x.protocols.text[p],
			 x.directions.text[d], x.types.text[rest % x.types.count],
			 x.operands.text[o][0] == '[' ? "" : " ", x.operands.text[o]);
		ask(&t, links[random_below(&t.random, ARRAY_SIZE(links))], text, false);
		ask(&t, links[0], text, false);
	}
	end(&t, &x);
}

/* A text with a few characters or words taken away, doubled or exchanged. */
static void damage(struct random *r, char *text)
{
	static const char marks[] = "abcdefx0159.:-_/$\\[]()&|!<>=+*%^~, ";
	u32 times = 1 + random_below(r, 3);

	while (times-- && *text) {
		u32 len = (u32)strlen(text), at = random_below(r, len), n;

		n = 1 + random_below(r, MIN(len - at, 6u));
		switch (random_below(r, 4)) {
		case 0:
			text[at] = marks[random_below(r, sizeof(marks) - 1)];
			break;
		case 1:
			memmove(text + at, text + at + n, len - at - n + 1);
			break;
		case 2:
			if (len + n >= MAX_LINE)
				break;
			memmove(text + at + n, text + at, len - at + 1);
			break;
		default:
			if (len + 1 >= MAX_LINE)
				break;
			memmove(text + at + 1, text + at, len - at + 1);
			text[at] = marks[random_below(r, sizeof(marks) - 1)];
		}
	}
}

static void damaged_expressions_are_refused_as_libpcap_does(void **state)
{
	struct list good = { 0 };
	char text[MAX_TEXT_LEN];
	struct texts texts;
	struct totals t;

	begin(&t, &texts);
	for (u32 i = 0; i < texts.templates.count && good.count < MAX_LIST; i++) {
		fill(&t, text, texts.templates.text[i], &texts.numbers, "5");
		list_add(&good, text);
	}
	for (u32 i = 0; i < DAMAGED * (t.all ? 10 : 1); i++) {
		strcpy(text, good.text[random_below(&t.random, good.count)]);
		damage(&t.random, text);
		ask(&t, links[random_below(&t.random, ARRAY_SIZE(links))], text, true);
	}
	list_free(&good);
	end(&t, &texts);
}

static const struct CMUnitTest tests[] = {
	TEST(numbers_at_the_edges_are_refused_as_libpcap_does),
	TEST(qualifiers_are_refused_as_libpcap_does),
	TEST(damaged_expressions_are_refused_as_libpcap_does),
};
TEST_MAIN(tests)
