// SPDX-License-Identifier: BSD-2-Clause
#include "fixture.h"

#include "../test.h"
#include "user/user.h"

enum { MAX_THINGS = 16 };

void fixture_start(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	diag_init(&f->diag);
	f->obj = object_new("test");
	assert_non_null(f->obj);
	f->obj->license = "GPL";
	f->obj->progs = arena_array(&f->obj->arena, MAX_THINGS, sizeof(*f->obj->progs));
	f->obj->maps = arena_array(&f->obj->arena, MAX_THINGS, sizeof(*f->obj->maps));
	assert_int_equal(engine_user.open(&f->engine, NULL), 0);
}

void fixture_end(struct fixture *f)
{
	unit_free(f->unit);
	engine_user.close(f->engine);
	object_free(f->obj);
	diag_fini(&f->diag);
}

u32 fixture_map(struct fixture *f, const char *name, u32 type, u32 key, u32 value, u32 entries)
{
	assert_in_range(f->obj->map_count, 0, MAX_THINGS - 1);
	f->obj->maps[f->obj->map_count] = (struct obj_map){ .name = name,
							    .type = type,
							    .key_size = key,
							    .value_size = value,
							    .max_entries = entries,
							    .autocreate = true,
							    .inner = -1 };
	return f->obj->map_count++;
}

u32 fixture_prog(struct fixture *f, const char *name, u32 type, u32 attach,
		 const struct insn *insns, u32 count)
{
	assert_in_range(f->obj->prog_count, 0, MAX_THINGS - 1);
	f->obj->progs[f->obj->prog_count] = (struct obj_prog){
		.name = name,
		.type = type,
		.attach_type = attach,
		.autoload = true,
		.insns = arena_copy(&f->obj->arena, insns, count * sizeof(*insns)),
		.insn_count = count,
	};
	return f->obj->prog_count++;
}

int fixture_load(struct fixture *f, const struct skep_load_opts *opts)
{
	/* What programs do when they run, also those that Linux would not load. */
	const struct skep_load_opts tested = {
		.size = sizeof(tested),
		.exec = getenv("TEST_CHECKED_JIT") ? SKEP_EXEC_CHECKED_JIT : SKEP_EXEC_CHECKED,
	};

	return unit_new(&f->unit, f->engine, f->obj, opts ? opts : &tested, &f->diag);
}

int fixture_run(struct fixture *f, u32 prog, struct skep_run *run)
{
	if (!f->unit && fixture_load(f, NULL)) {
		diag_print(&f->diag, stderr, false);
		fail_msg("load failed");
	}
	run->size = sizeof(*run);
	return unit_prog_run(&f->unit->progs[prog], run, &f->diag);
}

struct map *fixture_live(struct fixture *f, u32 map)
{
	return f->unit->maps[map].impl;
}
