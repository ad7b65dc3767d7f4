// SPDX-License-Identifier: BSD-2-Clause
/*
 * The programs of tests/verify/mistakes are mistakes: the live kernel refuses each, in the words
 * that the file's `linux:` line gives. Those marked `unpriv` are loaded without CAP_PERFMON.
 */
#include "test.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOG_SIZE = 1 << 24 };

struct mistake {
	char name[64];
	char linux_words[128]; /* what its log must hold */
	bool unpriv;
};

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

static bool may_load(void)
{
	const struct bpf_insn insns[] = { { .code = 0xb7 }, { .code = 0x95 } };
	int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, NULL, "GPL", insns, 2, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool read_head(struct mistake *m)
{
	char path[512], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.bpf.c", SOURCES, m->name);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f) && !strncmp(line, "//", 2)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "// linux: ", 10))
			snprintf(m->linux_words, sizeof(m->linux_words), "%.120s", line + 10);
		if (!strcmp(line, "// unpriv"))
			m->unpriv = true;
	}
	if (f)
		fclose(f);
	return *m->linux_words;
}

/* Keep CAP_BPF and CAP_NET_ADMIN: programs load, but by the rules for users. */
static void drop_privilege(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	data[0].effective = data[0].permitted = 1u << CAP_NET_ADMIN;
	data[1].effective = data[1].permitted = 1u << (CAP_BPF - 32);
	if (syscall(SYS_capset, &head, data))
		_exit(9);
}

/* 0: refused in those words. */
static int load(const struct mistake *m)
{
	char path[512], *log = calloc(1, LOG_SIZE);
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kernel_log_buf = log, .kernel_log_size = LOG_SIZE,
		    .kernel_log_level = 1);
	struct bpf_object *obj;

	if (m->unpriv)
		drop_privilege();
	snprintf(path, sizeof(path), "%s/%s.bpf.o", OBJECTS, m->name);
	obj = bpf_object__open_file(path, &opts);
	if (!obj) {
		printf("# %s: not opened\n", m->name);
		return 1;
	}
	if (!bpf_object__load(obj)) {
		printf("# %s: Linux accepts it\n", m->name);
		return 1;
	}
	if (!strstr(log, m->linux_words)) {
		size_t len = strlen(log);

		printf("# %s: no '%s' in: %s\n", m->name, m->linux_words,
		       len > 900 ? log + len - 900 : log);
		return 1;
	}
	return 0;
}

static void each_mistake_is_refused_by_linux_in_the_words_given(void **state)
{
	DIR *dir = opendir(SOURCES);
	unsigned count = 0, bad = 0;
	struct dirent *e;

	if (!may_load())
		test_skip("this process may not load programs");
	assert_non_null(dir);
	libbpf_set_print(quiet);
	while ((e = readdir(dir))) {
		struct mistake m = { 0 };
		char *end = strstr(e->d_name, ".bpf.c");
		int status = 1;
		pid_t pid;

		if (!end)
			continue;
		snprintf(m.name, sizeof(m.name), "%.*s", (int)(end - e->d_name), e->d_name);
		assert_true(read_head(&m));
		count++;
		fflush(stdout);
		pid = fork();
		if (!pid) {
			status = load(&m);
			fflush(stdout);
			_exit(status);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		bad += status != 0;
	}
	closedir(dir);
	printf("# %u mistakes\n", count);
	assert_true(count >= 20);
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_mistake_is_refused_by_linux_in_the_words_given),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
