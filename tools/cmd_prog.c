// SPDX-License-Identifier: BSD-2-Clause
/* skep prog: the kernel's programs, with bpftool's verbs. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine.h"
#include "pretty.h"
#include "prog.h"

const char *prog_word(struct prog_call *c)
{
	if (!c->a.n)
		return NULL;
	c->a.n--;
	return *c->a.words++;
}

int prog_done(struct prog_call *c, int err)
{
	report(c->diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

bool prog_select(struct prog_call *c)
{
	if (!look_select(&c->a, c->self))
		return false;
	if (!c->a.opts.by)
		opt_usage(c->self, "which program? say: id N, name NAME, tag TAG or pinned PATH");
	return c->a.opts.by;
}

/* ---- dump ---- */

struct jited {
	const struct prog_call *c;
	bool opcodes, lines;
	size_t count;
};

static void jited_bytes(const uint8_t *code, size_t len)
{
	fputs("\t", stdout);
	for (size_t i = 0; i < len; i++)
		printf("%02x%s", code[i], i + 1 < len ? " " : "\n");
}

static int jited_text(void *arg, const struct skep_jited *f)
{
	struct jited *j = arg;
	size_t line = 0;

	if (f->proto)
		printf("%s%s:\n", j->count ? "\n" : "", f->proto);
	printf("%s:\n", f->name);
	j->count++;
	for (size_t at = 0, len; at < f->len; at += len) {
		char text[128] = "";

		for (; line < f->line_count && f->lines[line].off <= at; line++) {
			printf("; %s", f->lines[line].text);
			if (j->lines)
				printf(" [file:%s line_num:%u line_col:%u]", f->lines[line].file,
				       f->lines[line].line, f->lines[line].column);
			putchar('\n');
		}
		len = machine_insn(f->code + at, f->len - at, f->address + at, text, sizeof(text));
		if (!len) /* no disassembler, or no instruction: bytes */
			len = f->len - at < 12 ? f->len - at : 12;
		printf("%4zx:\t%s%s", at, text, *text ? "\n" : "");
		if (j->opcodes || !*text)
			jited_bytes(f->code + at, len);
	}
	return 0;
}

static int jited_json(void *arg, const struct skep_jited *f)
{
	struct jited *j = arg;

	printf("%s{", j->count++ ? "," : "[");
	if (f->proto) {
		fputs("\"proto\":", stdout);
		out_string(stdout, f->proto);
		putchar(',');
	}
	fputs("\"name\":", stdout);
	out_string(stdout, f->name);
	fputs(",\"insns\":[", stdout);
	for (size_t at = 0, len; at < f->len; at += len) {
		char text[128] = "";

		len = machine_insn(f->code + at, f->len - at, f->address + at, text, sizeof(text));
		if (!len)
			len = 1;
		printf("%s{\"pc\":\"0x%zx\",\"operation\":", at ? "," : "", at);
		out_string(stdout, text);
		fputs(",\"opcodes\":[", stdout);
		for (size_t i = 0; i < len; i++)
			printf("%s\"0x%02x\"", i ? "," : "", f->code[at + i]);
		fputs("]}", stdout);
	}
	fputs("]}", stdout);
	return 0;
}

static int dump_jited(struct prog_call *c, unsigned flags)
{
	struct jited j = { .c = c,
			   .opcodes = flags & SKEP_CODE_OPCODES,
			   .lines = flags & SKEP_CODE_LINES };
	bool json = prog_format(c) != SKEP_TEXT;
	int err;

	err = skep_look_jited(&c->a.opts, json ? jited_json : jited_text, &j, c->diag);
	fputs(json && j.count ? "]\n" : "", stdout);
	return prog_done(c, err);
}

static int do_dump(struct prog_call *c)
{
	const char *kind = prog_word(c), *word, *file = NULL;
	bool jited = kind && look_verb(kind, "jited");
	unsigned flags = 0;

	if (!kind || (!jited && !look_verb(kind, "xlated")))
		return opt_usage(c->self, "say: prog dump xlated PROG, or prog dump jited PROG");
	if (!prog_select(c))
		return EXIT_USAGE;
	while ((word = prog_word(c))) {
		if (!strcmp(word, "file") && c->a.n)
			file = prog_word(c);
		else if (!strcmp(word, "opcodes"))
			flags |= SKEP_CODE_OPCODES;
		else if (!strcmp(word, "linum"))
			flags |= SKEP_CODE_LINES;
		else if (!strcmp(word, "visual") && !jited)
			flags |= SKEP_CODE_GRAPH;
		else
			return opt_usage(c->self, "after the program: file FILE, opcodes, linum; "
						  "xlated: visual");
	}
	if (file && flags)
		return opt_usage(c->self, "a file gets the bytes: opcodes, linum and visual are of "
					  "the listing");
	if ((flags & SKEP_CODE_GRAPH) && prog_format(c) != SKEP_TEXT)
		return opt_usage(c->self, "a graph is no JSON: leave out --json, or visual");
	if (file)
		return prog_done(c, skep_look_write(&c->a.opts, jited, file, c->diag));
	if (jited)
		return dump_jited(c, flags);
	return prog_done(c, skep_look_xlated(&c->a.opts, flags, stdout, prog_format(c), c->diag));
}

/* ---- load, pin ---- */

/* "map {name NAME | idx N} MAP": NAME is NULL until idx N is looked up. */
struct map_words {
	const char *name, *by, *value;
	unsigned long index;
};

struct load_words {
	const char *object, *path, *type, *maps, *device;
	bool all;
	struct map_words *replace; /* owned */
	size_t replace_count;
};

/* What a load has made so far: the first ones of the object's programs and of the unit's maps. */
struct pins {
	size_t progs, maps;
	bool folder, map_folder;
};

static int make_folder(const char *dir, bool may_exist, bool *made)
{
	*made = !mkdir(dir, 0700);
	if (*made || (may_exist && errno == EEXIST))
		return 0;
	fprintf(stderr, "error: '%s': %s\n", dir, strerror(errno));
	return -EIO;
}

/* A BPF file system has no names with a dot; maps of global data have one. */
static void pin_path(char *path, size_t len, const char *dir, const char *name)
{
	int at = snprintf(path, len, "%s/%s", dir, name);

	for (char *c = path + strlen(dir); at > 0 && (size_t)at < len && *c; c++) {
		if (*c == '.')
			*c = '_';
	}
}

static int pin_maps(struct prog_call *c, const struct load_words *w, struct skep_unit *unit,
		    struct pins *made)
{
	struct skep_map_info info;
	struct skep_map *map;
	char path[4096];
	int err = make_folder(w->maps, true, &made->map_folder);

	for (; !err && skep_unit_map(unit, made->maps, &map); made->maps++) {
		if (!map)
			continue;
		skep_map_info(map, &info);
		pin_path(path, sizeof(path), w->maps, info.name);
		err = skep_map_pin(map, path, c->diag);
		if (err)
			break;
	}
	return err;
}

/* load: the first program as the file; loadall: each as a file of the folder. */
static int pin_progs(struct prog_call *c, const struct load_words *w, struct skep_object *obj,
		     struct skep_unit *unit, struct pins *made)
{
	struct skep_prog_info info;
	struct skep_prog *prog;
	char path[4096];
	int err;

	if (!w->all) {
		err = skep_prog_pin(skep_prog_find(unit, NULL), w->path, c->diag);
		made->progs = !err;
		return err;
	}
	err = make_folder(w->path, false, &made->folder);
	for (; !err && skep_object_prog(obj, made->progs, &info); made->progs++) {
		prog = skep_prog_find(unit, info.name);
		pin_path(path, sizeof(path), w->path, info.name);
		err = prog ? skep_prog_pin(prog, path, c->diag) : 0;
		if (err)
			break;
	}
	return err;
}

/* Nothing of a load that failed stays pinned, and nothing that was there before goes. */
static void unpin(const struct load_words *w, struct skep_object *obj, struct skep_unit *unit,
		  const struct pins *made)
{
	struct skep_prog_info info;
	struct skep_map_info map_info;
	struct skep_map *map;
	char path[4096];

	for (size_t i = 0; i < made->maps && skep_unit_map(unit, i, &map); i++) {
		if (!map)
			continue;
		skep_map_info(map, &map_info);
		pin_path(path, sizeof(path), w->maps, map_info.name);
		unlink(path);
	}
	if (made->map_folder)
		rmdir(w->maps);
	for (size_t i = 0; w->all && i < made->progs && skep_object_prog(obj, i, &info); i++) {
		pin_path(path, sizeof(path), w->path, info.name);
		unlink(path);
	}
	if (made->folder)
		rmdir(w->path);
	else if (!w->all && made->progs)
		unlink(w->path);
}

/* The name of the map with that place among those that the object defines; NULL + message. */
static const char *name_at(const struct skep_object *obj, unsigned long index)
{
	struct skep_map_info info;
	unsigned long n = 0;

	for (size_t i = 0; skep_object_map(obj, i, &info); i++) {
		if (strcmp(info.role, "template") && n++ == index)
			return info.name;
	}
	fprintf(stderr, "error: there is no map idx %lu: the object has %lu maps\n", index, n);
	return NULL;
}

/* Load with the maps of the words in place of the object's. */
static int load_with(struct prog_call *c, const struct load_words *w, struct skep_unit **unit,
		     struct skep_engine *eng, struct skep_object *obj)
{
	size_t n = w->replace_count;
	struct skep_map_replace *maps = calloc(n + 1, sizeof(*maps));
	const struct skep_load_opts opts = {
		.size = sizeof(opts), .replace = maps, .replace_count = n, .offload = w->device
	};
	int err = maps ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && !err; i++) {
		const struct map_words *m = &w->replace[i];
		const struct skep_look_opts which = { .size = sizeof(which),
						      .by = m->by,
						      .value = m->value };

		maps[i].name = m->name ? m->name : name_at(obj, m->index);
		err = maps[i].name ? skep_map_open(&maps[i].by, &which, c->diag) : -ENOENT;
	}
	if (!err)
		err = skep_load(unit, eng, obj, &opts, c->diag);
	for (size_t i = 0; maps && i < n; i++)
		skep_map_close(maps[i].by);
	free(maps);
	return err;
}

static int load(struct prog_call *c, const struct load_words *w)
{
	struct skep_open_opts open = { .size = sizeof(open), .prog_type = w->type };
	struct skep_object *obj = NULL;
	struct skep_engine *eng = NULL;
	struct skep_unit *unit = NULL;
	struct pins made = { 0 };
	int err = skep_open(&obj, SKEP_AUTO, (struct skep_source){ .name = w->object }, &open,
			    c->diag);

	if (!err && !access(w->path, F_OK)) {
		fprintf(stderr, "error: '%s' exists\n", w->path);
		err = -EEXIST;
	}
	if (!err)
		err = skep_engine_new(&eng, "kernel", c->diag);
	if (!err)
		err = load_with(c, w, &unit, eng, obj);
	if (!err) {
		err = pin_progs(c, w, obj, unit, &made);
		if (!err && w->maps)
			err = pin_maps(c, w, unit, &made);
		if (err)
			unpin(w, obj, unit, &made);
	}
	skep_unit_free(unit);
	skep_engine_free(eng);
	skep_object_free(obj);
	if (!err && prog_format(c) != SKEP_TEXT)
		puts("null");
	return prog_done(c, err);
}

/* After "map": {name NAME | idx N} {id N | name NAME | pinned PATH}; false: other words. */
static bool read_map(struct prog_call *c, struct load_words *w)
{
	const char *how = prog_word(c), *which = prog_word(c);
	struct map_words m = { 0 }, *more;
	char *end;

	m.by = prog_word(c);
	m.value = prog_word(c);
	if (!m.value || (strcmp(m.by, "id") && strcmp(m.by, "name") && strcmp(m.by, "pinned")))
		return false;
	if (!strcmp(how, "name"))
		m.name = which;
	else if (strcmp(how, "idx"))
		return false;
	m.index = strtoul(which, &end, 0);
	if (!m.name && (*which < '0' || *which > '9' || *end))
		return false;
	more = realloc(w->replace, (w->replace_count + 1) * sizeof(m));
	if (!more)
		return false;
	more[w->replace_count++] = m;
	w->replace = more;
	return true;
}

static int do_load(struct prog_call *c, bool all)
{
	struct load_words w = { .all = all };
	const char *word, *wrong = NULL;
	int status;

	w.object = prog_word(c);
	w.path = prog_word(c);
	if (!w.path)
		return opt_usage(c->self, "say: prog load OBJ PATH");
	while (!wrong && (word = prog_word(c))) {
		if (!strcmp(word, "type") && c->a.n)
			w.type = prog_word(c);
		else if (!strcmp(word, "pinmaps") && c->a.n)
			w.maps = prog_word(c);
		else if (!strcmp(word, "dev") && c->a.n)
			w.device = prog_word(c);
		else if (strcmp(word, "map"))
			wrong = "after the path: type TYPE, map {name NAME | idx N} MAP, dev NAME, "
				"pinmaps FOLDER";
		else if (!read_map(c, &w))
			wrong = "say: map {name NAME | idx N} {id N | name NAME | pinned PATH}";
	}
	status = wrong ? opt_usage(c->self, wrong) : load(c, &w);
	free(w.replace);
	return status;
}

static int do_pin(struct prog_call *c)
{
	int err;

	if (!prog_select(c))
		return EXIT_USAGE;
	if (c->a.n != 1)
		return opt_usage(c->self, "say: prog pin PROG FILE");
	err = skep_look_pin(SKEP_LOOK_PROGS, &c->a.opts, c->a.words[0], c->diag);
	if (!err && prog_format(c) != SKEP_TEXT)
		puts("null");
	return prog_done(c, err);
}

/* ---- tracelog ---- */

static int do_tracelog(struct prog_call *c)
{
	static const char *const paths[] = { "/sys/kernel/tracing/trace_pipe",
					     "/sys/kernel/debug/tracing/trace_pipe" };
	char buf[4096];
	ssize_t n;
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < sizeof(paths) / sizeof(paths[0]); i++)
		fd = open(paths[i], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr,
			"error: no trace pipe: %s\n    hint: mount -t tracefs tracefs "
			"/sys/kernel/tracing\n",
			strerror(errno));
		return EXIT_FAILED;
	}
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if (fwrite(buf, 1, (size_t)n, stdout) != (size_t)n || fflush(stdout))
			break;
	}
	close(fd);
	return EXIT_OK;
}

static int run_verb(struct prog_call *c, const char *verb)
{
	if (!strcmp(verb, "loadall") || !strcmp(verb, "load"))
		return do_load(c, verb[4]);
	if (look_verb(verb, "dump"))
		return do_dump(c);
	if (look_verb(verb, "pin"))
		return do_pin(c);
	if (look_verb(verb, "tracelog"))
		return do_tracelog(c);
	if (look_verb(verb, "run"))
		return prog_run(c);
	if (look_verb(verb, "attach") || look_verb(verb, "detach"))
		return prog_attach(c, *verb == 'a');
	if (look_verb(verb, "profile"))
		return prog_profile(c);
	return opt_usage(c->self,
			 "a program is shown, dumped, loaded, pinned, run, attached, profiled");
}

static int prog_main(const struct command *self, int argc, char **argv)
{
	struct prog_call c = { .self = self };
	const char *verb;
	int status;

	if (look_parse(&c.a, self, argc, argv) < 0)
		return opt_status(c.a.n);
	verb = c.a.n ? prog_word(&c) : "show";
	if (look_verb(verb, "show") || look_verb(verb, "list"))
		return look_select(&c.a, self) ? look_show(&c.a, self, SKEP_LOOK_PROGS)
					       : EXIT_USAGE;
	c.diag = skep_diag_new();
	/* What goes on for ever is shown as it comes. */
	c.a.pretty &= !look_verb(verb, "tracelog");
	pretty_begin(c.a.pretty);
	status = run_verb(&c, verb);
	pretty_end(c.a.pretty);
	skep_diag_free(c.diag);
	return status;
}

const struct command cmd_prog = {
	.name = "prog",
	.operands = "VERB …",
	.summary = "the kernel's programs: show, dump, load, pin, run, profile",
	.about = "PROG is: id N, name NAME, tag TAG or pinned PATH. Verbs, as bpftool has them:\n"
		 "    show [PROG]                                   list\n"
		 "    dump xlated PROG [file FILE | opcodes | linum | visual]\n"
		 "    dump jited PROG [file FILE | opcodes | linum]\n"
		 "    load OBJ PATH [type TYPE] [map {name NAME | idx N} MAP]… [dev NAME] "
		 "[pinmaps FOLDER]\n"
		 "                                                  the first program as a file; "
		 "its "
		 "map\n"
		 "                                                  is replaced; dev: offloaded "
		 "there\n"
		 "    loadall OBJ FOLDER …                          the same words\n"
		 "    pin PROG FILE\n"
		 "    run PROG data_in FILE [data_out FILE [data_size_out N]]\n"
		 "        [ctx_in FILE [ctx_out FILE [ctx_size_out N]]] [repeat N]\n"
		 "    attach | detach PROG HOOK [MAP]   sk_msg_verdict, sk_skb_verdict, "
		 "sk_skb_stream_verdict,\n"
		 "                                      sk_skb_stream_parser; flow_dissector\n"
		 "    profile PROG [duration SECONDS] [METRIC…]\n"
		 "    tracelog                                      what programs print\n"
		 "'skep run --engine kernel' runs an object's program over captures, 'skep load "
		 "--attach'\n"
		 "attaches with links. A profile counts runs and their time (run_cnt, run_time), "
		 "and "
		 "samples\n"
		 "where counters strike: cpu_clock; cycles, instructions, l1d_loads, llc_misses, "
		 "itlb_misses,\n"
		 "dtlb_misses, where the machine has them.\n\n"
		 "    skep prog show\n"
		 "    skep prog dump xlated name firewall linum\n"
		 "    skep prog load fw.o /sys/fs/bpf/fw\n",
	.main = prog_main,
};
