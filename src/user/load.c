// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "btf/types.h"
#include "jit/jit.h"
#include "spec/prog.h"
#include "user/pins.h"
#include "user/run.h"
#include "verify/fields.h"
#include "verify/fixup.h"

static bool may_have_fields(u32 type)
{
	switch (type) {
	case MAP_TYPE_HASH:
	case MAP_TYPE_PERCPU_HASH:
	case MAP_TYPE_LRU_HASH:
	case MAP_TYPE_LRU_PERCPU_HASH:
	case MAP_TYPE_ARRAY:
	case MAP_TYPE_PERCPU_ARRAY:
		return true;
	}
	return false;
}

/* Special fields of the map's values, as its BTF tells; the verifier refuses what contradicts. */
static void fields_of(const struct object *obj, const struct obj_map *m, struct map_def *def,
		      struct map_field *fields)
{
	const struct btf_fields *found = NULL;
	struct arena scratch = { 0 };
	const char *why;

	if (obj->types && m->value_type_id && may_have_fields(m->type) &&
	    !fields_find(&found, &scratch, obj->types, m->value_type_id, NULL, &why) && found &&
	    found->count <= MAP_FIELDS_MAX) {
		for (u32 i = 0; i < found->count; i++) {
			const struct btf_field *f = &found->field[i];

			fields[i] = (struct map_field){ f->off, f->size, f->kind };
			if (f->kind == FIELD_SPIN_LOCK)
				def->lock_at = 1 + f->off;
		}
		def->fields = fields;
		def->field_count = found->count;
	}
	arena_fini(&scratch);
}

/* fields: MAP_FIELDS_MAX, borrowed by the result. */
static struct map_def def_of(const struct object *obj, const struct obj_map *m,
			     struct map_field *fields)
{
	struct map_def def = {
		.name = m->name,
		.type = m->type,
		.key_size = m->key_size,
		.value_size = m->value_size,
		.max_entries = m->max_entries,
		.flags = m->flags,
		.extra = m->extra,
	};

	fields_of(obj, m, &def, fields);
	if (m->role == MAP_RODATA || m->role == MAP_KCONFIG)
		def.flags |= MAP_RDONLY_PROG;
	return def;
}

static int data_fill(struct map *map, const struct obj_map *m, struct diag *d)
{
	u32 zero = 0;
	int err = 0;

	if (m->data)
		err = map_write(map, &zero, m->data, 0);
	if (!err && (m->role == MAP_RODATA || m->role == MAP_KCONFIG))
		err = map_freeze(map);
	if (err)
		return diag_error(d, err, line_span(d, &m->at),
				  "map '%s': initial data cannot be stored: %s", m->name,
				  strerror(-err));
	return 0;
}

static int map_make(struct user_unit *u, u32 i, struct diag *d)
{
	const struct object *obj = u->unit->obj;
	const struct obj_map *m = &obj->maps[i];
	struct map_field fields[MAP_FIELDS_MAX], inner_fields[MAP_FIELDS_MAX];
	struct map_def def = def_of(obj, m, fields), inner;
	bool pins;
	int err;

	if (m->inner >= 0 && (u32)m->inner < obj->map_count) {
		inner = def_of(obj, &obj->maps[m->inner], inner_fields);
		def.inner = &inner;
	}
	def.custom = engine_custom_map(engine_of(u), m->name);
	pins = m->pin_by_name && u->unit->opts.pin_path;
	err = pins ? user_map_reuse(u, i, &def, d) : 0;
	if (err < 0)
		return err;
	if (err) {
		u->unit->maps[i].impl = u->maps[i];
		return 0;
	}
	err = map_create(&u->maps[i], &def, d);
	if (!err && pins)
		err = user_map_pin_new(u, i, &def, d);
	if (err)
		return err;
	u->unit->maps[i].impl = u->maps[i];
	return data_fill(u->maps[i], m, d);
}

s32 unit_map_index(const struct user_unit *u, const struct map *m)
{
	for (u32 i = 0; i < u->unit->obj->map_count; i++) {
		if (u->maps[i] == m)
			return (s32)i;
	}
	return -1;
}

/* Put program `index` of the object into slot `slot` of a prog array. */
static int prog_array_set(struct user_unit *u, u32 map, u32 slot, u32 index)
{
	const struct obj_prog *src;

	if (index >= u->unit->obj->prog_count || !u->progs[index].vm)
		return -ENOENT;
	src = u->progs[index].src;
	if (u->owner_type[map] && u->owner_type[map] != src->type + 1)
		return -EINVAL;
	u->owner_type[map] = src->type + 1;
	return map_slot_set(u->maps[map], slot, u->progs[index].vm);
}

static int slots_fill(struct user_unit *u, u32 i, bool progs, struct diag *d)
{
	const struct obj_map *m = &u->unit->obj->maps[i];
	int err = 0;

	for (u32 s = 0; s < m->slot_count && !err; s++) {
		const struct obj_slot *slot = &m->slots[s];

		if (progs && slot->prog >= 0) {
			/* One that was not asked for and is not reached stays out. */
			err = prog_array_set(u, i, slot->index, (u32)slot->prog);
			if (err == -ENOENT)
				err = 0;
		} else if (!progs && slot->map >= 0) {
			struct map *inner = (u32)slot->map < u->unit->obj->map_count
						    ? u->maps[slot->map]
						    : NULL;

			if (m->key_size != sizeof(slot->index))
				inner = NULL;
			err = inner ? map_ref_set(u->maps[i], &slot->index, inner, 0) : -ENOENT;
		}
		if (err)
			diag_error(d, err, line_span(d, &m->at),
				   "map '%s': initial value of slot %u cannot be stored: %s",
				   m->name, slot->index, strerror(-err));
	}
	return err;
}

static int maps_load(struct user_unit *u, struct diag *d)
{
	const struct object *obj = u->unit->obj;
	int err = 0;

	for (u32 i = 0; i < obj->map_count && !err; i++) {
		if (!obj->maps[i].template && obj->maps[i].autocreate)
			err = map_make(u, i, d);
	}
	for (u32 i = 0; i < obj->map_count && !err; i++) {
		if (u->maps[i])
			err = slots_fill(u, i, false, d);
	}
	return err;
}

enum { WANTED = 1, OPTIONAL };

/*
 * Mark what `index` may tail-call: the programs in slots of the prog arrays that it uses. Slots may
 * be filled later, too: the others of its type are loaded when they can be.
 */
static void mark_reachable(const struct object *obj, u32 index, u8 *wanted)
{
	const struct obj_prog *p = &obj->progs[index];

	wanted[index] = WANTED;
	for (u32 i = 0; i < p->insn_count; i += insn_is_wide(&p->insns[i]) ? 2 : 1) {
		const struct obj_map *m;

		if (!insn_is_wide(&p->insns[i]) || p->insns[i].src != PSEUDO_MAP_IDX ||
		    (u32)p->insns[i].imm >= obj->map_count)
			continue;
		m = &obj->maps[p->insns[i].imm];
		for (u32 s = 0; s < m->slot_count; s++) {
			s32 to = m->slots[s].prog;

			if (to >= 0 && (u32)to < obj->prog_count && wanted[to] != WANTED)
				mark_reachable(obj, (u32)to, wanted);
		}
		for (u32 k = 0; k < obj->prog_count && m->type == MAP_TYPE_PROG_ARRAY; k++) {
			if (!wanted[k] && obj->progs[k].autoload && obj->progs[k].type == p->type)
				wanted[k] = OPTIONAL;
		}
	}
}

static int choose(struct user_unit *u, u8 *wanted, struct diag *d)
{
	const struct object *obj = u->unit->obj;
	const char *name = u->unit->opts.prog;

	if (name) {
		const struct obj_prog *p = object_prog(obj, name);

		if (!p)
			return diag_error(d, -ENOENT, NOWHERE, "no program '%s' in '%s'", name,
					  obj->name);
		mark_reachable(obj, (u32)(p - obj->progs), wanted);
		return 0;
	}
	for (u32 i = 0; i < obj->prog_count; i++) {
		if (obj->progs[i].autoload && wanted[i] != WANTED)
			mark_reachable(obj, i, wanted);
	}
	return 0;
}

static int no_hook(const struct obj_prog *p, bool asked, struct diag *d)
{
	const struct prog_info *info = prog_info(p->type);
	const char *type = info ? info->name : "unknown";

	if (!asked) {
		diag_warn(d, NOWHERE,
			  "program '%s' of type %s is left out: the user engine has no such hook",
			  p->name, type);
		return 0;
	}
	diag_error(d, -EOPNOTSUPP, NOWHERE,
		   "program '%s': the user engine does not run programs of type %s", p->name, type);
	diag_hint(d, "it runs socket_filter, xdp, sched_cls, sched_act, cgroup_skb, lwt_in, "
		     "lwt_out, lwt_xmit, flow_dissector and bare programs over memory");
	return -EOPNOTSUPP;
}

static bool calls_custom(struct user_unit *u, const struct obj_prog *src)
{
	for (u32 i = 0; i < src->insn_count; i++) {
		const struct insn *insn = &src->insns[i];

		if (insn_is_wide(insn))
			i++;
		else if (insn->code == CODE_CALL && insn->src == CALL_HELPER &&
			 user_helper_custom(u, (u32)insn->imm))
			return true;
	}
	return false;
}

static bool calls_helpers(const struct obj_prog *src)
{
	for (u32 i = 0; i < src->insn_count; i++) {
		const struct insn *insn = &src->insns[i];

		if (insn_is_wide(insn))
			i++;
		else if ((insn->code == CODE_CALL && insn->src != CALL_LOCAL) ||
			 insn->code == CODE_CALLX)
			return true;
	}
	return false;
}

/* By the verifier's word: what is not seen on any path does not count. */
static bool touches_context(const struct user_prog *p)
{
	for (u32 i = 0; i < p->src->insn_count; i++) {
		const struct verify_fact *f = &p->verified->facts[i];
		u8 class = INSN_CLASS(p->src->insns[i].code);

		if (f->seen && (class == CLASS_LDX || class == CLASS_ST || class == CLASS_STX) &&
		    (f->ptr == PTR_TO_CTX || f->ptr == NOT_INIT))
			return true;
	}
	return false;
}

static int unproved(const struct obj_prog *src, enum skep_exec exec, struct diag *d)
{
	diag_error(d, -EACCES, NOWHERE,
		   "program '%s' cannot be verified, and %s does not run unverified programs",
		   src->name,
		   exec == SKEP_EXEC_JIT ? "machine code" : "the interpreter without checks");
	diag_hint(d, "leave the mode to choose itself, or say that the programs are trusted");
	return -EACCES;
}

static bool wants_checks(const struct skep_load_opts *opts)
{
	return opts->exec == SKEP_EXEC_CHECKED || opts->exec == SKEP_EXEC_CHECKED_JIT;
}

/*
 * May the program run without tests? Only when the verifier vouches for it. It cannot speak of bare
 * programs (their memory is of any size) and of helpers that an embedder gave: those are tested
 * while they run, like all when the caller asks for it. 0 or a refusal with its explanation.
 */
static int prog_verify(struct user_unit *u, struct user_prog *p, struct diag *d)
{
	const struct verify_opts rules = { .sound = true };
	const struct skep_load_opts *opts = &u->unit->opts;
	const struct obj_prog *src = p->src;
	int err;

	if (wants_checks(opts) || opts->trusted)
		return 0;
	if (src->type == PROG_UNSPEC || calls_custom(u, src)) {
		u->checked = true;
		return opts->exec == SKEP_EXEC_AUTO ? 0 : unproved(src, opts->exec, d);
	}
	err = verify_prog(&p->verified, u->unit->obj, src, &rules, d);
	if (err)
		return err;
	if (!p->verified->accepted)
		return p->verified->reject.err ? p->verified->reject.err : -EACCES;
	err = fixup_prog(&p->shorter, p->verified, src);
	if (err)
		return diag_nomem(d);
	p->src = &p->shorter;
	p->packet_only = src->type == PROG_SOCKET_FILTER && !p->calls && !touches_context(p);
	return 0;
}

/* Machine code, where the program may have it and the caller does not forbid it. */
static int prog_compile(struct user_unit *u, struct user_prog *p, struct diag *d)
{
	const struct verify_result *proof = p->verified;
	const struct skep_load_opts *opts = &u->unit->opts;
	struct jit_opts how = { .blind = opts->blind, .counts = p->counts };
	bool asked = opts->exec == SKEP_EXEC_JIT;
	int err;

	if (opts->exec == SKEP_EXEC_CHECKED_JIT || (opts->exec == SKEP_EXEC_AUTO && u->checked)) {
		how.checked = true;
		how.layout = p->layout;
	} else if (!asked && (opts->exec != SKEP_EXEC_AUTO || !(proof || opts->trusted))) {
		return 0;
	} else {
		how.facts = proof ? proof->facts : NULL;
	}
	if (opts->budget && !how.checked) {
		p->why_not = "it does not count instructions, and there is a budget of them";
		err = -EOPNOTSUPP;
	} else {
		err = jit_compile(p->vm, &how, &p->why_not);
	}
	if (!err)
		p->why_not = NULL;
	if (!err || !asked)
		return 0;
	return diag_error(d, err, NOWHERE, "program '%s' cannot run as machine code: %s",
			  p->src->name, p->why_not);
}

static void prog_fini(struct user_prog *p)
{
	vm_prog_free(p->vm);
	p->vm = NULL;
	free(p->counts);
	p->counts = NULL;
	verify_result_free(p->verified);
	p->verified = NULL;
}

static int prog_load(struct user_unit *u, u32 i, bool asked, struct diag *d)
{
	const struct obj_prog *src = &u->unit->obj->progs[i];
	struct user_prog *p = &u->progs[i];
	int err;

	p->src = src;
	p->hook = hook_of(src->type);
	if (!p->hook)
		return no_hook(src, asked, d);
	p->layout = ctx_layout(src->type, src->attach_type);
	p->calls = calls_helpers(src);
	p->packet_only = false;
	err = prog_verify(u, p, d);
	if (!err)
		err = vm_prog_new(&p->vm, &u->env, p->src, d);
	if (!err && u->unit->opts.count) {
		p->counts = calloc(p->src->insn_count, sizeof(*p->counts));
		err = p->counts ? 0 : diag_nomem(d);
	}
	if (!err)
		err = prog_compile(u, p, d);
	if (!err)
		err = user_perf(u, p, d);
	if (!err)
		u->unit->progs[i].impl = p;
	else
		prog_fini(p);
	return err;
}

static const char *exec_of(const struct user_unit *u, const struct user_prog *p)
{
	bool native = p->vm && p->vm->native && p->vm->native->checked == u->checked;

	if (u->checked)
		return native ? "checked JIT" : "checked interpreter";
	return native ? "JIT" : "interpreter";
}

static int progs_load(struct user_unit *u, struct diag *d)
{
	const struct object *obj = u->unit->obj;
	u8 *wanted = calloc(MAX(obj->prog_count, 1u), sizeof(*wanted));
	u32 loaded = 0, count = 0;
	int err;

	if (!wanted)
		return diag_nomem(d);
	err = choose(u, wanted, d);
	for (u32 i = 0; i < obj->prog_count; i++)
		count += wanted[i] == WANTED;
	for (u32 i = 0; i < obj->prog_count && !err; i++) {
		if (wanted[i] == OPTIONAL)
			prog_load(u, i, false, NULL);
		if (wanted[i] != WANTED)
			continue;
		err = prog_load(u, i, u->unit->opts.prog || count == 1, d);
		loaded += !err && u->progs[i].vm;
	}
	for (u32 i = 0; i < obj->prog_count; i++)
		u->unit->progs[i].exec = exec_of(u, &u->progs[i]);
	free(wanted);
	if (!err && count && !loaded)
		err = diag_error(d, -EOPNOTSUPP, NOWHERE,
				 "'%s' has no program that the user engine runs", obj->name);
	for (u32 i = 0; i < obj->map_count && !err; i++) {
		if (u->maps[i])
			err = slots_fill(u, i, true, d);
	}
	return err;
}

int user_load(struct unit *unit, struct diag *d)
{
	const struct object *obj = unit->obj;
	struct user_unit *u;
	int err;

	u = calloc(1, sizeof(*u));
	if (!u)
		return diag_nomem(d);
	unit->impl = u;
	u->unit = unit;
	u->checked = wants_checks(&unit->opts);
	u->cpus = map_cpus();
	u->pid = (u32)getpid();
	pthread_mutex_init(&u->perf_lock, NULL);
	u->maps = calloc(MAX(obj->map_count, 1u), sizeof(struct map *));
	u->perf = calloc(MAX(obj->map_count, 1u), sizeof(*u->perf));
	u->owner_type = calloc(MAX(obj->map_count, 1u), sizeof(*u->owner_type));
	u->progs = calloc(MAX(obj->prog_count, 1u), sizeof(*u->progs));
	if (!u->maps || !u->perf || !u->owner_type || !u->progs || helpers_bind(u))
		return diag_nomem(d);
	u->env = (struct vm_env){ .obj = obj, .maps = u->maps, .helper = user_helper, .host = u };
	err = maps_load(u, d);
	return err ? err : progs_load(u, d);
}

void user_unload(struct unit *unit)
{
	struct user_unit *u = unit->impl;

	if (!u)
		return;
	for (u32 i = 0; u->progs && i < unit->obj->prog_count; i++)
		prog_fini(&u->progs[i]);
	/* Maps of maps before what they hold: they only borrow it. */
	for (u32 i = 0; u->maps && i < unit->obj->map_count; i++) {
		if (unit->obj->maps[i].inner >= 0)
			map_free(u->maps[i]);
	}
	for (u32 i = 0; u->maps && i < unit->obj->map_count; i++) {
		if (unit->obj->maps[i].inner < 0)
			map_free(u->maps[i]);
		if (u->perf)
			free(u->perf[i].data);
	}
	free(u->maps);
	free(u->perf);
	free(u->owner_type);
	free(u->helpers);
	free(u->progs);
	pthread_mutex_destroy(&u->perf_lock);
	free(u);
	unit->impl = NULL;
}

int user_map_set(struct unit_map *m, const void *key, const void *value, u64 flags)
{
	struct user_unit *u = m->unit->impl;
	struct map *map = m->impl;
	u32 index, slot;

	if (!map)
		return -ENOENT;
	switch (m->src->type) {
	case MAP_TYPE_PROG_ARRAY:
		memcpy(&slot, key, sizeof(slot));
		memcpy(&index, value, sizeof(index));
		if (flags)
			return -EINVAL;
		return prog_array_set(u, (u32)(m - m->unit->maps), slot, index);
	case MAP_TYPE_ARRAY_OF_MAPS:
	case MAP_TYPE_HASH_OF_MAPS:
		memcpy(&index, value, sizeof(index));
		if (index >= m->unit->obj->map_count || !u->maps[index])
			return -ENOENT;
		return map_ref_set(map, key, u->maps[index], flags);
	}
	return map_write(map, key, value, flags);
}
