// SPDX-License-Identifier: BSD-2-Clause
#include "verify/depth.h"

#include <errno.h>

#include "base/buf.h"

enum {
	TAIL_CALL_LIMIT = 256,	/* bytes of callers below a function that tail-calls */
	PRIVATE_STACK_MIN = 64, /* bytes; smaller frames stay on the common stack */
};

struct chain {
	struct cfg *cfg;
	const u16 *depth;
	const struct depth_rules *rules;
	struct diag *d;
	bool private_stack; /* allowed for this root */
	u32 func[MAX_FRAMES], at[MAX_FRAMES];
	u32 frames, bytes; /* bytes on the common stack */
};

static u32 frame_bytes(const struct chain *c, u32 func)
{
	return ROUND_UP(MAX(c->depth[func], c->rules->least), c->rules->round);
}

static int refuse(struct chain *c, int err, const char *what, u32 bytes, u32 limit)
{
	u32 slot = c->frames > 1 ? c->at[c->frames - 2] - 1 : c->cfg->funcs[c->func[0]].start;
	struct buf text = { 0 };
	char name[64];

	for (u32 k = 0; k < c->frames; k++)
		buf_printf(&text, "%s%s (%u)", k ? " calls " : "",
			   cfg_func_name(c->cfg, c->func[k], name), frame_bytes(c, c->func[k]));
	err = diag_error(c->d, err, prog_span(c->d, c->cfg->prog, slot),
			 "program '%s', instruction %u: %s of %u calls is %u bytes, too large (%u "
			 "are allowed): %s",
			 c->cfg->prog->name, slot, what, c->frames, bytes, limit, buf_str(&text));
	buf_fini(&text);
	return err;
}

static int push(struct chain *c, u32 func)
{
	struct cfg_func *f = &c->cfg->funcs[func];
	u32 bytes = frame_bytes(c, func);
	char name[64];

	if (c->frames == MAX_FRAMES)
		return diag_error(c->d, -E2BIG, prog_span(c->d, c->cfg->prog, f->start),
				  "program '%s': the call stack of %u frames is too deep when %s "
				  "is called",
				  c->cfg->prog->name, MAX_FRAMES + 1,
				  cfg_func_name(c->cfg, func, name));
	c->func[c->frames] = func;
	c->at[c->frames++] = f->start;
	if (func && f->has_tail_call && c->bytes >= TAIL_CALL_LIMIT)
		return refuse(c, -EACCES, "with a tail call in the last, the stack", c->bytes,
			      TAIL_CALL_LIMIT - 1);
	if (!c->private_stack)
		f->private_stack = false;
	else if (bytes >= PRIVATE_STACK_MIN)
		f->private_stack = true;
	if (!f->private_stack)
		c->bytes += bytes;
	if (f->private_stack ? bytes > STACK_SIZE : c->bytes > STACK_SIZE)
		return refuse(c, -EACCES, "combined stack size",
			      f->private_stack ? bytes : c->bytes, STACK_SIZE);
	return 0;
}

static void pop(struct chain *c)
{
	u32 func = c->func[--c->frames];

	if (!c->cfg->funcs[func].private_stack)
		c->bytes -= frame_bytes(c, func);
}

/* The next function that the last of the chain calls or takes the address of; false at its end. */
static bool next_callee(struct chain *c, u32 *callee)
{
	u32 *at = &c->at[c->frames - 1], end = c->cfg->funcs[c->func[c->frames - 1]].end, target;

	while (*at < end) {
		const struct insn *i = &c->cfg->prog->insns[*at];

		target = *at + 1 + (u32)i->imm;
		*at += 1;
		if (!cfg_is_local_call(i) && !cfg_is_func_address(i))
			continue;
		*callee = c->cfg->func[target];
		/* one that runs later has a stack of its own, unless it is called as well */
		if (cfg_is_local_call(i) || !c->cfg->funcs[*callee].is_async)
			return true;
	}
	return false;
}

static void mark_tail_calls(struct chain *c)
{
	for (u32 k = 0; k + 1 < c->frames; k++)
		c->cfg->funcs[c->func[k]].tail_call_reachable = true;
}

/* All chains from one function. The graph has no cycles but those that MAX_FRAMES ends. */
static int check_root(struct chain *c, u32 root)
{
	bool tail_call = false;
	u32 callee;
	int err = push(c, root);

	while (!err && c->frames) {
		if (next_callee(c, &callee)) {
			err = push(c, callee);
			tail_call |= c->cfg->funcs[callee].has_tail_call;
			continue;
		}
		if (tail_call)
			mark_tail_calls(c);
		pop(c);
	}
	return err;
}

int depth_check(struct cfg *cfg, const u16 *depth, const struct depth_rules *rules, struct diag *d)
{
	bool private_stack = rules->private_stack;
	int err = 0;

	for (u32 k = 0; k < cfg->func_count; k++)
		private_stack &= !cfg->funcs[k].has_tail_call;
	for (u32 k = 0; k < cfg->func_count && !err; k++) {
		struct chain c = { cfg, depth, rules, d, !k && private_stack, { 0 }, { 0 }, 0, 0 };

		if (!k || cfg->funcs[k].is_async)
			err = check_root(&c, k);
	}
	return err;
}
