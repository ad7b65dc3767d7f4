// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/gen_kernel.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/verify/kload.h"

enum { TYPES = 80 };

/* By program and attach type, since a prog array belongs to one; made when first asked for. */
static struct kload loaders[TYPES];
static struct object *templates[TYPES];
static struct kload other; /* of the object that was asked about last, when it is not random */

static struct kload *loader_of_object(const struct object *obj)
{
	if (other.obj != obj) {
		if (other.obj)
			kload_close(&other);
		if (kload_open(&other, obj))
			fprintf(stderr, "%s: %s\n", obj->name, other.why);
	}
	return other.maps ? &other : NULL;
}

static struct kload *loader_of(const struct object *obj, const struct obj_prog *prog)
{
	u32 type = 2 * prog->type + (prog->attach_type & 1);

	if (strcmp(obj->name, GEN_NAME))
		return loader_of_object(obj);
	if (type >= TYPES)
		return NULL;
	if (!templates[type]) {
		templates[type] = gen_prog(0, NULL);
		if (!templates[type] || kload_open(&loaders[type], templates[type]))
			fprintf(stderr, "maps or types: %s\n", loaders[type].why);
	}
	return loaders[type].maps ? &loaders[type] : NULL;
}

bool gen_kernel_can(void)
{
	return kload_can();
}

void gen_kernel_close(void)
{
	if (other.obj)
		kload_close(&other);
	other.obj = NULL;
	for (u32 i = 0; i < TYPES; i++) {
		if (templates[i])
			kload_close(&loaders[i]);
		object_free(templates[i]);
		templates[i] = NULL;
	}
}

/* The last line that says something, and the same with its numbers as N. */
static void last_line(struct gen_verdict *out, char *log)
{
	char *end = log + strlen(log), *line;
	u32 n = 0;

	for (;;) {
		while (end > log && isspace((unsigned char)end[-1]))
			*--end = 0;
		for (line = end; line > log && line[-1] != '\n'; line--)
			;
		if (line == log ||
		    (strncmp(line, "processed ", 10) && strncmp(line, "verification time", 17) &&
		     strncmp(line, "stack depth", 11)))
			break;
		end = line;
	}
	snprintf(out->line, sizeof(out->line), "%.190s", line);
	for (const char *p = line; *p && n < sizeof(out->why) - 1; p++) {
		if (isdigit((unsigned char)*p) && n && out->why[n - 1] == 'N')
			continue;
		out->why[n++] = isdigit((unsigned char)*p) ? 'N' : *p;
	}
	out->why[n] = 0;
}

/*
 * Is it an answer? What verification let pass may still find no room for machine code for a
 * moment, and the kernel's verifier has bugs that it notices itself.
 */
static bool is_verdict(const struct gen_verdict *v)
{
	if (!strncmp(v->line, "verifier bug", 12) || (v->err == -EPERM && !v->why[0]))
		return false; /* without its words: this type of program needs more rights */
	return v->err == -EACCES || v->err == -EINVAL || v->err == -E2BIG || v->err == -EPERM ||
	       v->err == -EFAULT;
}

bool gen_kernel_load(struct gen_verdict *out, const struct object *obj, const struct obj_prog *prog,
		     bool cap_bpf, u32 flags)
{
	struct kload *k = loader_of(obj, prog);
	struct kload_result result;

	for (u32 tries = 0; tries < 10; tries++) {
		memset(out, 0, sizeof(*out));
		if (!k || kload_prog(k, prog, flags, cap_bpf ? KLOAD_BPF : KLOAD_ROOT, &result))
			return false;
		out->err = result.err;
		out->insns = result.insns;
		if (!out->err)
			return true;
		last_line(out, result.log);
		if (!out->line[0])
			snprintf(out->line, sizeof(out->line), "(errno %d)", -out->err);
		if (is_verdict(out))
			return true;
		if (out->err == -EFAULT)
			break;
		usleep(20000);
	}
	return false;
}
