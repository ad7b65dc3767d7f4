// SPDX-License-Identifier: BSD-2-Clause
#include "test.h"

#include "spec/ctx.h"
#include "spec/prog.h"
#include "tests/spec/facts.h"

/* A row of the facts, "SCHED_CLS/netkit": its program type and attach type. */
static bool row_types(const char *row, u32 *prog, u32 *attach)
{
	static const struct {
		const char *row;
		u32 attach;
	} variants[] = {
		{ "XDP/devmap", ATTACH_XDP_DEVMAP },
		{ "XDP/cpumap", ATTACH_XDP_CPUMAP },
		{ "CGROUP_SOCK/create", ATTACH_CGROUP_INET_SOCK_CREATE },
		{ "CGROUP_SOCK/release", ATTACH_CGROUP_INET_SOCK_RELEASE },
		{ "CGROUP_SOCK/post_bind4", ATTACH_CGROUP_INET4_POST_BIND },
		{ "CGROUP_SOCK/post_bind6", ATTACH_CGROUP_INET6_POST_BIND },
		{ "SOCK_ADDR/bind4", ATTACH_CGROUP_INET4_BIND },
		{ "SOCK_ADDR/bind6", ATTACH_CGROUP_INET6_BIND },
		{ "SOCK_ADDR/connect4", ATTACH_CGROUP_INET4_CONNECT },
		{ "SOCK_ADDR/connect6", ATTACH_CGROUP_INET6_CONNECT },
		{ "SOCK_ADDR/sendmsg4", ATTACH_CGROUP_UDP4_SENDMSG },
		{ "SOCK_ADDR/sendmsg6", ATTACH_CGROUP_UDP6_SENDMSG },
		{ "SOCK_ADDR/recvmsg4", ATTACH_CGROUP_UDP4_RECVMSG },
		{ "SOCK_ADDR/recvmsg6", ATTACH_CGROUP_UDP6_RECVMSG },
		{ "SOCK_ADDR/getpeername4", ATTACH_CGROUP_INET4_GETPEERNAME },
		{ "SOCK_ADDR/getsockname6", ATTACH_CGROUP_INET6_GETSOCKNAME },
		{ "SOCK_ADDR/unix_connect", ATTACH_CGROUP_UNIX_CONNECT },
	};
	char name[64];
	s32 type;

	snprintf(name, sizeof(name), "%s%.*s", strncmp(row, "SOCK_ADDR", 9) ? "" : "CGROUP_",
		 (int)strcspn(row, "/"), row);
	type = prog_type_by_name(name);
	*prog = (u32)type;
	*attach = 0;
	for (u32 i = 0; i < ARRAY_SIZE(variants); i++) {
		if (!strcmp(variants[i].row, row))
			*attach = variants[i].attach;
	}
	return type > 0;
}

/* Which widths does the look-up allow at this offset? */
static u32 widths(const struct ctx_layout *l, u32 off, bool write)
{
	u32 mask = 0;

	for (u32 size = 1; size <= 8; size *= 2) {
		if (ctx_access(l, off, size, write))
			mask |= size;
	}
	return mask;
}

static void rights_are_the_kernels(void **state)
{
	FILE *f = facts_open("ctx_access.tsv");
	char line[256], row[64], ctx[64], field[64], access[64];
	u32 off, compared = 0;

	if (!f)
		test_skip("no ctx_access.tsv; set SKEP_FACTS");
	while (fgets(line, sizeof(line), f)) {
		const struct ctx_layout *l;
		u32 prog, attach, want[2] = { 0 };

		if (*line == '#' ||
		    sscanf(line, "%63s %63s %u %63s %63s", row, ctx, &off, field, access) != 5)
			continue;
		assert_true(row_types(row, &prog, &attach));
		l = ctx_layout(prog, attach);
		assert_non_null(l);
		assert_string_equal(l->name, ctx);
		for (const char *c = access; *c && c[1]; c += 2)
			want[*c == 'w'] |= (u32)(c[1] - '0');
		for (u32 w = 0; w < 2; w++) {
			if (widths(l, off, w) != want[w])
				fail_msg("%s %s.%s: %c %x, not %x", row, ctx, field, "rw"[w],
					 widths(l, off, w), want[w]);
		}
		compared++;
	}
	fclose(f);
	assert_true(compared > 600);
}

/* No field is open that the facts do not list for the row. */
static void nothing_else_is_open(void **state)
{
	FILE *f = facts_open("ctx_access.tsv");
	char line[256], row[64], last[64] = "", ctx[64];
	u32 off, prog, attach;
	bool listed[256] = { 0 };
	const struct ctx_layout *l = NULL;

	if (!f)
		test_skip("no ctx_access.tsv; set SKEP_FACTS");
	while (fgets(line, sizeof(line), f)) {
		if (*line == '#' || sscanf(line, "%63s %63s %u", row, ctx, &off) != 3 || off >= 256)
			continue;
		if (strcmp(row, last)) {
			for (u32 i = 0; l && i < l->count; i++) {
				if ((l->fields[i].read || l->fields[i].write) &&
				    !listed[l->fields[i].off])
					fail_msg("%s: %s is open", last, l->fields[i].name);
			}
			memset(listed, 0, sizeof(listed));
			strcpy(last, row);
			row_types(row, &prog, &attach);
			l = ctx_layout(prog, attach);
		}
		listed[off] = true;
	}
	fclose(f);
	assert_non_null(l);
}

static void narrow_loads_stay_inside_the_field(void **state)
{
	const struct ctx_layout *l = ctx_layout(PROG_SCHED_CLS, 0);

	assert_string_equal(ctx_access(l, 10, 2, false)->name, "mark");
	assert_string_equal(ctx_access(l, 11, 1, false)->name, "mark");
	assert_null(ctx_access(l, 9, 2, false));
	assert_null(ctx_access(l, 10, 2, true));
	assert_string_equal(ctx_access(l, 51, 1, true)->name, "cb[0]");
	assert_null(ctx_access(l, 52, 8, false));
	assert_null(ctx_access(l, 78, 2, false));
	assert_null(ctx_access(l, 192, 4, false));
	assert_null(ctx_access(l, ~0u, 4, false));
	assert_null(ctx_access(l, 0, 3, false));
	assert_null(ctx_access(l, 0, 0, false));
	assert_int_equal(ctx_access(l, 76, 4, false)->kind, CTX_PACKET);
	assert_int_equal(ctx_access(l, 80, 4, false)->kind, CTX_PACKET_END);
}

static void layouts_lie_inside_their_size_and_have_a_release(void **state)
{
	for (u32 type = 0; type < 40; type++) {
		for (u32 attach = 0; attach < 62; attach++) {
			const struct ctx_layout *l = ctx_layout(type, attach);
			u32 end = 0;

			for (u32 i = 0; l && i < l->count; i++) {
				const struct ctx_field *f = &l->fields[i];

				assert_true(f->off >= end && f->off + f->size <= l->size);
				assert_true(f->since_major >= 4);
				end = f->off + f->size;
			}
			if (l && prog_info(type)->ctx)
				assert_string_equal(l->name, prog_info(type)->ctx);
		}
	}
	assert_null(ctx_layout(PROG_TRACEPOINT, 0));
	assert_null(ctx_layout(~0u, 0));
}

/* Sizes, and offsets of named members, by the running kernel's types. */
static void layouts_are_the_running_kernels(void **state)
{
	static const u32 types[] = {
		PROG_XDP,	    PROG_SCHED_CLS,	 PROG_CGROUP_SOCK,   PROG_SOCK_OPS,
		PROG_SK_MSG,	    PROG_SK_REUSEPORT,	 PROG_SK_LOOKUP,     PROG_NETFILTER,
		PROG_CGROUP_SYSCTL, PROG_CGROUP_SOCKOPT, PROG_CGROUP_DEVICE, PROG_CGROUP_SOCK_ADDR
	};
	const struct ctx_layout *l = NULL;
	FILE *f = kernel_types_open();
	char line[512], name[128];
	u32 size, bits, structs = 0, members = 0;

	if (!f)
		test_skip("no BTF of the running kernel, or no bpftool");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "[%*u] STRUCT '%127[^']' size=%u", name, &size) == 2) {
			l = NULL;
			for (u32 i = 0; i < ARRAY_SIZE(types) && !l; i++) {
				if (!strcmp(ctx_layout(types[i], 0)->name, name))
					l = ctx_layout(types[i], 0);
			}
			structs += l != NULL;
			if (l)
				assert_int_equal(l->size, size);
		} else if (*line == '[') {
			l = NULL;
		} else if (l && sscanf(line, " '%127[^']' type_id=%*u bits_offset=%u", name,
				       &bits) == 2) {
			for (u32 i = 0; i < l->count; i++) {
				if (!strcmp(l->fields[i].name, name)) {
					assert_int_equal(l->fields[i].off * 8, bits);
					members++;
				}
			}
		}
	}
	pclose(f);
	assert_int_equal(structs, ARRAY_SIZE(types));
	assert_true(members > 100);
}

static const struct CMUnitTest tests[] = {
	TEST(rights_are_the_kernels),
	TEST(nothing_else_is_open),
	TEST(narrow_loads_stay_inside_the_field),
	TEST(layouts_lie_inside_their_size_and_have_a_release),
	TEST(layouts_are_the_running_kernels),
};
TEST_MAIN(tests)
