// SPDX-License-Identifier: BSD-2-Clause
/* skep prog run, attach, detach: with bpftool's words and output. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"

enum { ROOM = 64 * 1024 }; /* bytes for what comes out, when nothing else is said */

struct run_words {
	const char *data_in, *data_out, *ctx_in, *ctx_out;
	uint64_t data_size, ctx_size, repeat;
};

static bool number(const char *word, uint64_t most, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(word, &end, 0);
	return isdigit((unsigned char)*word) && !*end && !errno && *out <= most;
}

static int read_words(struct prog_call *c, struct run_words *w)
{
	const struct {
		const char *name;
		const char **text;
		uint64_t *number;
	} words[] = {
		{ "data_in", &w->data_in, NULL },	  { "data_out", &w->data_out, NULL },
		{ "ctx_in", &w->ctx_in, NULL },		  { "ctx_out", &w->ctx_out, NULL },
		{ "data_size_out", NULL, &w->data_size }, { "ctx_size_out", NULL, &w->ctx_size },
		{ "repeat", NULL, &w->repeat },
	};
	const char *word, *value;

	while ((word = prog_word(c))) {
		size_t i = 0, n = sizeof(words) / sizeof(words[0]);

		while (i < n && strcmp(word, words[i].name))
			i++;
		value = i < n ? prog_word(c) : NULL;
		if (!value || (words[i].number && !number(value, INT32_MAX, words[i].number)))
			return opt_usage(c->self, "after the program: data_in FILE, data_out FILE, "
						  "data_size_out N, ctx_in FILE, ctx_out FILE, "
						  "ctx_size_out N, repeat N");
		if (words[i].text)
			*words[i].text = value;
	}
	if (!w->data_in && !w->ctx_in)
		return opt_usage(c->self, "what shall it run over? data_in FILE, or ctx_in FILE");
	if ((w->data_size && !w->data_out) || (w->ctx_size && !w->ctx_out))
		return opt_usage(c->self, "a size of what comes out needs its file");
	return EXIT_OK;
}

/* ---- what comes out ---- */

/* Sixteen bytes a line, in pairs, and as characters. */
static void hex_dump(const uint8_t *data, size_t len)
{
	for (size_t at = 0; at < len; at += 16) {
		size_t n = len - at < 16 ? len - at : 16;

		printf("%07zx\t", at);
		for (size_t i = 0; i < 16; i++) {
			if (i < n)
				printf("%02x", data[at + i]);
			else
				fputs("  ", stdout);
			fputs(i % 2 ? " " : "", stdout);
		}
		fputs("| ", stdout);
		for (size_t i = 0; i < n; i++)
			printf("%s%c", i == 8 ? " " : "",
			       data[at + i] >= ' ' && data[at + i] < 127 ? data[at + i] : '.');
		putchar('\n');
	}
}

static void numbers(const char *name, const uint8_t *data, size_t len)
{
	printf("\"%s\":[", name);
	for (size_t i = 0; i < len; i++)
		printf("%s%u", i ? "," : "", data[i]);
	fputs("],", stdout);
}

/* To a file; "-": into the output. */
static int put_out(const struct prog_call *c, const char *name, const char *path,
		   const uint8_t *data, size_t len)
{
	FILE *f;
	int err = 0;

	if (!path)
		return 0;
	if (!strcmp(path, "-")) {
		prog_format(c) == SKEP_TEXT ? hex_dump(data, len) : numbers(name, data, len);
		return 0;
	}
	f = fopen(path, "wbe");
	if (f && fwrite(data, 1, len, f) != len)
		err = -EIO;
	if (!f || fclose(f))
		err = -errno;
	if (err)
		fprintf(stderr, "error: '%s' cannot be written: %s\n", path, strerror(-err));
	return err;
}

static int show(struct prog_call *c, const struct run_words *w, const struct skep_run *r)
{
	bool json = prog_format(c) != SKEP_TEXT;
	int err;

	fputs(json ? "{" : "", stdout);
	err = put_out(c, "data_out", w->data_out, r->data_out, r->data_out_len);
	if (!err)
		err = put_out(c, "ctx_out", w->ctx_out, r->ctx_out, r->ctx_out_len);
	printf(json	       ? "\"retval\":%llu,\"duration\":%llu}\n"
	       : w->repeat > 1 ? "Return value: %llu, duration (average): %lluns\n"
			       : "Return value: %llu, duration: %lluns\n",
	       (unsigned long long)r->result, (unsigned long long)r->nanosec);
	return err;
}

static size_t fit(size_t len, size_t cap)
{
	return len < cap ? len : cap;
}

static int run(struct prog_call *c, const struct run_words *w, struct skep_run *r)
{
	struct skep_prog *prog;
	int err;

	r->data_out_cap = w->data_out ? (w->data_size ? w->data_size : r->data_in_len + ROOM) : 0;
	r->ctx_out_cap = w->ctx_out ? (w->ctx_size ? w->ctx_size : r->ctx_in_len + ROOM) : 0;
	r->data_out = malloc(r->data_out_cap + 1);
	r->ctx_out = malloc(r->ctx_out_cap + 1);
	if (!r->data_out || !r->ctx_out)
		return -ENOMEM;
	if (!w->data_out)
		free(r->data_out), r->data_out = NULL;
	if (!w->ctx_out)
		free(r->ctx_out), r->ctx_out = NULL;
	err = skep_prog_open(&prog, &c->a.opts, c->diag);
	if (err)
		return err;
	err = skep_prog_run(prog, r, c->diag);
	skep_prog_close(prog);
	r->data_out_len = fit(r->data_out_len, r->data_out_cap);
	r->ctx_out_len = fit(r->ctx_out_len, r->ctx_out_cap);
	return err ? err : show(c, w, r);
}

int prog_run(struct prog_call *c)
{
	struct skep_run r = { .size = sizeof(r), .flags = SKEP_RUN_L3 };
	struct run_words w = { 0 };
	uint8_t *data = NULL, *ctx = NULL;
	int status, err = 0;

	if (!prog_select(c))
		return EXIT_USAGE;
	status = read_words(c, &w);
	if (status != EXIT_OK)
		return status;
	if (w.data_in && !(data = bytes_from_file(w.data_in, &r.data_in_len)))
		err = -EIO;
	if (!err && w.ctx_in && !(ctx = bytes_from_file(w.ctx_in, &r.ctx_in_len)))
		err = -EIO;
	r.data_in = data;
	r.ctx_in = ctx;
	r.repeat = w.repeat;
	if (!err)
		err = run(c, &w, &r);
	free(data);
	free(ctx);
	free(r.data_out);
	free(r.ctx_out);
	return prog_done(c, err);
}

/* ---- attach, detach ---- */

int prog_attach(struct prog_call *c, bool on)
{
	struct skep_look_opts prog, *map = NULL;
	const char *hook;
	int err;

	if (!prog_select(c))
		return EXIT_USAGE;
	prog = c->a.opts;
	hook = prog_word(c);
	if (!hook)
		return opt_usage(c->self, "on which hook? say: prog attach PROG HOOK [MAP]");
	if (c->a.n) {
		if (!look_select(&c->a, c->self))
			return EXIT_USAGE;
		map = &c->a.opts;
	}
	if (c->a.n)
		return opt_usage(c->self, "there are words too many");
	err = on ? skep_look_attach_map(&prog, hook, map, c->diag)
		 : skep_look_remove_map(&prog, hook, map, c->diag);
	if (!err && prog_format(c) != SKEP_TEXT)
		puts("null");
	return prog_done(c, err);
}
