// SPDX-License-Identifier: BSD-2-Clause
/* Events out of programs: ring buffers and perf event arrays; delivered by poll. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "user/helpers.h"

enum { RB_FLAGS = 3 /* NO_WAKEUP, FORCE_WAKEUP */ };

HELPER_BODY(ringbuf_output)
{
	int err;

	if (!map_of_type(self, ptr_of(r1), MAP_TYPE_RINGBUF, "ringbuf_output"))
		return 0;
	if (r4 & ~(u64)RB_FLAGS)
		return err64(-EINVAL);
	err = ring_output(ptr_of(r1), ptr_of(r2), r3);
	return err64(err ? -EAGAIN : 0);
}

HELPER_BODY(ringbuf_reserve)
{
	struct user_run *run = run_of(self);
	void **slot, *record;

	if (!map_of_type(self, ptr_of(r1), MAP_TYPE_RINGBUF, "ringbuf_reserve"))
		return 0;
	if (r3)
		return 0;
	slot = vec_push(&run->records);
	if (!slot)
		return 0;
	record = ring_reserve(ptr_of(r1), r2);
	if (!record) {
		run->records.len--;
		return 0;
	}
	*slot = record;
	run->vm.open_records++;
	return (u64)(uintptr_t)record;
}

static void record_close(struct user_run *run, void *record, bool discard)
{
	for (u32 i = run->records.len; i-- > 0;) {
		if (run->records.data[i] != record)
			continue;
		run->records.data[i] = *vec_last(&run->records);
		run->records.len--;
		run->vm.open_records--;
		ring_commit(record, discard);
		return;
	}
	helper_fault(&run->vm, "submit or discard of what is no reserved record");
}

HELPER_BODY(ringbuf_submit)
{
	record_close(run_of(self), ptr_of(r1), false);
	return 0;
}

HELPER_BODY(ringbuf_discard)
{
	record_close(run_of(self), ptr_of(r1), true);
	return 0;
}

HELPER_BODY(ringbuf_query)
{
	if (!map_of_type(self, ptr_of(r1), MAP_TYPE_RINGBUF, "ringbuf_query"))
		return 0;
	return ring_query(ptr_of(r1), r2);
}

enum {
	PERF_QUEUE_MAX = 1 << 20, /* bytes pending in one map */
	EVENT_MAX = 65536,	  /* bytes of one event, as perf's records */
};
static const u64 INDEX_MASK = 0xffffffff, CTXLEN_MASK = 0xfffffull << 32;

struct perf_record {
	u32 len, cpu;
	u64 lost; /* before this one */
};

int perf_put(struct user_unit *u, s32 map, u32 cpu, const void *data, size_t len, const void *more,
	     size_t more_len)
{
	struct perf_queue *q = &u->perf[map];
	struct perf_record r = { .len = (u32)(len + more_len), .cpu = cpu };
	size_t need = ROUND_UP(sizeof(r) + r.len, 8);
	int err = 0;

	pthread_mutex_lock(&u->perf_lock);
	if (!q->data)
		q->data = malloc(PERF_QUEUE_MAX);
	if (q->pos == q->len)
		q->pos = q->len = 0;
	if (!q->data || PERF_QUEUE_MAX - q->len < need) {
		q->lost++;
		err = -ENOSPC;
	} else {
		r.lost = q->lost;
		q->lost = 0;
		memcpy(q->data + q->len, &r, sizeof(r));
		mem_copy(q->data + q->len + sizeof(r), data, len);
		if (more_len)
			memcpy(q->data + q->len + sizeof(r) + len, more, more_len);
		q->len += need;
	}
	pthread_mutex_unlock(&u->perf_lock);
	return err;
}

/* Bytes of the packet that bits 32-51 of the flags ask for. */
static int packet_part(struct user_run *run, u64 flags, size_t *len)
{
	bool packet = run->prog->hook == &hook_skb || run->prog->hook == &hook_xdp;

	*len = (flags & CTXLEN_MASK) >> 32;
	if (flags & ~(INDEX_MASK | (packet ? CTXLEN_MASK : 0)))
		return -EINVAL;
	return *len > (size_t)(run->total_end - run->data) && packet ? -EFAULT : 0;
}

HELPER_BODY(perf_event_output)
{
	struct user_run *run = run_of(self);
	struct map *m = ptr_of(r2);
	u32 index = (u32)(r3 & INDEX_MASK);
	s32 map = unit_map_index(run->unit, m);
	size_t more;
	int err = packet_part(run, r3, &more);

	if (!map_of_type(self, m, MAP_TYPE_PERF_EVENT_ARRAY, "perf_event_output"))
		return 0;
	if (err)
		return err64(err);
	if (index == UINT32_MAX)
		index = run->vm.cpu;
	if (index >= m->def.max_entries)
		return err64(-E2BIG);
	if (index >= run->unit->cpus || map < 0)
		return err64(-ENOENT);
	if (r5 + more > EVENT_MAX)
		return err64(-E2BIG);
	return err64(perf_put(run->unit, map, index, ptr_of(r4), r5, run->data, more));
}

struct delivery {
	struct unit_map *map;
	skep_event_fn fn;
	void *arg;
	u64 lost;
};

static int ring_deliver(void *arg, const void *data, size_t len)
{
	struct delivery *dv = arg;
	struct skep_event ev = {
		.map = (const struct skep_map *)dv->map,
		.data = data,
		.len = len,
		.cpu = -1,
		.lost = dv->lost,
	};

	dv->lost = 0;
	return dv->fn(dv->arg, &ev);
}

static int perf_deliver(struct user_unit *u, u32 i, struct delivery *dv)
{
	struct perf_queue *q = &u->perf[i], taken;
	int n = 0, ret = 0;

	pthread_mutex_lock(&u->perf_lock);
	taken = *q;
	*q = (struct perf_queue){ 0 };
	if (taken.pos == taken.len) { /* losses wait for an event to tell them */
		*q = taken;
		taken.data = NULL;
	} else {
		q->lost = taken.lost;
	}
	pthread_mutex_unlock(&u->perf_lock);
	while (taken.data && taken.pos < taken.len && ret >= 0) {
		struct perf_record r = LOAD(struct perf_record, taken.data + taken.pos);
		struct skep_event ev = {
			.map = (const struct skep_map *)dv->map,
			.data = taken.data + taken.pos + sizeof(r),
			.len = r.len,
			.lost = r.lost,
			.cpu = (int)r.cpu,
		};

		taken.pos += ROUND_UP(sizeof(r) + r.len, 8);
		ret = dv->fn(dv->arg, &ev);
		n++;
	}
	free(taken.data);
	return ret < 0 ? ret : n;
}

static int deliver_all(struct unit *unit, skep_event_fn fn, void *arg)
{
	struct user_unit *u = unit->impl;
	int total = 0, n;

	/* Later maps first, as the Linux engine does. */
	for (u32 i = unit->obj->map_count; i-- > 0;) {
		struct delivery dv = { .map = &unit->maps[i], .fn = fn, .arg = arg };

		if (!u->maps[i])
			continue;
		if (u->maps[i]->def.type == MAP_TYPE_RINGBUF) {
			dv.lost = ring_lost(u->maps[i]);
			n = ring_consume(u->maps[i], ring_deliver, &dv);
		} else if (u->maps[i]->def.type == MAP_TYPE_PERF_EVENT_ARRAY) {
			n = perf_deliver(u, i, &dv);
		} else {
			continue;
		}
		if (n < 0)
			return n;
		total += n;
	}
	return total;
}

/* Events are made by runs, in this process: with a timeout, other threads may still make some. */
int user_poll(struct unit *unit, int timeout_ms, skep_event_fn fn, void *arg)
{
	static const struct timespec step = { .tv_nsec = 1000000 };

	for (int waited = 0;; waited++) {
		int n = deliver_all(unit, fn, arg);

		if (n || (timeout_ms >= 0 && waited >= timeout_ms))
			return n;
		nanosleep(&step, NULL);
	}
}
