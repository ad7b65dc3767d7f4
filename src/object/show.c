// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "base/json.h"
#include "btf/core.h"
#include "object/print.h"
#include "spec/helper.h"
#include "spec/map.h"
#include "spec/prog.h"

static void raise_to(struct release *r, struct arena *a, u32 major, u32 minor, const char *what,
		     const char *name)
{
	const char *why;

	if (major * 256 + minor <= r->major * 256u + r->minor)
		return;
	why = arena_printf(a, "%s%s%s", what, name ? " " : "", name ? name : "");
	r->major = (u8)major;
	r->minor = (u8)minor;
	r->why = why ? why : "";
}

static void raise_for_call(struct release *r, struct arena *a, const struct insn *i)
{
	const struct helper_info *h;

	if (INSN_SRC(i->code))
		return raise_to(r, a, 6, 18, "call through a register", NULL);
	if (i->src == CALL_LOCAL)
		return raise_to(r, a, 4, 16, "calls between BPF functions", NULL);
	if (i->src == CALL_KFUNC)
		return raise_to(r, a, 5, 13, "calls of kernel functions", NULL);
	h = i->src == CALL_HELPER ? helper_by_id((u32)i->imm) : NULL;
	if (h)
		raise_to(r, a, h->since_major, h->since_minor, "helper", h->name);
}

static void raise_for_jump(struct release *r, struct arena *a, const struct insn *i)
{
	u8 op = INSN_OP(i->code);

	if (i->code == CODE_CALL || i->code == CODE_CALLX)
		return raise_for_call(r, a, i);
	if (i->code == CODE_JA32)
		return raise_to(r, a, 6, 6, "gotol", NULL);
	if (i->code == CODE_JCOND)
		return raise_to(r, a, 6, 9, "may_goto", NULL);
	if (INSN_CLASS(i->code) == CLASS_JMP32)
		return raise_to(r, a, 5, 1, "32-bit conditional jumps", NULL);
	if (op >= 0xa0 && op <= 0xd0 && INSN_CLASS(i->code) == CLASS_JMP)
		raise_to(r, a, 4, 14, "jumps on less than", NULL);
}

static void raise_for_alu(struct release *r, struct arena *a, const struct insn *i)
{
	u8 op = INSN_OP(i->code);

	if (op == 0xd0 && INSN_CLASS(i->code) == CLASS_ALU64)
		return raise_to(r, a, 6, 6, "bswap", NULL);
	if ((op == 0x30 || op == 0x90) && i->off)
		return raise_to(r, a, 6, 6, "signed division", NULL);
	if (op == 0xb0 && i->off == MOV_ADDR_SPACE_CAST)
		return raise_to(r, a, 6, 9, "addr_space_cast", NULL);
	if (op == 0xb0 && i->off)
		raise_to(r, a, 6, 6, "sign-extending moves", NULL);
}

static void raise_for_atomic(struct release *r, struct arena *a, const struct insn *i)
{
	if (i->imm == 0x100 || i->imm == 0x110)
		return raise_to(r, a, 6, 15, "load-acquire and store-release", NULL);
	if (i->imm)
		raise_to(r, a, 5, 12, "atomic operations beyond addition", NULL);
}

static void raise_for_insn(struct release *r, struct arena *a, const struct insn *i)
{
	switch (INSN_CLASS(i->code)) {
	case CLASS_LD:
		if (!insn_is_wide(i))
			return;
		if (i->src == PSEUDO_MAP_VALUE || i->src == PSEUDO_MAP_IDX_VALUE)
			raise_to(r, a, 5, 2, "global data", NULL);
		else if (i->src == PSEUDO_FUNC)
			raise_to(r, a, 5, 13, "callbacks", NULL);
		else if (i->src == PSEUDO_BTF_ID)
			raise_to(r, a, 5, 10, "typed kernel variables", NULL);
		return;
	case CLASS_LDX:
		if (INSN_MODE(i->code) == MODE_MEMSX)
			raise_to(r, a, 6, 6, "sign-extending loads", NULL);
		return;
	case CLASS_STX:
		if (INSN_MODE(i->code) == MODE_ATOMIC)
			raise_for_atomic(r, a, i);
		return;
	case CLASS_ALU:
	case CLASS_ALU64:
		return raise_for_alu(r, a, i);
	case CLASS_JMP:
	case CLASS_JMP32:
		return raise_for_jump(r, a, i);
	}
}

static void raise_for_prog(struct release *r, struct arena *a, const struct obj_prog *p)
{
	const struct prog_info *type = p->type ? prog_info(p->type) : NULL;
	const struct attach_info *attach = p->attach_type ? attach_info(p->attach_type) : NULL;

	if (type)
		raise_to(r, a, type->since_major, type->since_minor, "program type", type->name);
	/* XDP's own attach type is optional: older kernels load the program without it. */
	if (attach && p->type && p->attach_type != ATTACH_XDP)
		raise_to(r, a, attach->since_major, attach->since_minor, "attach type",
			 attach->name);
	if (p->sleepable && p->type != PROG_SYSCALL)
		raise_to(r, a, 5, 10, "sleepable programs", NULL);
	if (p->frags)
		raise_to(r, a, 5, 18, "packets of several buffers", NULL);
	for (u32 k = 0; k < p->insn_count; k += 1 + insn_is_wide(&p->insns[k]))
		raise_for_insn(r, a, &p->insns[k]);
}

struct release object_release(const struct object *obj, struct arena *a)
{
	struct release r = { .major = 3, .minor = 18, .why = "bpf(2)" };

	for (u32 i = 0; i < obj->map_count; i++) {
		const struct obj_map *m = &obj->maps[i];
		const struct map_info *info = map_info(m->type);

		if (info)
			raise_to(&r, a, info->since_major, info->since_minor, "map type",
				 info->name);
		if (m->role != MAP_PLAIN && m->role != MAP_STRUCT_OPS)
			raise_to(&r, a, 5, 2, "global data", NULL);
	}
	for (u32 i = 0; i < obj->prog_count; i++)
		raise_for_prog(&r, a, &obj->progs[i]);
	return r;
}

static const char *type_word(u32 type)
{
	return prog_info(type) ? prog_info(type)->name : "unknown";
}

static const char *map_word(u32 type)
{
	return map_info(type) ? map_info(type)->name : "unknown";
}

/* The attach type's word; number 0 is a real one only for programs of cgroups' packets. */
static const char *attach_word(const struct obj_prog *p)
{
	if ((!p->attach_type && p->type != PROG_CGROUP_SKB) || !attach_info(p->attach_type))
		return NULL;
	return attach_info(p->attach_type)->name;
}

static const char *const extern_words[] = {
	[EXTERN_KFUNC] = "kernel function",
	[EXTERN_KSYM] = "kernel symbol",
	[EXTERN_KSYM_TYPED] = "typed kernel symbol",
};

static const char *core_state(const struct obj_core *c)
{
	return !c->resolved ? "not tried" : c->matched ? "matched" : "not matched";
}

static void show_prog(const struct obj_prog *p, FILE *out)
{
	fprintf(out, "program %s: %s, %u instructions", p->name, type_word(p->type), p->insn_count);
	if (p->section)
		fprintf(out, ", section \"%s\"", p->section);
	if (attach_word(p))
		fprintf(out, ", attach %s", attach_word(p));
	if (p->attach_target)
		fprintf(out, ", target %s", p->attach_target);
	fprintf(out, "%s%s%s\n", p->sleepable ? ", sleepable" : "", p->frags ? ", frags" : "",
		p->autoload ? "" : ", not loaded by default");
	for (u32 i = 0; i < p->func_count; i++)
		fprintf(out, "    function %s: %u instructions from %u\n", p->funcs[i].name,
			p->funcs[i].count, p->funcs[i].start);
	for (u32 i = 0; i < p->core_count; i++) {
		const struct obj_core *c = &p->cores[i];

		fprintf(out, "    relocation at %u: %s %s: %s", c->insn, core_kind_name(c->kind),
			c->spec ? c->spec : "", core_state(c));
		if (c->resolved && c->matched)
			fprintf(out, ", %llu -> %llu", (unsigned long long)c->old_value,
				(unsigned long long)c->new_value);
		fprintf(out, "%s%s\n", c->why ? ": " : "", c->why ? c->why : "");
	}
}

static void show_text(const struct object *obj, struct release r, FILE *out)
{
	fprintf(out, "%s: license %s\n", obj->name ? obj->name : "object",
		obj->license && *obj->license ? obj->license : "none");
	for (u32 i = 0; i < obj->prog_count; i++)
		show_prog(&obj->progs[i], out);
	for (u32 i = 0; i < obj->map_count; i++) {
		const struct obj_map *m = &obj->maps[i];

		fprintf(out, "map %s: %s, key %u, value %u, entries %u", m->name, map_word(m->type),
			m->key_size, m->value_size, m->max_entries);
		if (m->flags)
			fprintf(out, ", flags 0x%x", m->flags);
		if (m->inner >= 0 && (u32)m->inner < obj->map_count)
			fprintf(out, ", of %s", obj->maps[m->inner].name);
		fputs(m->template ? ", template\n" : "\n", out);
	}
	for (u32 i = 0; i < obj->extern_count; i++)
		fprintf(out, "extern %s: %s%s\n", obj->externs[i].name,
			extern_words[obj->externs[i].kind], obj->externs[i].weak ? ", weak" : "");
	fprintf(out, "needs Linux %u.%u: %s\n", r.major, r.minor, r.why);
}

/* ,"key":"text" */
static void member(FILE *out, const char *key, const char *text)
{
	fprintf(out, ",\"%s\":", key);
	json_string(out, text);
}

static const char *json_bool(bool b)
{
	return b ? "true" : "false";
}

static void json_prog(const struct obj_prog *p, FILE *out)
{
	fputs("{\"name\":", out);
	json_string(out, p->name);
	member(out, "section", p->section);
	member(out, "type", type_word(p->type));
	member(out, "attach_type", attach_word(p));
	member(out, "target", p->attach_target);
	fprintf(out, ",\"instructions\":%u,\"sleepable\":%s,\"frags\":%s,\"autoload\":%s",
		p->insn_count, json_bool(p->sleepable), json_bool(p->frags),
		json_bool(p->autoload));
	fputs(",\"functions\":[", out);
	for (u32 i = 0; i < p->func_count; i++) {
		fprintf(out, "%s{\"start\":%u,\"count\":%u", i ? "," : "", p->funcs[i].start,
			p->funcs[i].count);
		member(out, "name", p->funcs[i].name);
		fputc('}', out);
	}
	fputs("],\"relocations\":[", out);
	for (u32 i = 0; i < p->core_count; i++) {
		const struct obj_core *c = &p->cores[i];

		fprintf(out, "%s{\"instruction\":%u,\"old\":%llu,\"new\":%llu", i ? "," : "",
			c->insn, (unsigned long long)c->old_value,
			(unsigned long long)c->new_value);
		member(out, "kind", core_kind_name(c->kind));
		member(out, "spec", c->spec);
		member(out, "state", core_state(c));
		member(out, "why", c->why);
		fputc('}', out);
	}
	fputs("]}", out);
}

static void json_map(const struct object *obj, const struct obj_map *m, FILE *out)
{
	bool inner = m->inner >= 0 && (u32)m->inner < obj->map_count;

	fputs("{\"name\":", out);
	json_string(out, m->name);
	member(out, "type", map_word(m->type));
	fprintf(out, ",\"key_size\":%u,\"value_size\":%u,\"max_entries\":%u,\"flags\":%u",
		m->key_size, m->value_size, m->max_entries, m->flags);
	member(out, "inner", inner ? obj->maps[m->inner].name : NULL);
	fprintf(out, ",\"template\":%s}", json_bool(m->template));
}

static void show_json(const struct object *obj, struct release r, FILE *out)
{
	fputs("{\"name\":", out);
	json_string(out, obj->name);
	member(out, "license", obj->license);
	fputs(",\"programs\":[", out);
	for (u32 i = 0; i < obj->prog_count; i++) {
		fputs(i ? "," : "", out);
		json_prog(&obj->progs[i], out);
	}
	fputs("],\"maps\":[", out);
	for (u32 i = 0; i < obj->map_count; i++) {
		fputs(i ? "," : "", out);
		json_map(obj, &obj->maps[i], out);
	}
	fputs("],\"externs\":[", out);
	for (u32 i = 0; i < obj->extern_count; i++) {
		fputs(i ? ",{\"name\":" : "{\"name\":", out);
		json_string(out, obj->externs[i].name);
		member(out, "kind", extern_words[obj->externs[i].kind]);
		fprintf(out, ",\"weak\":%s}", json_bool(obj->externs[i].weak));
	}
	fprintf(out, "],\"release\":\"%u.%u\"", r.major, r.minor);
	member(out, "release_why", r.why);
	fputs("}\n", out);
}

int object_show(const struct object *obj, FILE *out, enum skep_format format)
{
	struct arena a = { 0 };
	struct release r = object_release(obj, &a);

	if (format == SKEP_JSON)
		show_json(obj, r, out);
	else
		show_text(obj, r, out);
	arena_fini(&a);
	return ferror(out) ? -EIO : 0;
}
