// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "btf/write.h"
#include "trace/compile_out.h"

struct func_types {
	struct types_writer w;
	u32 number, pointer, protos[6]; /* by the count of arguments, 0: none yet */
};

static u32 proto(struct func_types *t, u32 argc, bool is_main)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	u32 id;

	if (is_main) {
		id = types_add_proto(&t->w, t->number);
		types_add_param(&t->w, "ctx", t->pointer);
		return id;
	}
	if (!t->protos[argc]) {
		t->protos[argc] = types_add_proto(&t->w, t->number);
		for (u32 i = 0; i < argc; i++)
			types_add_param(&t->w, names[i], t->number);
	}
	return t->protos[argc];
}

/* A callback's parameters are the helper's business; their number is not looked at. */
static void add_prog(struct func_types *t, struct obj_prog *p)
{
	for (u32 i = 0; i < p->func_count; i++) {
		u32 type = proto(t, i ? 4 : 1, !i);

		p->funcs[i].type_id = types_add_func(&t->w, p->funcs[i].name, type, 0 /* static */);
		if (!i)
			p->funcs[i].global = false;
	}
}

int out_types(struct unit_out *out)
{
	struct func_types t = { 0 };
	struct object *obj = out->obj;
	const void *copy;
	struct buf b = { 0 };
	bool needed = false;
	int err = 0;

	/* Only functions that are called back must have types. */
	for (u32 i = 0; i < obj->prog_count; i++)
		needed |= obj->progs[i].func_count > 1;
	if (!needed)
		return 0;
	types_writer_init(&t.w);
	t.number = types_add_int(&t.w, "long", 8, true);
	t.pointer = types_add_ref(&t.w, KIND_PTR, "", 0);
	for (u32 i = 0; i < obj->prog_count; i++)
		add_prog(&t, &obj->progs[i]);
	err = types_writer_finish(&t.w, &b);
	copy = err ? NULL : arena_copy(&obj->arena, b.data, b.len);
	if (!copy)
		err = diag_nomem(out->in->d);
	else
		err = types_open(&obj->types, obj->name, copy, b.len, NULL, out->in->d);
	buf_fini(&b);
	types_writer_fini(&t.w);
	return err;
}
