// SPDX-License-Identifier: BSD-2-Clause
/*
 * kprobe and kretprobe: functions of the kernel by the names that it exports to tracers
 * (available_filter_functions), or where those cannot be read, by its symbols.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/str.h"
#include "btf/types.h"
#include "spec/prog.h"
#include "trace/probe/provider.h"
#include "trace/probe/tracefs.h"

/* ---- what to use where there are no kprobes ---- */

struct instead {
	struct expander *e;
	const char *found;
};

static int take_event(void *ctx, const char *category, const char *event)
{
	struct instead *i = ctx;

	i->found = arena_printf(i->e->a, "tracepoint:%s:%s", category, event);
	return 1;
}

static const char *by_event(struct expander *e, const char *category, const char *event)
{
	struct instead i = { .e = e };

	tracefs_each(e->tracefs, category, event, take_event, &i);
	return i.found;
}

/* The system call of a function's name: "__x64_sys_read", "vfs_read", "do_sys_openat2". */
static const char *by_syscall(struct expander *e, const char *func, bool ret)
{
	static const char *const prefixes[] = { "__x64_sys_", "__se_sys_", "__do_sys_", "do_sys_",
						"ksys_",      "sys_",	   "vfs_",	"do_" };
	char event[128];

	for (u32 i = 0; i < ARRAY_SIZE(prefixes); i++) {
		const char *call = func + strlen(prefixes[i]);
		const char *found;

		if (!str_starts(func, prefixes[i]))
			continue;
		call = !strcmp(call, "open") || !strcmp(call, "openat2") ? "openat" : call;
		snprintf(event, sizeof(event), "sys_%s_%s", ret ? "exit" : "enter", call);
		found = by_event(e, "syscalls", event);
		if (found)
			return found;
	}
	return NULL;
}

static const char *instead_of(struct expander *e, const char *func, bool ret)
{
	const char *found;

	if (!e->tracefs)
		e->tracefs = tracefs_path(e->opts->tracefs);
	if (!e->tracefs)
		return NULL;
	found = by_event(e, "*", func);
	return found ? found : by_syscall(e, func, ret);
}

/* ---- */

static bool kernel_has_kprobes(void)
{
	return !access("/sys/bus/event_source/devices/kprobe/type", F_OK);
}

static int add(struct expander *e, const struct provider *p, const char *module, const char *func,
	       const char *offset)
{
	bool ret = p->kind == POINT_KRETPROBE;
	struct tpoint *t;

	t = expand_add(e, p->kind, "%s:%s%s%s%s", p->name, module, *module ? ":" : "", func,
		       offset);
	if (!t)
		return -EINVAL;
	t->prog_type = PROG_KPROBE;
	t->section = ret ? "kretprobe" : "kprobe";
	t->ctx_space = SPACE_KERNEL;
	t->func = arena_strdup(e->a, func);
	t->attach_target = arena_printf(e->a, "%s%s", func, offset);
	t->meta.target = t->attach_target;
	if (!t->func || !t->attach_target)
		return expand_nomem(e);
	if (!e->listing && !kernel_has_kprobes()) {
		t->meta.lacks = "kprobes";
		t->meta.instead = instead_of(e, func, ret);
	}
	return ret ? retval_of_call(e, t) : args_of_call(e, t);
}

/* ---- functions of the kernel ---- */

/* "name", "name [module]" or "address type name [module]" → its parts. */
static bool split_line(char *line, bool symbols, const char **name, const char **module)
{
	char *p = line, *space;

	*module = "";
	line[strcspn(line, "\n")] = 0;
	if (symbols) {
		p = strchr(line, ' ');
		if (!p || !strchr("tTwW", p[1]) || p[2] != ' ')
			return false;
		p += 3;
	}
	*name = p;
	space = p + strcspn(p, " \t");
	if (*space) {
		char *m = strchr(space + 1, '[');

		*space = 0;
		if (m) {
			m[strcspn(m, "]")] = 0;
			*module = m + 1;
		}
	}
	return **name && !strchr(*name, '$') && strncmp(*name, "__cfi_", 6) &&
	       strncmp(*name, "__pfx_", 6);
}

static FILE *open_functions(struct expander *e, bool *symbols)
{
	char path[512];
	FILE *in = NULL;

	if (!e->tracefs)
		e->tracefs = tracefs_path(e->opts->tracefs);
	*symbols = false;
	if (e->tracefs) {
		snprintf(path, sizeof(path), "%s/available_filter_functions", e->tracefs);
		in = fopen(path, "re");
	}
	if (in)
		return in;
	*symbols = true;
	return fopen("/proc/kallsyms", "re");
}

static int each_function(struct expander *e, const struct provider *p, const char *module,
			 const char *pattern, const char *offset)
{
	const char *name, *in_module, *wanted = *module ? module : "*";
	struct hash seen = { 0 };
	char line[1024];
	bool symbols;
	FILE *in = open_functions(e, &symbols);
	int err = 0;

	if (!in)
		return expand_error(e, e->ap->parts - 1, "the kernel's functions cannot be read");
	while (!err && fgets(line, sizeof(line), in)) {
		if (!split_line(line, symbols, &name, &in_module) || !pattern_fits(pattern, name))
			continue;
		if (strcmp(wanted, "*") &&
		    !pattern_fits(wanted, *in_module ? in_module : "vmlinux"))
			continue;
		if (hash_get_str(&seen, name))
			continue;
		err = add(e, p, *module ? (*in_module ? in_module : "vmlinux") : "", name, offset);
		/* The point's own copy of the name lives as long as the table. */
		if (!err &&
		    hash_set_str(&seen, container_of(e->tail, struct tpoint, next)->func, 1))
			err = expand_nomem(e);
	}
	fclose(in);
	hash_fini(&seen);
	return err;
}

static void hint_function(struct expander *e, const char *func)
{
	struct near near = near_start(func, strlen(func));

	for (u32 id = 1; expand_btf(e) && id < types_count(e->btf); id++) {
		if (types_kind(e->btf, id) == KIND_FUNC)
			near_try(&near, types_name(e->btf, id));
	}
	if (near.best)
		diag_hint(e->d, "did you mean '%s'?", near.best);
	else
		diag_hint(e->d, "-l 'kprobe:*%s*' lists what is like it", func);
}

static int expand(struct expander *e, const struct provider *p)
{
	u32 last = e->ap->parts - 1;
	const char *module = e->ap->parts == 3 ? expand_part(e, 1) : "";
	const char *text = expand_part(e, last), *plus = strchr(text, '+');
	const char *offset = plus ? plus : "";
	char *func = arena_strndup(e->a, text, plus ? plus - text : (int)strlen(text));
	u64 n;
	int err;

	if (!func)
		return expand_nomem(e);
	if (e->listing && !kernel_has_kprobes()) {
		if (strcmp(text, "*"))
			diag_note(e->d, e->ap->at, "this kernel is built without kprobes");
		return 0;
	}
	if (plus && !expand_number(plus + 1, &n))
		return expand_error(e, last, "'%s' is not an offset", plus + 1);
	if (plus && p->kind == POINT_KRETPROBE)
		return expand_error(e, last, "a kretprobe has no offset");
	if (!is_pattern(func) && !*module && expand_btf(e) && types_find(e->btf, func, KIND_FUNC))
		return add(e, p, module, func, offset);
	err = each_function(e, p, module, func, offset);
	if (err || e->added)
		return err;
	err = expand_missing(e, last, "the kernel has no function '%s'", func);
	if (err && !is_pattern(func))
		hint_function(e, func);
	return err;
}

const struct provider provider_kprobe = {
	.name = "kprobe",
	.short_name = "k",
	.kind = POINT_KPROBE,
	.min_parts = 2,
	.max_parts = 3,
	.usage = "kprobe[:MODULE]:FUNCTION[+OFFSET]",
	.expand = expand,
	.pattern = "kprobe:*",
};
const struct provider provider_kretprobe = {
	.name = "kretprobe",
	.short_name = "kr",
	.kind = POINT_KRETPROBE,
	.min_parts = 2,
	.max_parts = 3,
	.usage = "kretprobe[:MODULE]:FUNCTION",
	.expand = expand,
};
