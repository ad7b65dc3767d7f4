/* SPDX-License-Identifier: BSD-2-Clause */
/* A map of ours and one of the running kernel: the same calls to both must give the same. */
#ifndef TESTS_MAP_PAIR_H
#define TESTS_MAP_PAIR_H

#include "test.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "map/map.h"

enum { KEY_MAX = 64, VALUE_MAX = 4096 };

struct pair {
	struct map *ours;
	int fd;
};

static u64 rng_state = 1;

static inline u32 rng(u32 below)
{
	rng_state = rng_state * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)((rng_state >> 33) % below);
}

static inline int bpf(int cmd, union bpf_attr *attr)
{
	long ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : (int)ret;
}

static inline int kernel_create(const struct map_def *def)
{
	union bpf_attr attr = { 0 };
	int inner = -1, fd;

	if (def->inner) {
		inner = kernel_create(def->inner);
		assert_true(inner >= 0);
		attr.inner_map_fd = (u32)inner;
	}
	attr.map_type = def->type;
	attr.key_size = def->key_size;
	attr.value_size = def->value_size;
	attr.max_entries = def->max_entries;
	attr.map_flags = def->flags;
	attr.map_extra = def->extra;
	fd = bpf(BPF_MAP_CREATE, &attr);
	if (inner >= 0)
		close(inner);
	return fd;
}

static inline int kernel_elem(int cmd, int fd, const void *key, void *value, u64 flags)
{
	union bpf_attr attr = { 0 };

	attr.map_fd = (u32)fd;
	attr.key = (uintptr_t)key;
	attr.value = (uintptr_t)value;
	attr.flags = flags;
	return bpf(cmd, &attr);
}

static inline void need_kernel(void)
{
	struct map_def def = {
		.type = MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1
	};
	int fd = kernel_create(&def);

	if (fd < 0)
		test_skip("no CAP_BPF: bpf(BPF_MAP_CREATE) says %s", strerror(-fd));
	close(fd);
}

static inline void pair_make(struct pair *p, const struct map_def *def)
{
	assert_int_equal(map_create(&p->ours, def, NULL), 0);
	p->fd = kernel_create(def);
	assert_true(p->fd >= 0);
}

static inline void pair_drop(struct pair *p)
{
	map_free(p->ours);
	close(p->fd);
}

static inline void same(const char *what, int ours, int theirs)
{
	if (ours != theirs)
		fail_msg("%s: ours %d, kernel %d", what, ours, theirs);
}

static inline const void *key_of(const struct pair *p, const void *key)
{
	return p->ours->def.key_size ? key : NULL;
}

static inline void do_write(struct pair *p, const void *key, void *value, u64 flags)
{
	same("update", map_write(p->ours, key, value, flags),
	     kernel_elem(BPF_MAP_UPDATE_ELEM, p->fd, key_of(p, key), value, flags));
}

static inline void do_read(struct pair *p, const void *key)
{
	static u8 a[VALUE_MAX], b[VALUE_MAX];
	int err;

	memset(a, 0xee, sizeof(a));
	memset(b, 0xee, sizeof(b));
	err = map_read(p->ours, key, a);
	same("lookup", err, kernel_elem(BPF_MAP_LOOKUP_ELEM, p->fd, key_of(p, key), b, 0));
	if (!err)
		assert_memory_equal(a, b, map_read_size(p->ours));
}

static inline void do_take(struct pair *p, const void *key)
{
	static u8 a[VALUE_MAX], b[VALUE_MAX];
	int err = map_take(p->ours, key, a);

	same("lookup and delete", err,
	     kernel_elem(BPF_MAP_LOOKUP_AND_DELETE_ELEM, p->fd, key_of(p, key), b, 0));
	if (!err)
		assert_memory_equal(a, b, map_read_size(p->ours));
}

static inline void do_remove(struct pair *p, const void *key)
{
	same("delete", map_remove(p->ours, key),
	     kernel_elem(BPF_MAP_DELETE_ELEM, p->fd, key_of(p, key), NULL, 0));
}

static inline void fill_random(void *to, u32 size)
{
	for (u32 i = 0; i < size; i++)
		((u8 *)to)[i] = (u8)rng(256);
}

#endif
