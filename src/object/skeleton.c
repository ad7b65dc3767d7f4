// SPDX-License-Identifier: BSD-2-Clause
#include "object/skeleton.h"

#include <errno.h>

#include "btf/types.h"
#include "object/ctypes.h"
#include "spec/map.h"

struct skeleton {
	const struct object *obj;
	const char *name;
	struct ctypes types;
	struct buf defs; /* of structures */
	struct buf *out;
};

/* Text with the object's name in the place of each '@'. */
static void put(const struct skeleton *s, const char *text)
{
	for (; *text; text++) {
		if (*text == '@')
			buf_puts(s->out, s->name);
		else
			buf_putc(s->out, *text);
	}
}

/* ---- sections of global variables ---- */

static bool is_variable(const struct types *t, u32 id)
{
	enum { LINKAGE_GLOBAL = 1 };

	return types_kind(t, id) == KIND_VAR && types_func_linkage(t, id) == LINKAGE_GLOBAL;
}

/* A section with variables that other files may name: only those can be mapped. */
static bool is_section(const struct skeleton *s, const struct obj_map *m)
{
	const struct types *t = s->obj->types;

	if ((m->role != MAP_DATA && m->role != MAP_RODATA && m->role != MAP_BSS) || !t)
		return false;
	for (u32 i = 0; i < types_vlen(t, m->value_type_id); i++) {
		if (is_variable(t, types_secinfo(t, m->value_type_id, i).type))
			return true;
	}
	return false;
}

/* ".data.first" is data_first. */
static struct ident section_ident(const struct obj_map *m)
{
	return ctypes_ident(*m->name == '.' ? m->name + 1 : m->name);
}

static void put_gap(struct buf *out, u64 from, u64 to)
{
	if (to > from)
		buf_printf(out, "\tunsigned char pad_%llu[%llu];\n", (unsigned long long)from,
			   (unsigned long long)(to - from));
}

/* Variables as members at their places; static ones and gaps are bytes. */
static void section_members(struct skeleton *s, const struct obj_map *m, struct buf *out,
			    struct buf *checks)
{
	const struct types *t = s->obj->types;
	u64 pos = 0;

	for (u32 i = 0; i < types_vlen(t, m->value_type_id); i++) {
		struct type_secinfo v = types_secinfo(t, m->value_type_id, i);
		u32 type = types_ref(t, v.type);
		struct ident name = ctypes_ident(types_name(t, v.type));

		if (!is_variable(t, v.type) || v.off < pos || !v.size)
			continue;
		if (v.off !=
		    (pos + types_align(t, type) - 1) / types_align(t, type) * types_align(t, type))
			put_gap(out, pos, v.off);
		ctypes_define(&s->types, type);
		buf_putc(out, '\t');
		ctypes_declare(&s->types, out, type, name.s, v.size);
		buf_puts(out, ";\n");
		buf_printf(checks, "SKEP_SKEL_ASSERT(offsetof(struct %s_%s, %s) == %u);\n", s->name,
			   section_ident(m).s, name.s, v.off);
		pos = (u64)v.off + v.size;
	}
	put_gap(out, pos, m->value_size);
}

static void put_sections(struct skeleton *s)
{
	for (u32 i = 0; i < s->obj->map_count; i++) {
		const struct obj_map *m = &s->obj->maps[i];
		struct buf members = { 0 }, checks = { 0 };

		if (!is_section(s, m))
			continue;
		section_members(s, m, &members, &checks);
		buf_put(s->out, s->defs.data, s->defs.len);
		buf_clear(&s->defs);
		buf_printf(s->out, "/* %s, %u bytes */\nstruct %s_%s {\n%s};\n%s\n", m->name,
			   m->value_size, s->name, section_ident(m).s, buf_str(&members),
			   buf_str(&checks));
		if (members.err || checks.err)
			s->out->err = -ENOMEM;
		buf_fini(&members);
		buf_fini(&checks);
	}
}

/* `line` once for each section: '@' is the object's name, '$' the section's, '#' as in the object.
 */
static void each_section(const struct skeleton *s, const char *line)
{
	for (u32 i = 0; i < s->obj->map_count; i++) {
		const struct obj_map *m = &s->obj->maps[i];

		if (!is_section(s, m))
			continue;
		for (const char *c = line; *c; c++) {
			if (*c == '@')
				buf_puts(s->out, s->name);
			else if (*c == '$')
				buf_puts(s->out, section_ident(m).s);
			else if (*c == '#')
				buf_puts(s->out, m->name);
			else if (*c == '%')
				buf_printf(s->out, "%u", m->value_size);
			else
				buf_putc(s->out, *c);
		}
	}
}

/* ---- maps and programs ---- */

static bool is_map(const struct obj_map *m)
{
	return !m->template && (m->role == MAP_PLAIN || m->role == MAP_STRUCT_OPS);
}

static u32 each_map(const struct skeleton *s, const char *format)
{
	u32 n = 0;

	for (u32 i = 0; i < s->obj->map_count; i++) {
		const struct obj_map *m = &s->obj->maps[i];

		if (!is_map(m))
			continue;
		n++;
		for (const char *c = format; *c; c++) {
			if (*c == '$')
				buf_puts(s->out, ctypes_ident(m->name).s);
			else if (*c == '#')
				buf_puts(s->out, m->name);
			else
				buf_putc(s->out, *c);
		}
	}
	return n;
}

static void each_prog(const struct skeleton *s, const char *format)
{
	for (u32 i = 0; i < s->obj->prog_count; i++) {
		for (const char *c = format; *c; c++) {
			if (*c == '$')
				buf_puts(s->out, ctypes_ident(s->obj->progs[i].name).s);
			else if (*c == '#')
				buf_puts(s->out, s->obj->progs[i].name);
			else
				buf_putc(s->out, *c);
		}
	}
}

static void each_structure(const struct skeleton *s, const char *format)
{
	for (u32 i = 0; i < s->obj->map_count; i++) {
		const struct obj_map *m = &s->obj->maps[i];

		for (const char *c = format; m->role == MAP_STRUCT_OPS && *c; c++)
			*c == '$' ? buf_puts(s->out, ctypes_ident(m->name).s)
				  : buf_putc(s->out, *c);
	}
}

static void put_handles(const struct skeleton *s)
{
	bool maps = false, structures = false;

	for (u32 i = 0; i < s->obj->map_count; i++) {
		maps |= is_map(&s->obj->maps[i]);
		structures |= s->obj->maps[i].role == MAP_STRUCT_OPS;
	}
	put(s, "struct @ {\n"
	       "\tstruct skep_object *object;\n"
	       "\tstruct skep_engine *engine; /* may be set before @_load */\n"
	       "\tstruct skep_unit *unit; /* since @_load */\n"
	       "\tstruct skep_load_opts opts; /* of @_load */\n");
	if (maps) {
		put(s, "\tstruct {\n");
		each_map(s, "\t\tstruct skep_map *$;\n");
		put(s, "\t} maps; /* since @_load; NULL: not made */\n");
	}
	if (s->obj->prog_count) {
		put(s, "\tstruct {\n");
		each_prog(s, "\t\tstruct skep_prog *$;\n");
		put(s, "\t} progs; /* since @_load; NULL: not loaded */\n");
	}
	if (s->obj->prog_count || structures) {
		put(s, "\tstruct {\n");
		each_prog(s, "\t\tstruct skep_link *$;\n");
		each_structure(s, "\t\tstruct skep_link *map_$;\n");
		put(s, "\t} links; /* since @_attach */\n");
	}
	put(s, "\t/* Before @_load what variables start with; then the variables themselves,\n"
	       "\t * constants for reading only. */\n");
	each_section(s, "\tstruct @_$ *$;\n");
	put(s, "\tint loaded;\n};\n\n");
}

/* ---- functions ---- */

static const char lifecycle[] = "/* Take it off, free everything. */\n"
				"static inline void @_destroy(struct @ *skel)\n"
				"{\n"
				"\tif (!skel)\n"
				"\t\treturn;\n"
				"\t@_detach(skel);\n"
				"\tskep_unit_free(skel->unit);\n"
				"\tskep_engine_free(skel->engine);\n"
				"\tskep_object_free(skel->object);\n"
				"\tif (!skel->loaded)\n"
				"\t\t@_forget(skel);\n"
				"\tfree(skel);\n"
				"}\n\n";

static const char open_begin[] =
	"/* NULL: `diag` says why. */\n"
	"static inline struct @ *@_open_opts(const struct skep_open_opts *opts, struct skep_diag "
	"*diag)\n"
	"{\n"
	"\tstruct skep_source source;\n"
	"\tstruct @ *skel = (struct @ *)calloc(1, sizeof(*skel));\n"
	"\tint err;\n\n"
	"\tif (!skel)\n"
	"\t\treturn NULL;\n"
	"\tskel->opts.size = sizeof(skel->opts);\n"
	"\tsource.name = \"@\";\n"
	"\tsource.data = @_elf;\n"
	"\tsource.len = sizeof(@_elf);\n"
	"\terr = skep_open(&skel->object, SKEP_ELF, source, opts, diag);\n";
static const char open_section[] =
	"\tif (!err) {\n"
	"\t\tskel->$ = (struct @_$ *)skep_skel_values(skel->object, \"#\", sizeof(*skel->$));\n"
	"\t\terr = !skel->$;\n"
	"\t}\n";
static const char open_end[] = "\tif (!err)\n"
			       "\t\treturn skel;\n"
			       "\t@_destroy(skel);\n"
			       "\treturn NULL;\n"
			       "}\n\n"
			       "static inline struct @ *@_open(struct skep_diag *diag)\n"
			       "{\n"
			       "\treturn @_open_opts(NULL, diag);\n"
			       "}\n\n";

static const char load_begin[] =
	"/* `engine`: \"user\", \"kernel\"; of no account when skel->engine is set. 0 or -errno. "
	"*/\n"
	"static inline int @_load(struct @ *skel, const char *engine, struct skep_diag *diag)\n"
	"{\n"
	"\tstruct skep_load_opts opts = skel->opts;\n"
	"\tstruct skep_preset *presets;\n"
	"\tsize_t count = 0;\n"
	"\tint err = 0;\n\n"
	"\tpresets = (struct skep_preset *)calloc(opts.preset_count + ~, sizeof(*presets));\n"
	"\tif (!presets)\n"
	"\t\treturn -ENOMEM;\n";
static const char load_section[] = "\tskep_skel_preset(&presets[count++], \"#\", skel->$, %);\n";
static const char load_middle[] =
	"\tif (opts.preset_count)\n"
	"\t\tmemcpy(presets + count, opts.presets, opts.preset_count * sizeof(*presets));\n"
	"\topts.presets = presets;\n"
	"\topts.preset_count += count;\n"
	"\tif (!skel->engine)\n"
	"\t\terr = skep_engine_new(&skel->engine, engine, diag);\n"
	"\tif (!err)\n"
	"\t\terr = skep_load(&skel->unit, skel->engine, skel->object, &opts, diag);\n"
	"\tfree(presets);\n"
	"\tif (err)\n"
	"\t\treturn err;\n"
	"\t@_forget(skel);\n"
	"\tskel->loaded = 1;\n";
static const char load_live[] = "\tskel->$ = (struct @_$ *)skep_skel_memory(skel->unit, \"#\");\n";
static const char load_map[] = "\tskel->maps.$ = skep_map_find(skel->unit, \"#\");\n";
static const char load_prog[] = "\tskel->progs.$ = skep_prog_find(skel->unit, \"#\");\n";

static const char attach_prog[] =
	"\tif (!err && skel->progs.$ && !skel->links.$ && skep_prog_knows_target(skel->progs.$))\n"
	"\t\terr = skep_attach(&skel->links.$, skel->progs.$, NULL, diag);\n";
static const char attach_structure[] =
	"\tif (!err && skel->maps.$ && !skel->links.map_$)\n"
	"\t\terr = skep_attach_map(&skel->links.map_$, skel->maps.$, diag);\n";

static void put_detach(const struct skeleton *s)
{
	put(s, "/* Free the links in skel->links. */\n"
	       "static inline void @_detach(struct @ *skel)\n{\n");
	each_prog(s, "\tskep_link_free(skel->links.$);\n\tskel->links.$ = NULL;\n");
	each_structure(s, "\tskep_link_free(skel->links.map_$);\n\tskel->links.map_$ = NULL;\n");
	put(s, "\t(void)skel;\n}\n\n"
	       "static inline void @_forget(struct @ *skel)\n{\n");
	each_section(s, "\tfree(skel->$);\n\tskel->$ = NULL;\n");
	put(s, "\t(void)skel;\n}\n\n");
}

static void put_load(const struct skeleton *s)
{
	u32 sections = 1;

	for (u32 i = 0; i < s->obj->map_count; i++)
		sections += is_section(s, &s->obj->maps[i]);
	for (const char *c = load_begin; *c; c++) {
		if (*c == '@')
			buf_puts(s->out, s->name);
		else if (*c == '~')
			buf_printf(s->out, "%u", sections);
		else
			buf_putc(s->out, *c);
	}
	each_section(s, load_section);
	put(s, load_middle);
	each_section(s, load_live);
	each_map(s, load_map);
	each_prog(s, load_prog);
	put(s,
	    "\treturn 0;\n}\n\n"
	    "static inline struct @ *@_open_and_load(const char *engine, struct skep_diag *diag)\n"
	    "{\n"
	    "\tstruct @ *skel = @_open(diag);\n\n"
	    "\tif (!skel || !@_load(skel, engine, diag))\n"
	    "\t\treturn skel;\n"
	    "\t@_destroy(skel);\n"
	    "\treturn NULL;\n"
	    "}\n\n");
}

static void put_attach(const struct skeleton *s)
{
	put(s,
	    "/* What says where it goes: programs by their sections, structures. On failure none "
	    "stays. */\n"
	    "static inline int @_attach(struct @ *skel, struct skep_diag *diag)\n"
	    "{\n"
	    "\tint err = 0;\n\n");
	each_prog(s, attach_prog);
	each_structure(s, attach_structure);
	put(s, "\tif (err)\n"
	       "\t\t@_detach(skel);\n"
	       "\t(void)diag;\n"
	       "\treturn err;\n"
	       "}\n");
}

/* ---- typed access to elements ---- */

static bool is_per_cpu(u32 type)
{
	return type == MAP_TYPE_PERCPU_HASH || type == MAP_TYPE_PERCPU_ARRAY ||
	       type == MAP_TYPE_LRU_PERCPU_HASH || type == MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

static bool has_elements(const struct obj_map *m)
{
	return is_map(m) && m->role == MAP_PLAIN && m->value_size && m->type != MAP_TYPE_RINGBUF &&
	       m->type != MAP_TYPE_USER_RINGBUF && m->type != MAP_TYPE_PERF_EVENT_ARRAY;
}

/* One function: "static inline int NAME_MAP_VERB(struct NAME *skel, …) { return CALL; }". */
static void put_function(struct skeleton *s, const char *map, const char *verb,
			 const char *parameters, const char *call)
{
	buf_printf(s->out,
		   "static inline int %s_%s_%s(struct %s *skel%s)\n{\n\treturn skep_map_%s;\n}\n",
		   s->name, map, verb, s->name, parameters, call);
}

static void put_elements(struct skeleton *s, const struct obj_map *m)
{
	const struct ident ident = ctypes_ident(m->name);
	const char *map = ident.s;
	struct buf p = { 0 }, call = { 0 };
	static const struct {
		const char *verb, *parameters, *call;
		bool keyed, plain; /* for maps with keys, for those without */
	} rows[] = {
		/* K, V: parameters; what is written lacks const */
		{ "get", ", const K, V", "get(skel->maps.M, key, value)", true, false },
		{ "set", ", const K, const V, uint64_t flags",
		  "set(skel->maps.M, key, value, flags)", true, false },
		{ "del", ", const K", "del(skel->maps.M, key)", true, false },
		{ "next", ", const K, N", "next(skel->maps.M, key, next)", true, false },
		{ "push", ", const V, uint64_t flags", "set(skel->maps.M, NULL, value, flags)",
		  false, true },
		{ "peek", ", V", "get(skel->maps.M, NULL, value)", false, true },
		{ "pop", ", V", "take(skel->maps.M, NULL, value)", false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (m->key_size ? !rows[i].keyed : !rows[i].plain)
			continue;
		buf_clear(&p);
		buf_clear(&call);
		for (const char *c = rows[i].parameters; *c; c++) {
			if (*c == 'K')
				ctypes_pointer(&s->types, &p, m->key_type_id, "key", m->key_size);
			else if (*c == 'N')
				ctypes_pointer(&s->types, &p, m->key_type_id, "next", m->key_size);
			else if (*c == 'V')
				ctypes_pointer(&s->types, &p,
					       is_per_cpu(m->type) ? 0 : m->value_type_id, "value",
					       m->value_size);
			else
				buf_putc(&p, *c);
		}
		for (const char *c = rows[i].call; *c; c++)
			*c == 'M' ? buf_puts(&call, map) : buf_putc(&call, *c);
		put_function(s, map, rows[i].verb, buf_str(&p), buf_str(&call));
	}
	if (is_per_cpu(m->type))
		buf_printf(s->out,
			   "/* `value` of %s: one for each CPU, skep_map_value_len() bytes */\n",
			   map);
	buf_putc(s->out, '\n');
	buf_fini(&p);
	buf_fini(&call);
}

/* Structures that keys and values are made of must stand before the functions. */
static void put_map_functions(struct skeleton *s)
{
	struct buf functions = { 0 }, *out = s->out;

	s->out = &functions;
	for (u32 i = 0; i < s->obj->map_count; i++) {
		if (has_elements(&s->obj->maps[i]))
			put_elements(s, &s->obj->maps[i]);
	}
	s->out = out;
	buf_put(out, s->defs.data, s->defs.len);
	buf_clear(&s->defs);
	buf_put(out, functions.data, functions.len);
	if (functions.err)
		out->err = functions.err;
	buf_fini(&functions);
}

/* ---- the whole ---- */

static const char head[] = "/* Made from an object by skep gen skeleton: do not edit. */\n"
			   "#ifndef @_SKEL_H\n"
			   "#define @_SKEL_H\n\n"
			   "#include <errno.h>\n"
			   "#include <stdbool.h>\n"
			   "#include <stddef.h>\n"
			   "#include <stdint.h>\n"
			   "#include <stdlib.h>\n"
			   "#include <string.h>\n\n"
			   "#include <skep/skep.h>\n\n";

/* What all skeletons share: once in a program that includes several. */
static const char shared[] =
	"#ifndef SKEP_SKEL_SHARED\n"
	"#define SKEP_SKEL_SHARED\n"
	"#ifdef __cplusplus\n"
	"#define SKEP_SKEL_ASSERT(x) static_assert(x, #x)\n"
	"#else\n"
	"#define SKEP_SKEL_ASSERT(x) _Static_assert(x, #x)\n"
	"#endif\n\n"
	"static inline void *skep_skel_values(const struct skep_object *object, const char *name,\n"
	"\t\t\t\t     size_t size)\n"
	"{\n"
	"\tstruct skep_map_info info;\n"
	"\tvoid *values;\n"
	"\tsize_t i;\n\n"
	"\tfor (i = 0; skep_object_map(object, i, &info); i++) {\n"
	"\t\tif (strcmp(info.name, name))\n"
	"\t\t\tcontinue;\n"
	"\t\tvalues = calloc(1, info.value_size > size ? info.value_size : size);\n"
	"\t\tif (values && info.data)\n"
	"\t\t\tmemcpy(values, info.data, info.value_size);\n"
	"\t\treturn values;\n"
	"\t}\n"
	"\treturn NULL;\n"
	"}\n\n"
	"static inline void skep_skel_preset(struct skep_preset *preset, const char *name,\n"
	"\t\t\t\t    const void *data, size_t len)\n"
	"{\n"
	"\tpreset->kind = SKEP_PRESET_GLOBAL;\n"
	"\tpreset->name = name;\n"
	"\tpreset->data = data;\n"
	"\tpreset->len = len;\n"
	"}\n\n"
	"static inline void *skep_skel_memory(struct skep_unit *unit, const char *name)\n"
	"{\n"
	"\tstruct skep_map *map = skep_map_find(unit, name);\n\n"
	"\treturn map ? skep_map_memory(map) : NULL;\n"
	"}\n"
	"#endif\n\n";

static void put_elf(const struct skeleton *s, const struct buf *elf)
{
	put(s, "static const unsigned char @_elf[] = {");
	for (size_t i = 0; i < elf->len; i++)
		buf_printf(s->out, "%s%u,", i % 24 ? "" : "\n\t", elf->data[i]);
	put(s, "\n};\n\n");
}

int object_skeleton(const struct object *obj, const char *name, const struct buf *elf,
		    struct buf *out, struct diag *d)
{
	struct skeleton s = { .obj = obj, .name = name, .out = out };
	int err = ctypes_init(&s.types, obj->types, name, &s.defs);

	if (!err) {
		put(&s, head);
		buf_puts(out, shared);
		put_sections(&s);
		put_handles(&s);
		put_elf(&s, elf);
		put_detach(&s);
		put(&s, lifecycle);
		put(&s, open_begin);
		each_section(&s, open_section);
		put(&s, open_end);
		put_load(&s);
		put_map_functions(&s);
		put_attach(&s);
		put(&s, "\n#endif\n");
		err = out->err ? out->err : s.defs.err;
	}
	ctypes_fini(&s.types);
	buf_fini(&s.defs);
	return err ? diag_nomem(d) : 0;
}
