// SPDX-License-Identifier: BSD-2-Clause
/* Helpers over maps. r1 is the map itself: the machine bound the reference when it translated. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "map/array.h"
#include "map/guard.h"
#include "user/helpers.h"

bool map_of_type(struct vm_run *vm, const struct map *m, u32 type, const char *helper)
{
	if (m->def.type == type)
		return true;
	helper_fault(vm, "bpf_%s does not work on map '%s', a %s", helper, m->def.name,
		     map_info(m->def.type) ? map_info(m->def.type)->name : "map of another type");
	return false;
}

HELPER_BODY(map_lookup_elem)
{
	struct vm_run *vm = self;
	struct map *m = ptr_of(r1);

	return (u64)(uintptr_t)m->lookup(m, ptr_of(r2), vm->cpu);
}

HELPER_BODY(map_lookup_percpu_elem)
{
	struct map *m = ptr_of(r1);

	if ((u32)r3 >= run_of(self)->unit->cpus)
		return 0;
	return (u64)(uintptr_t)m->ops->lookup(m, ptr_of(r2), (u32)r3);
}

/* Linux's verifier refuses a program that writes to a map which programs may only read. */
static bool may_write(struct vm_run *vm, const struct map *m, const char *what)
{
	if (map_prog_writes(m))
		return true;
	helper_fault(vm, "%s map '%s', which programs may only read", what, m->def.name);
	return false;
}

HELPER_BODY(map_update_elem)
{
	struct vm_run *vm = self;
	struct map *m = ptr_of(r1);

	if (!may_write(vm, m, "update of"))
		return err64(-EPERM);
	return err64(m->ops->update(m, ptr_of(r2), ptr_of(r3), r4, vm->cpu));
}

HELPER_BODY(map_delete_elem)
{
	struct map *m = ptr_of(r1);

	if (!may_write(self, m, "delete from"))
		return err64(-EPERM);
	return err64(m->ops->remove(m, ptr_of(r2)));
}

HELPER_BODY(map_push_elem)
{
	struct map *m = ptr_of(r1);

	if (!may_write(self, m, "push to"))
		return err64(-EPERM);
	return err64(m->ops->push ? m->ops->push(m, ptr_of(r2), r3) : -EOPNOTSUPP);
}

HELPER_BODY(map_pop_elem)
{
	struct map *m = ptr_of(r1);

	if (!may_write(self, m, "pop from"))
		return err64(-EPERM);
	return err64(m->ops->pop ? m->ops->pop(m, ptr_of(r2)) : -EOPNOTSUPP);
}

HELPER_BODY(map_peek_elem)
{
	struct map *m = ptr_of(r1);

	return err64(m->ops->peek ? m->ops->peek(m, ptr_of(r2)) : -EOPNOTSUPP);
}

enum { LOCK_TRIES = 1 << 22 };

/* The lock was held for long: by a process that was killed, in a map that is shared? */
static void free_orphan(const struct user_unit *u, u32 *lock, u32 pid)
{
	for (u32 i = 0; i < u->unit->obj->map_count; i++) {
		const struct map *m = u->maps[i];

		if (m && m->seg.head && m->ops->owns(m, lock, sizeof(*lock)))
			lock_free_orphan(m, lock, pid);
	}
}

/* The word is the process id, as in lock_take_value. */
static bool spin_lock(const struct user_unit *u, u32 *lock)
{
	for (u32 i = 0; i < LOCK_TRIES; i++) {
		u32 word = 0;

		if (__atomic_compare_exchange_n(lock, &word, u->pid, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
		if (i % 1024 == 1023)
			free_orphan(u, lock, word);
		sched_yield();
	}
	return false;
}

HELPER_BODY(spin_lock)
{
	struct vm_run *vm = self;
	u32 *lock = ptr_of(r1);

	if (vm->held_lock) {
		helper_fault(vm, "bpf_spin_lock while another lock is held");
		return 0;
	}
	if (!spin_lock(run_of(self)->unit, lock)) {
		helper_fault(vm, "bpf_spin_lock: the lock is never released");
		return 0;
	}
	vm->held_lock = lock;
	return 0;
}

HELPER_BODY(spin_unlock)
{
	struct vm_run *vm = self;
	u32 *lock = ptr_of(r1);

	if (vm->held_lock != lock) {
		helper_fault(vm, "bpf_spin_unlock of a lock that is not held");
		return 0;
	}
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
	vm->held_lock = NULL;
	return 0;
}

/* All keys of a map at this moment, packed; *count of them. NULL: none or no memory. */
static u8 *keys_of(struct map *m, u32 *count)
{
	VEC(u8) keys = { 0 };
	u32 size = m->def.key_size;
	const u8 *last = NULL;

	*count = 0;
	for (;;) {
		if (!vec_reserve_((void **)&keys.data, keys.len, &keys.cap, size, 1))
			break;
		last = *count ? keys.data + keys.len - size : NULL;
		if (m->ops->next(m, last, keys.data + keys.len))
			break;
		keys.len += size;
		++*count;
	}
	return keys.data;
}

/* A for_each_map_elem under way. */
struct for_each {
	struct user_run *run;
	struct map *map;
	u64 fn, arg;
	u32 visited;
};

/* True: the callback, or a fault, ends it. */
static bool visit(struct for_each *f, void *key)
{
	struct vm_run *vm = &f->run->vm;
	void *value = f->map->lookup(f->map, key, vm->cpu);
	u64 ret;

	if (!value)
		return false;
	run_region(f->run, key, f->map->def.key_size, REGION_MEMORY, VM_READ);
	ret = vm_callback(vm, f->fn, (u64)(uintptr_t)f->map, (u64)(uintptr_t)key,
			  (u64)(uintptr_t)value, f->arg, 0);
	vm->region_count--;
	f->visited++;
	return ret || vm->fault.kind != FAULT_NONE;
}

static void visit_array(struct for_each *f, u32 count)
{
	for (u32 i = 0, key; i < count; i++) {
		key = i;
		if (visit(f, &key))
			return;
	}
}

/* The callback sees a copy of the key: elements may be deleted while we walk. */
static void visit_keys(struct for_each *f)
{
	u32 count;
	u8 *keys = keys_of(f->map, &count);

	for (u32 i = 0; i < count; i++) {
		if (visit(f, keys + (size_t)i * f->map->def.key_size))
			break;
	}
	free(keys);
}

HELPER_BODY(for_each_map_elem)
{
	struct vm_run *vm = self;
	struct for_each f = { .run = run_of(self), .map = ptr_of(r1), .fn = r2, .arg = r3 };
	struct array_layout layout;

	if (r4)
		return err64(-EINVAL);
	if (vm->region_count + 1 >= VM_MAX_REGIONS) {
		helper_fault(vm, "bpf_for_each_map_elem nested %u deep", f.run->nested);
		return 0;
	}
	f.run->nested++;
	if (array_layout(f.map, &layout))
		visit_array(&f, layout.count);
	else
		visit_keys(&f);
	f.run->nested--;
	return f.visited;
}

enum { LOOPS_MAX = 1 << 23 };

HELPER_BODY(loop)
{
	struct vm_run *vm = self;
	u32 n = (u32)r1;

	if (r4)
		return err64(-EINVAL);
	if (n > LOOPS_MAX)
		return err64(-E2BIG);
	for (u32 i = 0; i < n && vm->fault.kind == FAULT_NONE; i++) {
		if (vm_callback(vm, r2, i, r3, 0, 0, 0))
			return i + 1;
	}
	return n;
}
