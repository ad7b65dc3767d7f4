// SPDX-License-Identifier: BSD-2-Clause
/*
 * Events out of the kernel: ring buffers and perf buffers, both read where the kernel writes them.
 * Source: ringbuf.rst of the kernel's documentation; perf_event_open(2).
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/kernel.h"
#include "spec/map.h"

enum { PERF_PAGES = 64, MAX_CPUS = 8192 };
enum { HELPER_PERF_OUTPUT = 25, HELPER_SKB_OUTPUT = 111, HELPER_XDP_OUTPUT = 121 };

/* Header of a ring buffer's record: two bits on top of its length. */
enum { RECORD_HEAD = 8 };
#define RECORD_BUSY    (1u << 31)
#define RECORD_DISCARD (1u << 30)

/* One buffer that is read: of a ring buffer map, or of one CPU of a perf event array. */
struct kernel_reader {
	struct unit_map *map;
	int fd;			 /* of a perf event, owned; -1: a ring buffer's is the map's */
	int cpu;		 /* -1: a ring buffer */
	u32 index;		 /* in a perf event array */
	bool stamped;		 /* records begin with their time */
	u8 *consumer, *producer; /* mapped; of a perf event `producer` alone */
	size_t consumer_len, producer_len, size; /* bytes; size: of the data, a power of two */
	u64 lost;
	u64 end;    /* of a ring buffer: what this round reads up to */
	u8 *joined; /* a record that wraps around, made whole; owned */
	size_t joined_cap;
};

static struct kernel_reader *add_reader(struct kernel_unit *u, struct diag *d)
{
	struct kernel_reader *more =
		realloc(u->readers, (u->reader_count + 1) * sizeof(*u->readers));

	if (!more) {
		diag_nomem(d);
		return NULL;
	}
	u->readers = more;
	more += u->reader_count++;
	*more = (struct kernel_reader){ .fd = -1, .cpu = -1 };
	return more;
}

static void reader_fini(struct kernel_reader *r)
{
	if (r->consumer)
		munmap(r->consumer, r->consumer_len);
	if (r->producer)
		munmap(r->producer, r->producer_len);
	sys_close(&r->fd);
	free(r->joined);
}

/* ---- ring buffers ---- */

/* Pages: the reader's position, the writers' position, then the data twice in a row. */
static int ring_open(struct kernel_unit *u, u32 map, struct diag *d)
{
	struct kernel_reader *r = add_reader(u, d);
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = page;
	int fd = u->maps[map].fd;
	void *mem;

	if (!r)
		return -ENOMEM;
	r->map = &u->unit->maps[map];
	while (size < r->map->src->max_entries)
		size *= 2;
	r->size = size;
	mem = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		return diag_error(d, -errno, NOWHERE, "ring buffer '%s' cannot be mapped: %s",
				  r->map->src->name, sys_error(errno));
	r->consumer = mem;
	r->consumer_len = page;
	mem = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, fd, (off_t)page);
	if (mem == MAP_FAILED)
		return diag_error(d, -errno, NOWHERE, "ring buffer '%s' cannot be mapped: %s",
				  r->map->src->name, sys_error(errno));
	r->producer = mem;
	r->producer_len = page + 2 * size;
	return 0;
}

static int deliver(struct kernel_reader *r, u64 time, const void *data, size_t len,
		   skep_event_fn fn, void *arg)
{
	const struct skep_event ev = {
		.map = (const struct skep_map *)r->map,
		.data = data,
		.len = len,
		.lost = r->lost,
		.cpu = r->cpu,
		.index = r->index,
		.time = time,
	};

	r->lost = 0;
	return fn(arg, &ev);
}

static int ring_read(struct kernel_reader *r, skep_event_fn fn, void *arg)
{
	u64 *at = (u64 *)r->consumer, pos = *at;
	const u8 *data = r->producer + r->consumer_len;
	int n = 0, ret = 0;

	while (ret >= 0 && pos < r->end) {
		const u8 *record = data + (pos & (r->size - 1));
		u32 head = __atomic_load_n((const u32 *)record, __ATOMIC_ACQUIRE);
		u32 len = head & ~(RECORD_BUSY | RECORD_DISCARD);

		if (head & RECORD_BUSY) /* still being written; those after it wait */
			break;
		if (!(head & RECORD_DISCARD)) {
			ret = deliver(r, 0, record + RECORD_HEAD, len, fn, arg);
			n++;
		}
		pos += ROUND_UP((u64)len + RECORD_HEAD, 8);
		__atomic_store_n(at, pos, __ATOMIC_RELEASE);
	}
	return ret < 0 ? ret : n;
}

/* ---- perf buffers ---- */

static int perf_open(struct kernel_unit *u, u32 map, u32 cpu, u32 index, bool stamped,
		     struct diag *d)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_RAW | (stamped ? PERF_SAMPLE_TIME : 0),
		.wakeup_events = 1,
	};
	struct kernel_reader *r = add_reader(u, d);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const char *name = u->unit->obj->maps[map].name;
	void *mem;
	int err;

	if (!r)
		return -ENOMEM;
	r->map = &u->unit->maps[map];
	r->cpu = (int)cpu;
	r->index = index;
	r->stamped = stamped;
	r->fd = sys_perf_open(&attr, -1, (int)cpu, -1);
	if (r->fd < 0)
		return diag_error(d, r->fd, NOWHERE,
				  "perf buffer '%s': no perf event on cpu %u: %s", name, cpu,
				  sys_error(r->fd));
	r->size = page * PERF_PAGES;
	r->producer_len = page + r->size;
	mem = mmap(NULL, r->producer_len, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (mem == MAP_FAILED)
		return diag_error(d, -errno, NOWHERE, "perf buffer '%s' cannot be mapped: %s", name,
				  sys_error(errno));
	r->producer = mem;
	err = sys_perf_enable(r->fd);
	if (!err)
		err = sys_map_op(CMD_MAP_UPDATE, u->maps[map].fd, &index, &r->fd, 0);
	return err ? diag_error(d, err, NOWHERE, "perf buffer '%s', cpu %u: %s", name, cpu,
				sys_error(err))
		   : 0;
}

/* Records through a perf event array, rather than counters in it? */
static bool sends_records(const struct object *obj)
{
	for (u32 p = 0; p < obj->prog_count; p++) {
		for (u32 i = 0; i < obj->progs[p].insn_count; i++) {
			const struct insn *in = &obj->progs[p].insns[i];

			if (in->code == CODE_CALL && in->src == CALL_HELPER &&
			    (in->imm == HELPER_PERF_OUTPUT || in->imm == HELPER_SKB_OUTPUT ||
			     in->imm == HELPER_XDP_OUTPUT))
				return true;
		}
	}
	return false;
}

int kernel_perf_open(struct kernel_unit *u, struct diag *d)
{
	const struct object *obj = u->unit->obj;
	u8 online[MAX_CPUS / 8];
	int err = 0;

	for (u32 m = 0; m < obj->map_count && !err; m++) {
		if (obj->maps[m].type != MAP_TYPE_PERF_EVENT_ARRAY || u->maps[m].fd < 0 ||
		    u->maps[m].replaced || !sends_records(obj))
			continue;
		sys_cpus_online(online, sizeof(online));
		for (u32 cpu = 0; cpu < MAX_CPUS && !err; cpu++) {
			if (obj->maps[m].max_entries && cpu >= obj->maps[m].max_entries)
				break;
			if (online[cpu / 8] >> cpu % 8 & 1)
				err = perf_open(u, m, cpu, cpu, false, d);
		}
	}
	return err;
}

int kernel_map_events(struct unit_map *m, int cpu, u32 index, struct diag *d)
{
	struct kernel_unit *u = m->unit->impl;
	u8 online[MAX_CPUS / 8];
	int err = 0;

	if (m->src->type != MAP_TYPE_PERF_EVENT_ARRAY)
		return diag_error(d, -EINVAL, NOWHERE, "map '%s' is no perf event array",
				  m->src->name);
	if (cpu >= 0)
		return perf_open(u, 0, (u32)cpu, index, true, d);
	sys_cpus_online(online, sizeof(online));
	for (u32 i = 0; i < MIN(m->src->max_entries, (u32)MAX_CPUS) && !err; i++) {
		if (online[i / 8] >> i % 8 & 1)
			err = perf_open(u, 0, i, i, true, d);
	}
	return err;
}

/* A record, in one piece. NULL: out of memory. */
static const u8 *perf_whole(struct kernel_reader *r, u64 pos, size_t len)
{
	const u8 *data = r->producer + (r->producer_len - r->size);
	size_t at = pos & (r->size - 1), first = MIN(len, r->size - at);

	if (first == len)
		return data + at;
	if (r->joined_cap < len) {
		free(r->joined);
		r->joined = malloc(len);
		r->joined_cap = r->joined ? len : 0;
		if (!r->joined)
			return NULL;
	}
	memcpy(r->joined, data + at, first);
	memcpy(r->joined + first, data, len - first);
	return r->joined;
}

static int perf_record(struct kernel_reader *r, const u8 *record, skep_event_fn fn, void *arg,
		       int *n)
{
	const struct perf_event_header *h = (const void *)record;
	u64 time = 0;
	u32 len;

	switch (h->type) {
	case PERF_RECORD_LOST: /* its number, then how many */
		r->lost += LOAD(u64, record + sizeof(*h) + 8);
		return 0;
	case PERF_RECORD_SAMPLE:
		record += sizeof(*h);
		if (r->stamped) {
			time = LOAD(u64, record);
			record += sizeof(time);
		}
		len = LOAD(u32, record);
		++*n;
		return deliver(r, time, record + sizeof(len), len, fn, arg);
	default:
		return 0;
	}
}

static int perf_read(struct kernel_reader *r, skep_event_fn fn, void *arg)
{
	struct perf_event_mmap_page *page = (void *)r->producer;
	u64 end = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE), pos = page->data_tail;
	int n = 0, ret = 0;

	while (ret >= 0 && pos < end) {
		const struct perf_event_header *h =
			(const void *)perf_whole(r, pos, sizeof(struct perf_event_header));
		const u8 *record;
		u16 size = h ? h->size : 0;

		record = size ? perf_whole(r, pos, size) : NULL;
		if (!record)
			return -ENOMEM;
		ret = perf_record(r, record, fn, arg, &n);
		pos += size;
		__atomic_store_n(&page->data_tail, pos, __ATOMIC_RELEASE);
	}
	if (ret >= 0 && r->lost) /* nothing came after them */
		ret = deliver(r, 0, NULL, 0, fn, arg);
	return ret < 0 ? ret : n;
}

/* ---- polling ---- */

static int watch(struct kernel_unit *u, const struct kernel_reader *r)
{
	struct epoll_event ev = { .events = EPOLLIN };
	const struct kernel_map *m = r->map->impl;

	return epoll_ctl(u->epoll, EPOLL_CTL_ADD, r->fd >= 0 ? r->fd : m->fd, &ev) ? -errno : 0;
}

static int watch_trace(struct kernel_unit *u)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return u->trace >= 0 && epoll_ctl(u->epoll, EPOLL_CTL_ADD, u->trace, &ev) ? -errno : 0;
}

static int poll_init(struct kernel_unit *u)
{
	const struct object *obj = u->unit->obj;
	int err = 0;

	if (u->epoll >= 0)
		return 0;
	for (u32 m = 0; m < obj->map_count && !err; m++) {
		if (obj->maps[m].type == MAP_TYPE_RINGBUF && u->maps[m].fd >= 0)
			err = ring_open(u, m, NULL);
	}
	if (err)
		return err;
	u->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (u->epoll < 0)
		return -errno;
	for (u32 i = 0; i < u->reader_count && !err; i++)
		err = watch(u, &u->readers[i]);
	return err ? err : watch_trace(u);
}

/*
 * A round reads what is there now: under a flood the others get their turn, too. Ends are taken in
 * the order of the maps and records handed out in the opposite order: whatever was sent to a later
 * map before a record of an earlier one arrives before it.
 */
static int read_all(struct kernel_unit *u, skep_event_fn fn, void *arg)
{
	int total = 0;

	kernel_printk_read(u, false);
	for (u32 i = 0; i < u->reader_count; i++) {
		struct kernel_reader *r = &u->readers[i];

		if (r->cpu < 0)
			r->end = __atomic_load_n((u64 *)r->producer, __ATOMIC_ACQUIRE);
	}
	for (u32 i = u->reader_count; i-- > 0;) {
		struct kernel_reader *r = &u->readers[i];
		int n = r->cpu < 0 ? ring_read(r, fn, arg) : perf_read(r, fn, arg);

		if (n < 0)
			return n;
		total += n;
	}
	return total;
}

int kernel_poll(struct unit *unit, int timeout_ms, skep_event_fn fn, void *arg)
{
	struct kernel_unit *u = unit->impl;
	struct epoll_event ev[16];
	int n = poll_init(u);

	if (!n)
		n = read_all(u, fn, arg);
	if (n || !timeout_ms)
		return n;
	n = epoll_wait(u->epoll, ev, ARRAY_SIZE(ev), timeout_ms);
	return n < 0 ? -errno : n ? read_all(u, fn, arg) : 0;
}

int kernel_poll_fd(struct unit *unit)
{
	struct kernel_unit *u = unit->impl;

	return poll_init(u) ? -1 : u->epoll;
}

void kernel_poll_fini(struct kernel_unit *u)
{
	for (u32 i = 0; i < u->reader_count; i++)
		reader_fini(&u->readers[i]);
	free(u->readers);
	u->readers = NULL;
	u->reader_count = 0;
	sys_close(&u->epoll);
}
