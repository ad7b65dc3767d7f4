// SPDX-License-Identifier: BSD-2-Clause
/* skep run: a program over packets of a capture, or over one input. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "preset.h"
#include "run.h"
#include "where.h"

enum {
	DEFAULT_EVENTS = 10, /* shown as text */
	PACKET_ROOM = 512,   /* bytes that a program may add to a packet */
	BATCH = 64,	     /* packets run in one call */
};

struct options {
	const char *prog, *type, *pcap, *out, *data, *ctx, *btf, *exec, *event_type, *engine,
		*jitdump, *filter, *pin_path;
	uint64_t repeat, budget, events, cpu;
	struct preset_opts presets; /* .map: also what fills maps */
	struct opt_list devices;
	bool json, trusted, blind, profile, profile_time, perf_map, uninit, l3;
};

struct session {
	struct options o;
	struct run r;
	struct profile profile;
	struct skep_diag *diag;
	struct skep_object *obj;
	struct skep_engine *eng;
	struct skep_capture *capture; /* NULL: one input */
	int cut;		      /* why it cannot be read to its end; 0: it could */
	struct skep_classic *filter;  /* of the packets that are run; NULL: all */
	struct skep_dump *out;
	FILE *events;
	uint8_t *room;		 /* where programs' packets come out */
	size_t room_len;	 /* bytes */
	uint8_t *ctx;		 /* owned, NULL: none given */
	struct skep_batch batch; /* being run, packets of a capture */
	struct skep_packet packets[BATCH];
	struct skep_packet_out outs[BATCH];
	uint64_t results[BATCH];
};

/* ---- what comes out of programs ---- */

static void on_print(void *arg, const char *text, size_t len)
{
	fflush(stdout);
	fprintf(stderr, "printk: %.*s%s", (int)len, text, len && text[len - 1] == '\n' ? "" : "\n");
}

static void on_send(void *arg, uint32_t ifindex, const void *data, size_t len)
{
	struct session *s = arg;
	struct skep_packet p = { .data = data, .len = (uint32_t)len, .wire_len = (uint32_t)len };

	p.ts = s->batch.packets ? s->packets[s->batch.done].ts : 0;
	for (size_t i = 0; i < s->r.device_count; i++) {
		struct run_device *dev = &s->r.devices[i];

		if (dev->ifindex != ifindex)
			continue;
		dev->packets++;
		if (dev->dump)
			skep_dump_write(dev->dump, &p);
		return;
	}
	s->r.lost_sends++;
}

static int on_event(void *arg, const struct skep_event *ev)
{
	struct session *s = arg;

	s->r.event_lost += ev->lost;
	if (!ev->data)
		return 0;
	s->r.event_count++;
	if (s->r.event_shown >= s->o.events)
		return 0;
	if (s->o.json && s->r.event_shown)
		fputc(',', s->events);
	else if (!s->o.json)
		fputs("  ", s->events);
	s->r.event_shown++;
	return skep_event_print(s->r.unit, ev, s->o.event_type, s->events,
				s->o.json ? SKEP_JSON : SKEP_TEXT);
}

static int drain(struct session *s)
{
	int n = skep_poll(s->r.unit, 0, on_event, s);

	if (n == -ENOENT && s->o.event_type)
		fprintf(stderr,
			"skep run: --event-type %s: no such type in the object's BTF (a global of "
			"that type puts it there)\n",
			s->o.event_type);
	return n < 0 ? n : 0;
}

/* ---- devices: NAME[:NUMBER][=FILE] ---- */

/* The same name, number or file twice is a slip of the user's. */
static int device_check(struct session *s, const struct run_device *dev)
{
	const char *same = dev->path && s->o.out && !strcmp(dev->path, s->o.out) ? "--out" : NULL;

	for (size_t i = 0; i < s->r.device_count; i++) {
		const struct run_device *other = &s->r.devices[i];

		if (other->ifindex == dev->ifindex || !strcmp(other->name, dev->name)) {
			fprintf(stderr, "skep run: devices %s (%u) and %s (%u) are not two\n",
				other->name, other->ifindex, dev->name, dev->ifindex);
			return -EEXIST;
		}
		if (dev->path && other->path && !strcmp(dev->path, other->path))
			same = other->name;
	}
	if (same) {
		fprintf(stderr, "skep run: %s and %s would both write '%s'\n", same, dev->name,
			dev->path);
		return -EEXIST;
	}
	s->r.device_count++;
	return 0;
}

static int device_add(struct session *s, char *spec)
{
	struct run_device *dev = &s->r.devices[s->r.device_count];
	char *equals = strchr(spec, '='), *colon, *end;
	unsigned long number;

	if (s->r.device_count == MAX_DEVICES) {
		fprintf(stderr, "skep run: more than %d devices\n", MAX_DEVICES);
		return -E2BIG;
	}
	if (equals)
		*equals = 0;
	colon = strchr(spec, ':');
	dev->name = spec;
	dev->path = equals ? equals + 1 : NULL;
	dev->ifindex = (uint32_t)s->r.device_count + 1;
	if (colon) {
		*colon = 0;
		number = strtoul(colon + 1, &end, 10);
		dev->ifindex = (uint32_t)number;
		if (*end || !number || number > INT32_MAX || !isdigit((unsigned char)colon[1])) {
			fprintf(stderr, "skep run: --dev %s: '%s' is not a device number\n", spec,
				colon + 1);
			return -EINVAL;
		}
	}
	if (!*dev->name || (dev->path && !*dev->path)) {
		fputs("skep run: --dev wants NAME[:NUMBER][=FILE]\n", stderr);
		return -EINVAL;
	}
	return device_check(s, dev);
}

static int devices_open(struct session *s, uint32_t linktype)
{
	int err = 0;

	for (size_t i = 0; !err && i < s->r.device_count; i++) {
		struct run_device *dev = &s->r.devices[i];

		if (dev->path)
			err = skep_dump_open(&dev->dump, dev->path, linktype, s->diag);
	}
	if (!err && s->o.out)
		err = skep_dump_open(&s->out, s->o.out, linktype, s->diag);
	return err;
}

/* After a failure nothing is written. */
static int dump_close(struct session *s, struct skep_dump **dump, int err)
{
	int failed = 0;

	if (*dump && err)
		skep_dump_discard(*dump);
	else if (*dump)
		failed = skep_dump_close(*dump, s->diag);
	*dump = NULL;
	return err ? err : failed;
}

static int devices_close(struct session *s, int err)
{
	err = dump_close(s, &s->out, err);
	for (size_t i = 0; i < s->r.device_count; i++)
		err = dump_close(s, &s->r.devices[i].dump, err);
	return err;
}

/* ---- running ---- */

static int by_packets(const void *a, const void *b)
{
	uint64_t x = ((const struct run_count *)a)->packets;
	uint64_t y = ((const struct run_count *)b)->packets;

	return x < y ? 1 : x > y ? -1 : 0;
}

static void count_result(struct run *r, uint64_t result, uint64_t bytes)
{
	size_t i = 0;

	while (i < r->count_used && r->counts[i].result != result)
		i++;
	if (i == MAX_RESULTS) {
		r->other++;
		return;
	}
	if (i == r->count_used)
		r->counts[r->count_used++] = (struct run_count){ .result = result };
	r->counts[i].packets++;
	r->counts[i].bytes += bytes;
}

static int room_for(struct session *s, size_t len)
{
	uint8_t *more;

	if (s->room_len >= len)
		return 0;
	more = realloc(s->room, len * 2);
	if (!more)
		return -ENOMEM;
	s->room = more;
	s->room_len = len * 2;
	return 0;
}

/* A socket filter's result is how many bytes of the packet are kept. */
static size_t kept(const struct session *s, uint64_t result, size_t len)
{
	return !strcmp(s->r.type, "socket_filter") && result < len ? result : len;
}

static int write_out(struct session *s, const struct skep_packet *p)
{
	int err = s->out ? skep_dump_write(s->out, p) : 0;

	if (err) {
		skep_dump_close(s->out, s->diag); /* says why, and removes it */
		s->out = NULL;
	}
	return err;
}

/* Events are taken after each packet: small rings overflow soon. */
static uint32_t batch_size(const struct session *s)
{
	struct skep_map_info info;

	for (size_t i = 0; skep_object_map(s->obj, i, &info); i++) {
		if (!strcmp(info.type, "ringbuf") || !strcmp(info.type, "perf_event_array"))
			return 1;
	}
	return BATCH;
}

/* Where the packets of the batch come out, if they are wanted. */
static int batch_room(struct session *s)
{
	size_t need = 0, at = 0;
	int err;

	if (!s->out)
		return 0;
	for (size_t i = 0; i < s->batch.count; i++)
		need += s->packets[i].len + PACKET_ROOM;
	err = room_for(s, need);
	for (size_t i = 0; !err && i < s->batch.count; i++) {
		s->outs[i].data = s->room + at;
		s->outs[i].cap = s->packets[i].len + PACKET_ROOM;
		at += s->outs[i].cap;
	}
	s->batch.outs = s->outs;
	return err;
}

/* Packet i of the batch came through. */
static int packet_done(struct session *s, size_t i)
{
	const struct skep_packet *p = &s->packets[i];
	struct skep_packet out = *p;

	s->r.packets++;
	s->r.bytes += p->len;
	count_result(&s->r, s->results[i], p->len);
	if (!skep_prog_passes(s->r.prog, s->results[i]))
		return 0;
	s->r.passed++;
	if (!s->out)
		return 0;
	out.data = s->outs[i].data;
	out.len = (uint32_t)kept(s, s->results[i], s->outs[i].len);
	out.wire_len = out.len > p->len || p->wire_len < p->len ? out.len : p->wire_len;
	return write_out(s, &out);
}

/* Packet `at` of the batch is one that the kernel's test run cannot take: it is left out. */
static bool leave_out(struct session *s, int err)
{
	if (err != -EMSGSIZE)
		return false;
	skep_diag_clear(s->diag);
	s->r.left_out++;
	return true;
}

/* Packets from `at` on; how far it came is in s->batch.done. */
static int run_part(struct session *s, size_t at, size_t count)
{
	int err = 0, failed;

	s->batch.packets = s->packets + at;
	s->batch.results = s->results + at;
	s->batch.outs = s->out ? s->outs + at : NULL;
	s->batch.count = count - at;
	failed = skep_prog_run_batch(s->r.prog, &s->batch, s->diag);
	s->r.nanosec += s->batch.nanosec * s->batch.done;
	for (size_t i = 0; !err && i < s->batch.done; i++)
		err = packet_done(s, at + i);
	if (err || !failed || leave_out(s, failed))
		return err;
	fprintf(stderr, "skep run: packet %llu (%u bytes): the program stopped\n",
		(unsigned long long)s->r.packets + 1, s->packets[at + s->batch.done].len);
	return failed;
}

static int run_batch(struct session *s)
{
	size_t count = s->batch.count, at = 0;
	int err = batch_room(s);

	while (!err && at < count) {
		err = run_part(s, at, count);
		at += s->batch.done + 1;
	}
	if (!err)
		err = drain(s);
	s->batch.count = 0;
	return err;
}

/* Keeps the packets of the batch that the filter accepts. */
static void filter_batch(struct session *s, size_t count)
{
	uint32_t link = skep_capture_linktype(s->capture), accepted[BATCH];
	size_t kept_count = 0;

	skep_classic_run_batch(s->filter, s->packets, count, accepted);
	for (size_t i = 0; i < count; i++) {
		if (accepted[i] && s->packets[i].linktype == link)
			s->packets[kept_count++] = s->packets[i];
	}
	s->r.filtered += count - kept_count;
	s->batch.count = kept_count;
}

static int run_packets(struct session *s)
{
	uint32_t most = batch_size(s);
	int err = 0, more = 1;

	s->batch = (struct skep_batch){
		.size = sizeof(s->batch),
		.packets = s->packets,
		.results = s->results,
		.repeat = s->o.repeat,
		.flags = s->o.l3 ? SKEP_RUN_L3 : 0,
		.cpu = (uint32_t)s->o.cpu,
	};
	while (!err && more > 0) {
		more = skep_capture_batch(s->capture, s->packets, most, s->diag);
		s->batch.count = more > 0 ? (size_t)more : 0;
		if (s->filter)
			filter_batch(s, s->batch.count);
		if (s->batch.count)
			err = run_batch(s);
	}
	s->batch.packets = NULL;
	s->cut = err ? 0 : more; /* what was run before holds */
	return err;
}

static int run_capture(struct session *s)
{
	int err = devices_open(s, skep_capture_linktype(s->capture));

	if (!err)
		err = run_packets(s);
	qsort(s->r.counts, s->r.count_used, sizeof(s->r.counts[0]), by_packets);
	return err;
}

static int run_single(struct session *s, uint8_t *data, size_t data_len, uint8_t *ctx,
		      size_t ctx_len)
{
	struct skep_packet p = { .len = (uint32_t)data_len, .linktype = 1 };
	struct skep_run run = {
		.size = sizeof(run),
		.data_in = data_len ? data : NULL,
		.data_in_len = data_len,
		.ctx_in = ctx_len ? ctx : NULL,
		.ctx_in_len = ctx_len,
		.ctx_out = ctx_len ? ctx : NULL,
		.ctx_out_cap = ctx_len,
		.repeat = s->o.repeat,
		.flags = s->o.l3 ? SKEP_RUN_L3 : 0,
		.cpu = (uint32_t)s->o.cpu,
	};
	int err = room_for(s, data_len + PACKET_ROOM);

	if (!err)
		err = devices_open(s, 1);
	if (err)
		return err;
	run.data_out = data_len ? s->room : NULL;
	run.data_out_cap = data_len ? s->room_len : 0;
	err = skep_prog_run(s->r.prog, &run, s->diag);
	if (err)
		return err;
	s->r.single = true;
	s->r.result = run.result;
	s->r.nanosec = run.nanosec;
	s->r.insns = run.insns;
	s->r.repeat = s->o.repeat ? s->o.repeat : 1;
	s->r.data = data_len ? s->room : NULL;
	s->r.data_len = run.data_out_len < s->room_len ? run.data_out_len : s->room_len;
	s->r.ctx = ctx_len ? ctx : NULL;
	s->r.ctx_len = ctx_len;
	p.data = s->room;
	p.len = p.wire_len = (uint32_t)s->r.data_len;
	if (data_len && skep_prog_passes(s->r.prog, run.result))
		err = write_out(s, &p);
	return err ? err : drain(s);
}

static int run_input(struct session *s)
{
	size_t data_len = 0, ctx_len = 0;
	uint8_t *data = NULL, *ctx = NULL;
	int err = -EINVAL;

	if (s->o.pcap)
		return run_capture(s);
	if (s->o.data && !(data = bytes_from_arg(s->o.data, &data_len, s->diag)))
		goto out;
	if (s->o.ctx && !(ctx = bytes_from_arg(s->o.ctx, &ctx_len, s->diag)))
		goto out;
	err = run_single(s, data, data_len, ctx, ctx_len);
out:
	free(data);
	s->ctx = ctx; /* shown after the run */
	return err;
}

static const char *prog_type(const struct session *s)
{
	struct skep_prog_info info;

	for (size_t i = 0; skep_object_prog(s->obj, i, &info); i++) {
		if (!strcmp(info.name, skep_prog_name(s->r.prog)))
			return info.type ? info.type : "memory";
	}
	return "memory";
}

/* The program to run when --prog does not say: the only one, else the choice is the user's. */
static int choose(struct session *s)
{
	struct skep_prog_info info;
	size_t n = 0;

	while (skep_object_prog(s->obj, n, &info))
		n++;
	if (s->o.prog)
		return 0;
	if (n == 1) {
		skep_object_prog(s->obj, 0, &info);
		s->o.prog = info.name;
		return 0;
	}
	fprintf(stderr,
		n ? "skep run: '%s' has %zu programs; choose one with --prog:\n"
		  : "skep run: '%s' has no program (%zu): there is nothing to run\n",
		s->r.object, n);
	for (size_t i = 0; skep_object_prog(s->obj, i, &info); i++)
		fprintf(stderr, "    %-32s %s\n", info.name, info.section ? info.section : "");
	return -EINVAL;
}

/* The filter alone is the program; before one it chooses packets. */
static int open_object(struct session *s)
{
	struct skep_open_opts open = { .size = sizeof(open),
				       .btf_path = s->o.btf,
				       .prog_type = s->o.type };
	struct skep_source expr = { "<filter>", s->o.filter,
				    s->o.filter ? strlen(s->o.filter) : 0 };
	uint32_t link = s->capture ? skep_capture_linktype(s->capture) : 1;
	int err;

	open.linktype = link ? link : SKEP_LINK_NULL;
	if (!s->r.object) {
		s->r.object = "<filter>";
		return skep_open(&s->obj, SKEP_FILTER, expr, &open, s->diag);
	}
	err = skep_open(&s->obj, SKEP_AUTO, (struct skep_source){ .name = s->r.object }, &open,
			s->diag);
	if (err || !s->o.filter)
		return err;
	err = skep_classic_open(&s->filter, SKEP_FILTER, expr, &open, s->diag);
	if (!err)
		skep_classic_compile(s->filter, NULL);
	return err;
}

static int prepare(struct session *s)
{
	struct skep_load_opts load = {
		.size = sizeof(load),
		.trusted = s->o.trusted,
		.blind = s->o.blind,
		.count = s->o.profile,
		.perf_map = s->o.perf_map,
		.jitdump = s->o.jitdump,
		.allow_uninit_stack = s->o.uninit,
		.budget = s->o.budget,
	};
	const struct opt_list *maps = &s->o.presets.map;
	int err = s->o.pcap ? skep_capture_open(&s->capture, s->o.pcap, s->diag) : 0;

	if (!err)
		err = open_object(s);
	if (!err)
		err = preset_make(&s->o.presets, s->obj, true);
	if (s->o.exec)
		exec_mode(s->o.exec, &load.exec);
	if (!err)
		err = choose(s);
	if (!err)
		err = skep_engine_new(&s->eng, s->o.engine, s->diag);
	if (err)
		return err;
	load.prog = s->o.prog;
	load.presets = s->o.presets.items;
	load.preset_count = s->o.presets.count;
	load.pin_path = s->o.pin_path;
	skep_engine_print(s->eng, on_print, s);
	skep_engine_tx(s->eng, on_send, s);
	err = skep_load(&s->r.unit, s->eng, s->obj, &load, s->diag);
	if (err)
		return err;
	s->r.prog = skep_prog_find(s->r.unit, s->o.prog);
	s->r.type = prog_type(s);
	s->r.exec = skep_prog_exec(s->r.prog);
	for (size_t i = 0; !err && i < maps->count; i++) {
		if (!preset_is_attribute(s->obj, maps->items[i]))
			err = run_fill_map(s->r.unit, maps->items[i], s->diag);
	}
	for (size_t i = 0; !err && i < s->o.devices.count; i++)
		err = device_add(s, (char *)s->o.devices.items[i]);
	return err;
}

/* The run itself, and what --profile asks to know of it. */
static int run_profiled(struct session *s)
{
	int err;

	if (s->o.trusted)
		where_report_crashes(s->r.prog);
	err = s->o.profile_time ? profile_start(&s->profile, s->r.prog) : 0;

	if (!err)
		err = run_input(s);
	profile_stop(&s->profile);
	if (!err && s->o.profile)
		err = profile_count(&s->profile, s->r.prog);
	if (!err && (s->o.profile || s->o.profile_time))
		s->r.profile = &s->profile;
	return err;
}

static int session_run(struct session *s)
{
	int err;

	s->diag = skep_diag_new();
	s->events = open_memstream(&s->r.events, &s->r.events_len);
	err = s->diag && s->events ? prepare(s) : -ENOMEM;
	if (!err)
		err = run_profiled(s);
	if (err && s->r.prog && !s->o.pcap && !s->o.data && !s->o.ctx)
		fputs("skep run: no input is given: use --pcap FILE or --data BYTES\n", stderr);
	err = devices_close(s, err);
	if (s->events)
		fclose(s->events);
	if (!err)
		s->o.json ? run_json(&s->r, stdout) : run_text(&s->r, stdout);
	err = err ? err : s->cut;
	fflush(stdout);
	report(s->diag);
	profile_fini(&s->profile);
	free(s->r.events);
	free(s->room);
	free(s->ctx);
	skep_unit_free(s->r.unit);
	skep_engine_free(s->eng);
	skep_object_free(s->obj);
	skep_classic_free(s->filter);
	skep_capture_close(s->capture);
	skep_diag_free(s->diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

static bool user_only(const struct options *o)
{
	return o->profile || o->profile_time || o->blind || o->perf_map || o->jitdump || o->exec ||
	       o->trusted || o->budget || o->uninit || o->devices.count;
}

static bool compiled_only(const struct options *o)
{
	return o->blind || o->perf_map || o->jitdump || o->profile_time;
}

/* What makes no sense together, or alone; NULL: nothing does. No option is ignored. */
static const char *contradiction(const struct options *o, int operands)
{
	bool kernel = !strcmp(o->engine, "kernel");
	enum skep_exec exec = SKEP_EXEC_AUTO;

	if (operands != 1 && (operands || !o->filter))
		return "give one object, or --filter EXPR";
	if (operands && o->filter && !o->pcap)
		return "--filter chooses packets of --pcap FILE";
	if (!operands && (o->prog || o->type || o->btf || o->presets.map.count ||
			  o->presets.set.count || o->event_type))
		return "a filter is a program without name, type, maps and variables: --prog, "
		       "--type, --btf, --map, --set and --event-type are of objects";
	if (o->pcap && (o->data || o->ctx))
		return "give --pcap, or --data and --ctx, not both";
	if (o->out && !o->pcap && !o->data)
		return "--out wants packets: --pcap or --data";
	if (!kernel && strcmp(o->engine, "user"))
		return "--engine is user or kernel";
	if (kernel && user_only(o))
		return "the kernel engine has no --exec, --trusted, --blind, --budget, --profile, "
		       "--perf-map, --jitdump, --allow-uninit-stack and --dev";
	if (o->profile && o->profile_time)
		return "give --profile or --profile-time, not both";
	if (o->exec && !exec_mode(o->exec, &exec))
		return "--exec is jit, interp, checked or checked-jit";
	if ((exec == SKEP_EXEC_INTERP || exec == SKEP_EXEC_CHECKED) && compiled_only(o))
		return "--blind, --perf-map, --jitdump and --profile-time are of machine code, and "
		       "--exec chooses an interpreter";
	if (o->trusted && (exec == SKEP_EXEC_CHECKED || exec == SKEP_EXEC_CHECKED_JIT))
		return "--trusted is for programs that are not tested, and --exec tests them";
	if (o->cpu > UINT32_MAX)
		return "--cpu is a small number";
	return NULL;
}

static int run_main(const struct command *self, int argc, char **argv)
{
	struct session s = { .o.events = UINT64_MAX, .o.engine = "user" };
	struct options *o = &s.o;
	const struct opt opts[] = {
		{ 'p', "prog", "NAME", "the program to run, when there are several", OPT_STRING,
		  &o->prog },
		{ 't', "type", "TYPE", "type of programs whose section name says nothing",
		  OPT_STRING, &o->type },
		{ 'r', "pcap", "FILE", "run over each packet of a pcap or pcapng file", OPT_STRING,
		  &o->pcap },
		{ 'F', "filter", "EXPR",
		  "run only over the packets that a filter accepts; without OBJ the\nfilter is the "
		  "program",
		  OPT_STRING, &o->filter },
		{ 'w', "out", "FILE", "write the packets that pass to a pcap file", OPT_STRING,
		  &o->out },
		{ 'd', "data", "BYTES", "run over one packet or memory: a file, or hex", OPT_STRING,
		  &o->data },
		{ 'c', "ctx", "BYTES", "the context struct to start with: a file, or hex",
		  OPT_STRING, &o->ctx },
		{ 'n', "repeat", "N", "run N times over each input", OPT_NUMBER, &o->repeat },
		{ 'm', "map", "NAME=KEY:VALUE",
		  "fill a map first, or, as NAME.max_entries=N, NAME.flags=N, …, make it\nso; "
		  "may be repeated",
		  OPT_LIST, &o->presets.map },
		{ 0, "set", "NAME=VALUE", PRESET_SET, OPT_LIST, &o->presets.set },
		{ 'D', "dev", "NAME[:NUMBER][=FILE]",
		  "a virtual device, and the pcap file of what is sent to it;\n"
		  "numbers count from 1, the device that packets come from",
		  OPT_LIST, &o->devices },
		{ 'e', "events", "N", "show at most N events (default 10; all with --json)",
		  OPT_NUMBER, &o->events },
		{ 0, "event-type", "STRUCT", "the type of events, when the map does not say",
		  OPT_STRING, &o->event_type },
		{ 'b', "btf", "FILE", "target of CO-RE relocations (default: the running kernel)",
		  OPT_STRING, &o->btf },
		{ 0, "l3", NULL, "socket filters: offsets count from the network header", OPT_FLAG,
		  &o->l3 },
		{ 0, "cpu", "N", "the CPU that per-CPU maps see", OPT_NUMBER, &o->cpu },
		{ 'E', "engine", "NAME",
		  "user: in this process (default)\nkernel: in the running kernel, by its test run",
		  OPT_STRING, &o->engine },
		{ 0, "pin-path", "DIR",
		  "where maps are pinned by name (kernel: /sys/fs/bpf; user: nowhere unless given)",
		  OPT_STRING, &o->pin_path },
		{ 0, "exec", "MODE",
		  "jit: machine code, after verification or with --trusted\ninterp: an "
		  "interpreter, for the same\nchecked: nothing is verified, every access is "
		  "tested\nchecked-jit: the same as machine code\ndefault: the fastest that is "
		  "safe for the program",
		  OPT_STRING, &o->exec },
		{ 0, "profile", NULL,
		  "count how often each instruction is executed, by source line", OPT_FLAG,
		  &o->profile },
		{ 0, "profile-time", NULL,
		  "sample where time goes; wants machine code and many packets or --repeat",
		  OPT_FLAG, &o->profile_time },
		{ 0, "perf-map", NULL, "name machine code for perf in /tmp/perf-PID.map", OPT_FLAG,
		  &o->perf_map },
		{ 0, "jitdump", "DIR", "write DIR/jit-PID.dump for perf inject", OPT_STRING,
		  &o->jitdump },
		{ 0, "blind", NULL,
		  "no number of the program's author stands in machine code as it is", OPT_FLAG,
		  &o->blind },
		{ 0, "trusted", NULL, "do not verify, do not test: a wrong program can crash skep",
		  OPT_FLAG, &o->trusted },
		{ 0, "allow-uninit-stack", NULL, "reading stack bytes never written is no fault",
		  OPT_FLAG, &o->uninit },
		{ 0, "budget", "N", "stop a run after N instructions", OPT_NUMBER, &o->budget },
		{ 'j', "json", NULL, "JSON output", OPT_FLAG, &o->json },
		{ 0 },
	};
	int operands = opt_parse(self, opts, argc, argv), status;
	const char *why = operands < 0 ? NULL : contradiction(o, operands);

	if (operands < 0) {
		status = opt_status(operands);
	} else if (why) {
		status = opt_usage(self, why);
	} else {
		if (o->events == UINT64_MAX && !o->json)
			o->events = DEFAULT_EVENTS;
		s.r.object = operands ? argv[1] : NULL;
		status = session_run(&s);
	}
	preset_fini(&o->presets);
	opt_list_free(&o->devices);
	return status;
}

const struct command cmd_run = {
	.name = "run",
	.operands = "OBJ | --filter EXPR",
	.summary = "run a program over packets, here or in the kernel",
	.about = "Keys and values are numbers, addresses (10.0.0.1, 10.0.0.0/8, [fe80::1]),\n"
		 "\"text\", {member,member} or {.name=member} by the map's BTF, or hex:00 01.\n\n"
		 "    skep run xdp_firewall.o --pcap traffic.pcap --map deny=10.66.0.0/16:1\n"
		 "    skep run prog.o --prog balance --pcap in.pcap --dev lan --dev wan=wan.pcap\n"
		 "    skep run prog.o --data 'ff ff ff ff ff ff 00 00 00 00 00 01 08 00' --repeat "
		 "1000\n"
		 "    skep run --filter 'tcp port 80' --pcap traffic.pcap --out web.pcap\n"
		 "    tcpdump -ddd icmp | skep run - --pcap traffic.pcap\n",
	.main = run_main,
};
