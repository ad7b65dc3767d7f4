// SPDX-License-Identifier: BSD-2-Clause
#include "object/object.h"

#include <stdlib.h>

#include "btf/types.h"

struct object *object_new(const char *name)
{
	struct object *obj = calloc(1, sizeof(*obj));

	if (!obj)
		return NULL;
	obj->name = arena_strdup(&obj->arena, name ? name : "<input>");
	obj->license = "";
	if (!obj->name) {
		object_free(obj);
		return NULL;
	}
	return obj;
}

struct object *object_derive(const struct object *src)
{
	struct object *obj = malloc(sizeof(*obj));

	if (!obj)
		return NULL;
	*obj = *src;
	obj->derived = true;
	obj->arena = (struct arena){ 0 };
	obj->maps = arena_copy(&obj->arena, src->maps, src->map_count * sizeof(*src->maps));
	obj->progs = arena_copy(&obj->arena, src->progs, src->prog_count * sizeof(*src->progs));
	if (obj->maps && obj->progs)
		return obj;
	object_free(obj);
	return NULL;
}

void object_free(struct object *obj)
{
	if (!obj)
		return;
	if (!obj->derived) {
		types_free(obj->types);
		types_free(obj->kernel_types);
		if (obj->trace_fini)
			obj->trace_fini(obj->trace);
	}
	arena_fini(&obj->arena);
	free(obj);
}

struct obj_prog *object_prog(const struct object *obj, const char *name)
{
	for (u32 i = 0; i < obj->prog_count; i++) {
		if (!strcmp(obj->progs[i].name, name))
			return &obj->progs[i];
	}
	return NULL;
}

s32 object_map_index(const struct object *obj, const char *name)
{
	for (u32 i = 0; i < obj->map_count; i++) {
		if (!strcmp(obj->maps[i].name, name))
			return (s32)i;
	}
	return -1;
}

const struct obj_line *prog_line(const struct obj_prog *prog, u32 insn)
{
	u32 low = 0, high = prog->line_count;

	while (low < high) { /* rows below `low` start at or before insn */
		u32 mid = low + (high - low) / 2;

		if (prog->lines[mid].insn <= insn)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? &prog->lines[low - 1] : NULL;
}

const struct obj_func *prog_func(const struct obj_prog *prog, u32 insn)
{
	for (u32 i = 0; i < prog->func_count; i++) {
		if (insn - prog->funcs[i].start < prog->funcs[i].count)
			return &prog->funcs[i];
	}
	return NULL;
}

struct span line_span(struct diag *d, const struct obj_line *line)
{
	struct span at = NOWHERE;

	if (!line || !line->file)
		return at;
	at.file = diag_file(d, line->file, line->text ? line->text : "",
			    line->text ? strlen(line->text) : 0, line->line);
	at.off = line->col ? line->col - 1 : 0;
	at.len = line->len;
	return at;
}

struct span prog_span(struct diag *d, const struct obj_prog *prog, u32 insn)
{
	return line_span(d, prog_line(prog, insn));
}
