// SPDX-License-Identifier: BSD-2-Clause
#include "verify/kernel_log.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "verify/explain.h"

enum { MESSAGE = 512 };

/* A log that is being read. */
struct reading {
	const struct object *obj;
	const struct obj_prog *prog;
	VEC(struct step) steps;
	struct reg regs[MAX_FRAMES][REG_COUNT];
	u32 frame;
	char message[MESSAGE]; /* the kernel's first sentence after the last instruction */
	char more[MESSAGE];    /* and the next */
	bool ended;	       /* "processed …" was seen */
};

/* ---- lines ---- */

/* "12: (85) call …": its number. */
static bool is_insn(const char *line, u32 *slot)
{
	char *end;
	unsigned long n = strtoul(line, &end, 10);

	if (end == line || strncmp(end, ": (", 3) || !isxdigit((unsigned char)end[3]))
		return false;
	*slot = (u32)n;
	return true;
}

static bool is_state(const char *line)
{
	char *end;

	if (!strncmp(line, "caller:", 7) || !strncmp(line, "callee:", 7) ||
	    !strncmp(line, "returning from", 14) || !strncmp(line, "to caller", 9) ||
	    !strncmp(line, "func#", 5) || !strncmp(line, "mark_precise", 12) ||
	    !strncmp(line, "Live regs", 9) || !strncmp(line, "parent ", 7) ||
	    !strncmp(line, "last_idx", 8) || !strncmp(line, "regs=", 5))
		return true;
	if (*line == ' ' || *line == ';' || *line == '(' || *line == '\n' || *line == '\r' ||
	    !*line)
		return true;
	strtoul(line, &end, 10);
	return end != line && *end == ':';
}

static void take_registers(struct reading *r, const char *text)
{
	const char *frame = strstr(text, "frame"), *eol = strchr(text, '\n');

	if (frame && (!eol || frame < eol) && isdigit((unsigned char)frame[5]))
		r->frame = (u32)MIN(strtoul(frame + 5, NULL, 10), MAX_FRAMES - 1ul);
	kernel_regs(r->regs[r->frame], r->obj, text);
}

static int take_insn(struct reading *r, const char *line, u32 slot)
{
	const char *eol = line + strcspn(line, "\n"), *regs = strstr(line, "; R");
	const struct insn *i;
	struct step *s;

	if (slot >= r->prog->insn_count)
		return -EINVAL;
	i = &r->prog->insns[slot];
	s = vec_push(&r->steps);
	if (!s)
		return -ENOMEM;
	s->insn = slot;
	s->frame = r->frame;
	s->known = true;
	memcpy(s->regs, r->regs[r->frame], sizeof(s->regs));
	step_note_stack(s, i);
	*r->message = *r->more = 0;
	if (!regs)
		regs = strstr(line, "; frame");
	if (regs && regs < eol)
		take_registers(r, regs + 1);
	else if (i->code == CODE_CALL && i->src == CALL_LOCAL && r->frame + 1 < MAX_FRAMES)
		r->frame++;
	else if (i->code == CODE_EXIT && r->frame)
		r->frame--;
	return 0;
}

/* "from 11 to 15: …": back to where the other branch went on. */
static void take_path(struct reading *r, const char *line)
{
	const char *colon = strchr(line, ':');
	unsigned from, to;

	if (!colon || sscanf(line, "from %u to %u", &from, &to) != 2)
		return;
	for (u32 k = r->steps.len; k-- > 0;) {
		if (r->steps.data[k].insn != from)
			continue;
		r->steps.len = k + 1;
		break;
	}
	r->frame = 0;
	take_registers(r, colon + 1);
	*r->message = *r->more = 0;
}

static void take_message(struct reading *r, const char *line)
{
	size_t len = strcspn(line, "\r\n");
	char *to = *r->message ? r->more : r->message;

	if (!*to)
		snprintf(to, MESSAGE, "%.*s", (int)MIN(len, (size_t)MESSAGE - 1), line);
}

static const char *skip_prefix(const char *line)
{
	static const char *const prefixes[] = { "libbpf: ", "Error: " };

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (!strncmp(line, prefixes[i], strlen(prefixes[i])))
			return line + strlen(prefixes[i]);
	}
	return line;
}

/* Lines of the loader around the log. */
static bool is_loader(const char *line)
{
	static const char *const words[] = { "prog '", "--",	  "failed to",
					     "load ",  "Failed ", "BPF program load" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strncmp(line, words[i], strlen(words[i])))
			return true;
	}
	return strstr(line, "-- BEGIN") || strstr(line, "-- END");
}

static int take_line(struct reading *r, const char *line)
{
	u32 slot;

	line = skip_prefix(line);
	if (!strncmp(line, "processed ", 10) || !strncmp(line, "verification time", 17)) {
		r->ended = true;
		return 0;
	}
	if (r->ended || is_loader(line))
		return 0;
	if (is_insn(line, &slot))
		return take_insn(r, line, slot);
	if (!strncmp(line, "from ", 5)) {
		take_path(r, line);
	} else if (is_state(line)) {
		if (isdigit((unsigned char)*line) || *line == ' ')
			take_registers(r, line);
	} else {
		take_message(r, line);
	}
	return 0;
}

static int read_lines(struct reading *r, char *log)
{
	int err = 0;

	reg_set_pointer(&r->regs[0][1], PTR_TO_CTX, 0);
	for (u32 f = 0; f < MAX_FRAMES; f++) {
		reg_set_pointer(&r->regs[f][REG_FP], PTR_TO_STACK, 0);
		r->regs[f][REG_FP].frame = f;
	}
	for (char *line = log; *line && !err;) {
		char *end = line + strcspn(line, "\n");
		bool last = !*end;

		*end = 0;
		err = take_line(r, line);
		line = last ? end : end + 1;
	}
	return err;
}

/* ---- which program ---- */

/* Every "12: (85)" has the opcode of the program's slot 12; 0: the log has none. */
static u32 agreement(const struct obj_prog *prog, const char *log)
{
	u32 slot, agree = 0;

	for (const char *line = log; line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		if (!is_insn(line, &slot))
			continue;
		if (slot >= prog->insn_count ||
		    strtoul(strchr(line, '(') + 1, NULL, 16) != prog->insns[slot].code)
			return 0;
		agree++;
	}
	return agree;
}

static const struct obj_prog *find_prog(const struct object *obj, const char *log)
{
	const char *named = strstr(log, "prog '");
	const struct obj_prog *best = NULL;
	u32 most = 0;

	for (u32 i = 0; i < obj->prog_count; i++) {
		const struct obj_prog *p = &obj->progs[i];
		size_t len = strlen(p->name);
		u32 n;

		if (named && !strncmp(named + 6, p->name, len) && named[6 + len] == '\'')
			return p;
		n = agreement(p, log);
		if (n > most) {
			best = p;
			most = n;
		}
	}
	return best ? best : obj->prog_count == 1 ? &obj->progs[0] : NULL;
}

/* ---- */

/* Some sentences name their instruction. */
static u32 named_slot(const char *message)
{
	const char *at = strstr(message, "insn ");
	unsigned slot;

	return at && sscanf(at, "insn %u", &slot) == 1 ? slot : NO_SLOT;
}

/* Does the call at a slot make pointers void? */
static bool voids(const struct reading *r, u32 slot)
{
	const struct insn *i = &r->prog->insns[slot];
	const struct helper_info *h;
	const char *name;

	if (i->code != CODE_CALL || i->src == CALL_LOCAL)
		return false;
	h = i->src == CALL_HELPER ? helper_by_id((u32)i->imm) : NULL;
	name = h ? h->name : cfg_extern_name(r->obj, r->prog, slot);
	return (h && h->changes_packet) ||
	       (name && (strstr(name, "submit") || strstr(name, "discard") ||
			 strstr(name, "release") || strstr(name, "drop")));
}

/* The log does not show registers that lost their pointer, but the sentence says so. */
static void forget_pointer(struct reading *r, s32 regno)
{
	if (regno < 0 || !strstr(r->message, "'scalar'"))
		return;
	for (u32 k = r->steps.len; k-- > 1;) {
		reg_set_unknown(&r->steps.data[k].regs[regno]);
		if (voids(r, r->steps.data[k - 1].insn))
			return;
	}
}

static int explain(struct reading *r, struct arena *a, struct diag *d)
{
	struct story s = { .obj = r->obj,
			   .prog = r->prog,
			   .ctx = ctx_layout(r->prog->type, r->prog->attach_type),
			   .arena = a,
			   .path = { .steps = r->steps.data, .count = r->steps.len } };
	u32 slot = r->steps.len ? vec_last(&r->steps)->insn : 0;
	struct reject says;
	bool known =
		kernel_says(&says, a, r->message) || (*r->more && kernel_says(&says, a, r->more));

	if (named_slot(r->message) < r->prog->insn_count) {
		slot = named_slot(r->message);
		s.path.count = 0;
	}
	if (!known && !r->steps.len)
		return diag_error(d, -EINVAL, NOWHERE, "this is no log of Linux's verifier");
	if (!known) {
		diag_error(d, -EINVAL, prog_span(d, r->prog, slot), "Linux says: %s", r->message);
		return 0;
	}
	says.insn = slot;
	if (says.regno < 0 && *r->more)
		says.regno = kernel_names(r->more);
	if (says.kind == REJECT_BOUNDS && r->prog->insns[slot].code == CODE_CALL)
		says.kind = REJECT_ARG;
	if (says.regno < 0 && says.kind == REJECT_ARITH && INSN_SRC(r->prog->insns[slot].code) &&
	    INSN_CLASS(r->prog->insns[slot].code) == CLASS_ALU64)
		says.regno = r->prog->insns[slot].src; /* what is added to the pointer */
	forget_pointer(r, says.regno);
	return explain_story(d, &s, &says);
}

int kernel_log_explain(const struct object *obj, const struct obj_prog *prog, const char *log,
		       size_t len, struct diag *d)
{
	struct reading r = { .obj = obj };
	struct arena a = { 0 };
	char *copy = arena_strndup(&a, log, len);
	int err;

	if (!copy)
		return diag_nomem(d);
	r.prog = prog ? prog : find_prog(obj, copy);
	if (!r.prog) {
		diag_error(d, -EINVAL, NOWHERE, "the log is of no program of '%s'", obj->name);
		diag_hint(d, "name the program with --prog");
		err = -EINVAL;
		goto out;
	}
	err = read_lines(&r, copy);
	if (err == -EINVAL)
		diag_error(d, err, NOWHERE,
			   "the log is of another program than '%s': it has instructions past its "
			   "end",
			   r.prog->name);
	else if (!err && !*r.message)
		err = diag_error(d, -EINVAL, NOWHERE, "the log of program '%s' tells of no refusal",
				 r.prog->name);
	else if (!err)
		err = explain(&r, &a, d);
out:
	vec_fini(&r.steps);
	arena_fini(&a);
	return err;
}
