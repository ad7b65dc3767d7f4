// SPDX-License-Identifier: BSD-2-Clause
/* Helpers that read, write and reshape an XDP frame. */
#include <errno.h>

#include "user/helpers.h"

enum {
	FRAME_INFO = 40, /* bytes that Linux keeps at the start of the headroom */
	META_LIMIT = 252,
	XDP_ABORT = 0,
	XDP_REDIR = 4,
	F_ACTION = 3, /* redirect_map: what to return for an empty slot */
	F_BROADCAST = 8,
	F_EXCLUDE_INGRESS = 16,
};

static s64 frame_len(const struct user_run *run)
{
	return run->total_end - run->data;
}

HELPER_BODY(xdp_get_buff_len)
{
	return (u64)frame_len(run_of(self));
}

static int frame_part(struct user_run *run, u64 off, u64 len)
{
	if ((u32)off > 0xffff || (u32)len > 0xffff)
		return -EFAULT;
	return (s64)((u32)off + (u64)(u32)len) > frame_len(run) ? -EINVAL : 0;
}

HELPER_BODY(xdp_load_bytes)
{
	struct user_run *run = run_of(self);
	int err = frame_part(run, r2, r4);

	if (!err)
		mem_copy(ptr_of(r3), run->data + (u32)r2, (u32)r4);
	return err64(err);
}

HELPER_BODY(xdp_store_bytes)
{
	struct user_run *run = run_of(self);
	int err = frame_part(run, r2, r4);

	if (!err)
		mem_copy(run->data + (u32)r2, ptr_of(r3), (u32)r4);
	return err64(err);
}

HELPER_BODY(xdp_adjust_head)
{
	struct user_run *run = run_of(self);
	s64 meta = run->data - run->meta, off = (s32)r2;
	s64 at = run->data - run->hard_start + off;

	if (at < FRAME_INFO + meta || at > run->end - ETH_HEADER - run->hard_start)
		return err64(-EINVAL);
	run->head_used = true;
	memmove(run->meta + off, run->meta, (size_t)meta);
	run->meta += off;
	run->data += off;
	xdp_sync(run);
	return 0;
}

HELPER_BODY(xdp_adjust_meta)
{
	struct user_run *run = run_of(self);
	s64 at = run->meta - run->hard_start + (s32)r2;
	s64 len = run->data - run->hard_start - at;

	if (at < FRAME_INFO || len < 0)
		return err64(-EINVAL);
	if (len % 4 || len > META_LIMIT)
		return err64(-EACCES);
	run->head_used = true;
	run->meta = run->data - len;
	xdp_sync(run);
	return 0;
}

/* Fragments are what lies past `end`: they shrink first, and cannot grow. */
static int frags_tail(struct user_run *run, s64 off)
{
	if (off >= 0)
		return off ? -EINVAL : 0;
	if (-off > frame_len(run) - ETH_HEADER)
		return -EINVAL;
	run->total_end += off;
	run->end = MIN(run->end, run->total_end);
	return 0;
}

HELPER_BODY(xdp_adjust_tail)
{
	struct user_run *run = run_of(self);
	s64 off = (s32)r2, len = run->end - run->data + off;
	int err;

	if (run->total_end > run->end) {
		err = frags_tail(run, off);
		xdp_sync(run);
		return err64(err);
	}
	if (len < ETH_HEADER || len > run->hard_end - run->data)
		return err64(-EINVAL);
	if (off > 0)
		memset(run->end, 0, (size_t)off);
	run->end += off;
	run->total_end = run->end;
	xdp_sync(run);
	return 0;
}

HELPER_BODY(redirect_map)
{
	struct user_run *run = run_of(self);
	struct map *m = ptr_of(r1);
	s32 index = unit_map_index(run->unit, m);
	u32 type = index < 0 ? m->def.type : run->unit->unit->obj->maps[index].type;
	bool devices = type == MAP_TYPE_DEVMAP || type == MAP_TYPE_DEVMAP_HASH;
	u64 known = F_ACTION | (devices ? F_BROADCAST | F_EXCLUDE_INGRESS : 0);
	u32 key = (u32)r2;
	const u8 *value;
	u32 to;

	if (!devices && type != MAP_TYPE_CPUMAP) {
		map_of_type(self, m, MAP_TYPE_DEVMAP, "redirect_map");
		return XDP_ABORT;
	}
	if (r3 & ~known)
		return XDP_ABORT;
	if (r3 & F_BROADCAST) {
		run->redirect_map = m;
		run->redirect_flags = r3;
		run->redirect_ifindex = 0;
		return XDP_REDIR;
	}
	value = m->ops->lookup(m, &key, run->vm.cpu);
	to = value ? LOAD(u32, value) : 0;
	if (!to)
		return r3 & F_ACTION;
	run->redirect_map = NULL;
	run->redirect_ifindex = devices ? to : 0;
	return XDP_REDIR;
}
