// SPDX-License-Identifier: BSD-2-Clause
/* Programs of the kernel, one after the other. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "btf/types.h"
#include "kernel/look.h"
#include "kernel/look_btf.h"
#include "spec/prog.h"

int look_prog_info(int fd, struct info_prog *info)
{
	int n;

	memset(info, 0, sizeof(*info));
	n = sys_info(fd, info, sizeof(*info));
	return n < 0 ? n : 0;
}

/* The name is cut to 15 bytes; the function that starts the program has all of it. */
void look_prog_name(const struct info_prog *info, char *name, size_t size)
{
	struct info_prog again = { 0 };
	struct sys_func_info first = { 0 };
	struct look_types t = { 0 };
	const char *full = NULL;
	int fd;

	snprintf(name, size, "%s", info->name);
	if (strlen(info->name) < SYS_NAME_LEN - 1 || !info->btf_id || !info->func_info_count)
		return;
	fd = sys_by_id(SYS_PROG, info->id);
	again.func_info = sys_ptr(&first);
	again.func_info_count = 1;
	again.func_info_size = sizeof(first);
	if (fd >= 0 && sys_info(fd, &again, sizeof(again)) >= 0 &&
	    !look_types_open(&t, info->btf_id, NULL, NULL))
		full = types_name(t.types, first.type_id);
	if (full && *full)
		snprintf(name, size, "%s", full);
	look_types_close(&t);
	sys_close(&fd);
}

/* Seconds since the epoch of a time since boot. */
static time_t wall_clock(u64 since_boot)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return real.tv_sec - boot.tv_sec + (time_t)(since_boot / 1000000000) +
	       (real.tv_nsec - boot.tv_nsec + (s64)(since_boot % 1000000000)) / 1000000000;
}

static void prog_text(struct look *l, const struct info_prog *p, const char *type, const char *name,
		      u64 memlock, const u32 *maps)
{
	char when[64];
	time_t t = wall_clock(p->load_time);
	struct tm tm;

	fprintf(l->out, "%u: %s  ", p->id, type);
	if (*name)
		fprintf(l->out, "name %s  ", name);
	fputs("tag ", l->out);
	for (size_t i = 0; i < sizeof(p->tag); i++)
		fprintf(l->out, "%02x", p->tag[i]);
	if (p->gpl_compatible)
		fputs("  gpl", l->out);
	if (p->run_ns)
		fprintf(l->out, " run_time_ns %llu run_cnt %llu", (unsigned long long)p->run_ns,
			(unsigned long long)p->run_count);
	if (p->recursion_misses)
		fprintf(l->out, " recursion_misses %llu", (unsigned long long)p->recursion_misses);
	fputc('\n', l->out);
	if (p->load_time) {
		strftime(when, sizeof(when), "%FT%T%z", localtime_r(&t, &tm));
		fprintf(l->out, "\tloaded_at %s  uid %u\n", when, p->created_by_uid);
	}
	fprintf(l->out, "\txlated %uB  ", p->xlated_len);
	if (p->jited_len)
		fprintf(l->out, "jited %uB", p->jited_len);
	else
		fputs("not jited", l->out);
	if (memlock)
		fprintf(l->out, "  memlock %lluB", (unsigned long long)memlock);
	for (u32 i = 0; i < p->map_count; i++)
		fprintf(l->out, "%s%u", i ? "," : "  map_ids ", maps[i]);
	if (p->btf_id)
		fprintf(l->out, "\n\tbtf_id %u", p->btf_id);
	look_places(l, SYS_PROG, p->id);
	fputc('\n', l->out);
}

static void prog_json(struct look *l, const struct info_prog *p, const char *type, const char *name,
		      u64 memlock, const u32 *maps)
{
	struct json *j = l->json;

	js_open(j, NULL, '{');
	js_u64(j, "id", p->id);
	js_str(j, "type", type);
	if (*name)
		js_str(j, "name", name);
	js_hex(j, "tag", p->tag, sizeof(p->tag));
	js_bool(j, "gpl_compatible", p->gpl_compatible & 1);
	if (p->run_ns) {
		js_u64(j, "run_time_ns", p->run_ns);
		js_u64(j, "run_cnt", p->run_count);
	}
	if (p->recursion_misses)
		js_u64(j, "recursion_misses", p->recursion_misses);
	if (p->load_time) {
		js_u64(j, "loaded_at", (u64)wall_clock(p->load_time));
		js_u64(j, "uid", p->created_by_uid);
	}
	js_u64(j, "bytes_xlated", p->xlated_len);
	js_bool(j, "jited", p->jited_len);
	if (p->jited_len)
		js_u64(j, "bytes_jited", p->jited_len);
	if (memlock)
		js_u64(j, "bytes_memlock", memlock);
	if (p->map_count) {
		js_open(j, "map_ids", '[');
		for (u32 i = 0; i < p->map_count; i++)
			js_u64(j, NULL, maps[i]);
		js_close(j, ']');
	}
	if (p->btf_id)
		js_u64(j, "btf_id", p->btf_id);
	if (p->verified_insns)
		js_u64(j, "verified_insns", p->verified_insns);
	look_places(l, SYS_PROG, p->id);
	js_close(j, '}');
}

static int show(struct look *l, int fd)
{
	struct info_prog p, again = { 0 };
	const struct prog_info *type;
	char name[128], number[24];
	u64 memlock = 0;
	u32 *maps;
	int err = look_prog_info(fd, &p);

	if (err)
		return diag_error(l->d, err, NOWHERE, "the kernel does not describe a program: %s",
				  sys_error(-err));
	maps = calloc(p.map_count + 1, sizeof(*maps));
	if (!maps)
		return -ENOMEM;
	again.map_ids = sys_ptr(maps);
	again.map_count = p.map_count;
	if (p.map_count && sys_info(fd, &again, sizeof(again)) >= 0)
		p.map_count = MIN(p.map_count, again.map_count);
	look_fdinfo(fd, "memlock", &memlock);
	look_prog_name(&p, name, sizeof(name));
	type = prog_info(p.type);
	snprintf(number, sizeof(number), "type %u", p.type);
	(l->json ? prog_json : prog_text)(l, &p, type ? type->name : number, name, memlock, maps);
	free(maps);
	return 0;
}

int look_progs(struct look *l)
{
	return look_each(l, SYS_PROG, show);
}
