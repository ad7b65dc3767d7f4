// SPDX-License-Identifier: BSD-2-Clause
/* skep load: an object into the running kernel, attached for as long as the command runs. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "preset.h"

enum { POLL_MS = 200 };

struct options {
	const char *btf, *pin, *pin_path, *event_type, *type, *target;
	uint64_t seconds, events, pid, frequency;
	struct opt_list to;
	struct preset_opts presets;
	bool attach, json, maps;
};

struct session {
	struct options o;
	const char *path;
	struct skep_diag *diag;
	struct skep_object *obj;
	struct skep_engine *eng;
	struct skep_unit *unit;
	struct skep_prog *target; /* of --target */
	uint64_t shown, lost;
	size_t attached;
	size_t waiting;	   /* links that wait for something to happen */
	const char **pins; /* names of files in the folder --pin */
	size_t pin_count;
	bool made; /* the folder is ours */
};

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	ended = 1;
}

static void catch_signals(void)
{
	const struct sigaction act = { .sa_handler = on_signal }; /* waits end with EINTR */

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error of writing */
}

/* ---- attaching ---- */

/* What --to says of a program: "NAME=TARGET"; or plain "TARGET", for each that has no other. */
static const char *target_of(const struct session *s, const char *prog)
{
	const char *any = NULL;

	for (size_t i = 0; i < s->o.to.count; i++) {
		const char *item = s->o.to.items[i];
		size_t len = strlen(prog);

		if (!strncmp(item, prog, len) && item[len] == '=')
			return item + len + 1;
		if (!strchr(item, '='))
			any = item;
	}
	return any;
}

static int read_iterator(struct session *s, struct skep_link *link)
{
	int err = skep_link_read(link, stdout, s->diag);

	fflush(stdout);
	return err;
}

static void tell(struct skep_link *link)
{
	struct skep_link_info info;

	skep_link_info(link, &info);
	fprintf(stderr, "skep load: %s: %s", info.prog ? info.prog : "structure",
		info.target ? info.target : info.type);
	if (info.id)
		fprintf(stderr, " (link %u)", info.id);
	fputc('\n', stderr);
}

/* A link that stays is a file in a BPF file system, named after the program. */
static int keep(struct session *s, struct skep_link *link, const char *name)
{
	const char **more;
	char path[4096];
	int err;

	s->attached++;
	if (!s->o.pin)
		return 0;
	more = realloc(s->pins, (s->pin_count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	s->pins = more;
	snprintf(path, sizeof(path), "%s/%s", s->o.pin, name);
	err = skep_link_pin(link, path, s->diag);
	if (!err)
		s->pins[s->pin_count++] = name;
	return err;
}

static int make_folder(struct session *s)
{
	if (!s->o.pin)
		return 0;
	s->made = !mkdir(s->o.pin, 0700);
	if (s->made || errno == EEXIST)
		return 0;
	fprintf(stderr, "error: '%s' cannot be made: %s\n", s->o.pin, strerror(errno));
	return -EIO;
}

/* Nothing half attached: neither links nor their files. */
static void take_back(struct session *s)
{
	struct skep_link *link;
	char path[4096];

	for (size_t i = 0; skep_unit_link(s->unit, i, &link); i++)
		skep_link_detach(link, NULL);
	for (size_t i = 0; i < s->pin_count; i++) {
		snprintf(path, sizeof(path), "%s/%s", s->o.pin, s->pins[i]);
		unlink(path);
	}
	if (s->made)
		rmdir(s->o.pin);
}

static int attach(struct session *s, const struct skep_prog_info *info)
{
	struct skep_prog *prog = skep_prog_find(s->unit, info->name);
	struct skep_attach_opts opts = {
		.size = sizeof(opts),
		.target = target_of(s, info->name),
		.pid = (int)s->o.pid,
		.frequency = s->o.frequency,
	};
	struct skep_link *link;
	bool iterates;
	int err;

	if (!prog)
		return 0;
	if (skep_prog_knows_target(prog)) {
		opts.target = NULL;
	} else if (!opts.target) {
		fprintf(stderr, "skep load: %s: loaded; --to %s=… says where it is attached\n",
			info->name, info->name);
		return 0;
	}
	err = skep_attach(&link, prog, &opts, s->diag);
	if (err)
		return err;
	iterates = info->section && !strncmp(info->section, "iter", 4);
	s->waiting += !iterates;
	tell(link);
	err = keep(s, link, info->name);
	return !err && iterates ? read_iterator(s, link) : err;
}

static int attach_structures(struct session *s)
{
	struct skep_map_info info;
	struct skep_link *link;
	struct skep_map *map;
	int err = 0;

	for (size_t i = 0; !err && skep_unit_map(s->unit, i, &map); i++) {
		if (!map)
			continue;
		skep_map_info(map, &info);
		if (strcmp(info.role, "struct_ops"))
			continue;
		err = skep_attach_map(&link, map, s->diag);
		if (err)
			break;
		s->waiting++;
		tell(link);
		err = keep(s, link, info.name);
	}
	return err;
}

static int attach_programs(struct session *s)
{
	struct skep_prog_info info;
	int err = make_folder(s);

	for (size_t i = 0; !err && skep_object_prog(s->obj, i, &info); i++)
		err = attach(s, &info);
	if (!err)
		err = attach_structures(s);
	if (!err && !s->attached) {
		fputs("error: nothing is attached\n", stderr);
		err = -ENOENT;
	}
	if (err && s->o.pin)
		take_back(s);
	return err;
}

/* ---- events ---- */

static void on_print(void *arg, const char *text, size_t len)
{
	fflush(stdout);
	fprintf(stderr, "printk: %.*s\n", (int)len, text);
}

static int on_event(void *arg, const struct skep_event *ev)
{
	struct session *s = arg;
	int err;

	if (ev->lost) {
		s->lost += ev->lost;
		fprintf(stderr, "skep load: %llu events lost\n", (unsigned long long)ev->lost);
	}
	if (!ev->data)
		return 0;
	if (s->o.events && ++s->shown >= s->o.events)
		ended = 1;
	err = skep_event_print(s->unit, ev, s->o.event_type, stdout,
			       s->o.json ? SKEP_JSON : SKEP_TEXT);
	if (!err && s->o.json)
		putchar('\n');
	return err;
}

static int stream(struct session *s)
{
	time_t start = time(NULL);
	int err = 0;

	while (!ended && err >= 0) {
		err = skep_poll(s->unit, POLL_MS, on_event, s);
		fflush(stdout);
		if (err == -EINTR)
			err = 0;
		if (s->o.seconds && (uint64_t)(time(NULL) - start) >= s->o.seconds)
			break;
	}
	if (err == -ENOENT && s->o.event_type)
		fprintf(stderr, "skep load: --event-type %s: no such type in the object's BTF\n",
			s->o.event_type);
	return err < 0 ? err : 0;
}

static void show_maps(struct session *s)
{
	struct skep_map_info info;
	struct skep_map *map;

	for (size_t i = 0; skep_unit_map(s->unit, i, &map); i++) {
		if (!map)
			continue;
		skep_map_info(map, &info);
		if (s->o.json) {
			fputs("{\"map\":", stdout);
			out_string(stdout, info.name);
			fputs(",\"elements\":", stdout);
		}
		skep_map_print(map, stdout, s->o.json ? SKEP_JSON : SKEP_TEXT);
		fputs(s->o.json ? "}\n" : "", stdout);
	}
}

/* ---- */

/* --target: the program, and for extensions without a place the function. */
static int open_target(struct session *s, struct skep_load_opts *load)
{
	struct skep_look_opts which = { .size = sizeof(which) };
	const char *colon = s->o.target ? strrchr(s->o.target, ':') : NULL;
	char *name;
	int err;

	if (!s->o.target)
		return 0;
	name = strndup(s->o.target, colon ? (size_t)(colon - s->o.target) : SIZE_MAX);
	if (!name)
		return -ENOMEM;
	which.by = *name == '/'					? "pinned"
		   : name[strspn(name, "0123456789")] || !*name ? "name"
								: "id";
	which.value = name;
	err = skep_prog_open(&s->target, &which, s->diag);
	if (!err)
		load->target_fd = skep_prog_fd(s->target);
	if (!err && colon)
		err = preset_targets(&s->o.presets, s->obj, colon + 1);
	free(name);
	return err;
}

static int load(struct session *s)
{
	struct skep_open_opts open = { .size = sizeof(open),
				       .btf_path = s->o.btf,
				       .prog_type = s->o.type };
	struct skep_load_opts load = { .size = sizeof(load) };
	int err = skep_open(&s->obj, SKEP_AUTO, (struct skep_source){ .name = s->path }, &open,
			    s->diag);

	if (!err)
		err = preset_make(&s->o.presets, s->obj, false);
	if (!err)
		err = open_target(s, &load);
	load.presets = s->o.presets.items;
	load.preset_count = s->o.presets.count;
	load.pin_path = s->o.pin_path;
	if (!err)
		err = skep_engine_new(&s->eng, "kernel", s->diag);
	if (err)
		return err;
	if (s->o.attach)
		skep_engine_print(s->eng, on_print, s);
	return skep_load(&s->unit, s->eng, s->obj, &load, s->diag);
}

static void tell_loaded(const struct session *s)
{
	struct skep_prog_info info;

	for (size_t i = 0; skep_object_prog(s->obj, i, &info); i++)
		printf("%-32s %s\n", info.name,
		       !skep_prog_find(s->unit, info.name) ? "not loaded" : "loads");
}

static int run(struct session *s)
{
	int err;

	s->diag = skep_diag_new();
	catch_signals();
	err = s->diag ? load(s) : -ENOMEM;
	if (!err && !s->o.attach)
		tell_loaded(s);
	else if (!err)
		err = attach_programs(s);
	report(s->diag);
	if (!err && s->o.attach && !s->o.pin && s->waiting)
		err = stream(s);
	if (!err && s->o.maps)
		show_maps(s);
	report(s->diag);
	skep_unit_free(s->unit);
	skep_prog_close(s->target);
	skep_engine_free(s->eng);
	skep_object_free(s->obj);
	skep_diag_free(s->diag);
	free(s->pins);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int load_main(const struct command *self, int argc, char **argv)
{
	struct session s = { 0 };
	struct options *o = &s.o;
	const struct opt opts[] = {
		{ 'a', "attach", NULL, "attach the programs, and show events until Ctrl-C",
		  OPT_FLAG, &o->attach },
		{ 0, "to", "[PROG=]TARGET",
		  "where to attach PROG, or each program whose section does not say:\n"
		  "interface, cgroup, perf event, PATH:FUNCTION, …; may be repeated",
		  OPT_LIST, &o->to },
		{ 0, "target", "PROG[:FUNCTION]",
		  "the kernel's program (number, name or pinned path) whose function\nfreplace, "
		  "fentry and fexit programs hang on; FUNCTION for freplace\nprograms whose "
		  "section names none",
		  OPT_STRING, &o->target },
		{ 'P', "pin", "DIR", "keep what is attached: pin the links in DIR, and end",
		  OPT_STRING, &o->pin },
		{ 0, "pin-path", "DIR",
		  "where maps are pinned that their definitions pin by name\n(default: "
		  "/sys/fs/bpf)",
		  OPT_STRING, &o->pin_path },
		{ 'p', "pid", "N", "probes and perf events: this process only", OPT_NUMBER,
		  &o->pid },
		{ 'F', "frequency", "N", "perf events: samples a second (default 99)", OPT_NUMBER,
		  &o->frequency },
		{ 's', "seconds", "N", "end after N seconds", OPT_NUMBER, &o->seconds },
		{ 'e', "events", "N", "end after N events", OPT_NUMBER, &o->events },
		{ 0, "event-type", "STRUCT", "the type of events, when the map does not say",
		  OPT_STRING, &o->event_type },
		{ 0, "set", "NAME=VALUE", PRESET_SET, OPT_LIST, &o->presets.set },
		{ 0, "map", "MAP.ATTRIBUTE=VALUE", PRESET_MAP, OPT_LIST, &o->presets.map },
		{ 0, "prog-set", "PROG.ATTRIBUTE=VALUE", PRESET_PROG, OPT_LIST, &o->presets.prog },
		{ 'm', "maps", NULL, "show the maps at the end", OPT_FLAG, &o->maps },
		{ 't', "type", "TYPE", "type of programs whose section name says nothing",
		  OPT_STRING, &o->type },
		{ 'b', "btf", "FILE", "target of CO-RE relocations (default: the running kernel)",
		  OPT_STRING, &o->btf },
		{ 'j', "json", NULL, "JSON output, one value a line", OPT_FLAG, &o->json },
		{ 0 },
	};
	int operands = opt_parse(self, opts, argc, argv), status;

	if (operands < 0) {
		status = opt_status(operands);
	} else if (operands != 1) {
		status = opt_usage(self, "give one object");
	} else if (!o->attach && (o->pin || o->to.count)) {
		status = opt_usage(self, "--to and --pin are of --attach");
	} else if (!o->attach &&
		   (o->pid || o->frequency || o->seconds || o->events || o->event_type)) {
		status = opt_usage(self, "--pid, --frequency, --seconds, --events and --event-type "
					 "are of --attach");
	} else if (o->pin && (o->seconds || o->events || o->event_type)) {
		status = opt_usage(self, "with --pin it ends at once: --seconds, --events and "
					 "--event-type are for waiting");
	} else if (!o->attach && o->json && !o->maps) {
		status = opt_usage(self, "--json is of --attach and --maps");
	} else if (o->pid > INT32_MAX) {
		status = opt_usage(self, "--pid is the number of a process");
	} else {
		s.path = argv[1];
		status = run(&s);
	}
	opt_list_free(&o->to);
	preset_fini(&o->presets);
	return status;
}

const struct command cmd_load = {
	.name = "load",
	.operands = "OBJ",
	.summary = "load an object into the kernel, attach it",
	.about = "Without --attach it only tells whether the running kernel takes the programs.\n"
		 "What is attached goes when the command ends in any way, but for --pin.\n\n"
		 "    skep load prog.o\n"
		 "    skep load xdp.o --attach --to eth0\n"
		 "    skep load trace.o --attach --seconds 10 --maps\n",
	.main = load_main,
};
