// SPDX-License-Identifier: BSD-2-Clause
/*
 * A script's tree as a script again: every operator in parentheses, blocks indented. What is
 * printed parses to the same tree. Expressions that have a type say it in a comment.
 */
#include "base/buf.h"
#include "trace/ast.h"

static void put_expr(struct buf *out, const struct node *n, u32 depth);
static void put_block(struct buf *out, const struct node *body, bool value, u32 depth);

static void indent(struct buf *out, u32 depth)
{
	for (u32 i = 0; i < depth; i++)
		buf_putc(out, '\t');
}

static void put_quoted(struct buf *out, const char *s, size_t len)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		u8 c = s[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '\n')
			buf_puts(out, "\\n");
		else if (c < ' ' || c == 127)
			buf_printf(out, "\\%03o", c);
		else
			buf_putc(out, c);
	}
	buf_putc(out, '"');
}

static void put_type(struct buf *out, const struct type_name *t)
{
	static const char *const tags[] = { "", "struct ", "union ", "enum " };

	if (t->is_tuple) {
		buf_putc(out, '(');
		for (const struct type_name *m = t->members; m; m = m->next) {
			put_type(out, m);
			if (m->next || m == t->members)
				buf_puts(out, m->next ? ", " : ",");
		}
		buf_putc(out, ')');
	} else if (t->of) {
		buf_puts(out, "typeof(");
		put_expr(out, t->of, 0);
		buf_putc(out, ')');
	} else {
		buf_printf(out, "%s%s", tags[t->tag], t->name);
	}
	if (t->stars)
		buf_putc(out, ' ');
	for (u32 i = 0; i < t->stars; i++)
		buf_putc(out, '*');
	if (t->has_count && t->count)
		buf_printf(out, "[%llu]", (unsigned long long)t->count);
	else if (t->has_count)
		buf_puts(out, "[]");
}

static void put_list(struct buf *out, const struct node *n, u32 depth)
{
	for (; n; n = n->next) {
		if (n->label)
			buf_printf(out, "%s = ", n->label);
		put_expr(out, n, depth);
		if (n->next)
			buf_puts(out, ", ");
	}
}

static void put_map(struct buf *out, const struct node *n, u32 depth)
{
	buf_puts(out, n->name);
	if (!n->key)
		return;
	buf_putc(out, '[');
	if (n->key->kind == N_TUPLE && n->key->key_list)
		put_list(out, n->key->args, depth);
	else
		put_expr(out, n->key, depth);
	buf_putc(out, ']');
}

static void put_unary(struct buf *out, const struct node *n, u32 depth)
{
	bool post = n->op == OP_POST_INC || n->op == OP_POST_DEC;

	buf_printf(out, "(%s", post ? "" : node_op_text(n->op));
	put_expr(out, n->a, depth);
	buf_printf(out, "%s)", post ? node_op_text(n->op) : "");
}

static void put_two(struct buf *out, const struct node *n, const char *between, u32 depth)
{
	buf_putc(out, '(');
	put_expr(out, n->a, depth);
	buf_printf(out, " %s ", between);
	put_expr(out, n->b, depth);
	buf_putc(out, ')');
}

static void put_ternary(struct buf *out, const struct node *n, u32 depth)
{
	buf_putc(out, '(');
	put_expr(out, n->a, depth);
	buf_puts(out, " ? ");
	if (n->b)
		put_expr(out, n->b, depth);
	buf_puts(out, " : ");
	put_expr(out, n->c, depth);
	buf_putc(out, ')');
}

static void put_call(struct buf *out, const char *name, const struct node *n, u32 depth)
{
	buf_printf(out, "%s(", name);
	if (n->kind == N_CALL)
		put_list(out, n->args, depth);
	else if (n->to)
		put_type(out, n->to);
	else
		put_expr(out, n->a, depth);
	if (n->kind == N_OFFSETOF)
		buf_printf(out, ", %s", n->name);
	buf_putc(out, ')');
}

static void put_tuple(struct buf *out, const struct node *n, u32 depth)
{
	buf_putc(out, '(');
	put_list(out, n->args, depth);
	buf_puts(out, n->kind == N_TUPLE && n->arg_count == 1 ? ",)" : ")");
}

static void put_number(struct buf *out, const struct node *n)
{
	if (n->literal_char && n->num >= ' ' && n->num < 127 && n->num != '\'' && n->num != '\\')
		buf_printf(out, "'%c'", (char)n->num);
	else
		buf_printf(out, "%llu%s", (unsigned long long)n->num, n->is_unsigned ? "u" : "");
}

static void put_after(struct buf *out, const struct node *n, u32 depth)
{
	put_expr(out, n->a, depth);
	if (n->kind == N_AT) {
		buf_printf(out, ".%llu", (unsigned long long)n->num);
	} else if (n->kind == N_MEMBER) {
		buf_printf(out, "%s%s", n->arrow ? "->" : ".", n->name);
	} else {
		buf_putc(out, '[');
		put_expr(out, n->b, depth);
		buf_putc(out, ']');
	}
}

static void put_cast(struct buf *out, const struct node *n, u32 depth)
{
	buf_puts(out, "((");
	put_type(out, n->to);
	buf_putc(out, ')');
	put_expr(out, n->a, depth);
	buf_putc(out, ')');
}

static void put_untyped(struct buf *out, const struct node *n, u32 depth)
{
	switch (n->kind) {
	case N_NUMBER:
	case N_PARAM:
		put_number(out, n);
		break;
	case N_STRING:
		put_quoted(out, n->str, n->len);
		break;
	case N_BOOL:
		buf_puts(out, n->num ? "true" : "false");
		break;
	case N_NAME:
		buf_puts(out, n->name);
		break;
	case N_VAR:
		buf_printf(out, "$%s", n->name);
		break;
	case N_MAP:
		put_map(out, n, depth);
		break;
	case N_CALL:
		put_call(out, n->name, n, depth);
		break;
	case N_SIZEOF:
		put_call(out, "sizeof", n, depth);
		break;
	case N_OFFSETOF:
		put_call(out, "offsetof", n, depth);
		break;
	case N_TYPEOF:
		put_call(out, "typeof", n, depth);
		break;
	case N_UNARY:
		put_unary(out, n, depth);
		break;
	case N_BINARY:
		put_two(out, n, node_op_text(n->op), depth);
		break;
	case N_TERNARY:
		put_ternary(out, n, depth);
		break;
	case N_MEMBER:
	case N_AT:
	case N_INDEX:
		put_after(out, n, depth);
		break;
	case N_CAST:
		put_cast(out, n, depth);
		break;
	case N_TUPLE:
	case N_RECORD:
		put_tuple(out, n, depth);
		break;
	case N_BLOCK:
		put_block(out, n->body, n->value, depth);
		break;
	case N_COMPTIME:
		buf_puts(out, "(comptime ");
		put_expr(out, n->a, depth);
		buf_putc(out, ')');
		break;
	default:
		break;
	}
}

static void put_expr(struct buf *out, const struct node *n, u32 depth)
{
	put_untyped(out, n, depth);
	if (!n->type)
		return;
	buf_puts(out, " /* ");
	t_print(out, n->type);
	buf_puts(out, " */");
}

static void put_assign(struct buf *out, const struct node *n, u32 depth)
{
	put_expr(out, n->a, depth);
	buf_printf(out, " %s= ", node_op_text(n->op));
	put_expr(out, n->b, depth);
}

static void put_let(struct buf *out, const struct node *n, u32 depth)
{
	buf_printf(out, "let $%s", n->name);
	if (n->to) {
		buf_puts(out, " : ");
		put_type(out, n->to);
	}
	if (n->b) {
		buf_puts(out, " = ");
		put_expr(out, n->b, depth);
	}
}

static void put_if(struct buf *out, const struct node *n, u32 depth)
{
	for (;;) {
		buf_puts(out, "if (");
		put_expr(out, n->a, depth);
		buf_puts(out, ") ");
		put_block(out, n->body, false, depth);
		if (!n->has_else)
			return;
		buf_puts(out, " else ");
		if (!n->orelse || n->orelse->next || n->orelse->kind != N_IF)
			break;
		n = n->orelse;
	}
	put_block(out, n->orelse, false, depth);
}

static void put_loop(struct buf *out, const char *word, const struct node *n, u32 depth)
{
	buf_printf(out, "%s (", word);
	put_expr(out, n->a, depth);
	buf_puts(out, ") ");
	put_block(out, n->body, false, depth);
}

static void put_for(struct buf *out, const struct node *n, u32 depth)
{
	buf_printf(out, "for ($%s : ", n->name);
	put_expr(out, n->a, depth);
	if (n->a->kind == N_RANGE) {
		put_expr(out, n->a->a, depth);
		buf_puts(out, "..");
		put_expr(out, n->a->b, depth);
	}
	buf_puts(out, ") ");
	put_block(out, n->body, false, depth);
}

static void put_stmt(struct buf *out, const struct node *n, u32 depth)
{
	switch (n->kind) {
	case N_ASSIGN:
		put_assign(out, n, depth);
		break;
	case N_LET:
		put_let(out, n, depth);
		break;
	case N_IF:
		put_if(out, n, depth);
		break;
	case N_WHILE:
		put_loop(out, "while", n, depth);
		break;
	case N_UNROLL:
		put_loop(out, "unroll", n, depth);
		break;
	case N_FOR:
		put_for(out, n, depth);
		break;
	case N_BREAK:
		buf_puts(out, "break");
		break;
	case N_CONTINUE:
		buf_puts(out, "continue");
		break;
	case N_RETURN:
		buf_puts(out, n->a ? "return " : "return");
		if (n->a)
			put_expr(out, n->a, depth);
		break;
	default:
		buf_puts(out, n->label ? "_ = " : "");
		put_expr(out, n->kind == N_EXPR ? n->a : n, depth);
		break;
	}
}

static bool is_open(const struct node *n)
{
	return n->kind == N_IF || n->kind == N_WHILE || n->kind == N_UNROLL || n->kind == N_FOR;
}

static void put_block(struct buf *out, const struct node *body, bool value, u32 depth)
{
	buf_puts(out, "{\n");
	for (const struct node *n = body; n; n = n->next) {
		indent(out, depth + 1);
		put_stmt(out, n, depth + 1);
		buf_puts(out, is_open(n) || (value && !n->next) ? "\n" : ";\n");
	}
	indent(out, depth);
	buf_putc(out, '}');
}

static void put_function(struct buf *out, const struct tfunc *f)
{
	buf_printf(out, "%s %s(", f->is_macro ? "macro" : "fn", f->name);
	for (const struct tparam *p = f->params; p; p = p->next) {
		buf_printf(out, "%s%s", p->kind == PARAM_VAR ? "$" : "", p->name);
		if (p->type) {
			buf_puts(out, " : ");
			put_type(out, p->type);
		}
		buf_puts(out, p->next ? ", " : "");
	}
	buf_puts(out, ")");
	if (f->result) {
		buf_puts(out, " : ");
		put_type(out, f->result);
	}
	buf_putc(out, ' ');
	put_block(out, f->body, f->has_value, 0);
	buf_puts(out, "\n\n");
}

/* Could it be read as something else than a probe? */
static bool begins_other(const char *s)
{
	static const char *const words[] = { "struct", "union", "enum", "typedef", "config",
					     "let",    "macro", "fn",	"subprog", "import" };

	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(words[i], s))
			return true;
	}
	return false;
}

static bool is_plain(const char *s, bool first)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_*?.+-/#";

	if (first && (strpbrk(s, "/#") || begins_other(s)))
		return false;
	return !s[strspn(s, plain)] && !strstr(s, "/*") && !strstr(s, "//");
}

/* Between quotes of an attach point only '"' and '\\' are special. */
static void put_part(struct buf *out, const char *s)
{
	buf_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *s);
	}
	buf_putc(out, '"');
}

static void put_point(struct buf *out, const struct attach_point *ap)
{
	for (u32 i = 0; i < ap->parts; i++) {
		buf_puts(out, i ? ":" : "");
		if (is_plain(ap->part[i], !i))
			buf_puts(out, ap->part[i]);
		else
			put_part(out, ap->part[i]);
	}
}

static void put_probe(struct buf *out, const struct tprobe *p)
{
	for (const struct attach_point *ap = p->points; ap; ap = ap->next) {
		put_point(out, ap);
		buf_puts(out, ap->next ? ",\n" : " ");
	}
	if (p->predicate) {
		buf_puts(out, "/");
		put_expr(out, p->predicate, 0);
		buf_puts(out, "/ ");
	}
	put_block(out, p->body, false, 0);
	buf_puts(out, "\n\n");
}

static void put_settings(struct buf *out, const struct tsetting *s)
{
	if (!s)
		return;
	buf_puts(out, "config = {\n");
	for (; s; s = s->next) {
		buf_printf(out, "\t%s = ", s->key);
		put_quoted(out, s->value, strlen(s->value));
		buf_puts(out, ";\n");
	}
	buf_puts(out, "}\n\n");
}

void script_print(const struct script *s, struct buf *out)
{
	for (const struct c_text *c = s->c; c; c = c->next) {
		buf_put(out, c->text, c->len);
		buf_putc(out, '\n');
	}
	for (const struct timport *i = s->imports; i; i = i->next) {
		buf_puts(out, "import ");
		put_quoted(out, i->path, strlen(i->path));
		buf_puts(out, ";\n");
	}
	put_settings(out, s->settings);
	for (const struct tmap *m = s->maps; m; m = m->next) {
		if (m->kind)
			buf_printf(out, "let %s = %s(%llu);\n", m->name, m->kind,
				   (unsigned long long)m->max_entries);
	}
	for (const struct tfunc *f = s->functions; f; f = f->next)
		put_function(out, f);
	for (const struct tprobe *p = s->probes; p; p = p->next)
		put_probe(out, p);
}
