// SPDX-License-Identifier: BSD-2-Clause
#include "kload.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spec/map.h"
#include "spec/prog.h"

enum { LOG_SIZE = 1 << 24, NOBODY = 65534, CAP_OF_BPF = 39, STACK_DEPTH = 127 };

static int sys_bpf(int cmd, union bpf_attr *attr)
{
	long ret;

	/* Verification is interrupted by signals and by lack of memory for a moment. */
	for (int tries = 0; tries < 5; tries++) {
		ret = syscall(__NR_bpf, cmd, attr, sizeof(*attr));
		if (ret >= 0 || errno != EAGAIN)
			break;
	}
	return ret < 0 ? -errno : (int)ret;
}

static u64 ptr(const void *p)
{
	return (u64)(uintptr_t)p;
}

struct types *kload_types(void)
{
	static struct types *kernel;
	static bool tried;

	if (!tried)
		types_open_file(&kernel, "/sys/kernel/btf/vmlinux", NULL, NULL);
	tried = true;
	return kernel;
}

bool kload_can(void)
{
	static const struct insn ret0[] = { { .code = 0xb7 }, { .code = CODE_EXIT } };
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_XDP,
				.insns = ptr(ret0),
				.insn_cnt = 2,
				.license = ptr("GPL") };
	int fd = sys_bpf(BPF_PROG_LOAD, &attr);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* ---- BTF ---- */

static void *info_after(struct type *t)
{
	return t + 1;
}

/*
 * The kernel takes no BTF in which something is extern: variables and functions become global,
 * parameters get a name, and a data section that lists functions becomes a structure of as many
 * numbers, whose rows have the same size.
 */
static void patch_type(const struct types *t, u32 id, struct type *type, u32 any_int, u32 any_name)
{
	u32 *row = info_after(type), count = types_vlen(t, id);

	if (types_kind(t, id) == KIND_VAR && row[0] == 2) {
		row[0] = 1;
		if (types_size(t, type->type) < 0)
			type->type = any_int;
	}
	if (types_kind(t, id) == KIND_INT && (row[0] >> 24 & 3) == 3)
		row[0] &= ~(2u << 24);
	if (types_kind(t, id) == KIND_FUNC && count == 2)
		type->info = KIND_FUNC << 24 | 1;
	for (u32 i = 0; types_kind(t, id) == KIND_FUNC_PROTO && i < count; i++) {
		if (!row[2 * i] && row[2 * i + 1])
			row[2 * i] = any_name;
	}
	if (types_kind(t, id) != KIND_DATASEC || !count ||
	    (types_kind(t, types_secinfo(t, id, 0).type) != KIND_FUNC &&
	     strcmp(types_name(t, id), ".ksyms")))
		return;
	type->name_off = 0;
	type->info = KIND_STRUCT << 24 | count;
	type->size = 4 * count;
	for (u32 i = 0; i < count; i++) {
		row[3 * i] = 0;
		row[3 * i + 1] = any_int;
		row[3 * i + 2] = 32 * i;
	}
}

static u32 find_int(const struct types *t)
{
	for (u32 id = 1; id < types_count(t); id++) {
		if (types_kind(t, id) == KIND_INT && types_size(t, id) == 4)
			return id;
	}
	return 0;
}

/* Where a name stands that is an identifier. */
static u32 find_name(const struct types *t)
{
	for (u32 id = 1; id < types_count(t); id++) {
		if (types_kind(t, id) == KIND_FUNC)
			return types_get(t, id)->name_off;
	}
	return 0;
}

static int load_types(struct kload *k)
{
	const struct types *t = k->obj->types;
	union bpf_attr attr = { 0 };
	size_t len;
	const u8 *raw;
	u8 *copy;
	u32 any_int, any_name;

	if (!t || types_count(t) < 2)
		return -1;
	raw = types_raw(t, &len);
	copy = malloc(len);
	memcpy(copy, raw, len);
	any_int = find_int(t);
	any_name = find_name(t);
	for (u32 id = 1; id < types_count(t); id++) {
		size_t at = (size_t)((const u8 *)types_get(t, id) - raw);

		patch_type(t, id, (struct type *)(copy + at), any_int, any_name);
	}
	attr.btf = ptr(copy);
	attr.btf_size = (u32)len;
	attr.btf_log_buf = ptr(k->why);
	attr.btf_log_size = sizeof(k->why);
	attr.btf_log_level = 1;
	k->btf = sys_bpf(BPF_BTF_LOAD, &attr);
	if (k->btf == -ENOSPC) {
		attr.btf_log_level = 0;
		attr.btf_log_size = 0;
		attr.btf_log_buf = 0;
		k->btf = sys_bpf(BPF_BTF_LOAD, &attr);
	}
	free(copy);
	return k->btf;
}

/* ---- maps ---- */

static u32 needs_entries(u32 type)
{
	const struct map_info *info = map_info(type);

	if (type == MAP_TYPE_PERF_EVENT_ARRAY)
		return (u32)sysconf(_SC_NPROCESSORS_CONF);
	return !info || map_rule_allows(info->entries, 0) ? 0 : 4096;
}

static int create(struct kload *k, const struct obj_map *m)
{
	union bpf_attr attr = { 0 };
	int inner = -1, fd;

	attr.map_type = m->type;
	attr.key_size = m->key_size;
	attr.value_size = m->value_size;
	attr.max_entries = m->max_entries;
	attr.map_flags = m->flags;
	attr.map_extra = m->extra;
	attr.numa_node = m->numa_node;
	if (m->role == MAP_RODATA || m->role == MAP_KCONFIG)
		attr.map_flags |= MAP_RDONLY_PROG;
	if (m->inner >= 0) {
		inner = create(k, &k->obj->maps[m->inner]);
		if (inner < 0)
			return inner;
		attr.inner_map_fd = (u32)inner;
	}
	/* Sizes that tools set before they load. */
	if (!attr.max_entries)
		attr.max_entries = needs_entries(m->type);
	if (m->type == MAP_TYPE_STACK_TRACE && !attr.value_size)
		attr.value_size = STACK_DEPTH * 8;
	if (k->btf >= 0) {
		attr.btf_fd = (u32)k->btf;
		attr.btf_key_type_id = m->key_type_id;
		attr.btf_value_type_id = m->value_type_id;
	}
	fd = sys_bpf(BPF_MAP_CREATE, &attr);
	if (fd < 0 && (m->key_type_id || m->value_type_id)) {
		/* Many kinds of maps take no types. */
		attr.btf_fd = attr.btf_key_type_id = attr.btf_value_type_id = 0;
		fd = sys_bpf(BPF_MAP_CREATE, &attr);
	}
	if (inner >= 0)
		close(inner);
	return fd;
}

static int fill(const struct obj_map *m, int fd)
{
	union bpf_attr attr = { 0 };
	u32 zero = 0;
	int err = 0;

	attr.map_fd = (u32)fd;
	if (m->data) {
		attr.key = ptr(&zero);
		attr.value = ptr(m->data);
		err = sys_bpf(BPF_MAP_UPDATE_ELEM, &attr);
	}
	if (!err && (m->role == MAP_RODATA || m->role == MAP_KCONFIG)) {
		attr = (union bpf_attr){ 0 };
		attr.map_fd = (u32)fd;
		err = sys_bpf(BPF_MAP_FREEZE, &attr);
	}
	return err;
}

static int make_map(struct kload *k, u32 i)
{
	const struct obj_map *m = &k->obj->maps[i];
	int err;

	if (m->role == MAP_STRUCT_OPS || m->template || !m->autocreate)
		return 0;
	k->maps[i] = create(k, m);
	err = k->maps[i] < 0 ? k->maps[i] : m->role == MAP_PLAIN ? 0 : fill(m, k->maps[i]);
	if (err)
		snprintf(k->why, sizeof(k->why), "map '%s': %s", m->name, strerror(-err));
	return err;
}

int kload_open(struct kload *k, const struct object *obj)
{
	int err = 0;

	*k = (struct kload){ .obj = obj, .kernel = kload_types(), .btf = -1 };
	k->maps = malloc(sizeof(int) * (obj->map_count + 1));
	for (u32 i = 0; i < obj->map_count; i++)
		k->maps[i] = -1;
	/* Without types most programs load as well; those that do not are refused. */
	if (load_types(k) < 0)
		k->btf = -1;
	for (u32 i = 0; !err && i < obj->map_count; i++)
		err = make_map(k, i);
	if (err)
		kload_close(k);
	return err;
}

void kload_close(struct kload *k)
{
	for (u32 i = 0; k->maps && i < k->obj->map_count; i++) {
		if (k->maps[i] >= 0)
			close(k->maps[i]);
	}
	if (k->btf >= 0)
		close(k->btf);
	free(k->maps);
	k->maps = NULL;
	k->btf = -1;
}

/* ---- externs ---- */

static u64 address_of(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], symbol[256], kind;
	unsigned long long addr, found = 0;

	while (f && !found && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx %c %255s", &addr, &kind, symbol) == 3 &&
		    !strcmp(symbol, name))
			found = addr;
	}
	if (f)
		fclose(f);
	return found;
}

static int resolve(struct kload *k, struct insn *i, const struct obj_extern *e)
{
	u32 id;
	u64 addr;

	switch (e->kind) {
	case EXTERN_KFUNC:
		id = k->kernel ? types_find(k->kernel, e->name, KIND_FUNC) : 0;
		i->imm = (s32)id;
		i->off = 0;
		if (i->code == CODE_LD_IMM64) { /* its address; zero: it is not there */
			i->src = id ? PSEUDO_BTF_ID : 0;
			i[1].imm = 0;
		}
		return id || e->weak ? 0 : -ESRCH;
	case EXTERN_KSYM_TYPED:
		id = k->kernel ? types_find(k->kernel, e->name, KIND_VAR) : 0;
		i[0].src = id ? PSEUDO_BTF_ID : 0;
		i[0].imm = (s32)id;
		i[1].imm = 0;
		return id || e->weak ? 0 : -ESRCH;
	case EXTERN_KSYM:
		addr = address_of(e->name);
		i[0].src = 0;
		i[0].imm = (s32)addr;
		i[1].imm = (s32)(addr >> 32);
		return addr || e->weak ? 0 : -ESRCH;
	}
	return -EINVAL;
}

/* ---- what a program is attached to ---- */

static u32 find_target(struct kload *k, const char *prefix, const char *name, enum type_kind kind)
{
	char full[256];

	if (!k->kernel || !name)
		return 0;
	snprintf(full, sizeof(full), "%s%s", prefix, name);
	return types_find(k->kernel, full, kind);
}

/* The kernel structure that a struct_ops program is a member of, and which member. */
static u32 struct_ops_of(struct kload *k, const struct obj_prog *prog, u32 *member)
{
	const struct object *obj = k->obj;
	u32 index = (u32)(prog - obj->progs);

	for (u32 i = 0; i < obj->map_count; i++) {
		const struct obj_map *m = &obj->maps[i];
		u32 in_kernel =
			find_target(k, "", types_name(obj->types, m->value_type_id), KIND_STRUCT);

		for (u32 s = 0; m->role == MAP_STRUCT_OPS && s < m->slot_count; s++) {
			const char *name = NULL;

			for (u32 j = 0; j < types_vlen(obj->types, m->value_type_id); j++) {
				struct type_member f =
					types_member(obj->types, m->value_type_id, j);

				if (f.bit_off == m->slots[s].index * 8)
					name = f.name;
			}
			for (u32 j = 0; name && j < types_vlen(k->kernel, in_kernel); j++) {
				if ((u32)m->slots[s].prog == index &&
				    !strcmp(types_member(k->kernel, in_kernel, j).name, name)) {
					*member = j;
					return in_kernel;
				}
			}
		}
	}
	return 0;
}

static int set_target(struct kload *k, const struct obj_prog *prog, union bpf_attr *attr)
{
	const char *name = prog->attach_target;
	u32 id = 0, member = 0;

	if (prog->type == PROG_STRUCT_OPS) {
		id = struct_ops_of(k, prog, &member);
		attr->expected_attach_type = member;
	} else if (prog->type == PROG_LSM) {
		id = find_target(k, "bpf_lsm_", name, KIND_FUNC);
	} else if (prog->type != PROG_TRACING) {
		return prog->type == PROG_EXT ? -EOPNOTSUPP : 0;
	} else if (prog->attach_type == ATTACH_TRACE_RAW_TP) {
		id = find_target(k, "btf_trace_", name, KIND_TYPEDEF);
	} else if (prog->attach_type == ATTACH_TRACE_ITER) {
		id = find_target(k, "bpf_iter_", name, KIND_FUNC);
	} else {
		id = find_target(k, "", name, KIND_FUNC);
	}
	attr->attach_btf_id = id;
	return id ? 0 : -ESRCH;
}

/* ---- loading ---- */

/* Rows of BPF_PROG_LOAD's func_info; NULL when a function has no type. */
static struct bpf_func_info *func_rows(const struct kload *k, const struct obj_prog *prog)
{
	struct bpf_func_info *rows = calloc(prog->func_count + 1, sizeof(*rows));

	for (u32 i = 0; i < prog->func_count; i++) {
		rows[i].insn_off = prog->funcs[i].start;
		rows[i].type_id = prog->funcs[i].type_id;
		if (k->btf < 0 || !rows[i].type_id) {
			free(rows);
			return NULL;
		}
	}
	return rows;
}

/* Keep one capability (-1: none) and become nobody; for a forked child. */
static int drop(int keep)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2] = { 0 };

	if (keep >= 0)
		caps[keep / 32].permitted = caps[keep / 32].effective = 1u << keep % 32;
	if (prctl(PR_SET_KEEPCAPS, 1) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY) || syscall(SYS_capset, &head, caps))
		return -errno;
	return 0;
}

static int load_as(union bpf_attr *attr, enum kload_as as)
{
	int *result, err, fd;
	pid_t child;

	if (as == KLOAD_ROOT) {
		fd = sys_bpf(BPF_PROG_LOAD, attr);
		if (fd >= 0)
			close(fd);
		return fd < 0 ? fd : 0;
	}
	result = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED)
		return -ENOMEM;
	*result = -ECHILD;
	child = fork();
	if (!child) {
		err = drop(as == KLOAD_BPF ? CAP_OF_BPF : -1);
		fd = err ? err : sys_bpf(BPF_PROG_LOAD, attr);
		*result = fd < 0 ? fd : 0;
		_exit(0);
	}
	waitpid(child, NULL, 0);
	err = *result;
	munmap(result, 4096);
	return err;
}

static void read_stats(struct kload_result *out, const char *log)
{
	const char *at = strstr(log, "verification time ");
	unsigned long long usec = 0;
	unsigned insns = 0, states = 0;

	if (at)
		sscanf(at, "verification time %llu", &usec);
	while ((at = strstr(at ? at : log, "processed "))) {
		if (sscanf(at, "processed %u insns", &insns) == 1)
			break;
		at++;
	}
	at = at ? strstr(at, "total_states ") : NULL;
	if (at)
		sscanf(at, "total_states %u", &states);
	out->usec = usec;
	out->insns = insns;
	out->states = states;
}

/* The line that says why: the last before the statistics. */
static void read_reason(struct kload_result *out, char *log)
{
	char *end = strstr(log, "\nprocessed "), *time = strstr(log, "\nverification time");
	size_t len;

	snprintf(out->log_start, sizeof(out->log_start), "%.*s", (int)strcspn(log, "\n"), log);
	if (time && (!end || time < end))
		end = time;
	if (end)
		*end = '\0';
	len = strlen(log);
	while (len && log[len - 1] == '\n')
		log[--len] = '\0';
	for (char *line = log; (line = strstr(line, "\n")); line++) {
		if (len - (size_t)(line - log) < sizeof(out->log))
			break;
	}
	snprintf(out->log, sizeof(out->log), "%s",
		 len < sizeof(out->log) ? log : log + len - sizeof(out->log) + 1);
}

static int ask(union bpf_attr *attr, enum kload_as as, struct kload_result *out)
{
	char *log = mmap(NULL, LOG_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (log == MAP_FAILED)
		return -ENOMEM;
	attr->log_buf = ptr(log);
	attr->log_size = LOG_SIZE;
	attr->log_level = as == KLOAD_ROOT ? 4 : 1; /* statistics alone; the log */
	out->err = load_as(attr, as);
	read_stats(out, log);
	if (out->err) {
		struct kload_result again;

		attr->log_level = 1;
		*log = '\0';
		if (load_as(attr, as) == -ENOSPC)
			log[LOG_SIZE - 1] = '\0';
		read_stats(&again, log);
		if (!out->insns)
			out->insns = again.insns;
		read_reason(out, log);
	}
	munmap(log, LOG_SIZE);
	return 0;
}

int kload_prog(struct kload *k, const struct obj_prog *prog, u32 flags, enum kload_as as,
	       struct kload_result *out)
{
	struct insn *insns = malloc(sizeof(*insns) * (prog->insn_count + 1));
	struct bpf_func_info *rows = func_rows(k, prog);
	union bpf_attr attr = { 0 };
	int err = 0;

	memset(out, 0, sizeof(*out));
	memcpy(insns, prog->insns, sizeof(*insns) * prog->insn_count);
	for (u32 i = 0; !err && i < prog->ref_count; i++)
		err = resolve(k, &insns[prog->refs[i].insn],
			      &k->obj->externs[prog->refs[i].extern_idx]);
	attr.prog_type = prog->type;
	attr.expected_attach_type = prog->attach_type;
	attr.insns = ptr(insns);
	attr.insn_cnt = prog->insn_count;
	attr.license = ptr(k->obj->license ? k->obj->license : "");
	attr.kern_version = k->obj->kern_version;
	attr.prog_flags = flags;
	attr.fd_array = k->obj->map_count ? ptr(k->maps) : 0;
	if (prog->sleepable)
		attr.prog_flags |= BPF_F_SLEEPABLE;
	if (prog->frags)
		attr.prog_flags |= 1u << 5;
	if (rows && prog->func_count) {
		attr.prog_btf_fd = (u32)k->btf;
		attr.func_info = ptr(rows);
		attr.func_info_cnt = prog->func_count;
		attr.func_info_rec_size = sizeof(*rows);
	}
	if (!err)
		err = set_target(k, prog, &attr);
	if (!err)
		err = ask(&attr, as, out);
	free(rows);
	free(insns);
	return err;
}
