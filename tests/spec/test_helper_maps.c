// SPDX-License-Identifier: BSD-2-Clause
/*
 * Helper × map type against the running kernel: a small program of a type that may call the helper
 * passes it the map; what the verifier's log says of the pair is compared with the table.
 */
#include "test.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "spec/helper.h"
#include "spec/helper_maps.h"
#include "spec/map.h"
#include "spec/prog.h"

enum { MAP_TYPES = 64, MAX_INSNS = 64, BUFFER = 64 /* bytes of stack handed to helpers */ };

static int fds[MAP_TYPES]; /* -1: the kernel would not make one */
static int btf;
static char log_text[65536];

static int bpf(int cmd, union bpf_attr *attr)
{
	long ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : (int)ret;
}

/* BTF of `int`, the key of local storage (1), and of `static int f(void)` (3). */
static int make_btf(void)
{
	static const struct {
		struct btf_header h;
		struct btf_type integer;
		u32 encoding;
		struct btf_type proto, func;
		char names[8];
	} raw = {
		.h = { BTF_MAGIC, BTF_VERSION, 0, sizeof(struct btf_header), 0, 40, 40, 7 },
		.integer = { .name_off = 1, .info = BTF_KIND_INT << 24, { .size = 4 } },
		.encoding = BTF_INT_SIGNED << 24 | 32,
		.proto = { .info = BTF_KIND_FUNC_PROTO << 24, { .type = 1 } },
		.func = { .name_off = 5, .info = BTF_KIND_FUNC << 24, { .type = 2 } },
		.names = "\0int\0f",
	};
	union bpf_attr attr = { 0 };

	attr.btf = (uintptr_t)&raw;
	attr.btf_size = sizeof(struct btf_header) + 40 + 7;
	return bpf(BPF_BTF_LOAD, &attr);
}

static int make_map(u32 type, u32 flags)
{
	const struct map_info *info = map_info(type);
	union bpf_attr attr = { 0 };
	int inner = -1, fd;

	attr.map_type = type;
	attr.map_flags = flags;
	attr.key_size = info->key == RULE_ZERO ? 0 : info->key == RULE_CGROUP ? 16 : 4;
	attr.value_size = info->value == RULE_ZERO ? 0 : info->value == RULE_U32 ? 4 : 8;
	attr.max_entries = info->entries == RULE_ZERO ? 0 : info->entries == RULE_PAGES ? 4096 : 1;
	switch (type) {
	case MAP_TYPE_LPM_TRIE:
		attr.key_size = 8;
		attr.map_flags |= BPF_F_NO_PREALLOC;
		break;
	case MAP_TYPE_ARRAY_OF_MAPS:
	case MAP_TYPE_HASH_OF_MAPS:
		inner = make_map(MAP_TYPE_ARRAY, 0);
		attr.inner_map_fd = (u32)inner;
		break;
	case MAP_TYPE_SK_STORAGE:
	case MAP_TYPE_INODE_STORAGE:
	case MAP_TYPE_TASK_STORAGE:
	case MAP_TYPE_CGRP_STORAGE:
		attr.map_flags |= BPF_F_NO_PREALLOC;
		attr.value_size = 4;
		attr.btf_key_type_id = attr.btf_value_type_id = 1;
		attr.btf_fd = (u32)btf;
		break;
	case MAP_TYPE_ARENA:
		attr.map_flags |= BPF_F_MMAPABLE;
		break;
	}
	fd = bpf(BPF_MAP_CREATE, &attr);
	if (inner >= 0)
		close(inner);
	return fd;
}

struct program {
	struct bpf_insn insns[MAX_INSNS];
	u32 count, callback; /* its slot, 0: none */
};

static void emit(struct program *p, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	p->insns[p->count++] = (struct bpf_insn){ code, dst, src, off, imm };
}

/* False when the argument is an object that no small program has. */
static bool emit_argument(struct program *p, enum arg_type type, u8 reg, int fd)
{
	switch (type) {
	case ARG_CTX:
		emit(p, BPF_ALU64 | BPF_MOV | BPF_X, reg, 6, 0, 0);
		return true;
	case ARG_MAP:
		emit(p, BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_MAP_FD, 0, fd);
		emit(p, 0, 0, 0, 0, 0);
		return true;
	case ARG_MAP_KEY:
	case ARG_MAP_VALUE:
	case ARG_MAP_VALUE_OUT:
	case ARG_MEM:
	case ARG_MEM_OUT:
		emit(p, BPF_ALU64 | BPF_MOV | BPF_X, reg, 10, 0, 0);
		emit(p, BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, -BUFFER);
		return true;
	case ARG_DYNPTR_OUT:
		emit(p, BPF_ALU64 | BPF_MOV | BPF_X, reg, 10, 0, 0);
		emit(p, BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, -BUFFER - 16);
		return true;
	case ARG_SIZE:
	case ARG_SIZE_OR_ZERO:
	case ARG_ALLOC_SIZE:
		emit(p, BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, 24);
		return true;
	case ARG_FUNC: /* the callback comes after the two last instructions */
		emit(p, BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_FUNC, 0, 0);
		emit(p, 0, 0, 0, 0, 0);
		return true;
	case ARG_SCALAR:
	case ARG_STACK_OR_NULL:
	case ARG_MAP_VALUE_OR_NULL:
	case ARG_BTF_ID_OR_NULL:
		emit(p, BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, 0);
		return true;
	default:
		return false;
	}
}

static bool build(struct program *p, u32 id, int fd)
{
	const struct helper_info *h = helper_by_id(id);

	memset(p, 0, sizeof(*p));
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, 6, 1, 0, 0);
	for (int off = 8; off <= BUFFER; off += 8)
		emit(p, BPF_ST | BPF_DW | BPF_MEM, 10, 0, (s16)-off, 0);
	for (u8 k = 0; k < 5 && h->arg[k] != ARG_NONE; k++) {
		if (!emit_argument(p, h->arg[k], k + 1, fd))
			return false;
	}
	emit(p, BPF_JMP | BPF_CALL, 0, 0, 0, (s32)id);
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
	emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	for (u32 k = 0; k < p->count; k++) {
		if (p->insns[k].code != (BPF_LD | BPF_DW | BPF_IMM) ||
		    p->insns[k].src_reg != BPF_PSEUDO_FUNC)
			continue;
		p->insns[k].imm = (s32)(p->count - k - 1);
		p->callback = p->count;
		emit(p, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
		emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
		break;
	}
	return true;
}

/* A program type that loads without BTF and may call the helper; 0: none. */
static u32 caller(u32 id)
{
	static const u32 types[] = {
		PROG_XDP,      PROG_SCHED_CLS, PROG_KPROBE, PROG_CGROUP_SKB,
		PROG_SOCK_OPS, PROG_SK_SKB,    PROG_SK_MSG, PROG_SK_REUSEPORT
	};

	for (u32 k = 0; k < ARRAY_SIZE(types); k++) {
		if (helper_allowed(id, types[k], 0))
			return types[k];
	}
	return 0;
}

/* The return value of BPF_PROG_LOAD; log_text says more. */
static int load(const struct program *p, u32 type)
{
	struct bpf_func_info funcs[2] = { { 0, 3 }, { p->callback, 3 } };
	union bpf_attr attr = { 0 };
	int fd;

	if (p->callback) {
		attr.prog_btf_fd = (u32)btf;
		attr.func_info = (uintptr_t)funcs;
		attr.func_info_cnt = 2;
		attr.func_info_rec_size = sizeof(funcs[0]);
	}
	attr.prog_type = type;
	attr.insns = (uintptr_t)p->insns;
	attr.insn_cnt = p->count;
	attr.license = (uintptr_t) "GPL";
	attr.log_level = 1;
	attr.log_buf = (uintptr_t)log_text;
	attr.log_size = sizeof(log_text);
	log_text[0] = 0;
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd >= 0)
		close(fd);
	return fd;
}

static int make_maps(void **state)
{
	btf = make_btf();
	for (u32 type = 0; type < MAP_TYPES; type++)
		fds[type] = map_info(type) ? make_map(type, 0) : -1;
	return 0;
}

static int drop_maps(void **state)
{
	close(btf);
	for (u32 type = 0; type < MAP_TYPES; type++) {
		if (fds[type] >= 0)
			close(fds[type]);
	}
	return 0;
}

static u32 map_argument(u32 id)
{
	const struct helper_info *h = helper_by_id(id);

	for (u32 k = 0; h && k < 5; k++) {
		if (h->arg[k] == ARG_MAP)
			return k + 1;
	}
	return 0;
}

static void every_helper_with_a_map_has_a_row(void **state)
{
	for (u32 id = 0; id < helper_count(); id++) {
		u32 fits = 0;

		for (u32 type = 0; type < MAP_TYPES; type++)
			fits += map_info(type) && helper_fits_map(id, type);
		if (map_argument(id) && !fits)
			fail_msg("%s fits no map", helper_by_id(id)->name);
		assert_int_equal(map_argument(id) != 0, !helper_fits_map(id, 0));
	}
}

/* 1 the kernel lets the helper have the map, 0 it does not, -1 something else was wrong first. */
static int kernel_says(u32 id, int fd)
{
	struct program p;

	if (!caller(id) || !build(&p, id, fd))
		return -1;
	if (load(&p, caller(id)) >= 0)
		return 1;
	if (strstr(log_text, "expected=sock_common")) /* wants a socket: no small program has one */
		return -1;
	/* What the helper returned is a reference: the call itself was accepted. */
	return strstr(log_text, "would lead to reference leak") != NULL;
}

static void need_kernel(void)
{
	if (fds[MAP_TYPE_ARRAY] < 0)
		test_skip("bpf(BPF_MAP_CREATE) says %s", strerror(-fds[MAP_TYPE_ARRAY]));
}

static void helper_fits_the_maps_that_the_kernel_says(void **state)
{
	u32 asked = 0, wrong = 0;
	int says;

	need_kernel();
	for (u32 id = 0; id < helper_count(); id++) {
		for (u32 type = 0; map_argument(id) && type < MAP_TYPES; type++) {
			says = fds[type] < 0 ? -1 : kernel_says(id, fds[type]);
			if (says < 0)
				continue;
			asked++;
			if (says == helper_fits_map(id, type))
				continue;
			wrong++;
			printf("# bpf_%s on %s: the kernel says %d: %s\n", helper_by_id(id)->name,
			       map_info(type)->name, says, log_text);
		}
	}
	printf("# %u pairs\n", asked);
	assert_int_equal(wrong, 0);
	assert_true(asked > 700);
}

/* BPF_F_RDONLY_PROG refuses what helper_writes_map says, BPF_F_WRONLY_PROG refuses no call. */
static void flags_forbid_the_calls_that_the_kernel_says(void **state)
{
	u32 asked = 0, refused = 0;

	need_kernel();
	for (u32 type = 0; type < MAP_TYPES; type++) {
		int read_only = map_info(type) ? make_map(type, BPF_F_RDONLY_PROG) : -1;
		int write_only = map_info(type) ? make_map(type, BPF_F_WRONLY_PROG) : -1;

		for (u32 id = 0; id < helper_count() && read_only >= 0; id++) {
			if (!map_argument(id) || kernel_says(id, fds[type]) != 1)
				continue;
			asked++;
			refused += helper_writes_map(id);
			if (kernel_says(id, read_only) == helper_writes_map(id) ||
			    kernel_says(id, write_only) != 1)
				fail_msg("bpf_%s on %s: %s", helper_by_id(id)->name,
					 map_info(type)->name, log_text);
		}
		if (read_only >= 0)
			close(read_only);
		if (write_only >= 0)
			close(write_only);
	}
	printf("# %u pairs, %u of them writes\n", asked, refused);
	assert_true(refused > 10);
}

static const struct CMUnitTest tests[] = {
	TEST(every_helper_with_a_map_has_a_row),
	TEST(helper_fits_the_maps_that_the_kernel_says),
	TEST(flags_forbid_the_calls_that_the_kernel_says),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_maps, drop_maps);
}
