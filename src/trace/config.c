// SPDX-License-Identifier: BSD-2-Clause
#include "trace/config.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum value_kind { VALUE_NUMBER, VALUE_BOOL, VALUE_WORD, VALUE_STACK_MODE, VALUE_IGNORED };

struct setting {
	const char *name;
	enum value_kind kind;
	size_t off;
	u64 min, max;
	const char *words; /* " a b c ": what is allowed, NULL: anything */
};

#define AT(field) offsetof(struct tconfig, field)
static const struct setting settings[] = {
	{ "max_strlen", VALUE_NUMBER, AT(max_strlen), 1, 1 << 20, NULL },
	{ "strlen", VALUE_NUMBER, AT(max_strlen), 1, 1 << 20, NULL },
	{ "max_map_keys", VALUE_NUMBER, AT(max_map_keys), 1, 1 << 27, NULL },
	{ "map_keys_max", VALUE_NUMBER, AT(max_map_keys), 1, 1 << 27, NULL },
	{ "max_probes", VALUE_NUMBER, AT(max_probes), 1, 1 << 20, NULL },
	{ "max_bpf_progs", VALUE_NUMBER, AT(max_bpf_progs), 1, 1 << 20, NULL },
	{ "max_cat_bytes", VALUE_NUMBER, AT(max_cat_bytes), 0, 1 << 30, NULL },
	{ "cat_bytes_max", VALUE_NUMBER, AT(max_cat_bytes), 0, 1 << 30, NULL },
	{ "log_size", VALUE_NUMBER, AT(log_size), 0, 1 << 30, NULL },
	{ "on_stack_limit", VALUE_NUMBER, AT(on_stack_limit), 8, 512, NULL },
	{ "perf_rb_pages", VALUE_NUMBER, AT(ring_pages), 1, 1 << 18, NULL },
	{ "print_maps_on_exit", VALUE_BOOL, AT(print_maps_on_exit), 0, 0, NULL },
	{ "cpp_demangle", VALUE_BOOL, AT(cpp_demangle), 0, 0, NULL },
	{ "lazy_symbolication", VALUE_BOOL, AT(lazy_symbolication), 0, 0, NULL },
	{ "show_debug_info", VALUE_BOOL, AT(show_debug_info), 0, 0, NULL },
	{ "stack_mode", VALUE_STACK_MODE, AT(stack_mode), 0, 0, " bpftrace perf raw build_id " },
	{ "missing_probes", VALUE_WORD, AT(missing_probes), 0, 0, " error warn ignore " },
	{ "cache_user_symbols", VALUE_WORD, AT(cache_user_symbols), 0, 0,
	  " PER_PROGRAM PER_PID NONE 0 1 " },
	{ "license", VALUE_WORD, AT(license), 0, 0, NULL },
	{ "str_trunc_trailer", VALUE_WORD, AT(str_trunc_trailer), 0, 0, NULL },
	{ "max_type_res_iterations", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "max_ast_nodes", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "use_blazesym", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "unstable_import", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "unstable_map_decl", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "unstable_macro", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "unstable_tseries", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "unstable_addr", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "debug_output", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "symbol_source", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "kernel_build", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "kernel_source", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "no_cpp_demangle", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "vmlinux", VALUE_IGNORED, 0, 0, 0, NULL },
	{ "btf", VALUE_IGNORED, 0, 0, 0, NULL },
};

static const struct setting *setting_find(const char *name)
{
	if (!strncasecmp(name, "bpftrace_", 9))
		name += 9;
	for (u32 i = 0; i < ARRAY_SIZE(settings); i++) {
		if (!strcasecmp(settings[i].name, name))
			return &settings[i];
	}
	return NULL;
}

static bool word_allowed(const char *words, const char *value)
{
	size_t len = strlen(value);

	for (const char *w = words; w && (w = strstr(w, value)); w += len) {
		if (w[-1] == ' ' && w[len] == ' ')
			return true;
	}
	return !words;
}

static int bool_of(const char *value)
{
	if (!strcmp(value, "true") || !strcmp(value, "1"))
		return 1;
	return !strcmp(value, "false") || !strcmp(value, "0") ? 0 : -1;
}

static int set_number(void *at, const struct setting *s, const char *value, struct span span,
		      struct diag *d)
{
	char *end;
	u64 number;

	errno = 0;
	number = strtoull(value, &end, 0);
	if (!isdigit((u8)value[0]) || *end || errno)
		return diag_error(d, -EINVAL, span, "%s is a number, not '%s'", s->name, value);
	if (number < s->min || number > s->max)
		return diag_error(d, -EINVAL, span, "%s is from %llu to %llu", s->name,
				  (unsigned long long)s->min, (unsigned long long)s->max);
	*(u32 *)at = (u32)number;
	return 0;
}

static int set_one(struct tconfig *c, const struct setting *s, const char *value, struct span span,
		   struct diag *d)
{
	void *at = (u8 *)c + s->off;
	int on;

	switch (s->kind) {
	case VALUE_NUMBER:
		return set_number(at, s, value, span, d);
	case VALUE_BOOL:
		on = bool_of(value);
		if (on < 0)
			return diag_error(d, -EINVAL, span, "%s is true or false, not '%s'",
					  s->name, value);
		*(bool *)at = on;
		return 0;
	case VALUE_STACK_MODE:
	case VALUE_WORD:
		if (s->words && !word_allowed(s->words, value)) {
			diag_error(d, -EINVAL, span, "%s cannot be '%s'", s->name, value);
			diag_hint(d, "one of:%s", s->words);
			return -EINVAL;
		}
		if (s->kind == VALUE_WORD)
			*(const char **)at = value;
		else
			c->stack_mode = !strcmp(value, "perf")	? STACK_PERF
					: !strcmp(value, "raw") ? STACK_RAW
								: STACK_BPFTRACE;
		return 0;
	default:
		return 0;
	}
}

static int of_caller(struct tconfig *c, const char *text, struct arena *a, struct diag *d)
{
	const char *eq = strchr(text, '=');
	const struct setting *s;
	char *name;

	if (!eq)
		return diag_error(d, -EINVAL, NOWHERE, "a setting is name=value, not '%s'", text);
	name = arena_strndup(a, text, (size_t)(eq - text));
	if (!name)
		return diag_nomem(d);
	s = setting_find(name);
	if (!s)
		return 0; /* of the environment: may be anyone's */
	return set_one(c, s, eq + 1, NOWHERE, d);
}

static void nearest_setting(struct diag *d, const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(settings); i++) {
		if (!strncasecmp(settings[i].name, name, 5)) {
			diag_hint(d, "did you mean '%s'?", settings[i].name);
			return;
		}
	}
}

int config_read(struct tconfig *c, const struct script *s, const struct trace_opts *opts,
		struct arena *a, struct diag *d)
{
	int err = 0;

	*c = (struct tconfig){
		.max_strlen = 1024,
		.max_map_keys = 4096,
		.max_probes = 1024,
		.max_bpf_progs = 1024,
		.max_cat_bytes = 10240,
		.log_size = 1000000,
		.on_stack_limit = 64,
		.ring_pages = 1024,
		.max_join = 16,
		.join_len = 1024,
		.print_maps_on_exit = true,
		.cpp_demangle = true,
		.license = "GPL",
		.missing_probes = "error",
		.cache_user_symbols = "PER_PID",
		.str_trunc_trailer = "..",
	};
	for (const struct tsetting *t = s->settings; t; t = t->next) {
		const struct setting *row = setting_find(t->key);

		if (!row) {
			err = diag_error(d, -EINVAL, t->at, "unknown setting '%s'", t->key);
			nearest_setting(d, t->key);
		} else if (set_one(c, row, t->value, t->value_at, d)) {
			err = -EINVAL;
		}
	}
	for (u32 i = 0; i < opts->setting_count && !err; i++)
		err = of_caller(c, opts->settings[i], a, d);
	return err;
}
