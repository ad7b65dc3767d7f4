/* SPDX-License-Identifier: BSD-2-Clause */
/* A few helper bodies and prototypes for tests of the machine, under Linux's numbers. */
#ifndef TESTS_VM_HELPERS_H
#define TESTS_VM_HELPERS_H

#include "vmtest.h"

enum {
	H_LOOKUP = 1,
	H_UPDATE = 2,
	H_DELETE = 3,
	H_FIRST = 5,	 /* custom: returns its first argument */
	H_OWN_CHECK = 6, /* custom: the byte at r1, after it asked whether it may read it */
	H_TAIL_CALL = 12,
	H_READ = 28, /* (memory, size): sum of the bytes */
	H_LOCK = 93,
	H_STRNCMP = 182, /* (const string) */
	H_RESERVE = 131,
	H_PUSH = 87,
	H_POP = 88,
	H_PEEK = 89,
	H_OUTPUT = 130,
	H_REDIRECT_MAP = 51,
	H_LOOKUP_PERCPU = 195,
	H_SUBMIT = 132,
	H_FILL = 113, /* (memory to write, size) */
	H_CTX = 140,  /* (context) */
	H_LOOP = 181, /* (times, function, stack pointer or NULL) */
};

static u64 h_lookup(void *self, u64 map, u64 key, u64 r3, u64 r4, u64 r5)
{
	struct map *m = (struct map *)(uintptr_t)map;

	return (u64)(uintptr_t)m->ops->lookup(m, (const void *)(uintptr_t)key, 0);
}

static u64 h_first(void *arg, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return r1;
}

static u64 h_own_check(void *arg, u64 addr, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct vmtest *t = arg;

	if (!vm_helper_access(&t->run, addr, 1, VM_READ, "byte"))
		return 0;
	return *(const u8 *)(uintptr_t)addr;
}

static u64 h_read(void *self, u64 mem, u64 size, u64 r3, u64 r4, u64 r5)
{
	u64 sum = 0;

	while (size--)
		sum += *(const u8 *)(uintptr_t)mem++;
	return sum;
}

static u64 h_fill(void *self, u64 mem, u64 size, u64 r3, u64 r4, u64 r5)
{
	memset((void *)(uintptr_t)mem, 7, size);
	return 0;
}

static u64 h_lock(void *self, u64 lock, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct vm_run *run = self;

	run->held_lock = (void *)(uintptr_t)lock;
	return 0;
}

static u64 h_reserve(void *self, u64 map, u64 size, u64 flags, u64 r4, u64 r5)
{
	struct vm_run *run = self;
	void *p = ring_reserve((struct map *)(uintptr_t)map, size);

	run->open_records += !!p;
	return (u64)(uintptr_t)p;
}

static u64 h_submit(void *self, u64 record, u64 flags, u64 r3, u64 r4, u64 r5)
{
	struct vm_run *run = self;

	ring_commit((void *)(uintptr_t)record, false);
	run->open_records--;
	return 0;
}

static u64 h_zero(void *self, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return 0;
}

static u64 h_loop(void *self, u64 times, u64 fn, u64 ctx, u64 r4, u64 r5)
{
	u64 k;

	for (k = 0; k < times; k++) {
		if (vm_callback(self, fn, k, ctx, 0, 0, 0))
			return k + 1;
	}
	return k;
}

#define H(id_, body, name_, ret_, ...)                                                             \
	{                                                                                          \
		.id = id_, .info = { .name = name_, .ret = ret_, .arg = { __VA_ARGS__ } },         \
		.helper = {                                                                        \
			.fn = body                                                                 \
		}                                                                                  \
	}
static const struct vm_helper *vmtest_helper(const struct vm_env *env, const struct obj_prog *prog,
					     u32 id, u32 insn, struct diag *d)
{
	static struct {
		u32 id;
		struct helper_info info;
		struct vm_helper helper;
	} rows[] = {
		{ .id = H_FIRST, .helper = { .fn = h_first, .custom = true } },
		{ .id = H_OWN_CHECK, .helper = { .fn = h_own_check, .custom = true } },
		H(H_LOOKUP, h_lookup, "map_lookup_elem", RET_MAP_VALUE_OR_NULL, ARG_MAP,
		  ARG_MAP_KEY),
		H(H_UPDATE, h_zero, "map_update_elem", RET_INT, ARG_MAP, ARG_MAP_KEY, ARG_MAP_VALUE,
		  ARG_SCALAR),
		H(H_DELETE, h_zero, "map_delete_elem", RET_INT, ARG_MAP, ARG_MAP_KEY),
		H(H_PUSH, h_zero, "map_push_elem", RET_INT, ARG_MAP, ARG_MAP_VALUE, ARG_SCALAR),
		H(H_POP, h_zero, "map_pop_elem", RET_INT, ARG_MAP, ARG_MAP_VALUE_OUT),
		H(H_PEEK, h_zero, "map_peek_elem", RET_INT, ARG_MAP, ARG_MAP_VALUE_OUT),
		H(H_OUTPUT, h_zero, "ringbuf_output", RET_INT, ARG_MAP, ARG_MEM, ARG_SIZE_OR_ZERO,
		  ARG_SCALAR),
		H(H_REDIRECT_MAP, h_zero, "redirect_map", RET_INT, ARG_MAP, ARG_SCALAR, ARG_SCALAR),
		H(H_LOOKUP_PERCPU, h_zero, "map_lookup_percpu_elem", RET_MAP_VALUE_OR_NULL, ARG_MAP,
		  ARG_MAP_KEY, ARG_SCALAR),
		H(H_READ, h_read, "read", RET_INT, ARG_MEM, ARG_SIZE),
		H(H_FILL, h_fill, "fill", RET_INT, ARG_MEM_OUT, ARG_SIZE),
		H(H_LOCK, h_lock, "spin_lock", RET_VOID, ARG_SPIN_LOCK),
		H(H_RESERVE, h_reserve, "ringbuf_reserve", RET_ALLOC_MEM_OR_NULL, ARG_MAP,
		  ARG_ALLOC_SIZE, ARG_SCALAR),
		H(H_SUBMIT, h_submit, "ringbuf_submit", RET_VOID, ARG_ALLOC_MEM, ARG_SCALAR),
		H(H_CTX, h_zero, "takes_ctx", RET_INT, ARG_CTX),
		H(H_STRNCMP, h_zero, "takes_string", RET_INT, ARG_CONST_STR),
		H(H_LOOP, h_loop, "loop", RET_INT, ARG_SCALAR, ARG_FUNC, ARG_STACK_OR_NULL),
	};

	for (u32 k = 0; k < ARRAY_SIZE(rows); k++) {
		if (rows[k].id != id)
			continue;
		if (rows[k].helper.custom)
			rows[k].helper.arg = env->host;
		else
			rows[k].helper.info = &rows[k].info;
		return &rows[k].helper;
	}
	diag_error(d, -EOPNOTSUPP, NOWHERE, "helper %u is not there", id);
	return NULL;
}

#endif
