// SPDX-License-Identifier: BSD-2-Clause
/* What the phases of the compiler made of a script, for people who look into it. */
#include <errno.h>
#include <stdlib.h>

#include "object/print.h"
#include "trace/trace.h"

static int dump_ast(struct buf *out, const char *name, const char *text, size_t len,
		    const struct trace_opts *opts, struct diag *d)
{
	const struct parse_opts parse = { .params = opts->params,
					  .param_count = opts->param_count };
	struct arena a = { 0 };
	struct script *s;
	int err = script_parse(&s, &a, name, text, len, &parse, d);

	if (!err)
		script_print(s, out);
	arena_fini(&a);
	return err;
}

static void dump_types(struct buf *out, const struct object *obj)
{
	const struct trace_meta *meta = obj->trace;

	for (u32 i = 0; i < meta->map_count; i++) {
		const struct trace_map *m = &meta->maps[i];

		buf_printf(out, "map %s", m->name);
		if (m->key) {
			buf_putc(out, '[');
			t_print(out, m->key);
			buf_putc(out, ']');
		}
		buf_puts(out, ": ");
		t_print(out, m->value);
		buf_printf(out, " (%u bytes)\n", m->value_size);
	}
	for (u32 i = 0; i < meta->event_count; i++) {
		const struct trace_event *e = &meta->events[i];

		buf_printf(out, "event %u, line %u: %u bytes", i, e->line, e->size);
		for (u32 k = 0; k < e->arg_count; k++) {
			buf_printf(out, "%s%u: ", k ? ", " : "; ", e->args[k].off);
			t_print(out, e->args[k].type);
		}
		buf_putc(out, '\n');
	}
	for (u32 i = 0; i < meta->point_count; i++)
		buf_printf(out, "probe %s: program %s\n", meta->points[i].name,
			   obj->progs[meta->points[i].prog].name);
}

static int dump_code(struct buf *out, const struct object *obj)
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);
	int err = file ? 0 : -ENOMEM;

	for (u32 i = 0; i < obj->prog_count && !err; i++)
		err = object_disasm(obj, &obj->progs[i], SKEP_DISASM_LINES, file);
	if (file && fclose(file) && !err)
		err = -ENOMEM;
	if (!err)
		buf_put(out, text, len);
	free(text);
	return err;
}

int trace_dump(struct buf *out, const char *phase, const char *name, const char *text, size_t len,
	       const struct trace_opts *opts, struct diag *d)
{
	bool types = !strcmp(phase, "types");
	struct object *obj;
	int err;

	if (!strcmp(phase, "ast"))
		return dump_ast(out, name, text, len, opts, d);
	if (!types && strcmp(phase, "code") != 0)
		return diag_error(d, -EINVAL, NOWHERE,
				  "there is no phase '%s': they are ast, types and code", phase);
	err = trace_compile(&obj, name, text, len, opts, d);
	if (err)
		return err;
	if (types)
		dump_types(out, obj);
	else
		err = dump_code(out, obj);
	object_free(obj);
	return err;
}
