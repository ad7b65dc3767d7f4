// SPDX-License-Identifier: BSD-2-Clause
#include "spec/helper_extra.h"

#include "spec/prog.h"

enum { HELPERS = 256 }; /* more than there are */

enum trait {
	ACQUIRES = 1,
	SLEEPS = 2,
	SOCK_ONLY = 4,
	PACKET_ARGS = 8,
	CASTS = 16,
	SIZED = 32,
	CPU = 64,
};

static const u8 traits[HELPERS] = {
#define TRAIT(name, bits) [HELPER_##name] = (bits),
#include "spec/helper_extra.def"
};

static const u8 releases[HELPERS] = {
#define RELEASES(name, n) [HELPER_##name] = (n),
#include "spec/helper_extra.def"
};

static const struct helper_callback callbacks[HELPERS] = {
#define SYNC				  false
#define ASYNC				  true
#define CALLBACK(name, n, when, min, max) [HELPER_##name] = { n, when, min, max },
#include "spec/helper_extra.def"
};

static const char *const ret_types[HELPERS] = {
#define RET_BTF(name, type) [HELPER_##name] = #type,
#include "spec/helper_extra.def"
};

static const struct {
	u32 id, n;
	const char *type;
} arg_types[] = {
#define ARG_BTF(name, n, type) { HELPER_##name, n, #type },
#include "spec/helper_extra.def"
};

#define P(type) (1ull << PROG_##type)
static const struct {
	u32 id, n;
	enum arg_type type;
	u64 progs;
} alternatives[] = {
#define ARG_ALT(name, n, type, progs) { HELPER_##name, n, ARG_##type, progs },
#include "spec/helper_extra.def"
};

static const struct {
	u32 id;
	u64 progs;
} or_null[] = {
#define OR_NULL(name, progs) { HELPER_##name, progs },
#include "spec/helper_extra.def"
};

static const bool unpriv[HELPERS] = {
#define UNPRIV(name) [HELPER_##name] = true,
#include "spec/helper_extra.def"
};

static const bool perfmon[HELPERS] = {
#define PERFMON(name) [HELPER_##name] = true,
#include "spec/helper_extra.def"
};

static bool has(u32 id, enum trait bit)
{
	return id < HELPERS && traits[id] & bit;
}

static bool holds(u64 progs, u32 prog_type)
{
	return prog_type < 64 && progs >> prog_type & 1;
}

enum arg_type helper_arg(u32 id, u32 index, u32 prog_type)
{
	const struct helper_info *h = helper_by_id(id);

	if (!h || index >= ARRAY_SIZE(h->arg))
		return ARG_NONE;
	for (u32 i = 0; i < ARRAY_SIZE(alternatives); i++) {
		if (alternatives[i].id == id && alternatives[i].n == index + 1 &&
		    holds(alternatives[i].progs, prog_type))
			return alternatives[i].type;
	}
	return h->arg[index];
}

const char *helper_arg_btf(u32 id, u32 index)
{
	for (u32 i = 0; i < ARRAY_SIZE(arg_types); i++) {
		if (arg_types[i].id == id && arg_types[i].n == index + 1)
			return arg_types[i].type;
	}
	return NULL;
}

const char *helper_ret_btf(u32 id)
{
	return id < HELPERS ? ret_types[id] : NULL;
}

bool helper_acquires(u32 id)
{
	return has(id, ACQUIRES);
}

u32 helper_releases(u32 id)
{
	return id < HELPERS ? releases[id] : 0;
}

bool helper_sleeps(u32 id)
{
	return has(id, SLEEPS);
}

bool helper_takes_btf_sock(u32 id)
{
	return !has(id, SOCK_ONLY);
}

bool helper_sock_or_null(u32 id, u32 prog_type)
{
	for (u32 i = 0; i < ARRAY_SIZE(or_null); i++) {
		if (or_null[i].id == id && holds(or_null[i].progs, prog_type))
			return true;
	}
	return false;
}

bool helper_takes_packet(u32 id)
{
	return has(id, PACKET_ARGS);
}

bool helper_casts(u32 id)
{
	return has(id, CASTS);
}

bool helper_ret_sized(u32 id)
{
	return has(id, SIZED);
}

bool helper_ret_cpu(u32 id)
{
	return has(id, CPU);
}

struct helper_callback helper_callback(u32 id)
{
	return id < HELPERS ? callbacks[id] : (struct helper_callback){ 0 };
}

bool helper_unpriv(u32 id)
{
	return id < HELPERS && unpriv[id];
}

bool helper_perfmon(u32 id)
{
	return id < HELPERS && perfmon[id];
}
