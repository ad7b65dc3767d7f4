// SPDX-License-Identifier: BSD-2-Clause
#include "generate.h"

enum { VARS = 4 };

struct gen {
	struct buf *out;
	u64 state;
	u32 vars;  /* numbers $v0 … that have a value here */
	u32 loops; /* names of loop variables */
	u32 depth;
	bool strings; /* $s has a value */
	bool in_loop;
};

static u32 below(struct gen *g, u32 n)
{
	g->state = g->state * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)((g->state >> 33) % n);
}

static void number(struct gen *g, u32 depth);

static void text(struct gen *g)
{
	static const char *const words[] = {
		"comm",	 "\"a\"",  "\"swapper\"", "\"\"", "\"a longer one\"",
		"@t[1]", "str(0)", "(1, \"x\").1"
	};

	if (g->strings && !below(g, 3))
		buf_puts(g->out, "$s");
	else
		buf_puts(g->out, words[below(g, ARRAY_SIZE(words))]);
}

static void leaf(struct gen *g)
{
	static const char *const words[] = { "pid",	  "tid",	"uid", "cpu",
					     "nsecs",	  "rand",	"@n",  "ncpus",
					     "(int64)-1", "(uint8)200", "gid" };

	switch (below(g, 4)) {
	case 0:
		buf_printf(g->out, "%u", below(g, 2) ? below(g, 10) : below(g, 1u << 31));
		break;
	case 1:
		buf_puts(g->out, words[below(g, ARRAY_SIZE(words))]);
		break;
	case 2:
		if (g->vars) {
			buf_printf(g->out, "$v%u", below(g, g->vars));
			break;
		}
		/* fallthrough */
	default:
		buf_printf(g->out, "@k[%u]", below(g, 5));
	}
}

static void comparison(struct gen *g, u32 depth)
{
	static const char *const ops[] = { "==", "!=", "<", "<=", ">", ">=" };

	buf_puts(g->out, "(");
	if (!below(g, 4)) {
		text(g);
		buf_puts(g->out, below(g, 2) ? " == " : " != ");
		text(g);
	} else {
		number(g, depth + 1);
		buf_printf(g->out, " %s ", ops[below(g, ARRAY_SIZE(ops))]);
		number(g, depth + 1);
	}
	buf_puts(g->out, ")");
}

static void condition(struct gen *g, u32 depth)
{
	switch (depth > 2 ? 0 : below(g, 5)) {
	case 1:
		buf_puts(g->out, "!");
		comparison(g, depth + 1);
		break;
	case 2:
		buf_puts(g->out, "(");
		condition(g, depth + 1);
		buf_puts(g->out, below(g, 2) ? " && " : " || ");
		condition(g, depth + 1);
		buf_puts(g->out, ")");
		break;
	case 3:
		buf_printf(g->out, "has_key(@k, %u)", below(g, 9));
		break;
	default:
		comparison(g, depth + 1);
	}
}

static void number(struct gen *g, u32 depth)
{
	static const char *const ops[] = { "+", "-", "*", "&", "|", "^" };

	switch (depth > 3 ? 0 : below(g, 9)) {
	case 1:
	case 2:
		buf_puts(g->out, "(");
		number(g, depth + 1);
		buf_printf(g->out, " %s ", ops[below(g, ARRAY_SIZE(ops))]);
		number(g, depth + 1);
		buf_puts(g->out, ")");
		break;
	case 3:
		buf_puts(g->out, "(");
		number(g, depth + 1);
		buf_printf(g->out, " %s %u)", below(g, 2) ? "/" : "%", 1 + below(g, 100));
		break;
	case 4:
		buf_puts(g->out, "(");
		number(g, depth + 1);
		buf_printf(g->out, " %s %u)", below(g, 2) ? "<<" : ">>", below(g, 64));
		break;
	case 5:
		buf_puts(g->out, "(");
		condition(g, depth + 1);
		buf_puts(g->out, " ? ");
		number(g, depth + 1);
		buf_puts(g->out, " : ");
		number(g, depth + 1);
		buf_puts(g->out, ")");
		break;
	case 6:
		buf_printf(g->out, "(%sint%u)", below(g, 2) ? "u" : "", 8u << below(g, 4));
		number(g, depth + 1);
		break;
	case 7:
		buf_puts(g->out, below(g, 2) ? "-" : "~");
		leaf(g);
		break;
	default:
		leaf(g);
	}
}

static void statement(struct gen *g);

static void block(struct gen *g)
{
	u32 vars = g->vars, count = 1 + below(g, 4);
	bool strings = g->strings;

	buf_puts(g->out, "{ ");
	g->depth++;
	for (u32 i = 0; i < count; i++)
		statement(g);
	g->depth--;
	buf_puts(g->out, "} ");
	g->vars = vars;
	g->strings = strings;
}

static void aggregate(struct gen *g)
{
	static const char *const words[] = { "count", "sum", "avg", "min", "max", "stats", "hist" };
	u32 i = below(g, ARRAY_SIZE(words)), keys = below(g, 4);
	static const char *const shapes[] = { "", "[pid]", "[comm]", "[comm, cpu, 1]" };

	buf_printf(g->out, "@%s%u%s = %s(", words[i], keys, shapes[keys], words[i]);
	if (i) {
		buf_puts(g->out, "(int64)");
		number(g, 2);
	}
	buf_puts(g->out, "); ");
}

static void assignment(struct gen *g)
{
	static const char *const ops[] = { "=", "+=", "-=", "|=", "*=" };

	if (g->vars && below(g, 2)) {
		buf_printf(g->out, "$v%u %s (int64)", below(g, g->vars),
			   ops[below(g, ARRAY_SIZE(ops))]);
	} else if (g->vars < VARS && !g->depth) {
		buf_printf(g->out, "let $v%u = (int64)", g->vars);
		number(g, 1);
		buf_puts(g->out, "; ");
		g->vars++;
		return;
	} else {
		buf_printf(g->out, "@k[%u] %s (int64)", below(g, 5),
			   ops[below(g, ARRAY_SIZE(ops))]);
	}
	number(g, 1);
	buf_puts(g->out, "; ");
}

static void loop(struct gen *g)
{
	u32 n = g->loops++;

	/* Loops in loops are what the verifier soon has no patience for. */
	g->in_loop = true;
	switch (below(g, 3)) {
	case 0:
		buf_printf(g->out, "for ($i%u : 0..%u) ", n, 1 + below(g, 5));
		break;
	case 1:
		buf_printf(g->out, "for ($kv%u : @k) ", n);
		break;
	default:
		buf_printf(g->out, "unroll(%u) ", 1 + below(g, 3));
	}
	block(g);
	g->in_loop = false;
}

static void print(struct gen *g)
{
	switch (below(g, 4)) {
	case 0:
		buf_puts(g->out, "printf(\"%d %s\\n\", ");
		number(g, 2);
		buf_puts(g->out, ", ");
		text(g);
		break;
	case 1:
		buf_puts(g->out, "print((");
		number(g, 2);
		buf_puts(g->out, ", ");
		text(g);
		buf_puts(g->out, ")");
		break;
	case 2:
		buf_puts(g->out, "print(@k");
		break;
	default:
		buf_puts(g->out, "print(");
		number(g, 1);
	}
	buf_puts(g->out, "); ");
}

static void statement(struct gen *g)
{
	switch (below(g, g->depth > 2 ? 6 : g->in_loop ? 8 : 9)) {
	case 0:
	case 1:
		assignment(g);
		break;
	case 2:
		aggregate(g);
		break;
	case 3:
		print(g);
		break;
	case 4:
		buf_puts(g->out, below(g, 2) ? "@n" : "@k[2]");
		buf_puts(g->out, below(g, 2) ? "++; " : "--; ");
		break;
	case 5:
		if (g->strings || g->depth) {
			buf_puts(g->out, "@t[(uint64)");
			number(g, 2);
			buf_puts(g->out, "] = ");
		} else {
			buf_puts(g->out, "$s = ");
			text(g);
			buf_puts(g->out, "; ");
			g->strings = true;
			break;
		}
		text(g);
		buf_puts(g->out, "; ");
		break;
	case 6:
	case 7:
		buf_puts(g->out, "if (");
		condition(g, 0);
		buf_puts(g->out, ") ");
		block(g);
		if (below(g, 2)) {
			buf_puts(g->out, "else ");
			block(g);
		}
		break;
	default:
		loop(g);
	}
}

void generate_script(struct buf *out, u64 seed)
{
	struct gen g = { .out = out, .state = seed * 2654435761u + 1 };
	u32 count = 1 + below(&g, 8);

	buf_puts(out, "config = { max_strlen = 64 } BEGIN { @n = (int64)1; @k[1] = (int64)2; "
		      "@t[(uint64)1] = str(0); ");
	for (u32 i = 0; i < count; i++)
		statement(&g);
	buf_puts(out, "exit(); } ");
	if (below(&g, 2)) {
		g.vars = 0;
		g.strings = false;
		buf_puts(out, "tracepoint:syscalls:sys_enter_getppid /");
		condition(&g, 1);
		buf_puts(out, "/ ");
		block(&g);
	}
}
