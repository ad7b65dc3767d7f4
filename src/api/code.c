// SPDX-License-Identifier: BSD-2-Clause
/* A loaded program as it runs: instructions, source lines, machine code, counts. */
#include <errno.h>
#include <stdio.h>

#include "api/handle.h"
#include "engine/engine.h"
#include "isa/disasm.h"
#include "spec/helper.h"

static const struct engine_ops *ops_of(const struct unit_prog *p)
{
	return p->unit->engine->ops;
}

static const struct obj_prog *running(const struct unit_prog *p)
{
	return ops_of(p)->prog_running ? ops_of(p)->prog_running(p) : p->src;
}

/* Fill the caller's struct, which may be older (shorter) or newer (longer) than ours. */
static void give(void *theirs, void *ours, size_t our_size)
{
	size_t size = *(size_t *)theirs;

	*(size_t *)ours = size;
	memcpy(theirs, ours, MIN(size, our_size));
}

int skep_prog_code(const struct skep_prog *prog, struct skep_code *out)
{
	const struct unit_prog *p = prog_of(prog);
	struct skep_code code = { 0 };
	int err = ops_of(p)->prog_code ? ops_of(p)->prog_code(p, &code) : -ENODATA;

	if (!err)
		give(out, &code, sizeof(code));
	return err;
}

static const char *map_name(void *arg, u32 index)
{
	const struct object *obj = arg;

	return index < obj->map_count ? obj->maps[index].name : NULL;
}

static const char *helper_name(void *arg, u32 id)
{
	const struct helper_info *info = helper_by_id(id);

	return info ? info->name : NULL;
}

static void place_in_source(struct skep_insn_info *info, const struct obj_prog *p, u32 insn)
{
	const struct obj_line *line = prog_line(p, insn);
	const struct obj_func *func = prog_func(p, insn);

	info->func = func ? func->name : p->name;
	if (!line)
		return;
	info->file = line->file;
	info->source = line->text;
	info->line = line->line;
	info->column = line->col;
}

int skep_prog_insn(const struct skep_prog *prog, uint32_t insn, struct skep_insn_info *out)
{
	const struct unit_prog *unit_prog = prog_of(prog);
	const struct obj_prog *p = running(unit_prog);
	const struct disasm_names names = { .arg = (void *)(uintptr_t)unit_prog->unit->obj,
					    .map = map_name,
					    .helper = helper_name };
	struct skep_insn_info info = { 0 };
	struct buf text = { 0 };

	if (insn >= p->insn_count)
		return -ENOENT;
	info.slots = disasm_insn(&text, p->insns, p->insn_count, insn, &names);
	snprintf(info.text, sizeof(info.text), "%s", buf_str(&text));
	buf_fini(&text);
	place_in_source(&info, p, insn);
	give(out, &info, sizeof(info));
	return 0;
}

size_t skep_prog_counts(const struct skep_prog *prog, uint64_t *counts, size_t n)
{
	const struct unit_prog *p = prog_of(prog);
	const u64 *all = ops_of(p)->prog_counts ? ops_of(p)->prog_counts(p) : NULL;
	u64 before = 0;

	if (!all)
		return 0;
	for (size_t k = 0; k < n && k < running(p)->insn_count; k++) {
		u64 own = __atomic_load_n(&all[k], __ATOMIC_RELAXED);

		before = own == ENGINE_COUNT_BEFORE ? before : own;
		counts[k] = before;
	}
	return running(p)->insn_count;
}
