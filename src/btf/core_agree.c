// SPDX-License-Identifier: BSD-2-Clause
/* When two types of different BTF count as the same, by the three measures that CO-RE has. */
#include "btf/core_spec.h"

enum { DEEPEST = 32 }; /* nesting of pointers, arrays and prototypes */

struct pair {
	const struct types *local, *target;
};

static bool is_enum_kind(enum type_kind kind)
{
	return kind == KIND_ENUM || kind == KIND_ENUM64;
}

static bool is_composite_kind(enum type_kind kind)
{
	return kind == KIND_STRUCT || kind == KIND_UNION;
}

bool core_kinds_agree(enum type_kind a, enum type_kind b)
{
	return a == b || (is_enum_kind(a) && is_enum_kind(b));
}

bool core_fields_agree(const struct types *local, u32 lid, const struct types *target, u32 tid)
{
	for (int depth = 0; depth < DEEPEST; depth++) {
		enum type_kind a, b;
		const char *lname, *tname;

		lid = types_strip(local, lid);
		tid = types_strip(target, tid);
		a = types_kind(local, lid);
		b = types_kind(target, tid);
		if (is_composite_kind(a) && is_composite_kind(b))
			return true;
		if (!core_kinds_agree(a, b))
			return false;
		switch (a) {
		case KIND_PTR:
		case KIND_FLOAT:
			return true;
		case KIND_INT:
			return !types_int(local, lid).bit_off && !types_int(target, tid).bit_off;
		case KIND_FWD:
		case KIND_ENUM:
		case KIND_ENUM64:
			lname = types_name(local, lid);
			tname = types_name(target, tid);
			return !*lname || !*tname || core_same_name(lname, tname);
		case KIND_ARRAY:
			lid = types_array(local, lid).elem;
			tid = types_array(target, tid).elem;
			continue;
		default:
			return false;
		}
	}
	return false;
}

static bool shapes_agree(struct pair p, u32 lid, u32 tid, int depth);

static bool protos_agree(struct pair p, u32 lid, u32 tid, int depth)
{
	u32 count = types_vlen(p.local, lid);

	if (count != types_vlen(p.target, tid))
		return false;
	for (u32 i = 0; i < count; i++) {
		if (!shapes_agree(p, types_param(p.local, lid, i).type,
				  types_param(p.target, tid, i).type, depth + 1))
			return false;
	}
	return shapes_agree(p, types_ref(p.local, lid), types_ref(p.target, tid), depth + 1);
}

static bool shapes_agree(struct pair p, u32 lid, u32 tid, int depth)
{
	enum type_kind kind;

	if (depth >= DEEPEST)
		return false;
	lid = types_strip(p.local, lid);
	tid = types_strip(p.target, tid);
	kind = types_kind(p.local, lid);
	if (!core_kinds_agree(kind, types_kind(p.target, tid)))
		return false;
	switch (kind) {
	case KIND_VOID:
	case KIND_STRUCT:
	case KIND_UNION:
	case KIND_ENUM:
	case KIND_ENUM64:
	case KIND_FWD:
	case KIND_FLOAT:
		return true;
	case KIND_INT:
		return !types_int(p.local, lid).bit_off && !types_int(p.target, tid).bit_off;
	case KIND_PTR:
		return shapes_agree(p, types_ref(p.local, lid), types_ref(p.target, tid),
				    depth + 1);
	case KIND_ARRAY:
		return shapes_agree(p, types_array(p.local, lid).elem,
				    types_array(p.target, tid).elem, depth + 1);
	case KIND_FUNC_PROTO:
		return protos_agree(p, lid, tid, depth);
	default:
		return false;
	}
}

bool core_types_agree(const struct types *local, u32 lid, const struct types *target, u32 tid)
{
	/* The root kinds must agree before typedefs are followed: names were compared there. */
	return core_kinds_agree(types_kind(local, lid), types_kind(target, tid)) &&
	       shapes_agree((struct pair){ local, target }, lid, tid, 0);
}

/* ---- in depth ---- */

static bool types_match(struct pair p, u32 lid, u32 tid, bool behind_ptr, int depth);

static bool enums_match(struct pair p, u32 lid, u32 tid)
{
	for (u32 i = 0; i < types_vlen(p.local, lid); i++) {
		const char *name = types_enumerator(p.local, lid, i).name;
		bool found = false;

		for (u32 j = 0; !found && j < types_vlen(p.target, tid); j++)
			found = core_same_name(name, types_enumerator(p.target, tid, j).name);
		if (!found)
			return false;
	}
	return true;
}

static bool composites_match(struct pair p, u32 lid, u32 tid, bool behind_ptr, int depth)
{
	for (u32 i = 0; i < types_vlen(p.local, lid); i++) {
		struct type_member l = types_member(p.local, lid, i);
		bool found = false;

		for (u32 j = 0; !found && j < types_vlen(p.target, tid); j++) {
			struct type_member t = types_member(p.target, tid, j);

			found = core_same_name(l.name, t.name) &&
				types_match(p, l.type, t.type, behind_ptr, depth + 1);
		}
		if (!found)
			return false;
	}
	return true;
}

static bool protos_match(struct pair p, u32 lid, u32 tid, bool behind_ptr, int depth)
{
	u32 count = types_vlen(p.local, lid);

	if (count != types_vlen(p.target, tid))
		return false;
	for (u32 i = 0; i < count; i++) {
		if (!types_match(p, types_param(p.local, lid, i).type,
				 types_param(p.target, tid, i).type, behind_ptr, depth + 1))
			return false;
	}
	return types_match(p, types_ref(p.local, lid), types_ref(p.target, tid), behind_ptr,
			   depth + 1);
}

/* A forward declaration stands for its struct or union where only a pointer leads to it. */
static bool forwards_match(struct pair p, u32 lid, u32 tid)
{
	enum type_kind a = types_kind(p.local, lid), b = types_kind(p.target, tid);
	bool a_union = a == KIND_UNION || (a == KIND_FWD && types_kind_flag(p.local, lid));
	bool b_union = b == KIND_UNION || (b == KIND_FWD && types_kind_flag(p.target, tid));
	bool a_fits = a == KIND_FWD || is_composite_kind(a);
	bool b_fits = b == KIND_FWD || is_composite_kind(b);

	return a_fits && b_fits && a_union == b_union;
}

static bool ints_match(struct pair p, u32 lid, u32 tid)
{
	struct type_int a = types_int(p.local, lid), b = types_int(p.target, tid);

	return a.bits == b.bits && a.bit_off == b.bit_off && a.is_signed == b.is_signed;
}

static bool types_match(struct pair p, u32 lid, u32 tid, bool behind_ptr, int depth)
{
	enum type_kind a, b;

	if (depth >= DEEPEST)
		return false;
	lid = types_strip(p.local, lid);
	tid = types_strip(p.target, tid);
	a = types_kind(p.local, lid);
	b = types_kind(p.target, tid);
	if (!core_same_name(types_name(p.local, lid), types_name(p.target, tid)))
		return false;
	if (!core_kinds_agree(a, b))
		return behind_ptr && forwards_match(p, lid, tid);
	switch (a) {
	case KIND_VOID:
		return true;
	case KIND_FWD:
		return forwards_match(p, lid, tid);
	case KIND_INT:
		return ints_match(p, lid, tid);
	case KIND_FLOAT:
		return types_size(p.local, lid) == types_size(p.target, tid);
	case KIND_ENUM:
	case KIND_ENUM64:
		return behind_ptr || enums_match(p, lid, tid);
	case KIND_STRUCT:
	case KIND_UNION:
		return behind_ptr || composites_match(p, lid, tid, behind_ptr, depth);
	case KIND_PTR:
		return types_match(p, types_ref(p.local, lid), types_ref(p.target, tid), true,
				   depth + 1);
	case KIND_ARRAY:
		return types_array(p.local, lid).count == types_array(p.target, tid).count &&
		       types_match(p, types_array(p.local, lid).elem,
				   types_array(p.target, tid).elem, behind_ptr, depth + 1);
	case KIND_FUNC_PROTO:
		return protos_match(p, lid, tid, behind_ptr, depth);
	default:
		return false;
	}
}

bool core_types_match(const struct types *local, u32 lid, const struct types *target, u32 tid)
{
	return core_kinds_agree(types_kind(local, lid), types_kind(target, tid)) &&
	       types_match((struct pair){ local, target }, lid, tid, false, 0);
}
