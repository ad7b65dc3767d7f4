// SPDX-License-Identifier: BSD-2-Clause
#include "test.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <sys/utsname.h>

#include "spec/map.h"
#include "spec/prog.h"
#include "tests/spec/facts.h"

/* Is the running kernel at least this release? */
static bool kernel_has(unsigned major, unsigned minor)
{
	struct utsname u;
	unsigned a = 0, b = 0;

	uname(&u);
	sscanf(u.release, "%u.%u", &a, &b);
	return a > major || (a == major && b >= minor);
}

struct seen {
	bool in[128];
	u32 count;
};

/* Calls `each` for every enumerator of the kernel's enum; false when there is no kernel to ask. */
static bool kernel_enum(const char *name, struct seen *seen,
			void (*each)(const char *word, u32 value, struct seen *seen))
{
	char line[512], start[64], word[128];
	FILE *f = kernel_types_open();
	bool inside = false;
	u32 value;

	if (!f)
		return false;
	snprintf(start, sizeof(start), "ENUM '%s'", name);
	while (fgets(line, sizeof(line), f)) {
		if (*line == '[')
			inside = strstr(line, start);
		else if (inside && sscanf(line, " '%127[^']' val=%u", word, &value) == 2)
			each(word, value, seen);
	}
	pclose(f);
	return true;
}

static void same_prog(const char *word, u32 value, struct seen *seen)
{
	if (!strncmp(word, "__MAX", 5))
		return;
	assert_non_null(prog_info(value));
	assert_string_equal(prog_info(value)->uapi, word + strlen("BPF_PROG_TYPE_"));
	seen->in[value] = true;
	seen->count++;
}

static void same_attach(const char *word, u32 value, struct seen *seen)
{
	if (!strncmp(word, "__MAX", 5))
		return;
	assert_non_null(attach_info(value));
	assert_string_equal(attach_info(value)->uapi, word + strlen("BPF_"));
	seen->in[value] = true;
	seen->count++;
}

static void same_map(const char *word, u32 value, struct seen *seen)
{
	if (!strncmp(word, "__MAX", 5) || strstr(word, "_DEPRECATED") || !value)
		return;
	assert_non_null(map_info(value));
	assert_string_equal(map_info(value)->uapi, word + strlen("BPF_MAP_TYPE_"));
	seen->in[value] = true;
	seen->count++;
}

static void types_are_the_running_kernels(void **state)
{
	struct seen progs = { 0 }, attaches = { 0 }, maps = { 0 };

	if (!kernel_has(6, 18) || !kernel_enum("bpf_prog_type", &progs, same_prog) ||
	    !kernel_enum("bpf_attach_type", &attaches, same_attach) ||
	    !kernel_enum("bpf_map_type", &maps, same_map))
		test_skip("no BTF of a kernel from 6.18 on, or no bpftool");
	assert_true(progs.count && attaches.count && maps.count);
	for (u32 i = 0; i < 128; i++) {
		const struct attach_info *a = attach_info(i);

		assert_int_equal(progs.in[i], prog_info(i) != NULL);
		assert_int_equal(maps.in[i], map_info(i) != NULL);
		assert_int_equal(attaches.in[i], a && kernel_has(a->since_major, a->since_minor));
	}
}

static void words_are_uapi_names_in_lower_case(void **state)
{
	char lower[64];

	for (u32 i = 0; i < 128; i++) {
		const char *names[3][2] = { 0 };

		if (prog_info(i))
			memcpy(names[0], (const char *[]){ prog_info(i)->name, prog_info(i)->uapi },
			       sizeof(names[0]));
		if (attach_info(i))
			memcpy(names[1],
			       (const char *[]){ attach_info(i)->name, attach_info(i)->uapi },
			       sizeof(names[1]));
		if (map_info(i))
			memcpy(names[2], (const char *[]){ map_info(i)->name, map_info(i)->uapi },
			       sizeof(names[2]));
		for (u32 k = 0; k < 3; k++) {
			if (!names[k][0])
				continue;
			snprintf(lower, sizeof(lower), "%s", names[k][1]);
			for (char *c = lower; *c; c++)
				*c = (char)tolower((unsigned char)*c);
			assert_string_equal(names[k][0], lower);
		}
	}
}

static void every_type_has_a_release_and_a_line_of_documentation(void **state)
{
	for (u32 i = 0; i < 128; i++) {
		const struct prog_info *p = prog_info(i);
		const struct attach_info *a = attach_info(i);
		const struct map_info *m = map_info(i);

		if (p && i)
			assert_true(p->since_major >= 3 && p->doc && strlen(p->doc) > 3);
		if (a)
			assert_true(a->since_major >= 4 && a->doc && strlen(a->doc) > 3);
		if (m)
			assert_true(m->since_major >= 3 && m->doc && strlen(m->doc) > 3);
	}
}

static void names_find_their_types(void **state)
{
	assert_int_equal(prog_type_by_name("xdp"), PROG_XDP);
	assert_int_equal(prog_type_by_name("BPF_PROG_TYPE_SCHED_CLS"), PROG_SCHED_CLS);
	assert_int_equal(prog_type_by_name("SCHED_CLS"), PROG_SCHED_CLS);
	assert_int_equal(prog_type_by_name("tcx/ingress"), PROG_SCHED_CLS);
	assert_int_equal(prog_type_by_name("socket"), PROG_SOCKET_FILTER);
	assert_int_equal(prog_type_by_name("nonsense"), -1);
	assert_int_equal(prog_type_by_name(""), -1);
	assert_int_equal(attach_type_by_name("BPF_XDP_DEVMAP"), ATTACH_XDP_DEVMAP);
	assert_int_equal(attach_type_by_name("cgroup_inet_egress"), ATTACH_CGROUP_INET_EGRESS);
	assert_int_equal(attach_type_by_name("x"), -1);
	assert_int_equal(map_type_by_name("BPF_MAP_TYPE_LPM_TRIE"), MAP_TYPE_LPM_TRIE);
	assert_int_equal(map_type_by_name("percpu_array"), MAP_TYPE_PERCPU_ARRAY);
	assert_int_equal(map_type_by_name(""), -1);
}

static void unknown_numbers_are_nothing(void **state)
{
	assert_null(prog_info(33));
	assert_null(prog_info(~0u));
	assert_null(attach_info(~0u));
	assert_null(map_info(0));
	assert_null(map_info(34));
	assert_null(map_info(~0u));
}

static void sections_need_an_exact_name_or_a_slash(void **state)
{
	struct section_match m;

	assert_int_equal(section_find(&m, "xdp"), 0);
	assert_int_equal(m.prog_type, PROG_XDP);
	assert_int_equal(m.attach_type, ATTACH_XDP);
	assert_true(m.autoload && !m.frags && !m.sleepable && !m.target);
	assert_int_equal(section_find(&m, "xdp.frags/cpumap"), 0);
	assert_true(m.frags);
	assert_int_equal(m.attach_type, ATTACH_XDP_CPUMAP);
	assert_int_equal(section_find(&m, "?tp/sched/sched_switch"), 0);
	assert_false(m.autoload);
	assert_string_equal(m.target, "sched/sched_switch");
	assert_string_equal(m.pattern, "tp+");
	assert_int_equal(section_find(&m, "fentry.s/do_unlinkat"), 0);
	assert_true(m.sleepable);
	assert_int_equal(m.needs, TARGET_LOAD);
	assert_string_equal(m.target, "do_unlinkat");
	assert_int_equal(section_find(&m, "fentry"), 0);
	assert_null(m.target);
	assert_int_equal(section_find(&m, "xdp_foo"), -ESRCH);
	assert_int_equal(section_find(&m, "kprobefoo"), -ESRCH);
	assert_int_equal(section_find(&m, ""), -ESRCH);
	assert_int_equal(section_find(&m, "?"), -ESRCH);
	assert_int_equal(section_find(&m, "??xdp"), -ESRCH);
}

static void near_sections_are_named(void **state)
{
	assert_string_equal(section_near("xpd"), "xdp");
	assert_string_equal(section_near("xdp_foo"), "xdp");
	assert_string_equal(section_near("?clasifier"), "classifier");
	assert_string_equal(section_near("cgroup_skb/ingres"), "cgroup_skb/ingress");
	assert_null(section_near("completely-different-thing"));
}

/* Two questions to the loader that everyone uses: same type, same attach type, same refusals. */
static void sections_are_libbpfs(void **state)
{
	static const char *const tails[] = { "", "/target", "foo", "_foo", "/a/b", "." };
	void *lib = dlopen("libbpf.so.1", RTLD_NOW);
	int (*ask)(const char *name, int *type, int *attach);
	void (*set_print)(void *);
	u32 compared = 0, refused = 0;

	if (!lib)
		test_skip("no libbpf.so.1 to compare with");
	*(void **)&ask = dlsym(lib, "libbpf_prog_type_by_name");
	*(void **)&set_print = dlsym(lib, "libbpf_set_print");
	assert_true(ask && set_print);
	set_print(NULL);
	for (u32 i = 0; section_pattern(i); i++) {
		const char *pattern = section_pattern(i);

		for (u32 t = 0; t < ARRAY_SIZE(tails); t++) {
			struct section_match m;
			char name[128];
			int type, attach;

			snprintf(name, sizeof(name), "%.*s%s", (int)strcspn(pattern, "+"), pattern,
				 tails[t]);
			if (!ask(name, &type, &attach)) {
				if (section_find(&m, name))
					fail_msg("libbpf takes %s", name);
				assert_int_equal(m.prog_type, type);
				/* Older releases gave tc/… no attach type. */
				if (strncmp(name, "tc/", 3))
					assert_int_equal(m.attach_type, attach);
				compared++;
			} else if (*tails[t]) {
				refused++;
				if (strcmp(tails[t], "/target") && strcmp(tails[t], "/a/b"))
					assert_int_equal(section_find(&m, name), -ESRCH);
				else if (!strchr(pattern, '+'))
					assert_int_equal(section_find(&m, name), -ESRCH);
			}
		}
	}
	assert_true(compared > 100 && refused > 100);
	dlclose(lib);
}

static void every_known_section_pattern_is_in_the_table(void **state)
{
	FILE *f = facts_open("sec_names.txt");
	char line[128];
	u32 count = 0;

	if (!f)
		test_skip("no sec_names.txt; set SKEP_FACTS");
	while (fgets(line, sizeof(line), f)) {
		struct section_match m;
		char name[160];

		line[strcspn(line, "\n")] = '\0';
		if (!*line)
			continue;
		count++;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, "+"), line);
		if (section_find(&m, name))
			fail_msg("no row for %s", line);
		assert_string_equal(m.pattern, line);
		strcat(name, "/target");
		if (strchr(line, '+')) {
			assert_int_equal(section_find(&m, name), 0);
			assert_string_equal(m.target, "target");
		} else {
			assert_int_equal(section_find(&m, name), -ESRCH);
		}
	}
	fclose(f);
	assert_true(count > 100);
}

static void actions_have_their_names(void **state)
{
	assert_string_equal(prog_action(PROG_XDP, 2), "XDP_PASS");
	assert_string_equal(prog_action(PROG_XDP, 4), "XDP_REDIRECT");
	assert_null(prog_action(PROG_XDP, 5));
	assert_string_equal(prog_action(PROG_SCHED_CLS, 0), "TC_ACT_OK");
	assert_string_equal(prog_action(PROG_SCHED_CLS, (u64)-1), "TC_ACT_UNSPEC");
	assert_string_equal(prog_action(PROG_SCHED_ACT, 0xffffffff), "TC_ACT_UNSPEC");
	assert_string_equal(prog_action(PROG_SCHED_ACT, 8), "TC_ACT_TRAP");
	assert_null(prog_action(PROG_SCHED_ACT, 9));
	assert_string_equal(prog_action(PROG_LWT_XMIT, 128), "BPF_LWT_REROUTE");
	assert_string_equal(prog_action(PROG_LWT_IN, 7), "BPF_REDIRECT");
	assert_null(prog_action(PROG_LWT_IN, 1));
	assert_null(prog_action(PROG_LWT_IN, 129));
	assert_string_equal(prog_action(PROG_FLOW_DISSECTOR, 129), "BPF_FLOW_DISSECTOR_CONTINUE");
	assert_string_equal(prog_action(PROG_SK_MSG, 1), "SK_PASS");
	assert_null(prog_action(PROG_KPROBE, 0));
}

static void map_rules_hold(void **state)
{
	assert_true(map_rule_allows(RULE_ANY, 1) && !map_rule_allows(RULE_ANY, 0));
	assert_true(map_rule_allows(RULE_PAGES, 65536) && !map_rule_allows(RULE_PAGES, 12288));
	assert_false(map_rule_allows(RULE_PAGES, 64));
	assert_true(map_rule_allows(RULE_LPM, 8) && map_rule_allows(RULE_LPM, 260));
	assert_false(map_rule_allows(RULE_LPM, 4) || map_rule_allows(RULE_LPM, 261));
	assert_true(map_rule_allows(RULE_STACKS, 1016) && !map_rule_allows(RULE_STACKS, 12));
	assert_true(map_rule_allows(RULE_CGROUP, 16) && !map_rule_allows(RULE_CGROUP, 12));
	assert_true(map_rule_allows(RULE_ONE, 1) && !map_rule_allows(RULE_ONE, 2));
}

static const struct CMUnitTest tests[] = {
	TEST(types_are_the_running_kernels),
	TEST(words_are_uapi_names_in_lower_case),
	TEST(every_type_has_a_release_and_a_line_of_documentation),
	TEST(names_find_their_types),
	TEST(unknown_numbers_are_nothing),
	TEST(sections_need_an_exact_name_or_a_slash),
	TEST(near_sections_are_named),
	TEST(sections_are_libbpfs),
	TEST(every_known_section_pattern_is_in_the_table),
	TEST(actions_have_their_names),
	TEST(map_rules_hold),
};
TEST_MAIN(tests)
