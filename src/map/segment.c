// SPDX-License-Identifier: BSD-2-Clause
#include "map/segment.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/hash.h"
#include "map/ops.h"
#include "map/seghead.h"

enum { PROT_RW = PROT_READ | PROT_WRITE };

static u64 page_size(void)
{
	return (u64)sysconf(_SC_PAGESIZE);
}

void segment_init(struct map *m)
{
	struct segment *s = &m->seg;

	*s = (struct segment){ .self = 1, .fd = -1, .slot = UINT32_MAX, .pid = (u32)getpid() };
	s->gate = &s->no_gate;
	pthread_mutex_init(&s->mending, NULL);
}

void segment_fini(struct map *m)
{
	struct segment *s = &m->seg;

	if (s->head) {
		if (s->slot != UINT32_MAX)
			owner_leave(s);
		munmap(s->head, ROUND_UP(sizeof(*s->head), page_size()));
	}
	if (s->fd >= 0)
		close(s->fd);
	pthread_mutex_destroy(&s->mending);
}

/* ---- parts ---- */

/* The part of the file that comes next, if it has the length that this one must have. */
static const struct seg_range *next_range(const struct segment *s, u64 len)
{
	const struct seg_head *h = s->head;

	if (s->part_count >= h->part_count || h->part[s->part_count].len != len)
		return NULL;
	return &h->part[s->part_count];
}

static int part_add(struct segment *s, u8 *addr, u64 len, bool twice)
{
	if (s->part_count == SEG_PARTS)
		return -E2BIG;
	s->part[s->part_count++] = (struct seg_part){ addr, len, twice };
	return 0;
}

int segment_part(struct map *m, u8 **out, u64 len)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, err;
	struct segment *s = &m->seg;
	off_t off = 0;
	u8 *addr;

	len = ROUND_UP(MAX(len, 1ull), page_size());
	if (s->opening) {
		const struct seg_range *r = next_range(s, len);

		if (!r)
			return -EUCLEAN;
		flags = MAP_SHARED;
		off = (off_t)r->off;
	}
	addr = mmap(NULL, len, PROT_RW, flags, s->opening ? s->fd : -1, off);
	if (addr == MAP_FAILED)
		return -ENOMEM;
	if (s->opening)
		madvise(addr, len, MADV_DONTFORK);
	err = part_add(s, addr, len, false);
	if (err)
		munmap(addr, len);
	else
		*out = addr;
	return err;
}

static int place_at(u8 *at, u64 len, int fd, u64 off, bool twice)
{
	if (mmap(at, len, PROT_RW, MAP_SHARED | MAP_FIXED, fd, (off_t)off) == MAP_FAILED)
		return -ENOMEM;
	madvise(at, len, MADV_DONTFORK);
	return twice ? place_at(at + len, len, fd, off, false) : 0;
}

int segment_part_twice(struct map *m, u8 *at, u64 len)
{
	struct segment *s = &m->seg;
	const struct seg_range *r;

	if (s->opening) {
		r = next_range(s, len);
		if (!r)
			return -EUCLEAN;
		if (place_at(at, len, s->fd, r->off, true))
			return -ENOMEM;
	}
	return part_add(s, at, len, true);
}

void segment_drop(u8 *addr, u64 len)
{
	munmap(addr, ROUND_UP(MAX(len, 1ull), page_size()));
}

bool segment_data(const struct map *m, const void *part, u64 *from, u64 *end)
{
	const struct segment *s = &m->seg;
	const struct seg_range *r = NULL;
	off_t at, hole;

	for (u32 i = 0; i < s->part_count; i++) {
		if (s->part[i].addr == part)
			r = &s->head->part[i];
	}
	if (!r || *from >= r->len)
		return false;
	at = lseek(s->fd, (off_t)(r->off + *from), SEEK_DATA);
	if (at < 0 || (u64)at >= r->off + r->len)
		return false;
	hole = lseek(s->fd, at, SEEK_HOLE);
	*from = (u64)at - r->off;
	*end = hole < 0 ? r->len : MIN((u64)hole - r->off, r->len);
	return true;
}

u64 segment_size(const struct map *m)
{
	return m->seg.head ? m->seg.head->total : 0;
}

void segment_freeze(struct map *m)
{
	if (m->seg.head)
		STORE_RELEASE(m->seg.head->frozen, 1);
}

bool segment_frozen(const struct map *m)
{
	return m->seg.head && LOAD_ACQUIRE(m->seg.head->frozen);
}

bool segment_slot_dead(const struct map *m, u32 slot)
{
	return m->seg.head && owner_slot_dead((struct segment *)&m->seg, slot);
}

/* ---- sharing ---- */

static u32 head_check(const struct seg_head *h)
{
	return (u32)hash_bytes(h, offsetof(struct seg_head, check), SEG_VERSION);
}

static void head_fill(struct seg_head *h, const struct map *m, const struct map_types *types)
{
	u64 off = ROUND_UP(sizeof(*h), page_size());

	*h = (struct seg_head){
		.magic = SEG_MAGIC,
		.version = SEG_VERSION,
		.page = (u32)page_size(),
		.type = m->def.type,
		.key_size = m->def.key_size,
		.value_size = m->def.value_size,
		.max_entries = m->asked,
		.flags = m->def.flags,
		.lock_at = m->def.lock_at,
		.extra = m->def.extra,
		.seed = m->def.seed,
		.cpus = map_cpus(),
		.part_count = m->seg.part_count,
		.frozen = m->frozen,
	};
	strncpy(h->name, m->def.name, sizeof(h->name) - 1);
	for (u32 i = 0; i < m->seg.part_count; i++) {
		h->part[i] = (struct seg_range){ off, m->seg.part[i].len };
		off += m->seg.part[i].len;
	}
	if (types && types->btf_len) {
		h->btf = (struct seg_range){ off, types->btf_len };
		h->key_type = types->key;
		h->value_type = types->value;
		off += ROUND_UP(types->btf_len, page_size());
	}
	h->total = off;
	h->check = head_check(h);
}

static int write_all(int fd, const void *data, u64 len, u64 off)
{
	while (len) {
		ssize_t n = pwrite(fd, data, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		data = (const u8 *)data + n;
		len -= (u64)n;
		off += (u64)n;
	}
	return 0;
}

/* Pages of zeros stay holes. */
static int copy_part(int fd, const struct seg_part *p, u64 off)
{
	u64 page = page_size();
	int err = 0;

	for (u64 at = 0; at < p->len && !err; at += page) {
		const u8 *from = p->addr + at;

		if (from[0] || memcmp(from, from + 1, page - 1))
			err = write_all(fd, from, page, off + at);
	}
	return err;
}

static int file_fill(const struct map *m, int fd, const struct seg_head *h,
		     const struct map_types *types)
{
	struct statvfs fs;
	int err;

	/* A hole that cannot be filled later would be SIGBUS. */
	if (!fstatvfs(fd, &fs) && fs.f_blocks && h->total / fs.f_frsize > fs.f_bavail)
		return -ENOSPC;
	err = ftruncate(fd, (off_t)h->total) ? -errno : write_all(fd, h, sizeof(*h), 0);

	for (u32 i = 0; i < m->seg.part_count && !err; i++)
		err = copy_part(fd, &m->seg.part[i], h->part[i].off);
	if (!err && h->btf.len)
		err = write_all(fd, types->btf, h->btf.len, h->btf.off);
	return err;
}

static struct seg_head *head_map(int fd)
{
	u64 len = ROUND_UP(sizeof(struct seg_head), page_size());
	struct seg_head *h = mmap(NULL, len, PROT_RW, MAP_SHARED, fd, 0);

	if (h == MAP_FAILED)
		return NULL;
	madvise(h, len, MADV_DONTFORK);
	return h;
}

/* Take an entry; mend what the dead left. `check`: look at the whole map unless others use it. */
static int join(struct map *m, bool check)
{
	struct segment *s = &m->seg;
	int err = owner_mend_enter(s);

	if (err)
		return err;
	if (owner_any_dead(s) || (check && !owner_any_alive(s)))
		__atomic_store_n(s->gate, 1, __ATOMIC_SEQ_CST);
	if (*s->gate) {
		err = m->ops->mend(m);
		if (err != -ENOMEM) {
			owner_bury(s);
			__atomic_store_n(s->gate, 0, __ATOMIC_SEQ_CST);
		}
	}
	if (!err)
		err = owner_enter(s);
	owner_mend_leave(s);
	return err;
}

int segment_share(struct map *m, int fd, const struct map_types *types, struct diag *d)
{
	struct segment *s = &m->seg;
	struct seg_head *h;
	int err;

	if (!m->ops->mend || m->drops)
		return map_refuse(&m->def, d, -EOPNOTSUPP,
				  "maps of this type hold what only this process has; they cannot "
				  "be shared");
	h = malloc(sizeof(*h));
	if (!h)
		return diag_nomem(d);
	head_fill(h, m, types);
	err = file_fill(m, fd, h, types);
	s->head = err ? NULL : head_map(fd);
	if (!err && !s->head)
		err = -ENOMEM;
	for (u32 i = 0; i < s->part_count && !err; i++)
		err = place_at(s->part[i].addr, s->part[i].len, fd, h->part[i].off,
			       s->part[i].twice);
	free(h);
	if (!err) {
		s->fd = fd;
		s->gate = &s->head->gate;
		err = join(m, false);
	}
	if (err && s->head) { /* what has moved holds what it held */
		munmap(s->head, ROUND_UP(sizeof(*s->head), page_size()));
		s->head = NULL;
		s->fd = -1;
		s->gate = &s->no_gate;
	}
	return err ? map_refuse(&m->def, d, err, "cannot be moved into a file: %s", strerror(-err))
		   : 0;
}

/* ---- opening ---- */

static int damaged(const char *name, struct diag *d, const char *what)
{
	diag_error(d, -EUCLEAN, NOWHERE, "'%s' is damaged: %s", name, what);
	diag_hint(d, "what is in it cannot be trusted; remove it and make the map anew");
	return -EUCLEAN;
}

static bool ranges_fit(const struct seg_head *h)
{
	u64 end = ROUND_UP(sizeof(*h), (u64)h->page);

	if (h->part_count > SEG_PARTS)
		return false;
	for (u32 i = 0; i < h->part_count; i++) {
		const struct seg_range *r = &h->part[i];

		if (r->off != end || r->len % h->page || r->len > h->total - end)
			return false;
		end += r->len;
	}
	return !h->btf.len || (h->btf.off == end && h->btf.len <= h->total - end);
}

static int head_read(struct seg_head *h, int fd, const char *name, struct diag *d)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st))
		return diag_error(d, -errno, NOWHERE, "'%s': %s", name, strerror(errno));
	if (st.st_uid != geteuid() && geteuid())
		return diag_error(d, -EPERM, NOWHERE, "'%s' belongs to another user", name);
	n = S_ISREG(st.st_mode) ? pread(fd, h, sizeof(*h), 0) : 0;
	if (n < (ssize_t)sizeof(h->magic) || h->magic != SEG_MAGIC)
		return diag_error(d, -EINVAL, NOWHERE, "'%s' is no pinned map", name);
	if (n < (ssize_t)sizeof(*h))
		return damaged(name, d, "it is too short");
	if (h->version != SEG_VERSION)
		return diag_error(d, -EINVAL, NOWHERE,
				  "'%s' was made by another version of skep (format %u, not %u)",
				  name, h->version, SEG_VERSION);
	if (h->check != head_check(h))
		return damaged(name, d, "its header does not match its checksum");
	if (h->page != page_size() || h->cpus != map_cpus())
		return diag_error(d, -EINVAL, NOWHERE,
				  "'%s' was made on a machine with other pages or CPUs", name);
	if (h->total != (u64)st.st_size || h->total > INT64_MAX || !ranges_fit(h) ||
	    h->name[SEG_NAME - 1])
		return damaged(name, d, "its size is not what its header says");
	return 0;
}

/* Is the map's own part of the file as its type needs it? */
static int map_join(struct map *m, const char *name, struct diag *d)
{
	int err = m->seg.part_count == m->seg.head->part_count ? join(m, true) : -EUCLEAN;

	if (err == -EUCLEAN)
		return damaged(name, d, "its elements do not hang together");
	if (err == -EUSERS)
		return diag_error(d, err, NOWHERE, "'%s' is open %u times already", name,
				  SEG_OWNERS);
	return err ? diag_error(d, err, NOWHERE, "'%s': %s", name, strerror(-err)) : 0;
}

int segment_open(struct map **out, int fd, const char *name, struct diag *d)
{
	struct map_def def;
	struct seg_head h;
	struct map *m;
	int err = head_read(&h, fd, name, d);

	if (err)
		return err;
	def = (struct map_def){ .name = h.name,
				.type = h.type,
				.key_size = h.key_size,
				.value_size = h.value_size,
				.max_entries = h.max_entries,
				.flags = h.flags,
				.extra = h.extra,
				.lock_at = h.lock_at,
				.seed = h.seed };
	if (!map_ops(h.type) || !map_ops(h.type)->mend || map_check(&def, NULL) ||
	    (h.lock_at && h.lock_at + 3ull > h.value_size))
		return damaged(name, d, "it defines a map that cannot be");
	m = calloc(1, sizeof(*m));
	if (!m)
		return diag_nomem(d);
	segment_init(m);
	m->seg.opening = true;
	m->seg.fd = fd;
	m->seg.head = head_map(fd);
	err = m->seg.head ? map_make(m, &def) : -ENOMEM;
	if (err) {
		m->seg.fd = -1;
		segment_fini(m);
		free((char *)m->def.name);
		free(m);
		return err == -EUCLEAN
			       ? damaged(name, d, "its parts have other sizes")
			       : diag_error(d, err, NOWHERE, "'%s': %s", name, strerror(-err));
	}
	m->seg.opening = false;
	m->seg.gate = &m->seg.head->gate;
	err = map_join(m, name, d);
	if (err) {
		m->seg.fd = -1;
		map_free(m);
		return err;
	}
	*out = m;
	return 0;
}

int segment_types(const struct map *m, void **btf, u64 *btf_len, u32 *key, u32 *value)
{
	const struct seg_head *h = m->seg.head;
	void *raw;

	*btf = NULL;
	*btf_len = 0;
	if (!h || !h->btf.len)
		return 0;
	raw = malloc(h->btf.len);
	if (!raw)
		return -ENOMEM;
	if (pread(m->seg.fd, raw, h->btf.len, (off_t)h->btf.off) != (ssize_t)h->btf.len) {
		free(raw);
		return -EIO;
	}
	*btf = raw;
	*btf_len = h->btf.len;
	*key = h->key_type;
	*value = h->value_type;
	return 0;
}
