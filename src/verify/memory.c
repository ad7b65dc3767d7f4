// SPDX-License-Identifier: BSD-2-Clause
/*
 * Accesses by pointer type: alignment first, then the bounds and rights of what the pointer points
 * to, then what a load yields. Offsets are checked at both ends of the pointer's range; whatever
 * lies between is then inside, too, as objects have no holes for this purpose.
 */
#include "verify/memory.h"

#include <errno.h>

#include "verify/btf_access.h"
#include "verify/precision.h"

enum { FLOW_KEYS_SIZE = 56, STRICT_IP_ALIGN = 2 };

/* One access through a register, as the per-type checks see it. */
struct access {
	u8 regno;
	s32 off; /* of the instruction */
	u32 size;
	enum mem_access what;
	int value_reg;
	struct reg *base;
};

static bool is_write(const struct access *a)
{
	return a->what == MEM_ACCESS_WRITE;
}

static const char *access_word(enum mem_access what)
{
	return what == MEM_ACCESS_WRITE ? "write" : "read";
}

/* ---- alignment ---- */

static int check_alignment(struct verify *v, const struct reg *r, u8 regno, s32 off, u32 size,
			   bool strict)
{
	struct tnum at = tnum_add(r->s.var, tnum_const((u64)((s64)r->off + off)));

	if (r->type == PTR_TO_ARENA || size == 1)
		return 0;
	if (r->type == PTR_TO_STACK)
		strict = true;
	if (!strict && !v->opts->strict_align)
		return 0;
	/* Ethernet headers have 14 bytes; drivers place frames so that what follows is aligned. */
	if (reg_is_packet(r))
		at = tnum_add(at, tnum_const(STRICT_IP_ALIGN));
	if (tnum_is_aligned(at, size))
		return 0;
	return reject(v, REJECT_ALIGN, regno, "an access of %u bytes at R%d %+lld is misaligned",
		      size, regno, (long long)r->off + off);
}

/* ---- bounds ---- */

static bool lies_within(s64 off, s64 size, u32 limit, bool zero_ok)
{
	return off >= 0 && (size > 0 || (!size && zero_ok)) && off + size <= (s64)limit;
}

static const char *object_word(const struct reg *r)
{
	switch (r->type) {
	case PTR_TO_MAP_VALUE:
		return "map value";
	case PTR_TO_MAP_KEY:
		return "map key";
	case PTR_TO_FLOW_KEYS:
		return "flow keys";
	default:
		return "memory";
	}
}

static int out_of_bounds(struct verify *v, const struct reg *r, u8 regno, s64 off, s64 size,
			 u32 limit)
{
	return reject(v, REJECT_BOUNDS, regno,
		      "R%d may reach bytes %lld to %lld of a %s that has %u bytes", regno,
		      (long long)off, (long long)(off + size - 1), object_word(r), limit);
}

int memory_bounds(struct verify *v, const struct reg *r, u8 regno, s64 off, s64 size, u32 limit,
		  bool zero_ok)
{
	const struct scalar *s = &r->s;
	int err;

	if (v->prog->type == PROG_UNSPEC && r->type == PTR_TO_MEM && !limit)
		return reject(
			v, REJECT_UNPROVEN, regno,
			"the size of this program's memory is known only when it runs: run it "
			"checked");
	off += r->off;
	if (s->smin < 0 && (s->smin == INT64_MIN || off + s->smin < 0)) {
		err = reject(v, REJECT_BOUNDS, regno, "the offset added to R%d may be negative",
			     regno);
		reject_hint(v, "use an unsigned index, or check that it is at least 0");
		return err;
	}
	if (!lies_within(off + s->smin, size, limit, zero_ok))
		return out_of_bounds(v, r, regno, off + s->smin, size, limit);
	if (s->umax >= MAX_VAR_OFF) {
		err = reject(v, REJECT_BOUNDS, regno, "the offset added to R%d has no upper bound",
			     regno);
		reject_hint(v, "compare the index with the number of elements before the access");
		return err;
	}
	if (!lies_within(off + (s64)s->umax, size, limit, zero_ok))
		return out_of_bounds(v, r, regno, off + (s64)s->umax, size, limit);
	return 0;
}

/* The variable part is the constant 0 and so is nothing hidden in it. */
static int check_no_variable(struct verify *v, const struct reg *r, u8 regno)
{
	if (!reg_has_var_off(r))
		return 0;
	return reject(v, REJECT_BOUNDS, regno,
		      "R%d has a variable offset, which is not allowed for %s", regno,
		      reg_type_name(r));
}

static int check_leak(struct verify *v, int value_reg, const char *where)
{
	if (value_reg < 0 || !is_pointer_leak(v, &regs_of(v)[value_reg]))
		return 0;
	return reject(v, REJECT_PRIVILEGE, value_reg, "R%d is a pointer and would leak into %s",
		      value_reg, where);
}

static void set_loaded(struct verify *v, int value_reg)
{
	if (value_reg < 0)
		return;
	reg_set_unknown(&regs_of(v)[value_reg]);
	regs_of(v)[value_reg].precise = v->opts->unpriv;
}

/* ---- map values ---- */

/* Lookups in maps of devices lead to the kernel's own structure. */
static bool is_read_only(const struct obj_map *map)
{
	return (map->flags & MAP_RDONLY_PROG) || map_is_constant(map) ||
	       map->type == MAP_TYPE_DEVMAP || map->type == MAP_TYPE_DEVMAP_HASH;
}

static int check_map_rights(struct verify *v, const struct reg *r, u8 regno, enum mem_access what)
{
	u32 flags = r->map->flags;

	if (what == MEM_ACCESS_WRITE && is_read_only(r->map))
		return reject(v, REJECT_RDONLY, regno, "map '%s' is read-only for programs",
			      r->map->name);
	if (what == MEM_ACCESS_READ && flags & MAP_WRONLY_PROG)
		return reject(v, REJECT_RDONLY, regno, "map '%s' is write-only for programs",
			      r->map->name);
	return 0;
}

/* The value's bytes, and no special field except a whole kptr by a plain instruction. */
static int check_map_value(struct verify *v, const struct reg *r, u8 regno, s32 off, u32 size,
			   bool zero_ok, bool direct)
{
	const struct btf_fields *fields = map_value_fields(v, r->map);
	const struct btf_field *f;
	s64 min, max;
	int err;

	err = memory_bounds(v, r, regno, off, size, r->map->value_size, zero_ok);
	if (err)
		return err;
	min = (s64)r->off + off + r->s.smin;
	max = (s64)r->off + off + (s64)r->s.umax;
	f = fields_touch(fields, min, max - min + size);
	if (!f)
		return 0;
	if (!(f->kind & (FIELD_KPTR | FIELD_UPTR)))
		return reject(v, REJECT_TYPE, regno,
			      "the access touches the %s in the value of map '%s'",
			      field_kind_name(f->kind), r->map->name);
	if (!direct)
		return reject(v, REJECT_TYPE, regno,
			      "a function would access the %s in the value of map '%s'",
			      field_kind_name(f->kind), r->map->name);
	if (r->s.var.mask || min != f->off || size != 8)
		return reject(v, REJECT_TYPE, regno,
			      "the %s in the value of map '%s' must be accessed as a whole, at a "
			      "constant offset",
			      field_kind_name(f->kind), r->map->name);
	return 0;
}

bool memory_constant(const struct obj_map *map, s64 off, u32 size, bool sign_extend, u64 *value)
{
	u32 unused = 64 - 8 * size;
	u64 raw = 0;

	if (!map_is_constant(map) || off < 0 || off + size > map->value_size)
		return false;
	if (map->data)
		memcpy(&raw, map->data + off, size);
	*value = sign_extend ? (u64)((s64)(raw << unused) >> unused) : raw;
	return true;
}

static int map_value_access(struct verify *v, const struct access *a, bool sign_extend)
{
	const struct reg base = *a->base;
	const struct btf_field *field = NULL;
	s64 at = (s64)base.off + a->off + (s64)base.s.var.value;
	u64 value;
	int err = is_write(a) ? check_leak(v, a->value_reg, "a map") : 0;

	if (!err)
		err = check_map_rights(v, &base, a->regno, a->what);
	if (!err)
		err = check_map_value(v, &base, a->regno, a->off, a->size, false, true);
	if (err)
		return err;
	if (!base.s.var.mask)
		field = fields_at(map_value_fields(v, base.map), (u32)at, FIELD_KPTR | FIELD_UPTR);
	if (field)
		return btf_kptr_access(v, field, a->regno, a->what, a->value_reg);
	if (is_write(a) || a->value_reg < 0)
		return 0;
	set_loaded(v, a->value_reg);
	if (!base.s.var.mask && era_at_least(v, 5, 5) &&
	    memory_constant(base.map, at, a->size, sign_extend, &value)) {
		reg_set_const(&regs_of(v)[a->value_reg], value);
		regs_of(v)[a->value_reg].precise = v->opts->unpriv;
	}
	return 0;
}

static int map_key_access(struct verify *v, const struct access *a)
{
	int err;

	if (is_write(a))
		return reject(v, REJECT_RDONLY, a->regno, "R%d points to a map key: read-only",
			      a->regno);
	err = memory_bounds(v, a->base, a->regno, a->off, a->size, a->base->map->key_size, false);
	if (!err)
		set_loaded(v, a->value_reg);
	return err;
}

/* ---- packets ---- */

bool memory_packet_writable(const struct verify *v)
{
	switch (v->prog->type) {
	case PROG_SCHED_CLS:
	case PROG_SCHED_ACT:
	case PROG_XDP:
	case PROG_LWT_XMIT:
	case PROG_SK_SKB:
	case PROG_SK_MSG:
	case PROG_CGROUP_SOCKOPT:
		return true;
	default:
		return false;
	}
}

static int check_packet(struct verify *v, const struct reg *r, u8 regno, s32 off, u32 size,
			bool zero_ok)
{
	s64 at = (s64)r->off + off;
	int err;

	if (r->s.smin < 0) {
		err = reject(v, REJECT_PACKET, regno, "the offset added to R%d may be negative",
			     regno);
		reject_hint(v, "use an unsigned offset, or check that it is at least 0");
		return err;
	}
	if (r->range >= 0 && lies_within(at, size, (u32)r->range, zero_ok))
		return 0;
	err = reject(v, REJECT_PACKET, regno,
		     "byte %lld of the packet is accessed, but only %d bytes were compared with "
		     "data_end",
		     (long long)(at + size - 1), MAX(r->range, 0));
	reject_hint(v, "compare the end of what is accessed with data_end before the access");
	return err;
}

static int packet_access(struct verify *v, const struct access *a)
{
	int err = is_write(a) ? check_leak(v, a->value_reg, "the packet") : 0;

	if (is_write(a) && !memory_packet_writable(v))
		return reject(v, REJECT_RDONLY, a->regno,
			      "programs of this type may not write to the packet");
	if (!err)
		err = check_packet(v, a->base, a->regno, a->off, a->size, false);
	if (!err && !is_write(a))
		set_loaded(v, a->value_reg);
	return err;
}

/* ---- plain memory, buffers, the rest ---- */

static int plain_access(struct verify *v, const struct access *a)
{
	const struct reg *r = a->base;
	bool probed = r->flags & MEM_RDONLY && r->flags & PTR_UNTRUSTED;
	int err = is_write(a) ? check_leak(v, a->value_reg, "memory") : 0;

	if (is_write(a) && r->flags & MEM_RDONLY)
		return reject(v, REJECT_RDONLY, a->regno, "R%d points to read-only memory",
			      a->regno);
	/* Reads of untrusted memory cannot fault, whatever the address. */
	if (!err && !probed)
		err = memory_bounds(v, r, a->regno, a->off, a->size, r->mem_size, false);
	if (!err && !is_write(a))
		set_loaded(v, a->value_reg);
	return err;
}

static int check_buffer(struct verify *v, const struct reg *r, u8 regno, s32 off)
{
	if ((s64)r->off + off < 0)
		return reject(v, REJECT_BOUNDS, regno, "R%d is used with the negative offset %lld",
			      regno, (long long)r->off + off);
	return check_no_variable(v, r, regno);
}

/* Buffers whose size only the kernel knows; it compares it with the highest byte used. */
static int buffer_access(struct verify *v, const struct access *a)
{
	int err;

	if (is_write(a) && a->base->flags & MEM_RDONLY)
		return reject(v, REJECT_RDONLY, a->regno, "R%d points to a read-only buffer",
			      a->regno);
	err = check_buffer(v, a->base, a->regno, a->off);
	if (!err && !is_write(a))
		set_loaded(v, a->value_reg);
	return err;
}

static int flow_keys_access(struct verify *v, const struct access *a)
{
	s64 at = (s64)a->base->off + a->off;
	int err = is_write(a) ? check_leak(v, a->value_reg, "the flow keys") : 0;

	if (!err && !lies_within(at, a->size, FLOW_KEYS_SIZE, false))
		err = out_of_bounds(v, a->base, a->regno, at, a->size, FLOW_KEYS_SIZE);
	if (!err && !is_write(a))
		set_loaded(v, a->value_reg);
	return err;
}

static int sock_access(struct verify *v, const struct access *a)
{
	s64 at = (s64)a->base->off + a->off;

	if (is_write(a))
		return reject(v, REJECT_RDONLY, a->regno, "R%d points to a socket: read-only",
			      a->regno);
	if (a->base->s.smin < 0 || reg_has_var_off(a->base) ||
	    !context_sock_field(a->base->type, at, a->size))
		return reject(v, REJECT_CONTEXT, a->regno,
			      "a socket has no readable field of %u bytes at offset %lld", a->size,
			      (long long)at);
	set_loaded(v, a->value_reg);
	return 0;
}

static int bad_pointer(struct verify *v, const struct access *a)
{
	const struct reg *r = a->base;
	int err;

	if (r->flags & PTR_MAYBE_NULL) {
		err = reject(v, REJECT_NULL, a->regno, "R%d may be NULL", a->regno);
		reject_hint(v, "compare it with NULL before it is used");
		return err;
	}
	if (r->type == SCALAR_VALUE)
		return reject(v, REJECT_TYPE, a->regno,
			      "R%d is a number, not a pointer that may be used for a %s", a->regno,
			      access_word(a->what));
	return reject(v, REJECT_TYPE, a->regno, "memory behind R%d (%s) cannot be accessed",
		      a->regno, reg_type_name(r));
}

static int dispatch(struct verify *v, const struct access *a, bool sign_extend)
{
	/* PTR_MAYBE_NULL and the like make a type of their own, which nothing accepts. */
	if (a->base->flags & PTR_MAYBE_NULL)
		return bad_pointer(v, a);
	switch (a->base->type) {
	case PTR_TO_MAP_VALUE:
		return map_value_access(v, a, sign_extend);
	case PTR_TO_MAP_KEY:
		return map_key_access(v, a);
	case PTR_TO_STACK:
		return stack_access(v, a->regno, a->off, a->size, a->what, a->value_reg);
	case PTR_TO_CTX:
		return context_access(v, a->regno, a->off, a->size, a->what, a->value_reg);
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
		return packet_access(v, a);
	case PTR_TO_FLOW_KEYS:
		return flow_keys_access(v, a);
	case PTR_TO_SOCKET:
	case PTR_TO_SOCK_COMMON:
	case PTR_TO_TCP_SOCK:
	case PTR_TO_XDP_SOCK:
		return sock_access(v, a);
	case PTR_TO_TP_BUFFER:
	case PTR_TO_BUF:
		return buffer_access(v, a);
	case PTR_TO_MEM:
		return plain_access(v, a);
	case PTR_TO_BTF_ID:
		return memory_btf_access(v, a->regno, a->off, a->size, a->what, a->value_reg);
	case CONST_PTR_TO_MAP:
		return btf_map_access(v, a->regno, a->off, a->size, a->what, a->value_reg);
	case PTR_TO_ARENA:
		if (!is_write(a))
			set_loaded(v, a->value_reg);
		return 0;
	default:
		return bad_pointer(v, a);
	}
}

int memory_access(struct verify *v, u8 regno, s32 off, u32 size, enum mem_access what,
		  int value_reg, bool strict_align, bool sign_extend)
{
	struct access a = { .regno = regno,
			    .off = off,
			    .size = size,
			    .what = what,
			    .value_reg = value_reg,
			    .base = &regs_of(v)[regno] };
	struct reg *loaded;
	int err;

	err = check_alignment(v, a.base, regno, off, size, strict_align);
	if (!err)
		err = dispatch(v, &a, sign_extend);
	if (err || what == MEM_ACCESS_WRITE || value_reg < 0 || size == 8)
		return err;
	loaded = &regs_of(v)[value_reg];
	if (loaded->type == SCALAR_VALUE && sign_extend) {
		scalar_sext(&loaded->s, size);
		/* Linux 6.18 takes it to equal the spilled number when that has no more bits than
		 * are read, though the sign is spread now. */
		if (v->opts->sound)
			loaded->id = 0;
	} else if (loaded->type == SCALAR_VALUE) {
		scalar_trunc(&loaded->s, size);
	}
	return 0;
}

/* ---- regions for callees ---- */

/* Programs whose context is plain memory of their own may hand it out byte by byte. */
static int context_region(struct verify *v, u8 regno, u32 size, enum mem_access what, bool zero_ok)
{
	struct reg *r = &regs_of(v)[regno];

	if (v->prog->type != PROG_SYSCALL)
		return reject(v, REJECT_ARG, regno,
			      "R%d is the context, but the function wants plain memory", regno);
	if (!size)
		return zero_ok ? 0
			       : reject(v, REJECT_ARG, regno,
					"the size of the memory R%d must not be 0", regno);
	if (reg_has_var_off(r))
		return check_no_variable(v, r, regno);
	return memory_access(v, regno, (s32)size - 1, 1, what, -1, false, false);
}

static int not_memory(struct verify *v, u8 regno, u32 size, bool zero_ok)
{
	const struct reg *r = &regs_of(v)[regno];
	u64 value;
	int err;

	if (zero_ok && !size && reg_is_const(r, &value) && !value)
		return 0;
	if (r->flags & PTR_MAYBE_NULL) {
		err = reject(v, REJECT_NULL, regno, "R%d may be NULL", regno);
		reject_hint(v, "compare it with NULL before the call");
		return err;
	}
	return reject(v, REJECT_ARG, regno, "R%d is %s, but the function wants memory", regno,
		      reg_type_name(r));
}

static int rdonly_region(struct verify *v, u8 regno)
{
	return reject(v, REJECT_RDONLY, regno, "R%d is read-only, but the function writes to it",
		      regno);
}

int memory_region(struct verify *v, u8 regno, u32 size, enum mem_access what, bool zero_ok,
		  bool uninit)
{
	struct reg *r = &regs_of(v)[regno];
	bool writes = what == MEM_ACCESS_WRITE;
	int err;

	if (r->flags & PTR_MAYBE_NULL)
		return not_memory(v, regno, size, zero_ok);
	switch (r->type) {
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
		return check_packet(v, r, regno, 0, size, zero_ok);
	case PTR_TO_MAP_KEY:
		return writes ? rdonly_region(v, regno)
			      : memory_bounds(v, r, regno, 0, size, r->map->key_size, false);
	case PTR_TO_MAP_VALUE:
		err = check_map_rights(v, r, regno, what);
		return err ? err : check_map_value(v, r, regno, 0, size, zero_ok, false);
	case PTR_TO_MEM:
		if (writes && r->flags & MEM_RDONLY)
			return rdonly_region(v, regno);
		return memory_bounds(v, r, regno, 0, size, r->mem_size, zero_ok);
	case PTR_TO_BUF:
		if (writes && r->flags & MEM_RDONLY)
			return rdonly_region(v, regno);
		return check_buffer(v, r, regno, 0);
	case PTR_TO_STACK:
		return stack_region(v, regno, size, what, zero_ok, uninit);
	case PTR_TO_BTF_ID:
		return memory_btf_access(v, regno, 0, size, MEM_ACCESS_READ, -1);
	case PTR_TO_CTX:
		return context_region(v, regno, size, what, zero_ok);
	default:
		return not_memory(v, regno, size, zero_ok);
	}
}

int memory_region_sized(struct verify *v, u8 regno, u8 size_regno, enum mem_access what,
			bool zero_ok, bool uninit)
{
	const struct scalar *s = &regs_of(v)[size_regno].s;
	int err;

	/* Bytes past the real size stay as they were: they must have been initialised. */
	if (s->var.mask)
		uninit = false;
	if (s->smin < 0) {
		err = reject(v, REJECT_ARG, size_regno, "the size in R%d may be negative",
			     size_regno);
		reject_hint(v, "use an unsigned size, or check that it is at least 0");
		return err;
	}
	if (!s->umin && !zero_ok)
		return reject(v, REJECT_ARG, size_regno,
			      "the size in R%d may be 0, which the function does not allow",
			      size_regno);
	if (s->umax >= MAX_VAR_SIZE) {
		err = reject(v, REJECT_ARG, size_regno, "the size in R%d has no upper bound",
			     size_regno);
		reject_hint(v, "compare it with the size of the memory before the call");
		return err;
	}
	err = memory_region(v, regno, (u32)s->umax, what, zero_ok, uninit);
	return err ? err : precision_mark(v, size_regno);
}
