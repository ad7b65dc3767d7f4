// SPDX-License-Identifier: BSD-2-Clause
/*
 * What bpftool calls feature probing, with its sections and names; besides, a third answer (could
 * not tell) and a reason for each that is not yes. Source: bpftool-feature(8) and its output.
 */
#include "kernel/feature.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/arena.h"
#include "elf/kconfig.h"
#include "kernel/probe.h"
#include "spec/features.h"
#include "spec/helper.h"
#include "spec/map.h"
#include "spec/prog.h"

struct features {
	const struct feature_opts *o;
	FILE *out;
	struct json *json;
	struct probe probe;
	struct buf reasons;	   /* JSON members, in the end */
	u32 types[64], type_count; /* program types that there are */
};

static bool text(const struct features *f)
{
	return !f->json && !f->o->prefix;
}

static void section(struct features *f, const char *name, const char *title)
{
	if (f->json)
		js_open(f->json, name, '{');
	else if (f->o->prefix)
		fprintf(f->out, "/*** %s ***/\n", title);
	else
		fprintf(f->out, "Scanning %s...\n", title);
}

static void section_end(struct features *f)
{
	if (f->json)
		js_close(f->json, '}');
	else
		fputc('\n', f->out);
}

static void macro(struct features *f, enum probe_answer answer, const char *name)
{
	if (answer == PROBE_UNKNOWN)
		fputs("/* could not tell: ", f->out);
	fprintf(f->out, "#define %s%s", f->o->prefix, answer == PROBE_NO ? "NO_" : "");
	for (; *name; name++)
		fputc(toupper((unsigned char)*name), f->out);
	fputs(answer == PROBE_UNKNOWN ? " */\n" : "\n", f->out);
}

/* One answer: `name` in JSON and macros ("have_xdp_prog_type"), `words` in text. */
static void answer(struct features *f, enum probe_answer a, const char *name, const char *words)
{
	static const char *const says[] = { "is NOT available", "is available", "could not tell" };
	static const char *const json[] = { "false", "true", "null" };

	if (f->json) {
		js_raw(f->json, name, json[a]);
		if (a != PROBE_YES && *f->probe.why) {
			buf_puts(&f->reasons, f->reasons.len > 1 ? "," : "");
			json_buf_string(&f->reasons, name);
			buf_putc(&f->reasons, ':');
			json_buf_string(&f->reasons, f->probe.why);
		}
	} else if (f->o->prefix) {
		macro(f, a, name);
	} else {
		fprintf(f->out, "%s %s", words, says[a]);
		if (a != PROBE_YES && *f->probe.why)
			fprintf(f->out, " (%s)", f->probe.why);
		fputc('\n', f->out);
	}
}

/* ---- system ---- */

struct setting {
	const char *path, *name, *title;
	const char *words[3]; /* of the values 0, 1, 2 */
};

static const struct setting settings[] = {
	{ "kernel/unprivileged_bpf_disabled",
	  "unprivileged_bpf_disabled",
	  "bpf() syscall",
	  { "for unprivileged users is enabled",
	    "restricted to privileged users (without recovery)",
	    "restricted to privileged users (admin can change)" } },
	{ "net/core/bpf_jit_enable",
	  "bpf_jit_enable",
	  "JIT compiler is",
	  { "disabled", "enabled", "enabled with debugging traces in kernel logs" } },
	{ "net/core/bpf_jit_harden",
	  "bpf_jit_harden",
	  "JIT compiler hardening is",
	  { "disabled", "enabled for unprivileged users", "enabled for all users" } },
	{ "net/core/bpf_jit_kallsyms",
	  "bpf_jit_kallsyms",
	  "JIT compiler kallsyms exports are",
	  { "disabled", "enabled for root" } },
};

static void show_setting(struct features *f, const struct setting *s)
{
	char path[128], value[32];
	int n;
	long v;

	snprintf(path, sizeof(path), "/proc/sys/%s", s->path);
	n = sys_read_text(path, value, sizeof(value));
	v = n > 0 ? strtol(value, NULL, 10) : -1;
	if (f->json)
		js_raw(f->json, s->name, n > 0 ? value : "null");
	else if (v < 0 || v > 2 || !s->words[v])
		fprintf(f->out, "%s %s\n", s->title, n > 0 ? value : "of unknown state");
	else
		fprintf(f->out, "%s %s\n", s->title, s->words[v]);
}

static void show_limit(struct features *f)
{
	char value[32];
	int n = sys_read_text("/proc/sys/net/core/bpf_jit_limit", value, sizeof(value));

	if (f->json)
		js_raw(f->json, "bpf_jit_limit", n > 0 ? value : "null");
	else if (n > 0)
		fprintf(f->out,
			"Global memory limit for JIT compiler for unprivileged users is %s bytes\n",
			value);
}

static const char *const options[] = {
	"CONFIG_BPF",
	"CONFIG_BPF_SYSCALL",
	"CONFIG_HAVE_EBPF_JIT",
	"CONFIG_BPF_JIT",
	"CONFIG_BPF_JIT_ALWAYS_ON",
	"CONFIG_DEBUG_INFO_BTF",
	"CONFIG_DEBUG_INFO_BTF_MODULES",
	"CONFIG_CGROUPS",
	"CONFIG_CGROUP_BPF",
	"CONFIG_CGROUP_NET_CLASSID",
	"CONFIG_SOCK_CGROUP_DATA",
	"CONFIG_BPF_EVENTS",
	"CONFIG_KPROBE_EVENTS",
	"CONFIG_UPROBE_EVENTS",
	"CONFIG_TRACING",
	"CONFIG_FTRACE_SYSCALLS",
	"CONFIG_FUNCTION_ERROR_INJECTION",
	"CONFIG_BPF_KPROBE_OVERRIDE",
	"CONFIG_NET",
	"CONFIG_XDP_SOCKETS",
	"CONFIG_LWTUNNEL_BPF",
	"CONFIG_NET_ACT_BPF",
	"CONFIG_NET_CLS_BPF",
	"CONFIG_NET_CLS_ACT",
	"CONFIG_NET_SCH_INGRESS",
	"CONFIG_XFRM",
	"CONFIG_IP_ROUTE_CLASSID",
	"CONFIG_IPV6_SEG6_BPF",
	"CONFIG_BPF_LIRC_MODE2",
	"CONFIG_BPF_STREAM_PARSER",
	"CONFIG_NETFILTER_XT_MATCH_BPF",
	"CONFIG_NETFILTER_BPF_LINK",
	"CONFIG_BPF_LSM",
	"CONFIG_NETKIT",
	"CONFIG_BPFILTER",
	"CONFIG_BPFILTER_UMH",
	"CONFIG_TEST_BPF",
	"CONFIG_HZ",
};

static void show_options(struct features *f)
{
	struct buf config = { 0 };
	struct arena a = { 0 };

	kconfig_read(&config);
	if (!config.len && text(f))
		fputs("skipping kernel config, can't open file\n", f->out);
	for (size_t i = 0; i < ARRAY_SIZE(options) && (config.len || f->json); i++) {
		const char *value = kconfig_find(&config, options[i], &a);

		if (f->json)
			js_str(f->json, options[i], value);
		else if (value)
			fprintf(f->out, "%s is set to %s\n", options[i], value);
		else
			fprintf(f->out, "%s is not set\n", options[i]);
	}
	buf_fini(&config);
	arena_fini(&a);
}

static void probe_system(struct features *f)
{
	if (f->o->prefix)
		return; /* values are no macros */
	section(f, "system_config", "system configuration");
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		show_setting(f, &settings[i]);
	show_limit(f);
	show_options(f);
	section_end(f);
}

/* ---- BPF ---- */

static void probe_progs(struct features *f)
{
	char name[96], words[96];

	section(f, "program_types", "eBPF program types");
	for (u32 type = 1; prog_info(type); type++) {
		enum probe_answer a = probe_prog(&f->probe, type);

		if (a != PROBE_NO && f->type_count < ARRAY_SIZE(f->types))
			f->types[f->type_count++] = type;
		snprintf(name, sizeof(name), "have_%s_prog_type", prog_info(type)->name);
		snprintf(words, sizeof(words), "eBPF program_type %s", prog_info(type)->name);
		answer(f, a, name, words);
	}
	section_end(f);
}

static void probe_maps(struct features *f)
{
	char name[96], words[96];

	section(f, "map_types", "eBPF map types");
	for (u32 type = 1; map_info(type); type++) {
		snprintf(name, sizeof(name), "have_%s_map_type", map_info(type)->name);
		snprintf(words, sizeof(words), "eBPF map_type %s", map_info(type)->name);
		answer(f, probe_map(&f->probe, type), name, words);
	}
	section_end(f);
}

/* Trying these leaves a warning in the kernel's log. */
static bool is_loud(const char *helper)
{
	return !strcmp(helper, "trace_printk") || !strcmp(helper, "trace_vprintk") ||
	       !strcmp(helper, "probe_write_user");
}

static void helper_line(struct features *f, const char *prog, const char *helper,
			enum probe_answer a)
{
	char name[128];

	if (f->json) {
		snprintf(name, sizeof(name), "bpf_%s", helper);
		js_str(f->json, NULL, name);
	} else if (text(f)) {
		fprintf(f->out, "\n\t- bpf_%s", helper);
	} else {
		fprintf(f->out, "#define %sBPF__PROG_TYPE_%s__HELPER_bpf_%s %d\n", f->o->prefix,
			prog, helper, a == PROBE_YES);
	}
}

static void probe_helpers_of(struct features *f, u32 type)
{
	const char *prog = prog_info(type)->name;
	char name[96];

	/* Whether a type without a way to load it here has a helper cannot be told. */
	bool unknown = probe_helper(&f->probe, 1, type) == PROBE_UNKNOWN;

	snprintf(name, sizeof(name), "%s_available_helpers", prog);
	if (f->json)
		js_open(f->json, name, '[');
	else if (text(f))
		fprintf(f->out, "eBPF helpers supported for program type %s:%s", prog,
			unknown ? "\n\tCould not determine which helpers are available" : "");
	for (u32 id = 1; id < helper_count() && !unknown; id++) {
		const struct helper_info *h = helper_by_id(id);
		enum probe_answer a;

		if (!h || (is_loud(h->name) && !f->o->full))
			continue;
		a = probe_helper(&f->probe, id, type);
		if (a == PROBE_YES || f->o->prefix)
			helper_line(f, prog, h->name, a);
	}
	if (f->json)
		js_close(f->json, ']');
	else if (text(f))
		fputc('\n', f->out);
}

static void probe_helpers(struct features *f)
{
	section(f, "helpers", "eBPF helper functions");
	if (f->o->prefix)
		fprintf(f->out,
			"/*\n * Use %sHAVE_PROG_TYPE_HELPER(prog_type_name, helper_name)\n"
			" * to determine if <helper_name> is available for <prog_type_name>.\n */\n"
			"#define %sHAVE_PROG_TYPE_HELPER(prog_type, helper)\t\\\n"
			"\t%sBPF__PROG_TYPE_ ## prog_type ## __HELPER_ ## helper\n",
			f->o->prefix, f->o->prefix, f->o->prefix);
	for (u32 i = 0; i < f->type_count; i++)
		probe_helpers_of(f, f->types[i]);
	section_end(f);
}

static void probe_miscs(struct features *f)
{
	static const struct {
		enum probe_misc what;
		const char *name, *words;
	} miscs[] = {
		{ PROBE_LARGE, "have_large_insn_limit", "Large program size limit" },
		{ PROBE_LOOPS, "have_bounded_loops", "Bounded loop support" },
		{ PROBE_V2, "have_v2_isa_extension", "ISA extension v2" },
		{ PROBE_V3, "have_v3_isa_extension", "ISA extension v3" },
		{ PROBE_V4, "have_v4_isa_extension", "ISA extension v4" },
	};

	section(f, "misc", "miscellaneous eBPF features");
	for (size_t i = 0; i < ARRAY_SIZE(miscs); i++)
		answer(f, probe_misc(&f->probe, miscs[i].what), miscs[i].name, miscs[i].words);
	section_end(f);
}

static void probe_all(struct features *f)
{
	enum probe_answer a;

	if (!f->o->device)
		probe_system(f);
	section(f, "syscall_config",
		f->o->prefix ? "System call availability" : "system call availability");
	a = probe_syscall(&f->probe);
	answer(f, a, "have_bpf_syscall", "bpf() syscall");
	section_end(f);
	if (a != PROBE_NO) {
		probe_progs(f);
		probe_maps(f);
		probe_helpers(f);
		probe_miscs(f);
	}
	if (f->json) {
		buf_putc(&f->reasons, '}');
		js_raw(f->json, "reasons", buf_str(&f->reasons));
	}
}

int feature_probe(const struct feature_opts *o, FILE *out, struct json *json, struct diag *d)
{
	struct features *f = calloc(1, sizeof(*f));
	u32 patch, release = sys_release(&patch);

	if (!f)
		return -ENOMEM;
	f->o = o;
	f->out = out;
	f->json = json;
	buf_putc(&f->reasons, '{');
	f->probe.version = release << 8 | MIN(patch, 255u);
	f->probe.ifindex = o->device ? if_nametoindex(o->device) : 0;
	if (o->device && !f->probe.ifindex) {
		free(f);
		return diag_error(d, -ENODEV, NOWHERE, "there is no device '%s'", o->device);
	}
	if (json)
		js_open(json, NULL, '{');
	probe_all(f);
	buf_fini(&f->reasons);
	if (json)
		js_close(json, '}');
	free(f);
	return 0;
}
