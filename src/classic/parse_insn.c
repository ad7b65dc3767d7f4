// SPDX-License-Identifier: BSD-2-Clause
/* Lines of listings and of bpf_asm: mnemonics, operands, labels. */
#include <ctype.h>
#include <errno.h>

#include "base/str.h"
#include "classic/parse.h"

/* What was read behind a mnemonic. */
struct operand {
	enum cbpf_operand kind; /* DEC for any constant */
	u32 k;
};

static int take_bracket(struct parse *p, struct operand *o)
{
	u32 off = p->pos, len;

	if (cbpf_take(p, "%x") || cbpf_take(p, "x")) {
		o->kind = CBPF_OPERAND_IND;
		o->k = 0;
		if (cbpf_take(p, "+")) {
			int err = cbpf_number(p, &o->k);

			if (err)
				return err;
		} else if (cbpf_peek(p) == '-') {
			int err = cbpf_number(p, &o->k);

			if (err)
				return err;
		}
		return cbpf_expect(p, "]", "a ']' is missing");
	}
	o->kind = CBPF_OPERAND_ABS;
	if (isalpha(cbpf_peek(p))) {
		len = cbpf_word(p, &off);
		if (!cbpf_ancillary_find(&o->k, p->text + off, len))
			return cbpf_fail_at(p, off, len, "there is no ancillary load of that name");
	} else {
		int err = cbpf_number(p, &o->k);

		if (err)
			return err;
	}
	return cbpf_expect(p, "]", "a ']' is missing");
}

/* After the 4 of 4*([k]&0xf). */
static int take_header_length(struct parse *p, struct operand *o)
{
	u32 mask;
	int err;

	o->kind = CBPF_OPERAND_MSH;
	err = cbpf_expect(p, "*", "this is not 4*([k]&0xf)");
	if (!err)
		err = cbpf_expect(p, "(", "this is not 4*([k]&0xf)");
	if (!err)
		err = cbpf_expect(p, "[", "this is not 4*([k]&0xf)");
	if (!err)
		err = cbpf_number(p, &o->k);
	if (!err)
		err = cbpf_expect(p, "]", "a ']' is missing");
	if (!err)
		err = cbpf_expect(p, "&", "this is not 4*([k]&0xf)");
	if (!err)
		err = cbpf_number(p, &mask);
	if (!err && mask != 15)
		err = cbpf_fail(p, "the mask of 4*([k]&0xf) is 15");
	return err ? err : cbpf_expect(p, ")", "a ')' is missing");
}

/* A constant, #len, or what Linux knows of a packet. */
static int take_name_or_number(struct parse *p, struct operand *o)
{
	u32 off, len;

	if (!isalpha(cbpf_peek(p))) {
		o->kind = CBPF_OPERAND_DEC;
		return cbpf_number(p, &o->k);
	}
	len = cbpf_word(p, &off);
	o->kind = CBPF_OPERAND_LEN;
	if ((len == 3 && !memcmp(p->text + off, "len", 3)) ||
	    (len == 6 && !memcmp(p->text + off, "pktlen", 6)))
		return 0;
	o->kind = CBPF_OPERAND_ABS;
	if (cbpf_ancillary_find(&o->k, p->text + off, len))
		return 0;
	return cbpf_fail_at(p, off, len, "this is neither a number nor an ancillary load");
}

static int take_operand(struct parse *p, struct operand *o)
{
	int err;

	*o = (struct operand){ CBPF_OPERAND_NONE, 0 };
	if (p->pos == p->len || cbpf_peek(p) == '\n')
		return 0;
	if (cbpf_take(p, "%x") || cbpf_take(p, "x"))
		o->kind = CBPF_OPERAND_X;
	else if (cbpf_take(p, "%a") || cbpf_take(p, "a"))
		o->kind = CBPF_OPERAND_A;
	else if (cbpf_take(p, "["))
		return take_bracket(p, o);
	else if (cbpf_take(p, "#"))
		return take_name_or_number(p, o);
	else if (cbpf_take(p, "m[") || cbpf_take(p, "M [")) {
		o->kind = CBPF_OPERAND_MEM;
		err = cbpf_number(p, &o->k);
		return err ? err : cbpf_expect(p, "]", "a ']' is missing");
	} else if (cbpf_take(p, "4"))
		return take_header_length(p, o);
	else if (isalpha(cbpf_peek(p)))
		return take_name_or_number(p, o);
	else
		return cbpf_fail(p, "this is not an operand");
	return 0;
}

/* Does a row that takes `row` fit what was read? */
static bool fits(u8 row, const struct operand *o, bool jump)
{
	if (row == o->kind)
		return true;
	if (row == CBPF_OPERAND_HEX)
		return o->kind == CBPF_OPERAND_DEC;
	return row == CBPF_OPERAND_A && o->kind == CBPF_OPERAND_NONE && !jump;
}

/* Other spellings of mnemonics. */
static const struct {
	const char *name, *row;
} aliases[] = {
	{ "ldi", "ld" },
	{ "ldxi", "ldx" },
	{ "jmp", "ja" },
	{ "jne", "jneq" },
};

struct found {
	u16 code;
	bool known;   /* some row has this mnemonic */
	bool matches; /* with this operand, too */
	bool inverse; /* of a conditional jump */
};

static bool is_named(const char *row, const char *name)
{
	return row && !strcmp(row, name);
}

static struct found find_code(const char *name, const struct operand *o)
{
	struct found f = { 0 };

	for (size_t k = 0; k < ARRAY_SIZE(aliases); k++) {
		if (!strcmp(aliases[k].name, name))
			name = aliases[k].row;
	}
	for (u16 code = 0; code < 256; code++) {
		const struct cbpf_info *info = cbpf_info(code);
		bool inverse = is_named(info->inverse, name);
		bool header = code == (CBPF_LDX | CBPF_B | CBPF_MSH) && !strcmp(name, "ldx");

		if (!inverse && !header && !is_named(info->mnemonic, name))
			continue;
		f.known = true;
		if (!fits(info->operand, o, info->jump))
			continue;
		return (struct found){ code, true, true, inverse };
	}
	return f;
}

static int push_fixup(struct parse *p, struct fixup f)
{
	struct fixup *slot = vec_push(&p->fixups);

	if (!slot)
		return diag_nomem(p->diag);
	*slot = f;
	return 0;
}

/* A label, or the number of an instruction. */
static int take_target(struct parse *p, u32 insn, enum fixup_slot slot)
{
	struct fixup f = { .insn = insn, .slot = slot, .off = p->pos };

	if (isdigit(cbpf_peek(p))) {
		int err = cbpf_number(p, &f.target);

		return err ? err : push_fixup(p, f);
	}
	f.len = cbpf_word(p, &f.off);
	if (!f.len)
		return cbpf_fail(p, "a target is missing: a label, or jt N jf N");
	return push_fixup(p, f);
}

/* Labels or "jt N jf N"; without the second one, what follows is the other target. */
static int take_targets(struct parse *p, u32 insn, bool inverse)
{
	struct fixup next = { .insn = insn, .slot = inverse ? FIX_TRUE : FIX_FALSE };
	int err;

	if (cbpf_take(p, "jt")) {
		err = take_target(p, insn, inverse ? FIX_FALSE : FIX_TRUE);
		if (!err)
			err = cbpf_expect(p, "jf", "'jf' is missing");
		return err ? err : take_target(p, insn, next.slot);
	}
	err = cbpf_expect(p, ",", "the targets are missing: ', LABEL' or 'jt N jf N'");
	if (!err)
		err = take_target(p, insn, inverse ? FIX_FALSE : FIX_TRUE);
	if (err)
		return err;
	if (cbpf_take(p, ","))
		return take_target(p, insn, next.slot);
	next.target = insn + 1;
	return push_fixup(p, next);
}

static int unknown_mnemonic(struct parse *p, u32 off, u32 len, const char *name)
{
	struct near n = near_start(name, strlen(name));

	for (u16 code = 0; code < 256; code++) {
		if (cbpf_info(code)->mnemonic)
			near_try(&n, cbpf_info(code)->mnemonic);
		if (cbpf_info(code)->inverse)
			near_try(&n, cbpf_info(code)->inverse);
	}
	cbpf_fail_at(p, off, len, "there is no such instruction");
	if (n.best)
		diag_hint(p->diag, "did you mean '%s'?", n.best);
	return -EINVAL;
}

static int parse_insn(struct parse *p, u32 off, u32 len)
{
	struct cbpf_insn *i;
	struct operand o;
	struct found f;
	char name[16];
	u32 at = p->insns.len;

	snprintf(name, sizeof(name), "%.*s", (int)len, p->text + off);
	for (char *c = name; *c; c++)
		*c = (char)tolower((u8)*c);
	if (!strcmp(name, "ja") || !strcmp(name, "jmp")) {
		i = vec_push(&p->insns);
		if (!i)
			return diag_nomem(p->diag);
		i->code = CBPF_JMP | CBPF_JA;
		return take_target(p, at, FIX_JA);
	}
	if (!find_code(name, &(struct operand){ CBPF_OPERAND_NONE, 0 }).known)
		return unknown_mnemonic(p, off, len, name);
	if (take_operand(p, &o))
		return -EINVAL;
	f = find_code(name, &o);
	if (!f.matches)
		return cbpf_fail_at(p, off, len, "this instruction takes no such operand");
	i = vec_push(&p->insns);
	if (!i)
		return diag_nomem(p->diag);
	*i = (struct cbpf_insn){ .code = f.code, .k = o.k };
	return cbpf_info(f.code)->jump ? take_targets(p, at, f.inverse) : 0;
}

static int push_label(struct parse *p, u32 off, u32 len)
{
	if (hash_get(&p->labels, p->text + off, len))
		return cbpf_fail_at(p, off, len, "this label is defined twice");
	if (hash_set(&p->labels, p->text + off, len, p->insns.len))
		return diag_nomem(p->diag);
	return 0;
}

/* The number in the parentheses of a listing, which may have zeros in front. */
static int check_number(struct parse *p)
{
	u32 start = p->pos, number = 0;

	while (isdigit(cbpf_peek(p))) {
		number = MIN(number * 10 + (u32)(cbpf_peek(p) - '0'), 1u << 24);
		p->pos++;
	}
	if (p->pos == start || number != p->insns.len)
		return cbpf_fail_at(p, start, MAX(p->pos - start, 1u),
				    "this is not the number of the next instruction");
	return cbpf_expect(p, ")", "a ')' is missing");
}

/* Labels, an instruction, both, or neither. */
static int parse_line(struct parse *p)
{
	u32 off, len;
	int err = cbpf_take(p, "(") ? check_number(p) : 0;

	if (err)
		return err;
	len = cbpf_word(p, &off);
	while (len && cbpf_take(p, ":")) {
		err = push_label(p, off, len);
		if (err)
			return err;
		len = cbpf_word(p, &off);
	}
	err = len ? parse_insn(p, off, len) : 0;
	if (err)
		return err;
	if (p->pos < p->len && cbpf_peek(p) != '\n')
		return cbpf_fail(p,
				 len ? "the line should end here" : "this is not an instruction");
	return 0;
}

static int resolve_one(struct parse *p, const struct fixup *f)
{
	const u64 *label = f->len ? hash_get(&p->labels, p->text + f->off, f->len) : NULL;
	struct cbpf_insn *i = &p->insns.data[f->insn];
	u32 target = label ? (u32)*label : f->target, distance = target - f->insn - 1;

	if (f->len && !label)
		return cbpf_fail_at(p, f->off, f->len, "there is no such label");
	if (target <= f->insn)
		return cbpf_fail_at(p, f->off, MAX(f->len, 1u), "jumps go forward only");
	if (f->slot != FIX_JA && distance > 255)
		return cbpf_fail_at(p, f->off, MAX(f->len, 1u),
				    "this is more than 255 instructions away");
	if (f->slot == FIX_JA)
		i->k = distance;
	else if (f->slot == FIX_TRUE)
		i->jt = (u8)distance;
	else
		i->jf = (u8)distance;
	return 0;
}

static int resolve(struct parse *p)
{
	const struct fixup *f;
	int err = 0;

	vec_for (f, &p->fixups) {
		if (!err)
			err = resolve_one(p, f);
	}
	return err;
}

int cbpf_lines(struct parse *p)
{
	int err = cbpf_blanks(p);

	while (!err && p->pos < p->len) {
		err = parse_line(p);
		if (!err && p->first_only && p->insns.len)
			return 0;
		if (!err && p->pos < p->len)
			p->pos++; /* the line's end */
		if (!err)
			err = cbpf_blanks(p);
	}
	return err ? err : resolve(p);
}
