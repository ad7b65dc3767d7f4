// SPDX-License-Identifier: BSD-2-Clause
#include "filter/explain.h"

#include <errno.h>
#include <stdlib.h>

#include "base/json.h"
#include "classic/table.h"
#include "filter/compile.h"

enum {
	TEXT_MAX = 400, /* bytes of a value; shared parts could make it as long as you like */
	RANGES_SHOWN = 6,
	ETHERNET = 1,
};

static const char *op_text(u8 op)
{
	switch (op) {
	case CBPF_ADD:
		return "+";
	case CBPF_SUB:
		return "-";
	case CBPF_MUL:
		return "*";
	case CBPF_DIV:
		return "/";
	case CBPF_OR:
		return "|";
	case CBPF_AND:
		return "&";
	case CBPF_LSH:
		return "<<";
	case CBPF_RSH:
		return ">>";
	case CBPF_MOD:
		return "%";
	case CBPF_XOR:
		return "^";
	}
	return "?";
}

static const char *compare_text(u8 op)
{
	return op == CBPF_JEQ ? "==" : op == CBPF_JGT ? ">" : op == CBPF_JGE ? ">=" : "&";
}

static void number_text(struct buf *b, u32 k)
{
	buf_printf(b, k < 10 ? "%u" : "0x%x", k);
}

static void value_text(struct buf *b, const struct value *v, bool inner)
{
	if (b->len > TEXT_MAX) {
		buf_puts(b, "…");
		return;
	}
	switch ((u32)v->kind) {
	case VALUE_CONST:
		number_text(b, v->k);
		break;
	case VALUE_LOAD:
		buf_puts(b, "packet[");
		if (v->a) {
			value_text(b, v->a, true);
			buf_printf(b, (s32)v->k < 0 ? " - %u" : " + %u",
				   (s32)v->k < 0 ? -v->k : v->k);
		} else {
			buf_printf(b, "%d", (s32)v->k);
		}
		buf_printf(b, v->size > 1 ? ":%u]" : "]", v->size);
		break;
	case VALUE_ANCILLARY: {
		const char *name = cbpf_ancillary_name(CBPF_AD + v->k);

		buf_puts(b, name ? name : "?");
		break;
	}
	case VALUE_LEN:
		buf_puts(b, "len");
		break;
	case VALUE_SELECT:
		buf_puts(b, inner ? "(" : "");
		value_text(b, v->a, true);
		buf_puts(b, " if ");
		value_text(b, v->c, true);
		buf_puts(b, " is ");
		number_text(b, v->k);
		buf_puts(b, ", else ");
		value_text(b, v->b, true);
		buf_puts(b, inner ? ")" : "");
		break;
	default:
		if (!v->b) {
			buf_puts(b, "-");
			value_text(b, v->a, true);
			break;
		}
		buf_puts(b, inner ? "(" : "");
		value_text(b, v->a, true);
		buf_printf(b, " %s ",
			   (u32)v->kind == VALUE_COMPARE ? compare_text(v->op) : op_text(v->op));
		value_text(b, v->b, true);
		buf_puts(b, inner ? ")" : "");
	}
}

/* What everyone knows by name: the type field of Ethernet. */
static bool is_ether_type(const struct value *v, u32 linktype)
{
	return linktype == ETHERNET && v->kind == VALUE_LOAD && !v->a && v->size == 2 && v->k == 12;
}

static const char *ether_type_name(u32 k)
{
	switch (k) {
	case 0x800:
		return " (IPv4)";
	case 0x806:
		return " (ARP)";
	case 0x8035:
		return " (RARP)";
	case 0x8100:
		return " (VLAN)";
	case 0x86dd:
		return " (IPv6)";
	case 0x8847:
		return " (MPLS)";
	case 0x8864:
		return " (PPPoE)";
	}
	return "";
}

/* What the type field has said on every way to a node. */
enum inside { INSIDE_UNSEEN, INSIDE_ANY, INSIDE_IPV4, INSIDE_IPV6, INSIDE_ARP };

static enum inside inside_type(u32 lo, u32 hi)
{
	if (lo != hi)
		return INSIDE_ANY;
	return lo == 0x800		     ? INSIDE_IPV4
	       : lo == 0x86dd		     ? INSIDE_IPV6
	       : lo == 0x806 || lo == 0x8035 ? INSIDE_ARP
					     : INSIDE_ANY;
}

/* packet[14] & 0xf, times four: the length of an IPv4 header. */
static bool is_ip4_length(const struct value *v)
{
	const struct value *byte = v->kind == VALUE_OP && v->op == CBPF_LSH ? v->a->a : NULL;

	return byte && byte->kind == VALUE_LOAD && !byte->a && byte->k == 14 && byte->size == 1;
}

/* The name of a field of Ethernet's best-known guests; NULL: it has none. */
static const char *field_name(const struct value *v, enum inside inside)
{
	static const struct {
		enum inside inside;
		bool moving;
		u32 at, size;
		const char *name;
	} rows[] = {
		{ INSIDE_IPV4, false, 23, 1, "protocol" },
		{ INSIDE_IPV4, false, 26, 4, "source" },
		{ INSIDE_IPV4, false, 30, 4, "destination" },
		{ INSIDE_IPV4, true, 14, 2, "source port" },
		{ INSIDE_IPV4, true, 16, 2, "destination port" },
		{ INSIDE_IPV6, false, 20, 1, "next header" },
		{ INSIDE_IPV6, false, 54, 2, "source port" },
		{ INSIDE_IPV6, false, 56, 2, "destination port" },
		{ INSIDE_ARP, false, 28, 4, "sender" },
		{ INSIDE_ARP, false, 38, 4, "target" },
	};

	if (inside == INSIDE_IPV4 && v->kind == VALUE_OP && v->op == CBPF_AND &&
	    v->a->kind == VALUE_LOAD && !v->a->a && v->a->k == 20 && v->b->kind == VALUE_CONST &&
	    v->b->k == 0x1fff)
		return "fragment offset";
	if (v->kind != VALUE_LOAD || (v->a && !is_ip4_length(v->a)))
		return NULL;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].inside == inside && rows[i].moving == (v->a != NULL) &&
		    rows[i].at == v->k && rows[i].size == v->size)
			return rows[i].name;
	return NULL;
}

/* What the packets that take an arm of n have inside. */
static enum inside inside_arm(const struct node *n, u32 arm, u32 linktype, enum inside here)
{
	u32 lo = arm ? n->arms[arm - 1].hi + 1 : 0;

	return is_ether_type(n->value, linktype) ? inside_type(lo, n->arms[arm].hi) : here;
}

/* For all nodes; sources come before targets. */
static enum inside *find_inside(struct sketch *s, u32 linktype)
{
	enum inside *inside = arena_array(s->arena, s->count, sizeof(*inside));

	for (u32 k = 0; inside && k < s->count; k++) {
		const struct node *n = s->nodes[k];

		if (!inside[k])
			inside[k] = INSIDE_ANY;
		for (u32 i = 0; i < n->count; i++) {
			enum inside *to = &inside[n->arms[i].to->mark];
			enum inside now = inside_arm(n, i, linktype, inside[k]);

			*to = !*to || *to == now ? now : INSIDE_ANY;
		}
	}
	return inside;
}

static const char *node_text(struct sketch *s, const struct node *n, u32 linktype,
			     enum inside inside)
{
	struct buf b = { 0 };
	const char *text;

	if (n->kind == NODE_YES || n->kind == NODE_NO)
		return n->kind == NODE_YES ? "match" : "no match";
	value_text(&b, n->value, false);
	if (is_ether_type(n->value, linktype))
		buf_puts(&b, " (Ethernet type)");
	else if (field_name(n->value, inside))
		buf_printf(&b, " (%s)", field_name(n->value, inside));
	text = b.err ? NULL : arena_strdup(s->arena, buf_str(&b));
	buf_fini(&b);
	s->failed |= !text;
	return text ? text : "";
}

/* The target that most values go to: the one of "otherwise". */
static const struct node *common_target(const struct node *n)
{
	const struct node *best = n->arms[0].to;
	u64 most = 0;

	for (u32 k = 0; k < n->count; k++) {
		u64 share = 0;
		u32 lo = 0;

		for (u32 j = 0; j < n->count; j++) {
			if (n->arms[j].to == n->arms[k].to)
				share += (u64)n->arms[j].hi - lo + 1;
			lo = n->arms[j].hi + 1;
		}
		if (share > most) {
			most = share;
			best = n->arms[k].to;
		}
		if (k > 64) /* a long list of single values: what is found by now is it */
			break;
	}
	return best;
}

static const char *protocol_name(u32 k)
{
	switch (k) {
	case 1:
		return " (ICMP)";
	case 6:
		return " (TCP)";
	case 17:
		return " (UDP)";
	case 58:
		return " (ICMPv6)";
	case 132:
		return " (SCTP)";
	}
	return "";
}

/* How the values of a node are written. */
enum writing { WRITE_NUMBER, WRITE_TYPE, WRITE_PROTOCOL, WRITE_DECIMAL, WRITE_ADDRESS };

static enum writing writing_of(const struct value *v, u32 linktype, enum inside inside)
{
	const char *name = field_name(v, inside);

	if (is_ether_type(v, linktype))
		return WRITE_TYPE;
	if (!name)
		return WRITE_NUMBER;
	if (v->kind == VALUE_LOAD && v->size == 4)
		return WRITE_ADDRESS;
	return v->kind == VALUE_LOAD && v->size == 1 ? WRITE_PROTOCOL : WRITE_DECIMAL;
}

static void key_text(struct buf *b, u32 k, enum writing how)
{
	if (how == WRITE_ADDRESS)
		buf_printf(b, "%u.%u.%u.%u", k >> 24, k >> 16 & 255, k >> 8 & 255, k & 255);
	else if (how == WRITE_DECIMAL || how == WRITE_PROTOCOL)
		buf_printf(b, "%u", k);
	else
		number_text(b, k);
}

static void range_text(struct buf *b, u32 lo, u32 hi, enum writing how)
{
	key_text(b, lo, how);
	if (hi != lo) {
		buf_puts(b, "–");
		key_text(b, hi, how);
	} else if (how == WRITE_TYPE || how == WRITE_PROTOCOL) {
		buf_puts(b, how == WRITE_TYPE ? ether_type_name(lo) : protocol_name(lo));
	}
}

/* "= 6 (TCP), 17 (UDP), 128–131, 5 more" for the arms that lead to `to`. */
static void arms_text(struct buf *b, const struct node *n, const struct node *to, enum writing how)
{
	u32 shown = 0, more = 0, lo = 0;

	buf_puts(b, "= ");
	for (u32 k = 0; k < n->count; lo = n->arms[k].hi + 1, k++) {
		if (n->arms[k].to != to)
			continue;
		if (shown == RANGES_SHOWN) {
			more++;
			continue;
		}
		buf_puts(b, shown++ ? ", " : "");
		range_text(b, lo, n->arms[k].hi, how);
	}
	if (more)
		buf_printf(b, ", %u more", more);
}

static void add_edge(struct sketch *s, const struct node *from, const struct node *to,
		     const char *label, bool otherwise)
{
	struct sketch_edge *e = vec_push(&s->edges);

	if (e && label)
		*e = (struct sketch_edge){ from->mark, to->mark, label, otherwise };
	else
		s->failed = true;
}

static bool seen_before(const struct node *n, u32 arm)
{
	for (u32 k = 0; k < arm; k++) {
		if (n->arms[k].to == n->arms[arm].to)
			return true;
	}
	return false;
}

static void add_edges(struct sketch *s, const struct node *n, enum writing how)
{
	const struct node *common = n->kind == NODE_SWITCH ? common_target(n) : NULL;

	if (n->kind == NODE_TOUCH)
		add_edge(s, n, n->arms[0].to, "", false);
	for (u32 k = 0; common && k < n->count; k++) {
		struct buf b = { 0 };

		if (n->arms[k].to == common || seen_before(n, k))
			continue;
		arms_text(&b, n, n->arms[k].to, how);
		add_edge(s, n, n->arms[k].to, arena_strdup(s->arena, buf_str(&b)), false);
		buf_fini(&b);
	}
	if (common)
		add_edge(s, n, common, "otherwise", true);
}

static int sketch_make(struct sketch *s, struct graph *g, struct node *root, u32 linktype)
{
	enum inside *inside;
	struct node **order;

	s->arena = g->values->arena;
	s->count = graph_order(g, root, &order);
	s->nodes = arena_array(s->arena, s->count, sizeof(struct node *));
	s->labels = arena_array(s->arena, s->count, sizeof(char *));
	if (!s->count || !s->nodes || !s->labels)
		return -ENOMEM;
	for (u32 k = 0; k < s->count; k++) {
		s->nodes[k] = order[s->count - 1 - k];
		s->nodes[k]->mark = k;
	}
	inside = find_inside(s, linktype);
	if (!inside)
		return -ENOMEM;
	for (u32 k = 0; k < s->count; k++) {
		const struct node *n = s->nodes[k];

		s->labels[k] = node_text(s, n, linktype, inside[k]);
		if (n->count)
			add_edges(s, n, writing_of(n->value, linktype, inside[k]));
	}
	return s->failed ? -ENOMEM : 0;
}

static void print_target(const struct sketch *s, u32 to, FILE *out)
{
	if (s->nodes[to]->count)
		fprintf(out, "go to %u\n", to + 1);
	else
		fprintf(out, "%s\n", s->labels[to]);
}

static void print_words(const struct sketch *s, FILE *out)
{
	const struct sketch_edge *e = s->edges.data, *end = s->edges.len ? e + s->edges.len : e;

	if (!s->edges.len)
		fprintf(out, "every packet: %s\n", s->labels[0]);
	for (u32 k = 0; k < s->count; k++) {
		if (!s->nodes[k]->count)
			continue;
		fprintf(out, "%u. %s\n", k + 1, s->labels[k]);
		for (; e < end && e->from == k; e++) {
			fprintf(out, "      %s%s", *e->label ? e->label : "if it is there",
				e->otherwise ? ": " : " → ");
			print_target(s, e->to, out);
		}
	}
	if (s->edges.len)
		fputs("What lies beyond the captured bytes is no match.\n", out);
}

static void print_dot(const struct sketch *s, FILE *out)
{
	const struct sketch_edge *e;

	fputs("digraph filter {\n\tnode [shape=box, fontname=monospace];\n"
	      "\tedge [fontname=monospace, fontsize=10];\n",
	      out);
	for (u32 k = 0; k < s->count; k++) {
		fprintf(out, "\tn%u [label=", k + 1);
		json_string(out, s->labels[k]);
		fputs(s->nodes[k]->count ? "];\n" : ", shape=ellipse];\n", out);
	}
	vec_for (e, &s->edges) {
		fprintf(out, "\tn%u -> n%u [label=", e->from + 1, e->to + 1);
		json_string(out, e->label);
		fputs(e->otherwise ? ", style=dashed];\n" : "];\n", out);
	}
	fputs("}\n", out);
}

static int print_sketch(const struct sketch *s, FILE *out, enum filter_explain how,
			struct span where, struct diag *d)
{
	int err = 0;

	if (how == EXPLAIN_WORDS)
		print_words(s, out);
	else if (how == EXPLAIN_DOT)
		print_dot(s, out);
	else
		err = sketch_svg(s, out);
	if (err == -E2BIG)
		return diag_error(d, err, where, "a graph of %u nodes is too large for a picture",
				  s->count);
	return err ? diag_nomem(d) : 0;
}

int filter_explain(FILE *out, const char *text, const struct filter_opts *opts,
		   enum filter_explain how, struct diag *d)
{
	struct arena a = { 0 };
	struct values values = { .arena = &a };
	struct sketch sketch = { 0 };
	const struct cond *cond;
	struct graph g;
	struct node *root;
	int err = filter_parse(&cond, &values, text, opts, d);

	if (err) {
		arena_fini(&a);
		return err;
	}
	graph_init(&g, &values);
	err = compile_graph(&root, &g, cond, !opts->no_optimise, d);
	if (!err && sketch_make(&sketch, &g, root, opts->linktype))
		err = diag_nomem(d);
	if (!err)
		err = print_sketch(&sketch, out, how, cond->where, d);
	vec_fini(&sketch.edges);
	graph_fini(&g);
	arena_fini(&a);
	return err;
}
