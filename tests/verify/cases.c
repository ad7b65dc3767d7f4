// SPDX-License-Identifier: BSD-2-Clause
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>

#include "asm/asm.h"
#include "base/buf.h"
#include "base/file.h"
#include "elf/elf.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ";; name [words]: accept" or ";; name [words]: reject reason"; the words say how to load. */
static bool parse_head(struct one_case *c, const char *path, const char *line, size_t len)
{
	char text[256], name[64] = "", words[64] = "", verdict[16] = "", *colon;
	int stem = (int)strcspn(base_name(path), ".");

	snprintf(text, sizeof(text), "%.*s", (int)len, line);
	memset(c, 0, sizeof(*c));
	colon = strstr(text, ": ");
	if (!colon)
		return false;
	*colon = '\0';
	if (sscanf(text, ";; %63s [%63[^]]", name, words) < 1 ||
	    sscanf(colon + 2, "%15s %127[^\n]", verdict, c->reason) < 1)
		return false;
	snprintf(c->name, sizeof(c->name), "%.*s/%s", stem, base_name(path), name);
	c->accept = !strcmp(verdict, "accept");
	c->mitigations = strstr(words, "mitigations");
	c->flags = (strstr(words, "strict") ? KLOAD_STRICT : 0) |
		   (strstr(words, "freq") ? KLOAD_FREQ : 0);
	c->as = strstr(words, "cap_bpf")  ? KLOAD_BPF
		: strstr(words, "unpriv") ? KLOAD_NOBODY
					  : KLOAD_ROOT;
	return c->accept || (!strcmp(verdict, "reject") && c->reason[0]);
}

static bool run_text(struct one_case *c, const char *text, size_t len, case_fn *fn, void *arg)
{
	struct object *obj = NULL;
	struct diag d;
	bool ok;

	diag_init(&d);
	ok = !asm_parse(&obj, c->name, text, len, &d) && obj->prog_count;
	if (ok) {
		c->obj = obj;
		c->prog = &obj->progs[obj->prog_count - 1];
		fn(c, arg);
	} else {
		printf("# %s cannot be assembled\n", c->name);
		diag_print(&d, stdout, false);
	}
	object_free(obj);
	diag_fini(&d);
	return ok;
}

/* The next line that begins a case; the end of the text when there is none. */
static const char *next_head(const char *at)
{
	const char *head = strstr(at, "\n;; ");

	return head ? head + 1 : at + strlen(at);
}

u32 cases_text(const char *path, case_fn *fn, void *arg)
{
	struct buf whole = { 0 }, text = { 0 };
	const char *at, *start;
	struct file f;
	u32 bad = 0;

	if (file_open(&f, path, NULL))
		return 1;
	buf_put(&whole, f.data, f.len);
	file_close(&f);
	start = at = buf_str(&whole);
	at = next_head(at); /* what stands before the first case is part of each */
	for (size_t shared = (size_t)(at - start); *at; at = next_head(at)) {
		size_t head = strcspn(at, "\n");
		struct one_case c;

		if (!parse_head(&c, path, at, head)) {
			printf("# no head of a case: %.60s\n", at);
			bad++;
			continue;
		}
		buf_clear(&text);
		buf_put(&text, start, shared);
		buf_put(&text, at + head, (size_t)(next_head(at) - at) - head);
		bad += !run_text(&c, buf_str(&text), text.len, fn, arg);
	}
	buf_fini(&text);
	buf_fini(&whole);
	return bad;
}

static u32 run_object(const char *path, bool named, case_fn *fn, void *arg)
{
	struct skep_open_opts opts = { .size = sizeof(opts) };
	struct object *obj = NULL;
	struct diag d;
	struct file f;
	u32 bad = 0;

	diag_init(&d);
	if (file_open(&f, path, &d) || elf_open(&obj, path, f.data, f.len, &opts, &d)) {
		diag_print(&d, stdout, false);
		diag_fini(&d);
		return 1;
	}
	for (u32 i = 0; i < obj->prog_count; i++) {
		const struct obj_prog *prog = &obj->progs[i];
		struct one_case c = { .obj = obj, .prog = prog };

		c.accept = !named || !strncmp(prog->name, "accept_", 7);
		if (!c.accept && strncmp(prog->name, "reject_", 7))
			continue; /* there for its maps to refer to */
		snprintf(c.name, sizeof(c.name), "%.*s/%s", (int)strcspn(base_name(path), "."),
			 base_name(path), prog->name + (named ? 7 : 0));
		if (!c.accept)
			snprintf(c.reason, sizeof(c.reason), "%s", prog->name + 7);
		fn(&c, arg);
	}
	object_free(obj);
	file_close(&f);
	diag_fini(&d);
	return bad;
}

u32 cases_object(const char *path, case_fn *fn, void *arg)
{
	return run_object(path, true, fn, arg);
}

u32 cases_any_object(const char *path, case_fn *fn, void *arg)
{
	return run_object(path, false, fn, arg);
}
