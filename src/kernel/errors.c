// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/errors.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "elf/kconfig.h"
#include "spec/features.h"
#include "spec/map.h"
#include "spec/prog.h"
#include "verify/kernel_log.h"
#include "verify/verify.h"

enum { CAP_NET = 12, CAP_SYS = 21, CAP_TRACE = 38, CAP_OF_BPF = 39 };

/* ---- the kernel's configuration ---- */

const char *kernel_config_prog(u32 prog_type)
{
	switch (prog_type) {
#define NEEDS_PROG(name, option)                                                                   \
	case PROG_##name:                                                                          \
		return option;
#define NEEDS_MAP(name, option)
#include "kernel/config.def"
	}
	return NULL;
}

const char *kernel_config_map(u32 map_type)
{
	switch (map_type) {
#define NEEDS_PROG(name, option)
#define NEEDS_MAP(name, option)                                                                    \
	case MAP_TYPE_##name:                                                                      \
		return option;
#include "kernel/config.def"
	}
	return NULL;
}

char kernel_config(const char *name)
{
	struct arena a = { 0 };
	struct buf text = { 0 };
	const char *value;
	char state = '?';

	kconfig_read(&text);
	if (text.len && !text.err) {
		value = kconfig_find(&text, name, &a);
		state = !value ? 'n' : *value == 'm' ? 'm' : 'y';
	}
	buf_fini(&text);
	arena_fini(&a);
	return state;
}

/* ---- rights ---- */

static bool is_tracing(u32 type)
{
	switch (type) {
	case PROG_KPROBE:
	case PROG_TRACEPOINT:
	case PROG_PERF_EVENT:
	case PROG_RAW_TRACEPOINT:
	case PROG_RAW_TRACEPOINT_WRITABLE:
	case PROG_TRACING:
	case PROG_LSM:
	case PROG_STRUCT_OPS:
	case PROG_EXT:
		return true;
	default:
		return false;
	}
}

static bool is_network(u32 type)
{
	return type && !is_tracing(type) && type != PROG_SOCKET_FILTER && type != PROG_SYSCALL &&
	       type != PROG_SK_REUSEPORT;
}

/* What this process lacks for programs of a type, as words; "": nothing. */
static void lacking(u32 type, char *out, size_t size)
{
	bool all = sys_capable(CAP_SYS);
	int n = 0;

	*out = 0;
	if (!all && !sys_capable(CAP_OF_BPF))
		n += snprintf(out, size, "CAP_BPF");
	if (!all && is_tracing(type) && !sys_capable(CAP_TRACE))
		n += snprintf(out + n, size - (size_t)n, "%sCAP_PERFMON", n ? " and " : "");
	if (!all && is_network(type) && !sys_capable(CAP_NET))
		snprintf(out + n, size - (size_t)n, "%sCAP_NET_ADMIN", n ? " and " : "");
}

/* The kernel's own file, mounted or not. */
static int read_lockdown(char *text, size_t size)
{
	int n = sys_read_text("/sys/kernel/security/lockdown", text, size), root, fd;
	ssize_t len;

	if (n > 0)
		return n;
	root = sys_detached_mount("securityfs");
	fd = root < 0 ? root : openat(root, "lockdown", O_RDONLY | O_CLOEXEC);
	sys_close(&root);
	if (fd < 0)
		return -ENOENT;
	len = read(fd, text, size - 1);
	close(fd);
	text[MAX(len, 0)] = 0;
	return len > 0 ? (int)len : -ENOENT;
}

/* The word in brackets: "none [integrity] confidentiality". */
bool kernel_lockdown(char *out, size_t size)
{
	char text[512], *at, *end;

	if (read_lockdown(text, sizeof(text)) > 0) {
		at = strchr(text, '[');
		end = at ? strchr(at, ']') : NULL;
		if (!end)
			return false;
		*end = 0;
		snprintf(out, size, "%s", at + 1);
		return strcmp(out, "none") != 0;
	}
	if (sys_read_text("/proc/cmdline", text, sizeof(text)) <= 0)
		return false;
	at = strstr(text, "lockdown=");
	if (!at)
		return false;
	snprintf(out, size, "%.*s", (int)strcspn(at + 9, " \n"), at + 9);
	return true;
}

/* Capabilities of a user namespace other than the first do not count for bpf(2). */
static bool in_user_namespace(void)
{
	char text[256];
	unsigned long first, there, count;

	return sys_read_text("/proc/self/uid_map", text, sizeof(text)) > 0 &&
	       sscanf(text, "%lu %lu %lu", &first, &there, &count) == 3 &&
	       !(first == 0 && there == 0 && count == UINT32_MAX);
}

void kernel_explain_rights(u32 prog_type, struct diag *d)
{
	char caps[96], mode[32], text[16];

	lacking(prog_type, caps, sizeof(caps));
	if (*caps) {
		bool off = sys_read_text("/proc/sys/kernel/unprivileged_bpf_disabled", text,
					 sizeof(text)) > 0 &&
			   *text != '0';

		diag_hint(d, "this process lacks %s%s", caps,
			  off && (prog_type == PROG_SOCKET_FILTER || prog_type == PROG_CGROUP_SKB ||
				  !prog_type)
				  ? "; users without it may not (kernel.unprivileged_bpf_disabled)"
				  : "");
	} else if (in_user_namespace()) {
		diag_hint(d, "this is a user namespace: capabilities count in the first one only, "
			     "or with a BPF token");
	} else if (kernel_lockdown(mode, sizeof(mode))) {
		diag_hint(d, "the kernel is locked down (%s); privilege does not help", mode);
	} else {
		diag_hint(d, "this process has the capabilities: lockdown or a security module "
			     "forbids it (see /sys/kernel/security/lockdown and .../lsm)");
	}
}

/* ---- reasons that tables know ---- */

static bool is_newer(struct kernel_unit *u, u32 major, u32 minor)
{
	return kernel_of(u)->release < ERA(major, minor);
}

static void hint_release(struct kernel_unit *u, struct diag *d)
{
	u32 r = kernel_of(u)->release;

	diag_hint(d, "this is Linux %u.%u", ERA_MAJOR(r), ERA_MINOR(r));
}

/* "is built without CONFIG_X", when it is so; true: said. */
static bool said_config(const char *what, const char *name, const char *option, int err,
			struct diag *d)
{
	if (!option || kernel_config(option) != 'n')
		return false;
	diag_error(d, err, NOWHERE, "%s: the running kernel is built without %s", what, option);
	return true;
}

/* ---- maps ---- */

static const char *rule_text(enum map_rule rule)
{
	switch (rule) {
	case RULE_ZERO:
		return "must be 0";
	case RULE_U32:
		return "must be 4";
	case RULE_U64OK:
		return "must be 4 or 8";
	case RULE_PAGES:
		return "must be a power of two and whole pages";
	case RULE_LPM:
		return "must be 5 to 260";
	case RULE_STACKS:
		return "must be a multiple of 8";
	case RULE_CGROUP:
		return "must be 8 or 16";
	case RULE_ONE:
		return "must be 1";
	default:
		return "must not be 0";
	}
}

static bool said_rule(const struct obj_map *m, const struct map_info *info, struct diag *d)
{
	const struct {
		const char *what;
		enum map_rule rule;
		u32 value;
	} rules[] = {
		{ "key_size", info->key, m->key_size },
		{ "value_size", info->value, m->value_size },
		{ "max_entries", info->entries, m->max_entries },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rules); i++) {
		if (map_rule_allows(rules[i].rule, rules[i].value) ||
		    (rules[i].rule == RULE_STACKS && !rules[i].value)) /* the loader's choice */
			continue;
		diag_error(d, -EINVAL, line_span(d, &m->at), "map '%s' (%s): %s is %u, %s", m->name,
			   info->name, rules[i].what, rules[i].value, rule_text(rules[i].rule));
		if (!rules[i].value)
			diag_hint(d,
				  "tools that come with such an object set it before they load it");
		return true;
	}
	return false;
}

/* What is offloaded needs a driver that takes it; true: said. */
static bool said_offload(struct kernel_unit *u, const char *what, const char *name, int err,
			 struct diag *d)
{
	const char *device = u->unit->opts.offload;

	if (!u->device || (err != -EINVAL && err != -EOPNOTSUPP))
		return false;
	diag_error(d, err, NOWHERE, "%s '%s' cannot be offloaded to '%s': %s", what, name, device,
		   sys_error(err));
	diag_hint(d, "only network cards that run BPF themselves take programs and maps (their "
		     "driver says so, as nfp and netdevsim do), and only XDP and tc programs, "
		     "arrays and hash tables; without 'dev' the kernel runs them");
	return true;
}

int kernel_map_refused(struct kernel_unit *u, const struct obj_map *m, int err, struct diag *d)
{
	const struct map_info *info = map_info(m->type);
	struct span at = line_span(d, &m->at);
	char what[128];

	if (said_offload(u, "map", m->name, err, d))
		return err;

	if (info && (err == -EINVAL || err == -E2BIG)) {
		if (is_newer(u, info->since_major, info->since_minor)) {
			diag_error(d, err, at, "map '%s': maps of type %s exist since Linux %u.%u",
				   m->name, info->name, info->since_major, info->since_minor);
			hint_release(u, d);
			return err;
		}
		snprintf(what, sizeof(what), "map '%s' (%s)", m->name, info->name);
		if (said_rule(m, info, d) ||
		    said_config(what, info->name, kernel_config_map(m->type), err, d))
			return err;
	}
	diag_error(d, err, at, "map '%s' (%s) cannot be made: %s", m->name,
		   info ? info->name : "unknown type", sys_error(err));
	if (err == -EPERM && kernel_of(u)->release < ERA(5, 11) && !kernel_of(u)->memlock_lifted)
		diag_hint(d, "the limit of locked memory is too low: ulimit -l unlimited");
	else if (err == -EPERM)
		kernel_explain_rights(0, d);
	else if (err == -ENOMEM || err == -E2BIG)
		diag_hint(d, "%u elements of %u + %u bytes are more than the kernel gives",
			  m->max_entries, m->key_size, m->value_size);
	else if (err == -EINVAL && m->flags)
		diag_hint(d, "maps of this type may not take flags 0x%x", m->flags);
	return err;
}

/* ---- programs ---- */

/* Does the log tell of instructions ("12: (85)")? */
static bool has_insns(const char *log)
{
	for (const char *line = log; line && *line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		char *end;

		if (!isdigit((unsigned char)*line))
			continue;
		strtoul(line, &end, 10);
		if (!strncmp(end, ": (", 3))
			return true;
	}
	return false;
}

/* The sentence that ends a log: the last line before the figures. */
static void last_words(const char *log, char *out, size_t size)
{
	const char *line = log;

	*out = 0;
	while (line && *line) {
		const char *end = strchr(line, '\n');
		size_t len = end ? (size_t)(end - line) : strlen(line);

		if (!strncmp(line, "processed ", 10) || !strncmp(line, "verification time", 17))
			break;
		if (len && strncmp(line, "cur state:", 10) && strncmp(line, "old state:", 10))
			snprintf(out, size, "%.*s", (int)MIN(len, size - 1), line);
		line = end ? end + 1 : NULL;
	}
}

/* The verifier refused: ours explains best where it agrees; else what the kernel's log says. */
static void explain_verifier(struct kernel_unit *u, const struct obj_prog *p, const char *log,
			     struct diag *d)
{
	const struct verify_opts opts = { .kernel = kernel_types(kernel_of(u)) };
	struct verify_result *ours = NULL;
	char words[256];
	u32 before = d ? d->errors : 0;

	last_words(log, words, sizeof(words));
	if (!verify_prog(&ours, u->unit->obj, p, &opts, d) && ours->accepted)
		kernel_log_explain(u->unit->obj, p, log, strlen(log), d);
	else if (d && d->errors > before)
		diag_note(d, NOWHERE, "Linux says: %s", words);
	verify_result_free(ours);
}

static bool said_newer(struct kernel_unit *u, const struct obj_prog *p, int err, struct diag *d)
{
	const struct prog_info *info = prog_info(p->type);
	const struct attach_info *attach = attach_info(p->attach_type);

	if (info && is_newer(u, info->since_major, info->since_minor)) {
		diag_error(d, err, NOWHERE, "program '%s': type %s exists since Linux %u.%u",
			   p->name, info->name, info->since_major, info->since_minor);
	} else if (attach && p->attach_type &&
		   is_newer(u, attach->since_major, attach->since_minor)) {
		diag_error(d, err, NOWHERE, "program '%s': attach type %s exists since Linux %u.%u",
			   p->name, attach->name, attach->since_major, attach->since_minor);
	} else {
		return false;
	}
	hint_release(u, d);
	return true;
}

/* Our verdict for the running release: it knows which instruction or helper is too new. */
static bool said_by_era(struct kernel_unit *u, const struct obj_prog *p, struct diag *d)
{
	struct verify_opts opts = { .kernel = kernel_types(kernel_of(u)) };
	struct verify_result *ours = NULL;
	bool refused;

	opts.linux_version = era_supported(kernel_of(u)->release);
	refused = !verify_prog(&ours, u->unit->obj, p, &opts, d) && !ours->accepted;
	verify_result_free(ours);
	return refused;
}

int kernel_prog_refused(struct kernel_unit *u, const struct obj_prog *p, int err, const char *log,
			struct diag *d)
{
	const struct prog_info *info = prog_info(p->type);
	char words[256] = "", what[192];

	if (log && has_insns(log)) {
		explain_verifier(u, p, log, d);
		return err;
	}
	if (log)
		last_words(log, words, sizeof(words));
	if (!*words && said_offload(u, "program", p->name, err, d))
		return err;
	snprintf(what, sizeof(what), "program '%s' (%s)", p->name, info ? info->name : "?");
	if (err == -EINVAL || err == -E2BIG || err == -ENOTSUP) {
		if (said_newer(u, p, err, d) ||
		    said_config(what, p->name, kernel_config_prog(p->type), err, d))
			return err;
		if (!*words && said_by_era(u, p, d))
			return err;
	}
	diag_error(d, err, NOWHERE, "%s: the kernel refuses to load it: %s%s%s", what,
		   sys_error(err), *words ? ": " : "", words);
	if (err == -EPERM)
		kernel_explain_rights(p->type, d);
	return err;
}
