// SPDX-License-Identifier: BSD-2-Clause
#include "verify/origin.h"

#include <errno.h>
#include <stdlib.h>

#include "isa/alu.h"
#include "spec/helper.h"

enum { OP_LSH = 0x60, OP_RSH = 0x70, OP_MOV = 0xb0, OP_ARSH = 0xc0 };

/* A register or a place on the stack of one frame. */
struct place {
	u32 frame;
	bool on_stack;
	u8 reg;
	s32 off;
};

static bool is_alu(const struct insn *i)
{
	u8 class = INSN_CLASS(i->code);

	return class == CLASS_ALU || class == CLASS_ALU64;
}

static bool is_load(const struct insn *i)
{
	return INSN_CLASS(i->code) == CLASS_LDX;
}

static bool is_store(const struct insn *i)
{
	u8 class = INSN_CLASS(i->code);

	return (class == CLASS_ST || class == CLASS_STX) && INSN_MODE(i->code) == MODE_MEM;
}

static bool is_branch(const struct insn *i)
{
	return insn_is_jump(i) && i->code != CODE_JA && i->code != CODE_JA32 &&
	       i->code != CODE_JCOND;
}

static bool is_move(const struct insn *i)
{
	return is_alu(i) && INSN_OP(i->code) == OP_MOV && INSN_SRC(i->code);
}

static const struct insn *insn_at(const struct story *s, u32 step)
{
	return &s->prog->insns[s->path.steps[step].insn];
}

/* Line 0 stands for code that compilers made up. */
static const struct obj_line *line_at(const struct story *s, u32 step)
{
	const struct obj_line *line = prog_line(s->prog, s->path.steps[step].insn);

	return line && line->line ? line : NULL;
}

struct span story_span(struct diag *d, const struct story *s, u32 insn)
{
	const struct obj_line *line = prog_line(s->prog, insn);

	while (line && !line->line && line > s->prog->lines)
		line--;
	return line && line->line ? line_span(d, line) : NOWHERE;
}

/* ---- names ---- */

const char *story_callee(const struct story *s, u32 insn)
{
	const struct insn *i = &s->prog->insns[insn];
	const struct helper_info *h;
	const char *name;

	if (i->code != CODE_CALL)
		return NULL;
	if (i->src == CALL_HELPER) {
		h = helper_by_id((u32)i->imm);
		name = h ? arena_printf(s->arena, "bpf_%s", h->name) : NULL;
	} else if (i->src == CALL_KFUNC) {
		name = cfg_extern_name(s->obj, s->prog, insn);
	} else {
		const struct obj_func *f = prog_func(s->prog, insn + 1 + (u32)i->imm);

		name = f ? f->name : NULL;
	}
	return name ? name : "a function";
}

enum effect {
	NONE,		/* step k leaves the place alone */
	MOVED,		/* it brought the value there: `p` is where it was before */
	MAKES,		/* it made or changed the value */
	NOWHERE_BEFORE, /* a register of a new frame that is no argument */
};

static enum effect through_call(const struct step *st, const struct insn *i, struct place *p)
{
	bool local = i->src == CALL_LOCAL;

	if (p->on_stack)
		return NONE;
	if (local && st->frame + 1 == p->frame) {
		if (p->reg < 1 || p->reg > 5)
			return NOWHERE_BEFORE;
		p->frame--;
		return MOVED;
	}
	return st->frame == p->frame && p->reg <= 5 ? MAKES : NONE;
}

static enum effect through_stack(const struct step *st, const struct insn *i, struct place *p)
{
	if (!is_store(i) || !st->on_stack || st->stack_frame != p->frame || st->stack_off != p->off)
		return NONE;
	if (INSN_CLASS(i->code) == CLASS_ST)
		return MAKES;
	*p = (struct place){ .frame = st->frame, .reg = i->src };
	return MOVED;
}

/* One step back in the life of the value at `p`. */
static enum effect effect_of(const struct story *s, u32 k, struct place *p)
{
	const struct step *st = &s->path.steps[k];
	const struct insn *i = insn_at(s, k);

	if (i->code == CODE_CALL)
		return through_call(st, i, p);
	if (p->on_stack)
		return through_stack(st, i, p);
	if (i->code == CODE_EXIT && st->frame == p->frame + 1 && !p->reg) {
		p->frame++;
		return MOVED;
	}
	if (st->frame != p->frame || i->dst != p->reg)
		return NONE;
	if (is_move(i)) {
		p->reg = i->src;
		return MOVED;
	}
	if (is_load(i) && st->on_stack) {
		*p = (struct place){ .frame = st->stack_frame,
				     .on_stack = true,
				     .off = st->stack_off };
		return MOVED;
	}
	return is_alu(i) || is_load(i) || insn_is_wide(i) ? MAKES : NONE;
}

/* What made `p` before step k: its step, NO_SLOT when the path does not tell. */
static u32 find_maker(const struct story *s, struct place *p, u32 k)
{
	while (k--) {
		enum effect e = effect_of(s, k, p);

		if (e == MAKES)
			return k;
		if (e == NOWHERE_BEFORE)
			return NO_SLOT;
	}
	return NO_SLOT;
}

/* Widening and narrowing leave the variable what it is. */
static bool keeps_name(const struct insn *i)
{
	u8 op = INSN_OP(i->code);

	return !INSN_SRC(i->code) && i->imm == 32 &&
	       (op == OP_LSH || op == OP_RSH || op == OP_ARSH);
}

static const char *context_field(const struct story *s, const struct insn *i)
{
	static const u32 sizes[] = {
		[SIZE_W >> 3] = 4, [SIZE_H >> 3] = 2, [SIZE_B >> 3] = 1, [SIZE_DW >> 3] = 8
	};
	const struct ctx_field *f;

	f = s->ctx && i->off >= 0
		    ? ctx_access(s->ctx, (u32)i->off, sizes[INSN_SIZE(i->code) >> 3], false)
		    : NULL;
	return f ? f->name : NULL;
}

bool origin_name(char out[static WORDS_NAME], const struct story *s, u8 regno, u32 step)
{
	struct place p = { .frame = s->path.steps[step].frame, .reg = regno };
	const struct insn *i;
	const char *callee;
	u32 k = step;

	do {
		k = find_maker(s, &p, k);
		if (k == NO_SLOT)
			return false;
		i = insn_at(s, k);
	} while (is_alu(i) && keeps_name(i));
	if (is_load(i)) {
		const char *field = s->path.steps[k].regs[i->src].type == PTR_TO_CTX
					    ? context_field(s, i)
					    : NULL;

		if (words_value(out, line_at(s, k)))
			return true;
		return field && snprintf(out, WORDS_NAME, "%s", field) < WORDS_NAME;
	}
	if (i->code != CODE_CALL || p.reg)
		return false;
	callee = story_callee(s, s->path.steps[k].insn);
	return words_assigned(out, line_at(s, k)) ||
	       snprintf(out, WORDS_NAME, "the result of %s()", callee) < WORDS_NAME;
}

/* ---- events ---- */

static int add_event(struct origin *o, const struct story *s, u32 step, const char *fmt, ...)
	__printf(4, 5);
static int add_event(struct origin *o, const struct story *s, u32 step, const char *fmt, ...)
{
	struct event *e = vec_push(&o->events);
	struct buf text = { 0 };
	va_list ap;

	if (!e)
		return -ENOMEM;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	e->insn = s->path.steps[step].insn;
	e->step = step;
	e->text = arena_strdup(s->arena, buf_str(&text));
	buf_fini(&text);
	return e->text ? 0 : -ENOMEM;
}

static void operand(struct buf *out, const struct story *s, u32 step, u8 regno)
{
	const struct step *st = &s->path.steps[step];
	char name[WORDS_NAME];
	u64 value;

	if (st->known && reg_is_const(&st->regs[regno], &value))
		buf_printf(out, "%lld", (long long)value);
	else if (origin_name(name, s, regno, step))
		buf_printf(out, strchr(name, ' ') ? "%s" : "`%s`", name);
	else
		buf_printf(out, "r%u", regno);
}

struct comparison {
	u8 op;
	const char *text, *opposite;
};
static const struct comparison comparisons[] = {
#define JMP(NAME, op_, text_, value, sign, inverse_, mirror) { op_, text_, #inverse_ },
#include "isa/jmp.def"
};

static const char *compare_text(u8 op, bool taken)
{
	static const struct {
		const char *name, *text;
	} names[] = {
#define JMP(NAME, op_, text_, value, sign, inverse_, mirror) { #NAME, text_ },
#include "isa/jmp.def"
	};
	const char *text = "?";

	for (size_t i = 0; i < ARRAY_SIZE(comparisons); i++) {
		if (comparisons[i].op != op)
			continue;
		text = comparisons[i].text;
		for (size_t k = 0; !taken && k < ARRAY_SIZE(names); k++) {
			if (!strcmp(names[k].name, comparisons[i].opposite))
				text = names[k].text;
		}
	}
	return *text == 's' ? text + 1 : text;
}

static bool was_taken(const struct story *s, u32 step)
{
	return s->path.steps[step + 1].insn !=
	       s->path.steps[step].insn + 1; /* an offset of 0 branches nowhere */
}

/* "`i` > 16", as it turned out on this path. */
static void compare_words(struct buf *out, const struct story *s, u32 step)
{
	const struct insn *i = insn_at(s, step);
	const struct reg *dst = &s->path.steps[step].regs[i->dst];
	bool taken = was_taken(s, step), imm = !INSN_SRC(i->code);
	u8 op = INSN_OP(i->code);

	if (imm && !i->imm && (op == 0x10 || op == 0x50) &&
	    (reg_is_pointer(dst) || dst->flags & PTR_MAYBE_NULL)) {
		operand(out, s, step, i->dst);
		buf_puts(out, (op == 0x10) == taken ? " is NULL" : " is not NULL");
		return;
	}
	if (op == 0x40) {
		buf_putc(out, '(');
		operand(out, s, step, i->dst);
		buf_puts(out, " & ");
	} else {
		operand(out, s, step, i->dst);
		buf_printf(out, " %s ", compare_text(op, taken));
	}
	if (imm)
		buf_printf(out, "%d", i->imm);
	else
		operand(out, s, step, i->src);
	if (op == 0x40)
		buf_printf(out, ") %s 0", taken ? "!=" : "==");
}

static int branch_event(struct origin *o, const struct story *s, u32 step)
{
	struct buf text = { 0 };
	int err;

	compare_words(&text, s, step);
	err = add_event(o, s, step, "on this path %s", buf_str(&text));
	buf_fini(&text);
	return err;
}

/* A comparison of a packet pointer with the packet's end. */
static int packet_event(struct origin *o, const struct story *s, u32 step, const struct reg *packet)
{
	const struct step *next = &s->path.steps[step + 1];
	const struct insn *i = insn_at(s, step);
	const struct reg *after =
		&next->regs[packet == &s->path.steps[step].regs[i->dst] ? i->dst : i->src];
	s32 range = next->known && reg_is_packet(after) ? after->range : 0;

	if (range > 0)
		return add_event(o, s, step,
				 "`data%s%d` was compared with `data_end` here: the first %d bytes "
				 "are known to be there",
				 reg_has_var_off(packet) ? " + … + " : " + ", packet->off, range);
	return add_event(o, s, step,
			 "`data%s%d` was compared with `data_end` here: on this path the packet is "
			 "too short",
			 reg_has_var_off(packet) ? " + … + " : " + ", packet->off);
}

static bool same_value(const struct reg *a, const struct reg *b)
{
	if (reg_is_packet(a))
		return a->type == b->type && a->id == b->id;
	return a->id && a->type == b->type && a->id == b->id;
}

/* Does the branch say anything of the value at `p`? */
static int look_at_branch(struct origin *o, const struct story *s, u32 step, const struct place *p)
{
	const struct step *st = &s->path.steps[step];
	const struct insn *i = insn_at(s, step);
	const struct reg *dst = &st->regs[i->dst], *src = &st->regs[i->src];
	const struct reg *value = p->on_stack ? NULL : &st->regs[p->reg];
	bool two = INSN_SRC(i->code);

	if (st->frame != p->frame || !value)
		return 0;
	if (two && st->known && reg_is_packet(value)) {
		if (reg_is_packet(dst) && src->type == PTR_TO_PACKET_END && same_value(value, dst))
			return packet_event(o, s, step, dst);
		if (reg_is_packet(src) && dst->type == PTR_TO_PACKET_END && same_value(value, src))
			return packet_event(o, s, step, src);
		return 0;
	}
	if (i->dst == p->reg || (two && i->src == p->reg) ||
	    (st->known && (same_value(value, dst) || (two && same_value(value, src)))))
		return branch_event(o, s, step);
	return 0;
}

int origin_branches(struct origin *out, const struct story *s, u32 from, u32 to, u32 most)
{
	int err = 0;

	for (u32 k = to; k-- > from && most && !err;) {
		if (!is_branch(insn_at(s, k)) || s->path.steps[k].frame > s->path.steps[to].frame)
			continue;
		err = branch_event(out, s, k);
		most--;
	}
	return err;
}

/* ---- going back ---- */

/* The name that the source gives to what step k makes. */
static const char *subject(struct origin *o, const struct obj_line *line, bool load)
{
	char name[WORDS_NAME];

	if (!*o->name && (load ? words_value(name, line) : words_assigned(name, line)))
		memcpy(o->name, name, sizeof(name));
	return *o->name ? o->name : NULL;
}

static int made(struct origin *o, const struct story *s, u32 k, enum origin_kind kind)
{
	o->kind = kind;
	o->insn = s->path.steps[k].insn;
	o->step = k;
	return 0;
}

static int made_by_call(struct origin *o, const struct story *s, u32 k, u8 reg)
{
	const char *callee = story_callee(s, s->path.steps[k].insn), *name;

	o->callee = callee;
	if (reg) {
		made(o, s, k, ORIGIN_LOST);
		return add_event(o, s, k, "the call of %s() leaves r1 to r5 without a value",
				 callee);
	}
	made(o, s, k, ORIGIN_CALL);
	name = subject(o, line_at(s, k), false);
	if (name)
		return add_event(o, s, k, "`%s` is what %s() returned here", name, callee);
	return add_event(o, s, k, "the value is what %s() returned here", callee);
}

static int made_by_load(struct origin *o, const struct story *s, u32 k)
{
	const struct insn *i = insn_at(s, k);
	const struct step *st = &s->path.steps[k];
	const struct reg *base = &st->regs[i->src];
	bool context = st->known && base->type == PTR_TO_CTX;
	const char *field = context ? context_field(s, i) : NULL, *name;
	struct buf where = { 0 };
	int err;

	made(o, s, k, context ? ORIGIN_CONTEXT : ORIGIN_MEMORY);
	name = subject(o, line_at(s, k), true);
	if (field) {
		buf_printf(&where, "`%s` of the context", field);
	} else if (context) {
		buf_puts(&where, "the context");
	} else if (st->known && base->type != NOT_INIT) {
		words_reg(&where, base);
	} else {
		buf_puts(&where, "memory");
	}
	err = add_event(o, s, k, "%s%s%s is read here from %s", name ? "`" : "",
			name ? name : "the value", name ? "`" : "", buf_str(&where));
	buf_fini(&where);
	return err;
}

static int made_by_constant(struct origin *o, const struct story *s, u32 k)
{
	const struct insn *i = insn_at(s, k);

	if (insn_is_wide(i) && (i->src == PSEUDO_MAP_IDX || i->src == PSEUDO_MAP_IDX_VALUE) &&
	    (u32)i->imm < s->obj->map_count) {
		made(o, s, k, ORIGIN_MAP);
		return add_event(o, s, k, "the value is the address of %s '%s'",
				 i->src == PSEUDO_MAP_IDX ? "map" : "a variable in",
				 s->obj->maps[i->imm].name);
	}
	made(o, s, k, ORIGIN_NUMBER);
	if (INSN_CLASS(i->code) == CLASS_ST || is_alu(i))
		return add_event(o, s, k, "the value %d is set here", i->imm);
	return 0;
}

/* Arithmetic: the pointer (or number) goes on to be followed, what was added is remembered. */
static int changed(struct origin *o, const struct story *s, u32 k)
{
	const struct step *st = &s->path.steps[k];
	const struct insn *i = insn_at(s, k);
	const struct reg *dst = &st->regs[i->dst], *src = &st->regs[i->src];
	struct buf words = { 0 };
	int err = 0;
	u64 value;

	if (!st->known || !INSN_SRC(i->code) || !reg_is_pointer(dst) || o->added ||
	    src->type != SCALAR_VALUE || reg_is_const(src, &value))
		return 0;
	o->added = i->src + 1;
	o->added_step = k;
	operand(&words, s, k, i->src);
	buf_puts(&words, ", ");
	words_reg(&words, src);
	err = add_event(o, s, k, "the pointer is moved here by %s", buf_str(&words));
	buf_fini(&words);
	return err;
}

/* A pointer before step k is a number after it: the call made it void. */
static bool voided(const struct story *s, u32 k, const struct place *p)
{
	const struct step *st = &s->path.steps[k], *next = st + 1;

	return st->known && insn_at(s, k)->code == CODE_CALL && !p->on_stack &&
	       st->frame == p->frame && next->frame == p->frame && p->reg > 5 &&
	       reg_is_pointer(&st->regs[p->reg]) && !reg_is_pointer(&next->regs[p->reg]);
}

static int void_event(struct origin *o, const struct story *s, u32 k, u8 regno)
{
	const struct insn *i = insn_at(s, k);
	const struct helper_info *h = i->src == CALL_HELPER ? helper_by_id((u32)i->imm) : NULL;

	if (!origin_name(o->name, s, regno, k))
		*o->name = 0;
	made(o, s, k, ORIGIN_VOIDED);
	o->callee = story_callee(s, s->path.steps[k].insn);
	if (h && h->changes_packet)
		return add_event(o, s, k,
				 "%s() may move the packet: pointers into it are void from here on",
				 o->callee);
	return add_event(o, s, k, "%s() takes the object away here: pointers to it are void",
			 o->callee);
}

static int maker(struct origin *o, const struct story *s, u32 k, const struct place *p)
{
	const struct insn *i = insn_at(s, k);

	if (i->code == CODE_CALL)
		return made_by_call(o, s, k, p->reg);
	if (is_load(i))
		return made_by_load(o, s, k);
	return made_by_constant(o, s, k);
}

/* One step back. 1: it was made (or lost) there. */
static int step_back(struct origin *o, const struct story *s, u32 k, struct place *p)
{
	const struct insn *i = insn_at(s, k);
	int err;

	if (is_branch(i))
		return look_at_branch(o, s, k, p);
	if (voided(s, k, p)) {
		err = void_event(o, s, k, p->reg);
		return err ? err : 1;
	}
	switch (effect_of(s, k, p)) {
	case NONE:
		return 0;
	case NOWHERE_BEFORE:
		return 1;
	case MOVED:
		if (i->code != CODE_CALL)
			return 0;
		return add_event(o, s, k, "the value is passed to %s() here",
				 story_callee(s, s->path.steps[k].insn));
	case MAKES:
		break;
	}
	if (is_alu(i) && INSN_OP(i->code) != OP_MOV)
		return changed(o, s, k);
	err = maker(o, s, k, p);
	return err ? err : 1;
}

int origin_find(struct origin *out, const struct story *s, u8 regno, u32 step)
{
	struct place p = { .frame = s->path.steps[step].frame, .reg = regno };
	int found = 0;

	out->insn = NO_SLOT;
	for (u32 k = step; k-- > 0 && !found;)
		found = step_back(out, s, k, &p);
	return found < 0 ? found : 0;
}

void origin_fini(struct origin *o)
{
	vec_fini(&o->events);
}
