// SPDX-License-Identifier: BSD-2-Clause
#include "symbols/usdt.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "symbols/exe.h"

/* ---- arguments ---- */

/* Registers by their names of 8, 4, 2 and 1 bytes, and their place in struct pt_regs. */
static const struct {
	const char *names[4];
	s16 at;
} registers[] = {
	{ { "r15", "r15d", "r15w", "r15b" }, 0 },  { { "r14", "r14d", "r14w", "r14b" }, 8 },
	{ { "r13", "r13d", "r13w", "r13b" }, 16 }, { { "r12", "r12d", "r12w", "r12b" }, 24 },
	{ { "rbp", "ebp", "bp", "bpl" }, 32 },	   { { "rbx", "ebx", "bx", "bl" }, 40 },
	{ { "r11", "r11d", "r11w", "r11b" }, 48 }, { { "r10", "r10d", "r10w", "r10b" }, 56 },
	{ { "r9", "r9d", "r9w", "r9b" }, 64 },	   { { "r8", "r8d", "r8w", "r8b" }, 72 },
	{ { "rax", "eax", "ax", "al" }, 80 },	   { { "rcx", "ecx", "cx", "cl" }, 88 },
	{ { "rdx", "edx", "dx", "dl" }, 96 },	   { { "rsi", "esi", "si", "sil" }, 104 },
	{ { "rdi", "edi", "di", "dil" }, 112 },	   { { "rip", "eip", "ip", "ip" }, 128 },
	{ { "rsp", "esp", "sp", "spl" }, 152 },
};

/* "%eax" at *text, which moves past it. */
static bool take_register(const char **text, s16 *at)
{
	size_t len = 0;

	if (**text != '%')
		return false;
	++*text;
	while (isalnum((unsigned char)(*text)[len]))
		len++;
	for (u32 i = 0; i < ARRAY_SIZE(registers); i++) {
		for (u32 k = 0; k < 4; k++) {
			const char *name = registers[i].names[k];

			if (strlen(name) != len || strncmp(name, *text, len))
				continue;
			*text += len;
			*at = registers[i].at;
			return true;
		}
	}
	return false;
}

/* "(%rax)": an address. */
static bool take_address(const char **text, struct usdt_arg *arg)
{
	++*text;
	if (!take_register(text, &arg->reg) || **text != ')')
		return false;
	++*text;
	arg->kind = USDT_DEREF;
	return true;
}

/* "-4@%eax" */
static bool take_arg(const char **text, struct usdt_arg *arg)
{
	char *end;
	long size = strtol(*text, &end, 10);
	bool constant;

	if (*end != '@' || !size || labs(size) > 8)
		return false;
	arg->is_signed = size < 0;
	arg->shift = (u8)(64 - 8 * labs(size));
	*text = end + 1;
	if (**text == '%') {
		arg->kind = USDT_REG;
		return take_register(text, &arg->reg);
	}
	constant = **text == '$';
	*text += constant;
	if (**text != '(') {
		arg->value = (u64)strtoll(*text, &end, 0);
		if (end == *text)
			return false;
		*text = end;
	}
	if (**text == '(' && !constant)
		return take_address(text, arg);
	arg->kind = USDT_CONST;
	return constant;
}

bool usdt_parse(struct usdt_spec *out, const char *text)
{
	*out = (struct usdt_spec){ 0 };
	while (*text) {
		if (*text == ' ') {
			text++;
			continue;
		}
		if (out->count == USDT_ARGS || !take_arg(&text, &out->args[out->count]) ||
		    (*text && *text != ' '))
			return false;
		out->count++;
	}
	return true;
}

/* ---- notes ---- */

enum { NOTE_TYPE = 3, NOTE_HEAD = 12, NOTE_WORDS = 24 };

struct search {
	const char *path, *provider, *name;
	struct usdt_probes *out;
	const struct exe_notes *notes;
	struct near near;
	char best[256]; /* what `near` found, kept */
	struct diag *d;
};

static int take_probe(struct search *s, const u64 *at, const char *provider, const char *name,
		      const char *args)
{
	u64 shift = s->notes->base && at[1] ? s->notes->base - at[1] : 0;
	struct usdt_probe p = { 0 }, *slot;

	if (!usdt_parse(&p.spec, args)) {
		diag_error(s->d, -EOPNOTSUPP, NOWHERE,
			   "probe %s:%s of '%s': its arguments '%s' are not understood", provider,
			   name, s->path, args);
		return -EOPNOTSUPP;
	}
	if (!exe_to_offset(s->notes, at[0] + shift, &p.offset) ||
	    (at[2] && !exe_to_offset(s->notes, at[2] + shift, &p.semaphore)))
		return diag_error(s->d, -EINVAL, NOWHERE,
				  "probe %s:%s of '%s' lies in no segment of the file", provider,
				  name, s->path);
	snprintf(p.provider, sizeof(p.provider), "%s", provider);
	snprintf(p.name, sizeof(p.name), "%s", name);
	slot = vec_push(&s->out->list);
	if (!slot)
		return diag_nomem(s->d);
	*slot = p;
	return 0;
}

/* The text of a note: provider, name, arguments. */
static int take_note(struct search *s, const u8 *desc, size_t len)
{
	const char *end = (const char *)desc + len, *provider = (const char *)desc + NOTE_WORDS;
	const char *name, *args;
	char full[256];
	u64 at[3];

	if (len <= NOTE_WORDS || end[-1])
		return 0;
	name = provider + strlen(provider) + 1;
	args = name < end ? name + strlen(name) + 1 : end;
	if (args >= end)
		args = "";
	if (name >= end)
		return 0;
	snprintf(full, sizeof(full), "%s:%s", provider, name);
	near_try(&s->near, full);
	if (s->near.best == full) {
		snprintf(s->best, sizeof(s->best), "%s", full);
		s->near.best = s->best;
	}
	if (fnmatch(s->provider, provider, 0) || fnmatch(s->name, name, 0))
		return 0;
	memcpy(at, desc, sizeof(at));
	return take_probe(s, at, provider, name, args);
}

static int each_note(struct search *s)
{
	const u8 *data = s->notes->data;
	size_t left = s->notes->len;
	int err = 0;

	while (!err && left >= NOTE_HEAD) {
		u32 name = LOAD(u32, data), desc = LOAD(u32, data + 4), type = LOAD(u32, data + 8);
		size_t at = NOTE_HEAD + ROUND_UP((size_t)name, 4);
		size_t size = at + ROUND_UP((size_t)desc, 4);

		if (at + desc > left)
			break;
		if (type == NOTE_TYPE && name == sizeof("stapsdt") &&
		    !memcmp(data + NOTE_HEAD, "stapsdt", name))
			err = take_note(s, data + at, desc);
		data += MIN(size, left);
		left -= MIN(size, left);
	}
	return err;
}

int usdt_find(struct usdt_probes *out, const char *path, const char *provider, const char *name,
	      struct diag *d)
{
	struct search s = { .path = path, .provider = provider, .name = name, .out = out, .d = d };
	struct exe_notes notes;
	char wanted[256];
	int err = exe_notes_open(&notes, path, ".note.stapsdt", ".stapsdt.base", d);

	if (err)
		return err;
	snprintf(wanted, sizeof(wanted), "%s:%s", provider, name);
	s.near = near_start(wanted, strlen(wanted));
	s.notes = &notes;
	err = each_note(&s);
	if (!err && !out->list.len) {
		err = diag_error(d, -ENOENT, NOWHERE, "'%s' has no static probe '%s'", path,
				 wanted);
		if (!notes.len)
			diag_hint(d, "it has no static probes at all");
		else if (s.near.best)
			diag_hint(d, "did you mean '%s'?", s.near.best);
	}
	exe_notes_close(&notes);
	return err;
}
