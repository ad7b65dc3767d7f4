// SPDX-License-Identifier: BSD-2-Clause
/* skep map: the kernel's maps, with bpftool's verbs. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "look.h"
#include "pretty.h"

enum { POLL_MS = 200 };

/* One call of the command. */
struct map_call {
	const struct command *self;
	struct look_args a;
	struct skep_diag *diag;
	struct skep_map *map;
	struct skep_map_info info;
	uint8_t *key, *value;
	bool have_key, have_value;
	uint64_t flags;
};

static int failed(struct map_call *c, const char *what, int err)
{
	report(c->diag);
	if (err == -ENOENT)
		fprintf(stderr, "error: %s: there is no such element\n", what);
	else if (err == -EOPNOTSUPP)
		fprintf(stderr, "error: %s: maps of type %s do not have that\n", what,
			c->info.type);
	else
		fprintf(stderr, "error: %s: %s\n", what, strerror(-err));
	return EXIT_FAILED;
}

/* ---- words ---- */

static const char *const keywords[] = { "key", "value", "any", "noexist", "exist" };

static bool is_keyword(const char *word)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (!strcmp(word, keywords[i]))
			return true;
	}
	return false;
}

static int usage(struct map_call *c, const char *why)
{
	opt_usage(c->self, why);
	return -EINVAL;
}

/* bpftool's bytes: "hex 0a 00", "10 0 0 0", "0x0a 0 …": one word a byte. */
static int read_bytes(struct map_call *c, uint8_t *out, uint32_t size, const char *what)
{
	bool hex = c->a.n && !strcmp(c->a.words[0], "hex");
	char message[96];

	c->a.words += hex;
	c->a.n -= hex;
	for (uint32_t i = 0; i < size; i++) {
		char *end = NULL;
		unsigned long byte = c->a.n ? strtoul(c->a.words[0], &end, hex ? 16 : 0) : 256;

		if (byte > 255 || !end || *end) {
			snprintf(message, sizeof(message),
				 "%s wants %u bytes, a word each, or one word such as 10.0.0.1",
				 what, size);
			return usage(c, message);
		}
		out[i] = (uint8_t)byte;
		c->a.words++;
		c->a.n--;
	}
	return 0;
}

/* A key or value: bytes as bpftool takes them, or one word in skep's notation. */
static int read_data(struct map_call *c, bool key)
{
	uint32_t size = key ? c->info.key_size : c->info.value_size;
	uint8_t *out = key ? c->key : c->value;
	int n = 0;

	while (n < c->a.n && !is_keyword(c->a.words[n]))
		n++;
	if (!n)
		return usage(c, key ? "a key is missing" : "a value is missing");
	if (n == 2 && (!strcmp(c->a.words[0], "id") || !strcmp(c->a.words[0], "pinned")))
		return usage(c, "programs and maps are given by their number: value N");
	if (n > 1 || (size == 1 && strcmp(c->a.words[0], "hex")))
		return read_bytes(c, out, size, key ? "the key" : "the value");
	if (skep_map_parse(c->map, key, c->a.words[0], out, c->diag)) {
		report(c->diag);
		return -EIO;
	}
	c->a.words++;
	c->a.n--;
	return 0;
}

/* "key …", "value …", "any|exist|noexist" in any order. */
static int read_words(struct map_call *c)
{
	int err = 0;

	while (c->a.n && !err) {
		const char *word = c->a.words[0];

		c->a.words++;
		c->a.n--;
		if (!strcmp(word, "key")) {
			err = read_data(c, true);
			c->have_key = !err;
		} else if (!strcmp(word, "value")) {
			err = read_data(c, false);
			c->have_value = !err;
		} else if (!strcmp(word, "noexist")) {
			c->flags = 1;
		} else if (!strcmp(word, "exist")) {
			c->flags = 2;
		} else if (strcmp(word, "any")) {
			return usage(c, "after the map: key DATA, value DATA, any, exist, noexist");
		}
	}
	return err;
}

/* ---- verbs ---- */

/* In JSON, "null" says that a change is done. */
static int changed(const struct map_call *c)
{
	if (c->a.json || c->a.pretty)
		puts("null");
	return EXIT_OK;
}

static enum skep_format format_of(const struct map_call *c)
{
	return c->a.pretty ? SKEP_JSON_PRETTY : c->a.json ? SKEP_JSON : SKEP_TEXT;
}

static int do_dump(struct map_call *c)
{
	int err = skep_map_dump(c->map, NULL, stdout, format_of(c));

	return err ? failed(c, "dump", err) : EXIT_OK;
}

static int do_lookup(struct map_call *c)
{
	int err;

	if (c->info.key_size && !c->have_key)
		return opt_usage(c->self, "which key?");
	err = skep_map_dump(c->map, c->key, stdout, format_of(c));
	return err == -ENOENT ? EXIT_FAILED : err ? failed(c, "lookup", err) : EXIT_OK;
}

static int do_update(struct map_call *c)
{
	int err;

	if ((c->info.key_size && !c->have_key) || (c->info.value_size && !c->have_value))
		return opt_usage(c->self, "say: map update MAP key DATA value DATA");
	err = skep_map_set(c->map, c->info.key_size ? c->key : NULL, c->value, c->flags);
	return err ? failed(c, "update", err) : changed(c);
}

static int do_delete(struct map_call *c)
{
	int err;

	if (!c->have_key)
		return opt_usage(c->self, "which key?");
	err = skep_map_del(c->map, c->key);
	return err ? failed(c, "delete", err) : changed(c);
}

static void put_bytes(const char *before, const uint8_t *data, uint32_t len, bool json)
{
	printf("%s%s", before, json ? "[" : "");
	for (uint32_t i = 0; i < len; i++)
		printf(json ? "%s\"0x%02x\"" : "%s%02x", i ? json ? "," : " " : "", data[i]);
	fputs(json ? "]" : "", stdout);
}

static int do_getnext(struct map_call *c)
{
	int err = skep_map_next(c->map, c->have_key ? c->key : NULL, c->value);
	bool json = c->a.json || c->a.pretty;

	if (err)
		return failed(c, "getnext", err);
	if (c->have_key)
		put_bytes(json ? "{\"key\":" : "key:\n", c->key, c->info.key_size, json);
	else
		fputs(json ? "{\"key\":null" : "key: None", stdout);
	put_bytes(json ? ",\"next_key\":" : "\nnext key:\n", c->value, c->info.key_size, json);
	fputs(json ? "}\n" : "\n", stdout);
	return EXIT_OK;
}

static int do_take(struct map_call *c)
{
	int err = c->info.key_size ? -EOPNOTSUPP : skep_map_take(c->map, NULL, c->value);
	bool json = c->a.json || c->a.pretty;

	if (err == -ENOENT) {
		fputs(json ? "null\n" : "Error: empty map\n", json ? stdout : stderr);
		return EXIT_FAILED;
	}
	if (err)
		return failed(c, "pop", err);
	fputs(json ? "{" : "value: ", stdout);
	put_bytes(json ? "\"value\":" : "", c->value, c->info.value_size, json);
	fputs(json ? "}\n" : "\n", stdout);
	return EXIT_OK;
}

static bool number(const char *word, uint32_t *out)
{
	char *end;
	unsigned long n = strtoul(word, &end, 0);

	*out = (uint32_t)n;
	return *word && !*end && n <= UINT32_MAX;
}

/* ---- event_pipe ---- */

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	ended = 1;
}

struct pipe {
	bool json;
	size_t count; /* in JSON: of what was written */
};

static void pipe_head(struct pipe *p, const struct skep_event *ev, unsigned type)
{
	printf("%s{\"type\":%u,\"cpu\":%d,\"index\":%u", p->count++ ? "," : "", type, ev->cpu,
	       ev->index);
}

/* The numbers of perf's records: 9 is a sample, 2 says what was lost. */
static int pipe_event(void *arg, const struct skep_event *ev)
{
	const uint8_t *data = ev->data;
	struct pipe *p = arg;

	if (ev->lost && p->json) {
		pipe_head(p, ev, 2);
		printf(",\"lost\":{\"id\":0,\"count\":%llu}}", (unsigned long long)ev->lost);
	} else if (ev->lost) {
		printf("lost %llu events\n", (unsigned long long)ev->lost);
	}
	if (!data)
		return 0;
	if (p->json) {
		pipe_head(p, ev, 9);
		printf(",\"timestamp\":%llu,\"data\":[", (unsigned long long)ev->time);
	} else {
		printf("== @%llu.%09llu CPU: %d index: %u =====\n",
		       (unsigned long long)(ev->time / 1000000000),
		       (unsigned long long)(ev->time % 1000000000), ev->cpu, ev->index);
	}
	for (size_t i = 0; i < ev->len; i++) {
		if (p->json)
			printf("%s%u", i ? "," : "", data[i]);
		else
			printf("%s%02x",
			       !i	     ? ""
			       : i % 16 == 0 ? "\n"
			       : i % 8 == 0  ? "  "
					     : " ",
			       data[i]);
	}
	fputs(p->json ? "]}" : "\n", stdout);
	return 0;
}

/* "cpu N index M": both, or every CPU at its own number. */
static int pipe_words(struct map_call *c, int *cpu, uint32_t *index)
{
	bool have_cpu = false, have_index = false, ok = true;
	uint32_t n = 0;

	while (c->a.n && ok) {
		const char *name = c->a.words[0];

		ok = c->a.n > 1 && number(c->a.words[1], &n) && n <= INT32_MAX;
		if (ok && !strcmp(name, "cpu"))
			*cpu = (int)n, have_cpu = true;
		else if (ok && !strcmp(name, "index"))
			*index = n, have_index = true;
		else
			ok = false;
		c->a.words += 2;
		c->a.n -= 2;
	}
	if (!ok)
		return usage(c, "after the map: cpu N index M");
	return have_cpu == have_index ? 0 : usage(c, "say cpu and index, or neither");
}

static int event_pipe(struct map_call *c)
{
	const struct sigaction act = { .sa_handler = on_signal };
	struct pipe p = { .json = c->a.json || c->a.pretty };
	int cpu = -1, err = 0;
	uint32_t index = 0;

	if (pipe_words(c, &cpu, &index))
		return EXIT_USAGE;
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	if (skep_map_events(c->map, cpu, index, c->diag)) {
		report(c->diag);
		return EXIT_FAILED;
	}
	fputs(p.json ? "[" : "", stdout);
	while (!ended && err >= 0 && !ferror(stdout)) {
		err = skep_map_poll(c->map, POLL_MS, pipe_event, &p);
		fflush(stdout);
		err = err == -EINTR ? 0 : err;
	}
	fputs(p.json ? "]\n" : "", stdout);
	return err < 0 ? failed(c, "event_pipe", err) : EXIT_OK;
}

static int do_freeze(struct map_call *c)
{
	int err = skep_map_freeze(c->map);

	return err ? failed(c, "freeze", err) : changed(c);
}

static const struct verb {
	const char *name;
	int (*run)(struct map_call *c);
} verbs[] = {
	{ "dump", do_dump },	 { "lookup", do_lookup },   { "update", do_update },
	{ "delete", do_delete }, { "getnext", do_getnext }, { "freeze", do_freeze },
	{ "peek", do_lookup },	 { "push", do_update },	    { "enqueue", do_update },
	{ "pop", do_take },	 { "dequeue", do_take },
};

static int open_map(struct map_call *c)
{
	size_t size;

	if (!look_select(&c->a, c->self))
		return EXIT_USAGE;
	if (!c->a.opts.by)
		return opt_usage(c->self, "which map? say: id N, name NAME or pinned PATH");
	if (skep_map_open(&c->map, &c->a.opts, c->diag)) {
		report(c->diag);
		return EXIT_FAILED;
	}
	skep_map_info(c->map, &c->info);
	size = skep_map_value_len(c->map);
	if (size < c->info.key_size)
		size = c->info.key_size;
	c->key = calloc(1, c->info.key_size + 1);
	c->value = calloc(1, size + 1);
	return c->key && c->value ? EXIT_OK : EXIT_FAILED;
}

static int on_map(struct map_call *c, const struct verb *verb)
{
	int status = open_map(c), err;

	if (status == EXIT_OK) {
		err = read_words(c);
		status = err == -EINVAL ? EXIT_USAGE : err ? EXIT_FAILED : verb->run(c);
	}
	free(c->key);
	free(c->value);
	skep_map_close(c->map);
	return status;
}

/* A verb that reads its words itself, on an open map. */
static int with_map(struct map_call *c, int (*verb)(struct map_call *c))
{
	int status = open_map(c);

	if (status == EXIT_OK)
		status = verb(c);
	free(c->key);
	free(c->value);
	skep_map_close(c->map);
	return status;
}

/* The user engine's: a name in the run directory, or a path. */
static int pin_at(struct map_call *c, const char *name)
{
	char path[4096];

	if (!c->a.opts.where || strchr(name, '/'))
		return skep_map_pin(c->map, name, c->diag);
	mkdir(c->a.opts.where, 0700);
	snprintf(path, sizeof(path), "%s/%s", c->a.opts.where, name);
	return skep_map_pin(c->map, path, c->diag);
}

static int unpin(struct map_call *c)
{
	int err;

	if (c->a.n == 2 && !strcmp(c->a.words[0], "pinned"))
		c->a.words++;
	else if (c->a.n != 1)
		return opt_usage(c->self, "say: map unpin NAME");
	err = skep_map_unpin(c->a.words[0], c->a.opts.where, c->diag);
	report(c->diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int pin(struct map_call *c)
{
	int status = open_map(c);

	if (status == EXIT_OK && c->a.n != 1)
		status = opt_usage(c->self, "say: map pin MAP FILE");
	else if (status == EXIT_OK)
		status = pin_at(c, c->a.words[0]) ? EXIT_FAILED : changed(c);
	report(c->diag);
	free(c->key);
	free(c->value);
	skep_map_close(c->map);
	return status;
}

/* ---- create ---- */

/* FILE type TYPE key N value N entries N name NAME [flags N] [inner_map MAP] */
static int create_words(struct map_call *c, struct skep_map_def *def, struct skep_map **inner)
{
	while (c->a.n >= 2) {
		const char *name = c->a.words[0], *word = c->a.words[1];
		bool ok = true;

		c->a.words += 2;
		c->a.n -= 2;
		if (!strcmp(name, "type"))
			def->type = word;
		else if (!strcmp(name, "name"))
			def->name = word;
		else if (!strcmp(name, "key"))
			ok = number(word, &def->key_size);
		else if (!strcmp(name, "value"))
			ok = number(word, &def->value_size);
		else if (!strcmp(name, "entries"))
			ok = number(word, &def->max_entries);
		else if (!strcmp(name, "flags"))
			ok = number(word, &def->flags);
		else if (!strcmp(name, "inner_map") && c->a.n) {
			c->a.opts.by = word;
			c->a.opts.value = c->a.words[0];
			c->a.words++;
			c->a.n--;
			if (skep_map_open(inner, &c->a.opts, c->diag))
				return EXIT_FAILED;
		} else {
			return opt_usage(c->self, "say: map create FILE type TYPE key SIZE value "
						  "SIZE entries N name NAME");
		}
		if (!ok)
			return opt_usage(c->self,
					 "a size, a number of entries or flags is no number");
	}
	return c->a.n || !def->type ? opt_usage(c->self, "the type is missing") : EXIT_OK;
}

static int create(struct map_call *c)
{
	struct skep_map_def def = { 0 };
	struct skep_map *inner = NULL;
	const char *path;
	int status;

	if (!c->a.n)
		return opt_usage(c->self, "where shall it be pinned? say: map create FILE type …");
	path = c->a.words[0];
	c->a.words++;
	c->a.n--;
	status = create_words(c, &def, &inner);
	if (status == EXIT_OK)
		status = skep_map_new(&c->map, c->a.opts.engine ? c->a.opts.engine : "kernel", &def,
				      inner, c->diag) ||
					 pin_at(c, path)
				 ? EXIT_FAILED
				 : changed(c);
	report(c->diag);
	skep_map_close(c->map);
	skep_map_close(inner);
	return status;
}

static int run_verb(struct map_call *c, const char *verb)
{
	if (!strcmp(verb, "create"))
		return create(c);
	if (!strcmp(verb, "pin"))
		return pin(c);
	if (!strcmp(verb, "unpin"))
		return unpin(c);
	if (look_verb(verb, "event_pipe") && strlen(verb) > 1)
		return with_map(c, event_pipe);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (look_verb(verb, verbs[i].name))
			return on_map(c, &verbs[i]);
	}
	return opt_usage(c->self, "a map is shown, dumped, looked up, updated, …");
}

static int map_main(const struct command *self, int argc, char **argv)
{
	struct map_call c = { .self = self };
	const char *verb;
	int status;

	if (look_parse_maps(&c.a, self, argc, argv) < 0)
		return opt_status(c.a.n);
	verb = c.a.n ? c.a.words[0] : "show";
	if (c.a.n) {
		c.a.words++;
		c.a.n--;
	}
	if (look_verb(verb, "show") || look_verb(verb, "list"))
		return look_select(&c.a, self) ? look_show(&c.a, self, SKEP_LOOK_MAPS) : EXIT_USAGE;
	c.diag = skep_diag_new();
	pretty_begin(c.a.pretty && strcmp(verb, "dump"));
	status = run_verb(&c, verb);
	pretty_end(c.a.pretty && strcmp(verb, "dump"));
	skep_diag_free(c.diag);
	return status;
}

const struct command cmd_map = {
	.name = "map",
	.operands = "VERB [MAP] …",
	.summary = "maps of the kernel and pinned ones: show, dump, look up, change",
	.about = "MAP is: id N, name NAME or pinned PATH. Verbs, as bpftool has them:\n"
		 "    show [MAP]                     list\n"
		 "    dump MAP                       all elements\n"
		 "    lookup MAP key DATA            one\n"
		 "    update MAP key DATA value DATA [any | exist | noexist]\n"
		 "    delete MAP key DATA\n"
		 "    getnext MAP [key DATA]\n"
		 "    peek, pop, dequeue MAP; push, enqueue MAP value DATA\n"
		 "    freeze MAP; pin MAP FILE; unpin FILE (user engine)\n"
		 "    event_pipe MAP [cpu N index M]  events of a perf event array, until Ctrl-C\n"
		 "    create FILE type TYPE key SIZE value SIZE entries N name NAME [flags N]\n"
		 "           [inner_map MAP]\n"
		 "DATA is bytes, one word each (\"hex 0a 00 00 01\", \"10 0 0 1\"), or one word: a "
		 "number,\n"
		 "an address, a prefix, \"text\", {member,member} by the map's types. In maps of "
		 "maps\n"
		 "and programs a value is their number.\n\n"
		 "With --engine user, MAP is pinned NAME: a map of the user engine in the run "
		 "directory\n"
		 "($XDG_RUNTIME_DIR/skep, or --pin-path), which any number of processes may have "
		 "at once.\n"
		 "A path of such a pin does without --engine.\n\n"
		 "    skep map dump name proto_stats\n"
		 "    skep map update id 7 key 10.0.0.0/8 value 1\n",
	.main = map_main,
};
