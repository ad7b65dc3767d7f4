// SPDX-License-Identifier: BSD-2-Clause
/*
 * Objects that others made, and our own: what libbpf opens, loads and attaches in the running
 * kernel skep does, too. Each is tried in a process of its own, with libbpf and with skep. Comments
 * in the output are rows of a table, which scripts/gen-objects makes a document of.
 *
 *     test_objects FOLDER…     every *.o in them, by name
 */
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skep/skep.h>

#include "api/handle.h"
#include "object/object.h"

enum { MOST_PROGS = 256, SECONDS = 60 };

/* What became of an object: shared with the process that tries it. */
struct outcome {
	bool opened, loaded, done;
	int err;
	unsigned progs, attached;
	unsigned relocations, missing; /* CO-RE; missing: nothing in the kernel for them */
	bool attaches[MOST_PROGS];     /* by the number of the program */
	char why[400]; /* it stopped, or of the first program that is not attached */
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- skep ---- */

/* The first error of the diagnostic, without its kind. */
static void first_error(char *out, size_t size, const struct skep_diag *diag)
{
	const char *at;
	char *text = NULL;
	size_t len;
	FILE *f;

	if (*out)
		return;
	f = open_memstream(&text, &len);
	skep_diag_print(diag, f, false);
	fclose(f);
	at = text ? strstr(text, "error: ") : NULL;
	at = at ? at + strlen("error: ") : "";
	snprintf(out, size, "%.*s", (int)strcspn(at, "\n"), at);
	free(text);
}

static void count_relocations(struct outcome *o, const struct object *obj)
{
	for (u32 p = 0; p < obj->prog_count; p++) {
		o->relocations += obj->progs[p].core_count;
		for (u32 i = 0; i < obj->progs[p].core_count; i++)
			o->missing +=
				obj->progs[p].cores[i].resolved && !obj->progs[p].cores[i].matched;
	}
}

static void attach_skep(struct outcome *o, struct skep_unit *unit, const struct object *obj)
{
	for (u32 i = 0; i < obj->prog_count && i < MOST_PROGS; i++) {
		struct skep_prog *p = skep_prog_find(unit, obj->progs[i].name);
		struct skep_diag *diag = skep_diag_new();
		struct skep_link *link;

		if (p && skep_prog_fd(p) >= 0 && skep_prog_knows_target(p)) {
			o->attaches[i] = !skep_attach(&link, p, NULL, diag);
			o->attached += o->attaches[i];
			if (!o->attaches[i])
				first_error(o->why, sizeof(o->why), diag);
		}
		skep_diag_free(diag);
	}
}

static void try_skep(struct outcome *o, const char *path)
{
	struct skep_diag *diag = skep_diag_new();
	struct skep_engine *eng;
	struct skep_object *obj;
	struct skep_unit *unit;

	o->err = skep_engine_new(&eng, "kernel", diag);
	if (!o->err)
		o->err =
			skep_open(&obj, SKEP_ELF, (struct skep_source){ .name = path }, NULL, diag);
	if (!o->err) {
		o->opened = true;
		o->progs = object_of(obj)->prog_count;
		count_relocations(o, object_of(obj));
		o->err = skep_load(&unit, eng, obj, NULL, diag);
	}
	if (o->err) {
		first_error(o->why, sizeof(o->why), diag);
		return;
	}
	o->loaded = true;
	attach_skep(o, unit, object_of(obj));
}

/* ---- libbpf ---- */

static void try_libbpf(struct outcome *o, const char *path)
{
	struct bpf_object *obj = bpf_object__open_file(path, NULL);
	struct bpf_program *p;
	unsigned i = 0;

	if (!obj) {
		o->err = -errno;
		return;
	}
	o->opened = true;
	o->err = bpf_object__load(obj);
	if (o->err)
		return;
	o->loaded = true;
	bpf_object__for_each_program(p, obj)
	{
		if (i < MOST_PROGS && bpf_program__fd(p) >= 0)
			o->attaches[i] = bpf_program__attach(p) != NULL;
		o->attached += i < MOST_PROGS && o->attaches[i];
		i++;
	}
	o->progs = i;
}

/* ---- */

/* In a process of its own, so that nothing stays and a crash is one object's. */
static struct outcome *try_in_child(void (*try)(struct outcome *, const char *), const char *path)
{
	struct outcome *o =
		mmap(NULL, sizeof(*o), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	if (o == MAP_FAILED)
		exit(1);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(SECONDS);
		try(o, path);
		o->done = true;
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (!o->done)
		snprintf(o->why, sizeof(o->why), "the process ended by signal %d",
			 WTERMSIG(status));
	return o;
}

static const char *state(const struct outcome *o)
{
	static char text[2][32];
	static unsigned turn;

	turn = !turn;
	if (!o->loaded)
		return !o->done ? "crashed" : o->opened ? "refused" : "not opened";
	snprintf(text[turn], sizeof(text[turn]), "%u/%u", o->attached, o->progs);
	return text[turn];
}

static bool as_good(const struct outcome *skep, const struct outcome *libbpf)
{
	bool good = skep->done && skep->opened >= libbpf->opened && skep->loaded >= libbpf->loaded;

	for (unsigned i = 0; i < MOST_PROGS; i++)
		good = good && skep->attaches[i] >= libbpf->attaches[i];
	return good;
}

static void compare(unsigned n, const char *path, unsigned *failed)
{
	struct outcome *libbpf = try_in_child(try_libbpf, path);
	struct outcome *skep = try_in_child(try_skep, path);
	bool good = as_good(skep, libbpf);

	printf("# row\t%s\t%u/%u\t%s\t%s\t%s\n", base_name(path), skep->relocations - skep->missing,
	       skep->relocations, state(skep), state(libbpf), skep->why);
	printf("%s %u - %s is opened, loaded and attached where libbpf does it\n",
	       good ? "ok" : "not ok", n, base_name(path));
	*failed += !good;
	munmap(libbpf, sizeof(*libbpf));
	munmap(skep, sizeof(*skep));
}

static int is_object(const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');

	return dot && !strcmp(dot, ".o");
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

int main(int argc, char **argv)
{
	unsigned n = 0, failed = 0;

	if (geteuid()) {
		printf("1..0 # SKIP loading needs root\n");
		return 0;
	}
	libbpf_set_print(quiet);
	for (int i = 1; i < argc; i++) {
		struct dirent **names = NULL;
		int count = scandir(argv[i], &names, is_object, alphasort);

		for (int k = 0; k < count; k++) {
			char path[4096];

			snprintf(path, sizeof(path), "%s/%s", argv[i], names[k]->d_name);
			compare(++n, path, &failed);
			free(names[k]);
		}
		free(names);
		if (count <= 0) {
			printf("# skip-reason: no objects in %s: make objects fetches them\n",
			       argv[i]);
			printf("ok %u - # SKIP objects of packages\n", ++n);
		}
	}
	printf("1..%u\n", n);
	return failed != 0;
}
