// SPDX-License-Identifier: BSD-2-Clause
/* Links of the kernel: what ties which program to what. */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>

#include "kernel/look.h"
#include "spec/prog.h"

/* Source: linux/bpf.h, enum bpf_link_type. */
enum link_type {
	LINK_RAW_TRACEPOINT = 1,
	LINK_TRACING,
	LINK_CGROUP,
	LINK_ITER,
	LINK_NETNS,
	LINK_XDP,
	LINK_PERF_EVENT,
	LINK_KPROBE_MULTI,
	LINK_STRUCT_OPS,
	LINK_NETFILTER,
	LINK_TCX,
	LINK_UPROBE_MULTI,
	LINK_NETKIT,
	LINK_SOCKMAP,
};

static const char *const type_names[] = {
	[LINK_RAW_TRACEPOINT] = "raw_tracepoint",
	[LINK_TRACING] = "tracing",
	[LINK_CGROUP] = "cgroup",
	[LINK_ITER] = "iter",
	[LINK_NETNS] = "netns",
	[LINK_XDP] = "xdp",
	[LINK_PERF_EVENT] = "perf_event",
	[LINK_KPROBE_MULTI] = "kprobe_multi",
	[LINK_STRUCT_OPS] = "struct_ops",
	[LINK_NETFILTER] = "netfilter",
	[LINK_TCX] = "tcx",
	[LINK_UPROBE_MULTI] = "uprobe_multi",
	[LINK_NETKIT] = "netkit",
	[LINK_SOCKMAP] = "sockmap",
};

/* One link with the texts that the kernel gives on a second question. */
struct link_look {
	struct look *l;
	struct info_link info;
	char name[256]; /* tracepoint, function, file, iterator's target */
	u32 prog_type;
	bool gap; /* text: something stands on this line */
};

/* ---- fields in both forms ---- */

static void gap(struct link_look *k)
{
	fputs(k->gap ? "  " : "\n\t", k->l->out);
	k->gap = true;
}

static void put_u64(struct link_look *k, const char *name, u64 value)
{
	if (k->l->json) {
		js_u64(k->l->json, name, value);
	} else {
		gap(k);
		fprintf(k->l->out, "%s %llu", name, (unsigned long long)value);
	}
}

static void put_str(struct link_look *k, const char *name, const char *value)
{
	if (k->l->json) {
		js_str(k->l->json, name, value);
	} else {
		gap(k);
		fprintf(k->l->out, "%s %s", name, value);
	}
}

static void put_attach(struct link_look *k, u32 type)
{
	const struct attach_info *a = attach_info(type);

	if (a)
		put_str(k, "attach_type", a->name);
	else
		put_u64(k, "attach_type", type);
}

static void put_device(struct link_look *k, u32 ifindex)
{
	char name[IF_NAMESIZE] = "";

	if_indextoname(ifindex, name);
	if (k->l->json) {
		js_str(k->l->json, "devname", *name ? name : "(detached)");
		js_u64(k->l->json, "ifindex", ifindex);
		return;
	}
	gap(k);
	fprintf(k->l->out, "ifindex %s(%u)", *name ? name : "(detached)", ifindex);
}

static void put_cookie(struct link_look *k, u64 cookie)
{
	if (cookie)
		put_u64(k, "cookie", cookie);
}

/* ---- one kind a function ---- */

static void show_raw_tracepoint(struct link_look *k)
{
	if (k->l->json) {
		js_str(k->l->json, "tp_name", k->name);
	} else {
		gap(k);
		fprintf(k->l->out, "tp '%s'", k->name);
	}
	put_cookie(k, k->info.raw_tracepoint.cookie);
}

static void show_tracing(struct link_look *k)
{
	const struct prog_info *type = prog_info(k->prog_type);

	if (type)
		put_str(k, "prog_type", type->name);
	put_attach(k, k->info.tracing.attach_type);
	if (k->info.tracing.target_obj_id) {
		put_u64(k, "target_obj_id", k->info.tracing.target_obj_id);
		put_u64(k, "target_btf_id", k->info.tracing.target_btf_id);
	}
	put_cookie(k, k->info.tracing.cookie);
}

static void show_iter(struct link_look *k)
{
	put_str(k, "target_name", k->name);
	if (!strcmp(k->name, "bpf_map_elem") || !strcmp(k->name, "bpf_sk_storage_map"))
		put_u64(k, "map_id", k->info.iter.map_id);
	if (!strcmp(k->name, "task") || !strcmp(k->name, "task_file") ||
	    !strcmp(k->name, "task_vma")) {
		if (k->info.iter.task.tid)
			put_u64(k, "tid", k->info.iter.task.tid);
		else if (k->info.iter.task.pid)
			put_u64(k, "pid", k->info.iter.task.pid);
	}
	if (!strcmp(k->name, "cgroup"))
		put_u64(k, "cgroup_id", k->info.iter.cgroup.cgroup_id);
}

/* Source: linux/netfilter.h. */
static void show_netfilter(struct link_look *k)
{
	static const char *const hooks[] = { "prerouting", "input", "forward", "output",
					     "postrouting" };
	u32 family = k->info.netfilter.family, hook = k->info.netfilter.hook;

	if (k->l->json) {
		js_u64(k->l->json, "pf", family);
		js_u64(k->l->json, "hook", hook);
		js_s64(k->l->json, "prio", k->info.netfilter.priority);
		js_u64(k->l->json, "flags", k->info.netfilter.flags);
		return;
	}
	gap(k);
	fputs(family == 2 ? "ip" : family == 10 ? "ip6" : "pf", k->l->out);
	if (family != 2 && family != 10)
		fprintf(k->l->out, ": %u", family);
	if (hook < ARRAY_SIZE(hooks))
		fprintf(k->l->out, " %s", hooks[hook]);
	else
		fprintf(k->l->out, " hook %u", hook);
	fprintf(k->l->out, " prio %d", k->info.netfilter.priority);
	if (k->info.netfilter.flags)
		fprintf(k->l->out, " flags 0x%x", k->info.netfilter.flags);
}

/* Source: linux/bpf.h, enum bpf_perf_event_type. */
enum { PERF_UPROBE = 1, PERF_URETPROBE, PERF_KPROBE, PERF_KRETPROBE, PERF_TRACEPOINT, PERF_EVENT };

static const char *event_type(u32 type)
{
	static const char *const names[] = { "hardware", "software", "tracepoint",
					     "hw-cache", "raw",	     "breakpoint" };

	return type < ARRAY_SIZE(names) ? names[type] : "unknown";
}

static const char *event_name(u32 type, u64 config)
{
	static const char *const hardware[] = {
		"cpu-cycles",
		"instructions",
		"cache-references",
		"cache-misses",
		"branches",
		"branch-misses",
		"bus-cycles",
		"stalled-cycles-frontend",
		"stalled-cycles-backend",
		"ref-cycles",
	};
	static const char *const software[] = {
		"cpu-clock",	    "task-clock",   "page-faults",  "context-switches",
		"cpu-migrations",   "minor-faults", "major-faults", "alignment-faults",
		"emulation-faults", "dummy",	    "bpf-output",   "cgroup-switches",
	};

	if (type == 0 && config < ARRAY_SIZE(hardware))
		return hardware[config];
	if (type == 1 && config < ARRAY_SIZE(software))
		return software[config];
	return NULL;
}

static void show_probe(struct link_look *k, bool user, bool ret)
{
	u32 offset = user ? k->info.perf_event.uprobe.offset : k->info.perf_event.kprobe.offset;
	u64 cookie = user ? k->info.perf_event.uprobe.cookie : k->info.perf_event.kprobe.cookie;

	if (k->l->json) {
		js_str(k->l->json, "event_type",
		       user  ? ret ? "uretprobe" : "uprobe"
		       : ret ? "kretprobe"
			     : "kprobe");
		js_str(k->l->json, user ? "file" : "func", k->name);
		js_u64(k->l->json, "offset", offset);
		if (!user) {
			js_u64(k->l->json, "addr", k->info.perf_event.kprobe.address);
			js_u64(k->l->json, "missed", k->info.perf_event.kprobe.missed);
		}
	} else {
		gap(k);
		fprintf(k->l->out, "%c%sprobe %s+%#x", user ? 'u' : 'k', ret ? "ret" : "", k->name,
			offset);
	}
	put_cookie(k, cookie);
}

static void show_event(struct link_look *k)
{
	u32 type = k->info.perf_event.event.type;
	u64 config = k->info.perf_event.event.config;
	const char *name = event_name(type, config);

	if (k->l->json) {
		js_str(k->l->json, "event_type", event_type(type));
		if (name)
			js_str(k->l->json, "event_config", name);
		else
			js_u64(k->l->json, "event_config", config);
	} else {
		gap(k);
		fprintf(k->l->out, "event %s:", event_type(type));
		if (name)
			fputs(name, k->l->out);
		else
			fprintf(k->l->out, "%llu", (unsigned long long)config);
	}
	put_cookie(k, k->info.perf_event.event.cookie);
}

static void show_perf_event(struct link_look *k)
{
	u32 kind = k->info.perf_event.kind;

	switch (kind) {
	case PERF_UPROBE:
	case PERF_URETPROBE:
		show_probe(k, true, kind == PERF_URETPROBE);
		break;
	case PERF_KPROBE:
	case PERF_KRETPROBE:
		show_probe(k, false, kind == PERF_KRETPROBE);
		break;
	case PERF_TRACEPOINT:
		put_str(k, "tracepoint", k->name);
		put_cookie(k, k->info.perf_event.tracepoint.cookie);
		break;
	case PERF_EVENT:
		show_event(k);
		break;
	}
}

static void show_multi(struct link_look *k)
{
	bool user = k->info.type == LINK_UPROBE_MULTI;
	u32 flags = user ? k->info.uprobe_multi.flags : k->info.kprobe_multi.flags;
	u32 count = user ? k->info.uprobe_multi.count : k->info.kprobe_multi.count;

	if (k->l->json) {
		js_bool(k->l->json, "retprobe", flags & 1);
		js_u64(k->l->json, "func_cnt", count);
		if (user) {
			js_str(k->l->json, "path", k->name);
			js_u64(k->l->json, "pid", k->info.uprobe_multi.pid);
		} else {
			js_u64(k->l->json, "missed", k->info.kprobe_multi.missed);
		}
		return;
	}
	gap(k);
	fprintf(k->l->out, "%s%s.multi", user ? "u" : "k", flags & 1 ? "retprobe" : "probe");
	if (user) {
		put_str(k, "path", k->name);
		if (k->info.uprobe_multi.pid)
			put_u64(k, "pid", k->info.uprobe_multi.pid);
	}
	put_u64(k, "func_cnt", count);
}

static void show_fields(struct link_look *k)
{
	switch (k->info.type) {
	case LINK_RAW_TRACEPOINT:
		show_raw_tracepoint(k);
		break;
	case LINK_TRACING:
		show_tracing(k);
		break;
	case LINK_CGROUP:
		put_u64(k, "cgroup_id", k->info.cgroup.cgroup_id);
		put_attach(k, k->info.cgroup.attach_type);
		break;
	case LINK_ITER:
		show_iter(k);
		break;
	case LINK_NETNS:
		put_u64(k, "netns_ino", k->info.netns.netns_ino);
		put_attach(k, k->info.netns.attach_type);
		break;
	case LINK_XDP:
		put_device(k, k->info.xdp.ifindex);
		break;
	case LINK_PERF_EVENT:
		show_perf_event(k);
		break;
	case LINK_KPROBE_MULTI:
	case LINK_UPROBE_MULTI:
		show_multi(k);
		break;
	case LINK_STRUCT_OPS:
		put_u64(k, "map_id", k->info.struct_ops.map_id);
		break;
	case LINK_NETFILTER:
		show_netfilter(k);
		break;
	case LINK_TCX:
	case LINK_NETKIT:
		put_device(k, k->info.device.ifindex);
		put_attach(k, k->info.device.attach_type);
		break;
	case LINK_SOCKMAP:
		put_u64(k, "map_id", k->info.sockmap.map_id);
		put_attach(k, k->info.sockmap.attach_type);
		break;
	}
}

/* The text that a link of this type has: where the kernel shall write it. */
static void ask_name(struct link_look *k)
{
	u64 at = sys_ptr(k->name);
	u32 size = sizeof(k->name), kind = k->info.perf_event.kind;
	struct info_link *i = &k->info;

	switch (i->type) {
	case LINK_RAW_TRACEPOINT:
		i->raw_tracepoint.name = at;
		i->raw_tracepoint.len = size;
		break;
	case LINK_ITER:
		i->iter.name = at;
		i->iter.len = size;
		break;
	case LINK_UPROBE_MULTI:
		memset(i->room, 0, sizeof(i->room));
		i->uprobe_multi.path = at;
		i->uprobe_multi.path_len = size;
		break;
	case LINK_PERF_EVENT:
		memset(i->room, 0, sizeof(i->room));
		if (kind == PERF_UPROBE || kind == PERF_URETPROBE) {
			i->perf_event.uprobe.name = at;
			i->perf_event.uprobe.len = size;
		} else if (kind == PERF_KPROBE || kind == PERF_KRETPROBE) {
			i->perf_event.kprobe.name = at;
			i->perf_event.kprobe.len = size;
		} else if (kind == PERF_TRACEPOINT) {
			i->perf_event.tracepoint.name = at;
			i->perf_event.tracepoint.len = size;
		}
		break;
	}
}

static u32 type_of_prog(u32 id)
{
	struct info_prog p = { 0 };
	int fd = sys_by_id(SYS_PROG, id);

	if (fd >= 0)
		look_prog_info(fd, &p);
	sys_close(&fd);
	return p.type;
}

static int show(struct look *l, int fd)
{
	struct link_look k = { .l = l };
	const char *type = NULL;
	char number[24];
	int err = sys_info(fd, &k.info, sizeof(k.info));

	if (err >= 0) {
		ask_name(&k);
		err = sys_info(fd, &k.info, sizeof(k.info));
	}
	if (err < 0)
		return diag_error(l->d, err, NOWHERE, "the kernel does not describe a link: %s",
				  sys_error(-err));
	if (k.info.type < ARRAY_SIZE(type_names))
		type = type_names[k.info.type];
	snprintf(number, sizeof(number), "type %u", k.info.type);
	if (k.info.type == LINK_TRACING)
		k.prog_type = type_of_prog(k.info.prog_id);
	if (l->json) {
		js_open(l->json, NULL, '{');
		js_u64(l->json, "id", k.info.id);
		js_str(l->json, "type", type ? type : number);
		if (k.info.type != LINK_STRUCT_OPS)
			js_u64(l->json, "prog_id", k.info.prog_id);
	} else {
		fprintf(l->out, "%u: %s  ", k.info.id, type ? type : number);
		if (k.info.type != LINK_STRUCT_OPS)
			fprintf(l->out, "prog %u  ", k.info.prog_id);
	}
	show_fields(&k);
	look_places(l, SYS_LINK, k.info.id);
	if (l->json)
		js_close(l->json, '}');
	else
		fputc('\n', l->out);
	return 0;
}

int look_links(struct look *l)
{
	return look_each(l, SYS_LINK, show);
}

/* As bpftool lists them among what is attached to the network: one element, or one line, each. */
static int show_if_netfilter(struct look *l, int fd)
{
	struct link_look k = { .l = l, .gap = true };
	int err = sys_info(fd, &k.info, sizeof(k.info));

	if (err < 0 || k.info.type != LINK_NETFILTER)
		return 0;
	if (l->json) {
		js_open(l->json, NULL, '{');
		js_u64(l->json, "id", k.info.id);
		js_u64(l->json, "prog_id", k.info.prog_id);
	} else {
		fprintf(l->out, "id %u prog_id %u", k.info.id, k.info.prog_id);
	}
	show_netfilter(&k);
	if (l->json)
		js_close(l->json, '}');
	else
		fputc('\n', l->out);
	return 0;
}

int look_netfilter(struct look *l)
{
	return look_each(l, SYS_LINK, show_if_netfilter);
}
