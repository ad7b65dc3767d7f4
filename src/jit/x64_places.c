// SPDX-License-Identifier: BSD-2-Clause
/* Which instruction a piece of machine code belongs to. */
#include <errno.h>
#include <stdlib.h>

#include "jit/x64.h"

void x64_place(struct x64 *x, u32 slot)
{
	struct vm_place *p = x->pass != X64_FINAL ? NULL : vec_push(&x->stubs);

	if (p)
		*p = (struct vm_place){ x->a.len, slot };
	else if (x->pass == X64_FINAL)
		x->err = -ENOMEM;
}

static void add_place(struct jit_image *out, u32 off, u32 slot)
{
	struct vm_place *last = out->place_count ? &out->places[out->place_count - 1] : NULL;

	if (last && last->off == off) /* that slot had no code */
		out->place_count--;
	else if (last && last->slot == slot)
		return;
	out->places[out->place_count++] = (struct vm_place){ off, slot };
}

int x64_list_places(const struct x64 *x, struct jit_image *out)
{
	const struct ir *ir = x->ir;

	out->places =
		calloc((size_t)ir->count + ir->func_count + x->stubs.len + 2, sizeof(*out->places));
	if (!out->places)
		return -ENOMEM;
	add_place(out, 0, VM_NO_SLOT);
	for (u32 k = 0; k < ir->func_count; k++) {
		add_place(out, x->entry[ir->funcs[k].start], ir->funcs[k].start);
		for (u32 slot = ir->funcs[k].start; slot < ir->funcs[k].end; slot++)
			add_place(out, x->at[slot], slot);
	}
	add_place(out, x->at[ir->count], VM_NO_SLOT);
	for (u32 k = 0; k < x->stubs.len; k++)
		add_place(out, x->stubs.data[k].off, x->stubs.data[k].slot);
	return 0;
}
