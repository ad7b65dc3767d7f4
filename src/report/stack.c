// SPDX-License-Identifier: BSD-2-Clause
/* Stacks: a line a frame, read from the stack trace map by their number. */
#include <errno.h>
#include <inttypes.h>

#include "report/inside.h"

enum { MAX_FRAMES_OF_STACK = 1024 };

static void frame(struct report *r, struct buf *out, const struct ttype *t, u32 pid, u64 addr,
		  u32 indent)
{
	bool user = t->kind == T_USTACK;

	if (t->mode == STACK_RAW) {
		buf_printf(out, "%*s%" PRIx64 "\n", (int)indent, "", addr);
		return;
	}
	if (t->mode == STACK_PERF)
		buf_printf(out, "\t%" PRIx64 " ", addr);
	else
		buf_printf(out, "%*s", (int)indent, "");
	if (user)
		names_user(r->names, out, pid, addr, true, t->mode == STACK_PERF);
	else
		names_kernel(r->names, out, addr, true);
	buf_putc(out, '\n');
}

/* The map that stacks of this depth are in; NULL: none is. */
static struct unit_map *stacks_of(struct report *r, u32 depth)
{
	for (u32 i = 0; i < r->meta->stack_count; i++) {
		if (r->meta->stacks[i].depth == depth)
			return &r->unit->maps[r->meta->stacks[i].obj_map];
	}
	return NULL;
}

void stack_text(struct report *r, struct buf *out, const struct ttype *t, const u8 *data,
		u32 indent)
{
	struct unit_map *m = stacks_of(r, t->depth);
	u64 frames[MAX_FRAMES_OF_STACK] = { 0 };
	s64 id = LOAD(s64, data);
	u32 pid = t->kind == T_USTACK ? LOAD(u32, data + 16) : 0, depth = t->depth, key = (u32)id;

	buf_putc(out, '\n');
	if (!m || id < 0 || m->src->value_size > sizeof(frames))
		return; /* -EEXIST, -EFAULT: there was none to take */
	if (r->unit->engine->ops->map_get(m, &key, frames))
		return;
	for (u32 i = 0; i < m->src->value_size / 8 && frames[i] && (!depth || i < depth); i++)
		frame(r, out, t, pid, frames[i], indent);
}
