// SPDX-License-Identifier: BSD-2-Clause
/*
 * The programs of tests/verify/mistakes are mistakes: the live kernel refuses each, in the words
 * that the file's `linux:` line gives. Those marked `unpriv` are loaded without CAP_PERFMON. Its
 * log, explained, puts the mistake into the category that skep's own verdict puts it in.
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

#include <skep/skep.h>

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

/* The category of our own verdict: the end of the first line of NAME.expect. */
static bool expected_category(const struct mistake *m, char *out, size_t size)
{
	char path[512], line[256] = "";
	const char *at;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.expect", SOURCES, m->name);
	f = fopen(path, "r");
	if (f && !fgets(line, sizeof(line), f))
		*line = 0;
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = 0;
	at = strstr(line, ": refused: ");
	snprintf(out, size, "error: %s: ", at ? at + 11 : "?");
	return at;
}

/* 0: the explanation of Linux's log names the category. */
static int explain(const struct mistake *m, const char *path, const char *log)
{
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = NULL;
	char category[128], *said = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&said, &len);
	int bad = 1;

	if (!skep_open(&obj, SKEP_ELF, (struct skep_source){ .name = path }, NULL, diag) &&
	    !skep_explain_log(obj, NULL, log, strlen(log), diag) &&
	    expected_category(m, category, sizeof(category))) {
		skep_diag_print(diag, out, false);
		fflush(out);
		bad = !strstr(said, category);
	}
	if (bad)
		printf("# %s: not '%s' but: %s\n", m->name, category, said ? said : "nothing");
	fclose(out);
	free(said);
	skep_object_free(obj);
	skep_diag_free(diag);
	return bad;
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
	return explain(m, path, log);
}

static void each_mistake_is_refused_by_linux_and_its_log_explained(void **state)
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
		TEST(each_mistake_is_refused_by_linux_and_its_log_explained),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
