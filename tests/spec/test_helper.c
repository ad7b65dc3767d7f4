// SPDX-License-Identifier: BSD-2-Clause
#include "test.h"

#include "spec/helper.h"
#include "spec/prog.h"
#include "tests/spec/facts.h"

static void numbers_and_names_are_the_running_kernels(void **state)
{
	FILE *f = kernel_types_open();
	char line[512], word[128];
	bool inside = false;
	u32 value, count = 0;

	if (!f)
		test_skip("no BTF of the running kernel, or no bpftool");
	while (fgets(line, sizeof(line), f)) {
		if (*line == '[')
			inside = strstr(line, "ENUM 'bpf_func_id'");
		else if (inside && sscanf(line, " 'BPF_FUNC_%127[^']' val=%u", word, &value) == 2 &&
			 value) {
			if (value >= 212)
				continue; /* of a later kernel */
			assert_non_null(helper_by_id(value));
			assert_string_equal(helper_by_id(value)->name, word);
			count++;
		}
	}
	pclose(f);
	assert_int_equal(count, 211);
}

static void every_helper_has_a_row_a_release_and_documentation(void **state)
{
	u32 major = 0;

	assert_int_equal(helper_count(), 212);
	assert_null(helper_by_id(0));
	assert_null(helper_by_id(212));
	assert_null(helper_by_id(~0u));
	for (u32 id = 1; id < helper_count(); id++) {
		const struct helper_info *h = helper_by_id(id);

		assert_non_null(h);
		assert_true(h->doc && strlen(h->doc) > 5);
		/* Numbers are given out in order, so releases never fall. */
		assert_true(h->since_major * 100u + h->since_minor >= major);
		major = h->since_major * 100u + h->since_minor;
		assert_int_equal(helper_id_by_name(h->name), id);
	}
	assert_int_equal(helper_id_by_name("bpf_map_lookup_elem"), 1);
	assert_int_equal(helper_id_by_name("bpf_"), -1);
	assert_int_equal(helper_id_by_name("nothing"), -1);
}

/* What the readers of the table rely on. */
static void prototypes_are_well_formed(void **state)
{
	for (u32 id = 1; id < helper_count(); id++) {
		const struct helper_info *h = helper_by_id(id);
		bool map = false, ended = false;

		for (u32 k = 0; k < 5; k++) {
			enum arg_type type = h->arg[k], next = k < 4 ? h->arg[k + 1] : ARG_NONE;
			bool sized = type >= ARG_MEM && type <= ARG_MEM_OUT_OR_NULL;
			bool fixed = type == ARG_SCALAR_OUT || type == ARG_FIXED_MEM ||
				     type == ARG_FIXED_MEM_OUT;

			if (type == ARG_NONE)
				ended = true;
			else if (ended)
				fail_msg("%s: argument %u follows none", h->name, k + 1);
			if (sized != (next == ARG_SIZE || next == ARG_SIZE_OR_ZERO))
				fail_msg("%s: argument %u has no size", h->name, k + 1);
			if (fixed != (h->arg_size[k] != 0))
				fail_msg("%s: size of argument %u", h->name, k + 1);
			if (type >= ARG_MAP_KEY && type <= ARG_MAP_VALUE_OR_NULL && !map)
				fail_msg("%s: argument %u before its map", h->name, k + 1);
			map |= type == ARG_MAP;
			assert_string_not_equal(arg_type_name(type), "?");
		}
		assert_string_not_equal(ret_type_name(h->ret), "?");
	}
}

/* The number of arguments that the UAPI header's documentation gives each helper. */
static void argument_counts_are_the_headers(void **state)
{
	FILE *f = fopen("/usr/include/linux/bpf.h", "re");
	char line[512];
	u32 compared = 0;

	if (!f)
		test_skip("no linux/bpf.h");
	while (fgets(line, sizeof(line), f)) {
		char *name = strstr(line, "bpf_"), *open = name ? strchr(name, '(') : NULL;
		char *close = open ? strrchr(open, ')') : NULL;
		u32 want = 1, have = 0;
		s32 id;

		/* " * long bpf_name(type a, type b)" alone on its line */
		if (strncmp(line, " * ", 3) || line[3] == '\t' || line[3] == ' ' || !close ||
		    strcmp(close, ")\n"))
			continue;
		*open = '\0';
		id = helper_id_by_name(name);
		if (id < 0)
			continue;
		for (char *c = open + 1; c < close; c++)
			want += *c == ',';
		if (close == open + 1 || !strncmp(open + 1, "void)", 5))
			want = 0;
		while (have < 5 && helper_by_id((u32)id)->arg[have] != ARG_NONE)
			have++;
		compared++;
		/* Three and four take formats with further values. */
		if (strstr(open + 1, "..."))
			continue;
		if (have != want)
			fail_msg("%s: %u arguments, the header has %u", name, have, want);
	}
	fclose(f);
	assert_true(compared >= 200);
}

static const struct {
	const char *row;
	u32 prog_type, attach_type;
} fact_rows[] = {
	{ "SOCKET_FILTER", PROG_SOCKET_FILTER, 0 },
	{ "SCHED_CLS", PROG_SCHED_CLS, 0 },
	{ "SCHED_ACT", PROG_SCHED_ACT, 0 },
	{ "SCHED_CLS/tcx_ingress", PROG_SCHED_CLS, ATTACH_TCX_INGRESS },
	{ "SCHED_CLS/netkit", PROG_SCHED_CLS, ATTACH_NETKIT_PRIMARY },
	{ "XDP", PROG_XDP, ATTACH_XDP },
	{ "XDP/devmap", PROG_XDP, ATTACH_XDP_DEVMAP },
	{ "XDP/cpumap", PROG_XDP, ATTACH_XDP_CPUMAP },
	{ "CGROUP_SKB/ingress", PROG_CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS },
	{ "CGROUP_SKB/egress", PROG_CGROUP_SKB, ATTACH_CGROUP_INET_EGRESS },
	{ "CGROUP_SOCK/create", PROG_CGROUP_SOCK, ATTACH_CGROUP_INET_SOCK_CREATE },
	{ "CGROUP_SOCK/release", PROG_CGROUP_SOCK, ATTACH_CGROUP_INET_SOCK_RELEASE },
	{ "CGROUP_SOCK/post_bind4", PROG_CGROUP_SOCK, ATTACH_CGROUP_INET4_POST_BIND },
	{ "CGROUP_SOCK/post_bind6", PROG_CGROUP_SOCK, ATTACH_CGROUP_INET6_POST_BIND },
	{ "SOCK_ADDR/bind4", PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_BIND },
	{ "SOCK_ADDR/bind6", PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_BIND },
	{ "SOCK_ADDR/connect4", PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_CONNECT },
	{ "SOCK_ADDR/connect6", PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_CONNECT },
	{ "SOCK_ADDR/sendmsg4", PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP4_SENDMSG },
	{ "SOCK_ADDR/sendmsg6", PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP6_SENDMSG },
	{ "SOCK_ADDR/recvmsg4", PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP4_RECVMSG },
	{ "SOCK_ADDR/recvmsg6", PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP6_RECVMSG },
	{ "SOCK_ADDR/getpeername4", PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_GETPEERNAME },
	{ "SOCK_ADDR/getsockname6", PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_GETSOCKNAME },
	{ "SOCK_ADDR/unix_connect", PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UNIX_CONNECT },
	{ "SOCK_OPS", PROG_SOCK_OPS, ATTACH_CGROUP_SOCK_OPS },
	{ "SK_SKB/parser", PROG_SK_SKB, ATTACH_SK_SKB_STREAM_PARSER },
	{ "SK_SKB/verdict", PROG_SK_SKB, ATTACH_SK_SKB_STREAM_VERDICT },
	{ "SK_MSG", PROG_SK_MSG, ATTACH_SK_MSG_VERDICT },
	{ "SK_LOOKUP", PROG_SK_LOOKUP, ATTACH_SK_LOOKUP },
	{ "LWT_IN", PROG_LWT_IN, 0 },
	{ "LWT_OUT", PROG_LWT_OUT, 0 },
	{ "LWT_XMIT", PROG_LWT_XMIT, 0 },
	{ "LWT_SEG6LOCAL", PROG_LWT_SEG6LOCAL, 0 },
	{ "FLOW_DISSECTOR", PROG_FLOW_DISSECTOR, ATTACH_FLOW_DISSECTOR },
	{ "SK_REUSEPORT", PROG_SK_REUSEPORT, ATTACH_SK_REUSEPORT_SELECT },
	{ "SK_REUSEPORT/migrate", PROG_SK_REUSEPORT, ATTACH_SK_REUSEPORT_SELECT_OR_MIGRATE },
	{ "NETFILTER", PROG_NETFILTER, ATTACH_NETFILTER },
};

static void check_row(const char *row, char *names, u32 prog_type, u32 attach_type)
{
	bool open_to[256] = { 0 };

	for (char *save, *n = strtok_r(names, " \n", &save); n; n = strtok_r(NULL, " \n", &save)) {
		s32 id = helper_id_by_name(n);

		assert_true(id > 0);
		open_to[id] = true;
	}
	for (u32 id = 1; id < helper_count(); id++) {
		if (helper_allowed(id, prog_type, attach_type) != open_to[id])
			fail_msg("%s: bpf_%s is %s", row, helper_by_id(id)->name,
				 open_to[id] ? "allowed" : "refused");
	}
}

static void helpers_are_open_to_the_programs_that_the_kernel_lets_call_them(void **state)
{
	FILE *f = facts_open("helpers.tsv");
	static char line[16384];
	u32 rows = 0;

	if (!f)
		test_skip("no helpers.tsv; set SKEP_FACTS");
	while (fgets(line, sizeof(line), f)) {
		char *tab = strchr(line, '\t'), *names = tab ? strchr(tab + 1, '\t') : NULL;
		u32 i = 0;

		if (*line == '#' || !names)
			continue;
		*tab = '\0';
		while (i < ARRAY_SIZE(fact_rows) && strcmp(line, fact_rows[i].row))
			i++;
		if (i == ARRAY_SIZE(fact_rows))
			fail_msg("no program type for row %s", line);
		check_row(line, names + 1, fact_rows[i].prog_type, fact_rows[i].attach_type);
		rows++;
	}
	fclose(f);
	assert_int_equal(rows, ARRAY_SIZE(fact_rows));
}

static void attach_types_narrow_what_tracing_may_call(void **state)
{
	u32 seq_write = (u32)helper_id_by_name("seq_write");
	u32 func_ret = (u32)helper_id_by_name("get_func_ret");

	assert_true(helper_allowed(seq_write, PROG_TRACING, ATTACH_TRACE_ITER));
	assert_false(helper_allowed(seq_write, PROG_TRACING, ATTACH_TRACE_FENTRY));
	assert_true(helper_allowed(func_ret, PROG_TRACING, ATTACH_TRACE_FEXIT));
	assert_false(helper_allowed(func_ret, PROG_TRACING, ATTACH_TRACE_FENTRY));
	assert_false(helper_allowed(func_ret, PROG_KPROBE, 0));
	assert_false(helper_allowed(0, PROG_XDP, ATTACH_XDP));
	assert_false(helper_allowed(1, PROG_UNSPEC, 0));
	assert_false(helper_allowed(1, 64, 0));
	assert_false(helper_allowed(1, ~0u, ~0u));
}

static const struct CMUnitTest tests[] = {
	TEST(numbers_and_names_are_the_running_kernels),
	TEST(every_helper_has_a_row_a_release_and_documentation),
	TEST(prototypes_are_well_formed),
	TEST(argument_counts_are_the_headers),
	TEST(helpers_are_open_to_the_programs_that_the_kernel_lets_call_them),
	TEST(attach_types_narrow_what_tracing_may_call),
};
TEST_MAIN(tests)
