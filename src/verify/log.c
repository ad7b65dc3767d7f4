// SPDX-License-Identifier: BSD-2-Clause
#include "verify/log.h"

#include <ctype.h>
#include <stdlib.h>

#include "isa/disasm.h"
#include "spec/features.h"

enum { STATE_COLUMN = 38, FLUSH_SIZE = 1 << 20, SLOTS = STACK_SIZE / 8 };

/* What is being written; made when the first line is. */
struct log {
	struct buf text;
	size_t *marks; /* by waiting path: length of the text when it was put aside */
	u32 mark_count;
	size_t line;		    /* where the open instruction's line starts */
	bool open;		    /* an instruction's line waits for its registers */
	u32 touched;		    /* registers that it names */
	u32 frame;		    /* that it ran in */
	const struct obj_line *row; /* source line shown last */
	struct reg before[REG_COUNT];
	struct stack_slot slots[SLOTS];
	u32 slot_count;
};

static struct log *log_of(struct verify *v)
{
	if (!v->log && v->opts->log_out && v->opts->log) {
		v->log = calloc(1, sizeof(*v->log));
		if (v->log)
			v->log->marks = calloc(MAX_PENDING + 1, sizeof(*v->log->marks));
		if (v->log && !v->log->marks) {
			free(v->log);
			v->log = NULL;
		}
	}
	return v->log;
}

static bool wants_steps(const struct verify *v)
{
	return v->opts->log_out && (v->opts->log & (LOG_BRANCH | LOG_INSN));
}

static bool keeps_all(const struct verify *v)
{
	return v->opts->log & LOG_INSN;
}

static void flush(struct verify *v, struct log *l)
{
	if (l->text.len)
		fwrite(l->text.data, 1, l->text.len, v->opts->log_out);
	buf_clear(&l->text);
	l->line = 0;
}

/* ---- instructions ---- */

struct names {
	const struct object *obj;
	const struct obj_prog *prog;
};

static const char *map_name(void *arg, u32 index)
{
	const struct names *n = arg;

	return index < n->obj->map_count ? n->obj->maps[index].name : NULL;
}

static const char *helper_name(void *arg, u32 id)
{
	const struct helper_info *info = helper_by_id(id);

	return info ? info->name : NULL;
}

static const char *func_name(void *arg, u32 slot)
{
	const struct names *n = arg;

	for (u32 i = 0; i < n->prog->func_count; i++) {
		if (n->prog->funcs[i].start == slot)
			return n->prog->funcs[i].name;
	}
	return NULL;
}

static const char *extern_name(void *arg, u32 slot)
{
	const struct names *n = arg;

	return cfg_extern_name(n->obj, n->prog, slot);
}

void log_insn_text(struct buf *out, const struct object *obj, const struct obj_prog *prog, u32 slot)
{
	struct names n = { .obj = obj, .prog = prog };
	const struct disasm_names names = { .arg = &n,
					    .map = map_name,
					    .helper = helper_name,
					    .func = func_name,
					    .extern_at = extern_name };

	disasm_insn(out, prog->insns, prog->insn_count, slot, &names);
}

/* Registers that an instruction names: those the kernel shows after it. */
static u32 named_regs(const struct insn *i)
{
	u8 class = INSN_CLASS(i->code);
	u32 dst = 1u << i->dst, src = 1u << i->src;

	switch (class) {
	case CLASS_LD:
		return insn_is_wide(i) ? dst : 1;
	case CLASS_LDX:
	case CLASS_STX:
		return dst | src;
	case CLASS_ST:
		return dst;
	case CLASS_JMP:
		if (i->code == CODE_CALL)
			return 1;
		if (i->code == CODE_EXIT || i->code == CODE_JA)
			return 0;
		break;
	default:
		break;
	}
	return INSN_SRC(i->code) ? dst | src : dst;
}

static void remember(struct log *l, const struct state *st)
{
	const struct frame *f = state_frame(st);

	l->frame = st->cur;
	memcpy(l->before, f->regs, sizeof(l->before));
	l->slot_count = MIN(f->slot_count, (u32)SLOTS);
	if (l->slot_count)
		memcpy(l->slots, f->slots, l->slot_count * sizeof(*l->slots));
}

/* Unused bytes of registers are zero: memory compares (state.h). */
static bool differs(const void *a, const void *b, size_t size)
{
	return memcmp(a, b, size);
}

/* The registers and slots that the open line's instruction read or wrote. */
static void put_after(struct log *l, const struct state *st)
{
	const struct frame *f = state_frame(st);
	struct buf state = { 0 };
	bool slots[SLOTS] = { 0 };
	u32 regs = l->touched;
	size_t width = l->text.len - l->line;

	for (u32 i = 0; i < REG_COUNT; i++) {
		if (differs(&l->before[i], &f->regs[i], sizeof(struct reg)))
			regs |= 1u << i;
	}
	for (u32 i = 0; i < f->slot_count && i < SLOTS; i++)
		slots[i] = i >= l->slot_count ||
			   differs(&l->slots[i], &f->slots[i], sizeof(f->slots[i]));
	log_frame(&state, st, regs, slots);
	if (state.len)
		buf_printf(&l->text, "%*s;%s",
			   width < STATE_COLUMN ? (int)(STATE_COLUMN - width) : 1, "",
			   buf_str(&state));
	buf_fini(&state);
}

static void close_line(struct log *l, const struct state *st)
{
	if (!l->open)
		return;
	if (st && st->cur == l->frame)
		put_after(l, st);
	buf_putc(&l->text, '\n');
	l->open = false;
}

static void put_source(struct log *l, const struct verify *v)
{
	const struct obj_line *row = prog_line(v->prog, v->insn);
	const char *file, *text;

	if (!row || row == l->row)
		return;
	l->row = row;
	file = strrchr(row->file, '/');
	for (text = row->text ? row->text : ""; isspace((unsigned char)*text);)
		text++;
	buf_printf(&l->text, "; %s @ %s:%u\n", text, file ? file + 1 : row->file, row->line);
}

/* Paths that the last instruction put aside come back to the text as it stands now. */
static void mark_paths(struct log *l, const struct verify *v)
{
	while (l->mark_count < v->pending_count && l->mark_count < MAX_PENDING)
		l->marks[l->mark_count++] = l->text.len;
	l->mark_count = MIN(l->mark_count, v->pending_count);
}

static void put_whole_state(struct log *l, const struct verify *v)
{
	buf_printf(&l->text, "%u:", v->insn);
	log_state(&l->text, v->cur);
	buf_putc(&l->text, '\n');
}

void log_insn(struct verify *v)
{
	struct log *l;
	bool new_frame;

	if (!wants_steps(v) || !(l = log_of(v)))
		return;
	mark_paths(l, v);
	new_frame = !l->open || l->frame != v->cur->cur;
	close_line(l, v->cur);
	if (keeps_all(v) && l->text.len > FLUSH_SIZE)
		flush(v, l);
	if (new_frame)
		put_whole_state(l, v);
	put_source(l, v);
	l->line = l->text.len;
	buf_printf(&l->text, "%u: (%02x) ", v->insn, v->insns[v->insn].code);
	log_insn_text(&l->text, v->obj, v->prog, v->insn);
	l->open = true;
	l->touched = named_regs(&v->insns[v->insn]);
	remember(l, v->cur);
}

void log_path(struct verify *v)
{
	struct log *l;

	if (!wants_steps(v) || !(l = log_of(v)))
		return;
	if (keeps_all(v)) {
		close_line(l, NULL);
		flush(v, l);
	} else if (v->pending_count < l->mark_count) {
		l->text.len = l->marks[v->pending_count];
	}
	l->mark_count = v->pending_count;
	close_line(l, NULL);
	buf_printf(&l->text, "\nfrom %u to %u:", v->prev, v->insn);
	log_state(&l->text, v->cur);
	buf_putc(&l->text, '\n');
	l->row = NULL;
}

void log_text(struct verify *v, const char *fmt, ...)
{
	struct log *l;
	va_list ap;

	if (!wants_steps(v) || !(l = log_of(v)))
		return;
	close_line(l, NULL);
	va_start(ap, fmt);
	buf_vprintf(&l->text, fmt, ap);
	va_end(ap);
	buf_putc(&l->text, '\n');
}

void log_stats(struct verify *v)
{
	const struct verify_result *r = v->result;
	struct log *l = log_of(v);

	if (!l)
		return;
	close_line(l, NULL);
	if (v->reject.kind != REJECT_NONE)
		buf_printf(&l->text, "%s\n", v->reject.text);
	if (v->opts->log & LOG_STATS)
		buf_printf(&l->text, "verification time %llu usec\nstack depth %u\n",
			   (unsigned long long)r->nanosec / 1000, r->stack_depth);
	buf_printf(&l->text,
		   "processed %u insns (limit %u) max_states_per_insn %u total_states %u "
		   "peak_states %u mark_read 0\n",
		   v->processed, era_limits(v->linux_version).followed, r->max_states_per_insn,
		   r->total_states, r->peak_states);
	flush(v, l);
	buf_fini(&l->text);
	free(l->marks);
	free(l);
	v->log = NULL;
}
