// SPDX-License-Identifier: BSD-2-Clause
#include "filter/parse.h"

#include <errno.h>
#include <stdlib.h>

#include "base/vec.h"
#include "filter/ident.h"
#include "filter/link_test.h"
#include "filter/proto.h"

void expr_next(struct parser *p)
{
	scan_next(&p->lex, &p->cur);
}

bool expr_is(const struct parser *p, u32 punct)
{
	return p->cur.kind == TOK_PUNCT && p->cur.value == punct;
}

const struct cond *expr_syntax(struct parser *p, const char *expected)
{
	struct span at = scan_span(&p->lex, &p->cur);
	const char *near = NULL;

	if (p->cur.kind == TOK_BAD) /* reported */
		return NULL;
	if (p->cur.kind == TOK_END)
		diag_error(p->l.d, -EINVAL, at, "the filter ends where %s should follow",
			   expected ? expected : "a primitive");
	else if (p->cur.kind == TOK_ID && (near = scan_near(p->cur.text)))
		diag_error(p->l.d, -EINVAL, at, "unknown word '%s'", p->cur.text);
	else if (expected)
		diag_error(p->l.d, -EINVAL, at, "expected %s", expected);
	else
		diag_error(p->l.d, -EINVAL, at, "this cannot stand here");
	if (near)
		diag_hint(p->l.d, "did you mean '%s'?", near);
	return NULL;
}

bool expr_enter(struct parser *p)
{
	if (++p->nesting <= MAX_NESTING)
		return true;
	diag_error(p->l.d, -EINVAL, scan_span(&p->lex, &p->cur), "nested more than %d deep",
		   MAX_NESTING);
	return false;
}

void expr_leave(struct parser *p)
{
	p->nesting--;
}

bool expr_number(struct parser *p, u32 *number)
{
	u32 open = 0;

	for (; expr_is(p, '('); open++)
		expr_next(p);
	if (p->cur.kind != TOK_NUM) {
		expr_syntax(p, "a number");
		return false;
	}
	*number = p->cur.value;
	p->l.at = scan_span(&p->lex, &p->cur);
	expr_next(p);
	for (; open; open--) {
		if (!expr_is(p, ')')) {
			expr_syntax(p, "')'");
			return false;
		}
		expr_next(p);
	}
	return true;
}

/* What a piece of the text turned out to be. */
enum node_kind {
	NODE_FAILED, /* reported */
	NODE_NUMBER, /* an id or an operand: what follows tells */
	NODE_ARITH,
	NODE_ID,
	NODE_TERM,
};

struct node {
	enum node_kind kind;
	bool grouped; /* NODE_ID: ids in parentheses */
	u32 number;
	struct arith arith;
	const struct cond *cond;
	struct qual q; /* what the next id inherits */
	struct span at;
};

enum { ALLOW_TERMS = 1, ALLOW_IDS = 2 };

static const struct qual nothing = { .type = TYPE_NONE };
static const struct node failed = { .kind = NODE_FAILED };

static struct node made(struct parser *p, enum node_kind kind, const struct cond *c, struct qual q)
{
	if (!c || p->l.v->failed)
		return failed;
	return (struct node){ .kind = kind, .cond = c, .q = q };
}

static struct node syntax(struct parser *p, const char *expected)
{
	expr_syntax(p, expected);
	return failed;
}

static struct node parse_expr(struct parser *p, struct qual q, u32 allow);

/* The text of a primitive, for those who explain the program. */
static void mark(struct parser *p, struct node *n, u32 from)
{
	struct cond *c = (struct cond *)n->cond;
	u32 to = p->cur.off;

	if (n->kind != NODE_TERM && n->kind != NODE_ID)
		return;
	while (to > from && strchr(" \t\r\n", p->lex.text[to - 1]))
		to--;
	c->where = (struct span){ .file = p->lex.file, .off = from, .len = to - from };
}

static struct node id_number(struct parser *p, struct qual q, const struct node *n)
{
	p->l.at = n->at;
	return made(p, NODE_ID, ident_number(&p->l, q, n->number), q);
}

/* Behind '/' or 'mask'. */
static const struct cond *masked_id(struct parser *p, struct qual q, const struct token *addr)
{
	bool mask = p->cur.kind == TOK_MASK;
	struct token arg;

	expr_next(p);
	arg = p->cur;
	if (arg.kind != (mask ? TOK_HID : TOK_NUM))
		return expr_syntax(p, mask ? "a dotted mask" : "the number of bits");
	p->l.at.len = arg.off + arg.len - addr->off;
	expr_next(p);
	if (mask)
		return ident_masked(&p->l, q, addr->text, arg.text);
	if (addr->kind == TOK_HID6)
		return ident_ip6(&p->l, q, addr->text, arg.value);
	return ident_prefix(&p->l, q, addr->text, arg.value);
}

static const struct cond *id(struct parser *p, struct qual q)
{
	struct token t = p->cur;

	p->l.at = scan_span(&p->lex, &t);
	expr_next(p);
	if ((t.kind == TOK_HID && (expr_is(p, '/') || p->cur.kind == TOK_MASK)) ||
	    (t.kind == TOK_HID6 && expr_is(p, '/')))
		return masked_id(p, q, &t);
	switch (t.kind) {
	case TOK_HID:
		return ident_dotted(&p->l, q, t.text);
	case TOK_HID6:
		return ident_ip6(&p->l, q, t.text, 128);
	case TOK_EID:
		return ident_mac(&p->l, q, t.text);
	case TOK_AID:
		return ident_arcnet(&p->l, q, t.value);
	default:
		return ident_name(&p->l, q, t.text);
	}
}

static bool is_id(enum token_kind kind)
{
	return kind == TOK_HID || kind == TOK_HID6 || kind == TOK_EID || kind == TOK_AID ||
	       kind == TOK_ID;
}

static struct node group(struct parser *p, struct qual q, u32 allow)
{
	struct node n;

	if (!expr_enter(p))
		return failed;
	expr_next(p);
	n = parse_expr(p, q, allow);
	expr_leave(p);
	if (n.kind == NODE_FAILED)
		return failed;
	if (!expr_is(p, ')'))
		return syntax(p, "')'");
	expr_next(p);
	n.grouped = true;
	/* What a group of primitives ends with is not inherited beyond it. */
	if (n.kind == NODE_TERM)
		n.q = q;
	return n;
}

static struct node unit(struct parser *p, struct qual q, u32 allow);

static struct node not_unit(struct parser *p, struct qual q, u32 allow)
{
	struct node n;

	if (!expr_enter(p))
		return failed;
	expr_next(p);
	n = unit(p, q, allow);
	expr_leave(p);
	if (n.kind == NODE_ARITH)
		return syntax(p, "a relation");
	if (n.kind == NODE_NUMBER && !(allow & ALLOW_IDS))
		return syntax(p, "a relation");
	if (n.kind == NODE_NUMBER)
		n = id_number(p, q, &n);
	if (n.kind == NODE_FAILED)
		return failed;
	return made(p, n.kind, lower_not(&p->l, n.cond), n.q);
}

/* src, dst, 'src or dst' and so on; at the first word. */
static bool direction(struct parser *p, enum q_dir *dir)
{
	enum q_dir first = (enum q_dir)p->cur.value;
	bool is_or;

	expr_next(p);
	*dir = first;
	if (first > DIR_DST || (p->cur.kind != TOK_AND && p->cur.kind != TOK_OR))
		return true;
	is_or = p->cur.kind == TOK_OR;
	expr_next(p);
	if (p->cur.kind != TOK_DIR_WORD || p->cur.value != (first == DIR_SRC ? DIR_DST : DIR_SRC)) {
		expr_syntax(p, first == DIR_SRC ? "'dst'" : "'src'");
		return false;
	}
	expr_next(p);
	*dir = is_or ? DIR_OR : DIR_AND;
	return true;
}

/* A primitive with qualifiers: at the direction or the type. */
static struct node qualified(struct parser *p, enum q_proto proto)
{
	struct qual q = { .proto = proto };
	struct node n;

	if (p->cur.kind == TOK_DIR_WORD && !direction(p, &q.dir))
		return failed;
	if (p->cur.kind == TOK_TYPE_WORD) {
		if (q.dir != DIR_DEFAULT && p->cur.value > TYPE_PORTRANGE)
			return syntax(p, "host, net, port, portrange or an id");
		q.type = (enum q_type)p->cur.value;
		expr_next(p);
	}
	n = unit(p, q, ALLOW_IDS);
	if (n.kind == NODE_NUMBER)
		n = id_number(p, q, &n);
	if (n.kind == NODE_FAILED)
		return failed;
	return made(p, NODE_TERM, n.cond, q);
}

/* At a protocol word. */
static struct node with_proto(struct parser *p)
{
	enum q_proto proto = (enum q_proto)p->cur.value;
	struct span at = scan_span(&p->lex, &p->cur);
	struct node n = { .kind = NODE_ARITH };
	const struct cond *c;
	bool none;

	expr_next(p);
	if (expr_is(p, '['))
		return expr_load(p, &n.arith, proto) ? n : failed;
	if (p->cur.kind == TOK_DIR_WORD || p->cur.kind == TOK_TYPE_WORD)
		return qualified(p, proto);
	c = expr_primitive(p, proto, &none);
	if (none) {
		p->l.at = at;
		c = proto_alone(&p->l, proto);
	}
	return made(p, NODE_TERM, c, nothing);
}

static struct node term(struct parser *p)
{
	const struct cond *c;
	bool none;

	if (p->cur.kind == TOK_PROTO_NAME)
		return with_proto(p);
	if (p->cur.kind == TOK_DIR_WORD || p->cur.kind == TOK_TYPE_WORD)
		return qualified(p, Q_DEFAULT);
	c = expr_primitive(p, Q_DEFAULT, &none);
	return none ? syntax(p, NULL) : made(p, NODE_TERM, c, nothing);
}

static struct node first_part(struct parser *p, struct qual q, u32 allow)
{
	struct node n = { .kind = NODE_NUMBER };

	if (p->cur.kind == TOK_NUM) {
		n.number = p->cur.value;
		n.at = scan_span(&p->lex, &p->cur);
		expr_next(p);
		return n;
	}
	if (expr_is(p, '('))
		return group(p, q, allow);
	if (is_id(p->cur.kind) && (allow & ALLOW_IDS))
		return made(p, NODE_ID, id(p, q), q);
	if (!(allow & ALLOW_TERMS))
		return syntax(p, "an address, a number or a name");
	if (p->cur.kind != TOK_LEN && !expr_is(p, '-'))
		return term(p);
	n.kind = NODE_ARITH;
	return expr_arith(p, &n.arith) ? n : failed;
}

/* Arithmetic, and the relation that makes a condition of it. */
static struct node relation(struct parser *p, struct node n)
{
	struct arith right;
	u32 op;

	if (n.kind == NODE_NUMBER)
		n.arith = (struct arith){ .value = value_const(p->l.v, n.number) };
	n.kind = NODE_ARITH;
	if (!expr_arith_rest(p, &n.arith))
		return failed;
	if (!expr_is_relation(p))
		return n;
	op = p->cur.value;
	expr_next(p);
	if (!expr_arith(p, &right))
		return failed;
	return made(p, NODE_TERM, arith_relation(&p->l, op, n.arith, right), nothing);
}

static struct node unit(struct parser *p, struct qual q, u32 allow)
{
	u32 from = p->cur.off;
	struct node n;

	if (p->cur.kind == TOK_NOT)
		return not_unit(p, q, allow);
	n = first_part(p, q, allow);
	if ((n.kind == NODE_NUMBER || n.kind == NODE_ARITH) && (allow & ALLOW_TERMS) &&
	    (expr_is_operator(p) || expr_is_relation(p)))
		n = relation(p, n);
	mark(p, &n, from);
	return n;
}

/* Operands of one operator, in order. */
struct run {
	VEC(const struct cond *) conds;
	bool is_or;
};

/* As a balanced tree: the order of evaluation is the same, the depth is not. */
static const struct cond *fold(struct lower *l, const struct run *r, u32 from, u32 to)
{
	u32 middle = from + (to - from) / 2;
	const struct cond *a, *b;

	if (to - from == 1)
		return r->conds.data[from];
	a = fold(l, r, from, middle);
	b = fold(l, r, middle, to);
	return r->is_or ? lower_or(l, a, b) : lower_and(l, a, b);
}

static bool add(struct run *r, const struct cond *c)
{
	const struct cond **slot = vec_push(&r->conds);

	if (slot)
		*slot = c;
	return slot != NULL;
}

/* Another operator: what is there is its left operand. */
static bool turn(struct lower *l, struct run *r, bool is_or)
{
	const struct cond *left;

	if (r->is_or == is_or)
		return true;
	left = fold(l, r, 0, r->conds.len);
	if (!left)
		return false;
	r->is_or = is_or;
	r->conds.data[0] = left;
	r->conds.len = 1;
	if (left->depth < COND_MAX_DEPTH / 2)
		return true;
	lower_error(l, "'and' and 'or' alternate too often");
	diag_hint(l->d, "group with parentheses");
	return false;
}

/* The items behind the first. `n` is the first, and the last on return. */
static bool rest(struct parser *p, struct run *r, struct qual q, struct node *n)
{
	bool ids = n->kind == NODE_ID;

	while (p->cur.kind == TOK_AND || p->cur.kind == TOK_OR) {
		bool is_or = p->cur.kind == TOK_OR;
		struct qual inherit = ids ? q : n->q;

		if (r->conds.len == 1)
			r->is_or = is_or;
		if (!turn(&p->l, r, is_or))
			return false;
		expr_next(p);
		*n = unit(p, inherit, ids ? ALLOW_IDS : ALLOW_TERMS | ALLOW_IDS);
		if (n->kind == NODE_NUMBER)
			*n = id_number(p, inherit, n);
		if (n->kind == NODE_ARITH)
			*n = syntax(p, "a relation");
		if (n->kind == NODE_FAILED || !add(r, n->cond))
			return false;
	}
	return true;
}

static struct node parse_expr(struct parser *p, struct qual q, u32 allow)
{
	struct run r = { 0 };
	struct node n = unit(p, q, allow), whole = failed;
	bool more = p->cur.kind == TOK_AND || p->cur.kind == TOK_OR, ids;

	if (n.kind == NODE_FAILED || (!more && n.kind != NODE_ID))
		return n;
	if (n.kind == NODE_NUMBER && (allow & ALLOW_IDS))
		n = id_number(p, q, &n);
	else if (n.kind == NODE_NUMBER || n.kind == NODE_ARITH)
		n = syntax(p, "a relation");
	/* A list of ids does not begin with another. */
	else if (n.kind == NODE_ID && n.grouped)
		n = syntax(p, NULL);
	if (n.kind == NODE_FAILED)
		return failed;
	ids = n.kind == NODE_ID;
	if (add(&r, n.cond) && rest(p, &r, q, &n))
		whole = made(p, ids ? NODE_ID : NODE_TERM, fold(&p->l, &r, 0, r.conds.len),
			     ids ? q : n.q);
	vec_fini(&r.conds);
	return whole;
}

static const struct cond *parse_all(struct parser *p)
{
	struct node n;

	expr_next(p);
	if (p->cur.kind == TOK_END)
		return lower_const(&p->l, true);
	n = parse_expr(p, nothing, ALLOW_TERMS);
	if (n.kind == NODE_FAILED)
		return NULL;
	if (n.kind == NODE_NUMBER || n.kind == NODE_ARITH)
		return expr_syntax(p, "a relation");
	if (p->cur.kind != TOK_END)
		return expr_syntax(p, "'and', 'or' or the end");
	return lower_finish(&p->l, n.cond);
}

int filter_parse(const struct cond **out, struct values *v, const char *text,
		 const struct filter_opts *opts, struct diag *d)
{
	const struct linktype *link = linktype_find(opts->linktype);
	struct parser p = { 0 };
	size_t len = strlen(text);
	const struct cond *c;

	if (!link)
		return diag_error(d, -EINVAL, NOWHERE, "unknown link type %u", opts->linktype);
	if (len > MAX_TEXT)
		return diag_error(d, -EINVAL, NOWHERE, "a filter of more than %d bytes", MAX_TEXT);
	p.lex = (struct lex){ .text = text, .len = (u32)len, .arena = v->arena, .diag = d };
	p.lex.file = d ? diag_file(d, "<filter>", text, len, 1) : 0;
	lower_init(&p.l, v, opts, link, d);
	c = parse_all(&p);
	if (v->failed)
		return diag_nomem(d);
	if (!c)
		return -EINVAL;
	if (c->depth > COND_MAX_DEPTH)
		return diag_error(d, -EINVAL, NOWHERE, "this filter is nested too deeply");
	*out = c;
	return 0;
}
