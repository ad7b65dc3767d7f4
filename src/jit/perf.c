// SPDX-License-Identifier: BSD-2-Clause
#include "jit/perf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

enum { DUMP_MAGIC = 0x4a695444, DUMP_VERSION = 1, HEADER = 40 }; /* bytes */
enum { CODE_LOAD = 0, DEBUG_INFO = 2 };

static void put32(struct buf *b, u32 v)
{
	buf_put(b, &v, sizeof(v));
}

static void put64(struct buf *b, u64 v)
{
	buf_put(b, &v, sizeof(v));
}

static void put_text(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text) + 1);
}

static u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}

/* Nobody else's file: no link is followed, and what is there must be ours. */
static int open_own(const char *path)
{
	int fd = open(path, O_CREAT | O_APPEND | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;
	int err;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid())
		return fd;
	err = -EPERM;
	close(fd);
	return err;
}

/* In one write, so that threads do not mix their records. */
static int write_all(int fd, const struct buf *b)
{
	ssize_t done = b->err ? -1 : write(fd, b->data, b->len);

	if (b->err)
		return b->err;
	return done < 0 ? -errno : (size_t)done < b->len ? -ENOSPC : 0;
}

int perf_map_add(const char *name, const struct vm_native *n)
{
	struct buf line = { 0 };
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	fd = open_own(path);
	if (fd < 0)
		return fd;
	buf_printf(&line, "%llx %x bpf_prog_%s\n", (unsigned long long)(uintptr_t)n->code, n->size,
		   name);
	err = write_all(fd, &line);
	buf_fini(&line);
	close(fd);
	return err;
}

static void put_header(struct buf *b)
{
	put32(b, DUMP_MAGIC);
	put32(b, DUMP_VERSION);
	put32(b, HEADER);
#ifdef __aarch64__
	put32(b, EM_AARCH64);
#else
	put32(b, EM_X86_64);
#endif
	put32(b, 0);
	put32(b, (u32)getpid());
	put64(b, now());
	put64(b, 0);
}

/* Every record begins with its kind, its size and the time; the size is filled in by end(). */
static u32 begin(struct buf *b, u32 kind)
{
	u32 at = (u32)b->len;

	put32(b, kind);
	put32(b, 0);
	put64(b, now());
	return at;
}

static void end(struct buf *b, u32 at)
{
	if (!b->err)
		STORE(u32, (u8 *)b->data + at + 4, (u32)(b->len - at));
}

static void put_lines(struct buf *b, const struct obj_prog *prog, const struct vm_native *n)
{
	u64 base = (u64)(uintptr_t)n->code, count = 0;
	const struct obj_line *before = NULL;
	u32 at = begin(b, DEBUG_INFO), count_at;

	put64(b, base);
	count_at = (u32)b->len;
	put64(b, 0);
	for (u32 k = 0; k < n->place_count; k++) {
		const struct vm_place *p = &n->places[k];
		const struct obj_line *line =
			p->slot == VM_NO_SLOT ? NULL : prog_line(prog, p->slot);

		if (!line || line == before)
			continue;
		put64(b, base + p->off);
		put32(b, line->line);
		put32(b, 0);
		put_text(b, line->file);
		before = line;
		count++;
	}
	if (!b->err)
		STORE(u64, (u8 *)b->data + count_at, count);
	end(b, at);
}

static void put_code(struct buf *b, const struct obj_prog *prog, const struct vm_native *n)
{
	static u64 codes;
	u64 base = (u64)(uintptr_t)n->code;
	u32 at = begin(b, CODE_LOAD);

	put32(b, (u32)getpid());
	put32(b, (u32)syscall(SYS_gettid));
	put64(b, base);
	put64(b, base);
	put64(b, n->size);
	put64(b, __atomic_fetch_add(&codes, 1, __ATOMIC_RELAXED));
	buf_printf(b, "bpf_prog_%s", prog->name);
	put_text(b, "");
	buf_put(b, n->code, n->size);
	end(b, at);
}

/* perf learns of the file from a mapping of it that may be executed. */
static void show_to_perf(int fd)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *mark = mmap(NULL, page, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	if (mark != MAP_FAILED)
		munmap(mark, page);
}

int jitdump_add(const char *dir, const struct obj_prog *prog, const struct vm_native *n)
{
	struct buf records = { 0 };
	char path[4096];
	struct stat st;
	int fd, err;

	if (snprintf(path, sizeof(path), "%s/jit-%d.dump", dir, getpid()) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open_own(path);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) || !st.st_size)
		put_header(&records);
	put_lines(&records, prog, n);
	put_code(&records, prog, n);
	err = write_all(fd, &records);
	if (!err)
		show_to_perf(fd);
	buf_fini(&records);
	close(fd);
	return err;
}
