// SPDX-License-Identifier: BSD-2-Clause
#include "btf/cnames.h"

#include <stdlib.h>

#include "base/hash.h"
#include "btf/dump_out.h"

static struct cname *slot_of(const struct cnames *n, const char *name)
{
	u64 at = hash_bytes(name, strlen(name), 0);

	for (;; at++) {
		struct cname *slot = &n->slots[at & (n->cap - 1)];

		if (!slot->off || !strcmp(types_string(n->t, slot->off), name))
			return slot;
	}
}

static bool grow(struct cnames *n)
{
	struct cname *old = n->slots;
	u32 cap = n->cap, i;

	n->slots = calloc(MAX(cap * 2, 256u), sizeof(*n->slots));
	if (!n->slots) {
		n->slots = old;
		return false;
	}
	n->cap = MAX(cap * 2, 256u);
	for (i = 0; i < cap; i++)
		if (old[i].off)
			*slot_of(n, types_string(n->t, old[i].off)) = old[i];
	free(old);
	return true;
}

/* "x___2" is free unless the BTF has such a name itself. */
static bool is_taken(const struct cnames *n, const char *name, u32 number)
{
	struct buf b = { 0 };
	bool taken;

	put_ident(&b, name, number);
	taken = slot_of(n, buf_str(&b))->off;
	buf_fini(&b);
	return taken;
}

static u32 add(struct cnames *n, u32 off, enum type_kind kind, bool join)
{
	const char *name = types_string(n->t, off);
	struct cname *slot;

	if (n->len * 3 >= n->cap * 2 && !grow(n))
		return 0;
	slot = slot_of(n, name);
	if (!slot->off) {
		*slot = (struct cname){ .off = off, .uses = 1, .kind = (u8)kind };
		n->len++;
		return 1;
	}
	if (join && slot->kind == kind)
		return 1;
	do {
		if (slot->uses < UINT16_MAX)
			slot->uses++;
	} while (slot->uses < UINT16_MAX && is_taken(n, name, slot->uses));
	return slot->uses;
}

u32 cnames_add(struct cnames *n, u32 off, enum type_kind kind)
{
	return add(n, off, kind, false);
}

u32 cnames_join(struct cnames *n, u32 off, enum type_kind kind)
{
	return add(n, off, kind, true);
}

void cnames_fini(struct cnames *n)
{
	free(n->slots);
	*n = (struct cnames){ 0 };
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

void put_ident(struct buf *b, const char *name, u32 number)
{
	size_t len = 0;

	while (is_word(name[len]))
		len++;
	if (*name >= '0' && *name <= '9')
		buf_putc(b, '_');
	buf_put(b, name, len);
	for (; name[len]; len++)
		buf_putc(b, is_word(name[len]) ? name[len] : '_');
	if (number > 1) {
		buf_puts(b, "___");
		put_u64(b, number);
	}
}
