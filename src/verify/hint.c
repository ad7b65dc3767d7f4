// SPDX-License-Identifier: BSD-2-Clause
#include "verify/hint.h"

#include "spec/prog.h"

static const char *const general[REJECT_COUNT] = {
	[REJECT_UNINIT] = "give it a value on every path that leads here",
	[REJECT_NULL] = "compare the pointer with NULL before it is used",
	[REJECT_BOUNDS] =
		"compare the index or the size with what the object holds before the access",
	[REJECT_PACKET] = "compare the end of what is read with `data_end` before the access",
	[REJECT_STACK] = "compare the index with the length of the array before the access",
	[REJECT_CONTEXT] =
		"docs/progs.md names the context of each program type; use a field's own "
		"width and offset",
	[REJECT_ALIGN] = "align the variable, or copy it byte by byte",
	[REJECT_TYPE] =
		"only pointers that the program got from its context, a map or a helper can be "
		"used as memory; read other addresses with bpf_probe_read_kernel()",
	[REJECT_ARITH] =
		"only add numbers to pointers and subtract them; compute on offsets instead "
		"and add them at the end",
	[REJECT_RDONLY] = "write to a variable that is not const, or to a copy",
	[REJECT_ARG] = "docs/helpers.md says what each helper takes",
	[REJECT_CALL] = "docs/helpers.md says which program types have which helpers",
	[REJECT_LEAK] = "release it on every path that leads out",
	[REJECT_LOCK] = "end the section on every path, and call nothing in between",
	[REJECT_SLEEP] =
		"make the program sleepable (a section name with `.s`), or use a call that "
		"does not sleep",
	[REJECT_LOOP] = "let every round change what its condition tests",
	[REJECT_LIMIT] = "bound loops by small constants, move their bodies into bpf_loop() or "
			 "functions, and branch less inside them",
	[REJECT_RETURN] = "return only what this hook understands",
	[REJECT_LICENSE] = "declare `char LICENSE[] SEC(\"license\") = \"GPL\";`, or do without it",
	[REJECT_PRIVILEGE] = "load it with CAP_BPF and CAP_PERFMON, or keep addresses out of what "
			     "user space can read",
	[REJECT_ERA] = "do without it, or load the program on a newer release only",
};

/* What a C program returns to let things pass. */
static const char *give_up(const struct trouble *t)
{
	switch (t->story->prog->type) {
	case PROG_XDP:
		return "return XDP_PASS;";
	case PROG_SCHED_CLS:
	case PROG_SCHED_ACT:
		return "return TC_ACT_OK;";
	default:
		return "return 0;";
	}
}

static u32 line_of(const struct trouble *t)
{
	const struct obj_line *line = prog_line(t->story->prog, t->insn);

	return line ? line->line : 0;
}

static void before_line(struct buf *out, const struct trouble *t)
{
	u32 line = line_of(t);

	if (line)
		buf_printf(out, " before line %u", line);
	else
		buf_printf(out, " before instruction %u", t->insn);
}

static const char *callee(const struct trouble *t)
{
	return t->origin && t->origin->callee ? t->origin->callee : "";
}

/* A plain variable's name: what an `if` can test. */
static const char *variable(const struct trouble *t)
{
	const char *name = t->origin ? t->origin->name : "";

	return strpbrk(name, " [") ? "" : name;
}

static bool hint_null(struct buf *out, const struct trouble *t)
{
	const char *name = variable(t);

	if (*name) {
		buf_printf(out, "check `if (!%s) %s`", name, give_up(t));
		before_line(out, t);
		return true;
	}
	if (*callee(t)) {
		buf_printf(out, "keep the result of %s() in a variable and check it for NULL",
			   callee(t));
		before_line(out, t);
		return true;
	}
	return false;
}

static bool hint_packet(struct buf *out, const struct trouble *t)
{
	if (t->origin && t->origin->kind == ORIGIN_VOIDED)
		return false;
	if (*t->base && strstr(t->expression, "->"))
		buf_printf(out, "check `if ((void *)(%s + 1) > data_end) %s`", t->base, give_up(t));
	else if (t->reg && reg_is_packet(t->reg) && !reg_has_var_off(t->reg))
		buf_printf(out,
			   "compare the end of this access with `data_end`: `if (data + … > "
			   "data_end) %s`",
			   give_up(t));
	else
		return false;
	before_line(out, t);
	return true;
}

/* The name between the first brackets: `i` of `values[i]`. */
static bool index_of(char out[static WORDS_NAME], const char *expression)
{
	const char *open = strchr(expression, '['), *end = open ? strchr(open, ']') : NULL;

	if (!end || end == open + 1)
		return false;
	snprintf(out, WORDS_NAME, "%.*s", (int)(end - open) - 1, open + 1);
	return true;
}

static bool hint_bounds(struct buf *out, const struct trouble *t)
{
	char index[WORDS_NAME];

	bool indexed = index_of(index, t->expression);

	if (strstr(t->text, "stack size")) {
		buf_puts(out,
			 "move large variables to a per-CPU array map, or use them in functions "
			 "that do not call each other");
		return true;
	}

	if (strstr(t->text, "negative") || strstr(t->text, "lower bound")) {
		const char *name = indexed ? index : variable(t);

		buf_printf(out,
			   *name ? "give `%s` an unsigned type, or check that it is at least 0"
				 : "give %sthe number an unsigned type, or check that it is at "
				   "least 0",
			   name);
		return true;
	}
	if (indexed) {
		buf_printf(out, "check that `%s` is less than the number of elements", index);
	} else if (t->reg && t->reg->type == PTR_TO_MAP_VALUE && !reg_has_var_off(t->reg) &&
		   t->reg->map) {
		buf_printf(out,
			   "give map '%s' a value type that is large enough (its value has "
			   "%u bytes), or access less of it",
			   t->reg->map->name, t->reg->map->value_size);
		return true;
	} else {
		return false;
	}
	before_line(out, t);
	return true;
}

static const struct {
	const char *taken, *given_back;
} pairs[] = {
	{ "bpf_ringbuf_reserve_dynptr",
	  "bpf_ringbuf_submit_dynptr() or bpf_ringbuf_discard_dynptr()" },
	{ "bpf_ringbuf_reserve", "bpf_ringbuf_submit() or bpf_ringbuf_discard()" },
	{ "bpf_sk_lookup", "bpf_sk_release()" },
	{ "bpf_skc_lookup", "bpf_sk_release()" },
	{ "bpf_obj_new", "bpf_obj_drop()" },
	{ "bpf_task_acquire", "bpf_task_release()" },
	{ "bpf_task_from_pid", "bpf_task_release()" },
	{ "bpf_cgroup_acquire", "bpf_cgroup_release()" },
	{ "bpf_cgroup_from_id", "bpf_cgroup_release()" },
	{ "bpf_cpumask_create", "bpf_cpumask_release()" },
	{ "bpf_kptr_xchg", "the release function of its type" },
	{ "bpf_iter_", "the iterator's destroy function" },
};

static bool hint_leak(struct buf *out, const struct trouble *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (strncmp(callee(t), pairs[i].taken, strlen(pairs[i].taken)))
			continue;
		buf_printf(out, "call %s on every path that ends after %s()", pairs[i].given_back,
			   callee(t));
		return true;
	}
	return false;
}

static bool hint_lock(struct buf *out, const struct trouble *t)
{
	const char *called = story_callee(t->story, t->insn);

	if (called && strstr(called, "lock"))
		return false;
	if (called)
		buf_printf(out, "call %s() before the section starts or after it ends", called);
	else
		buf_puts(out, "end the section before this return, on every path");
	return true;
}

/* Pointers that a call made void are numbers now. */
static bool hint_void(struct buf *out, const struct trouble *t)
{
	const struct origin *o = t->origin;

	if (!o || o->kind != ORIGIN_VOIDED)
		return false;
	if (o->callee && (strstr(o->callee, "release") || strstr(o->callee, "submit") ||
			  strstr(o->callee, "discard") || strstr(o->callee, "drop")))
		buf_printf(out, "do this before %s()", o->callee);
	else
		buf_printf(out,
			   "after %s(), read `data` and `data_end` from the context again and "
			   "check them again",
			   o->callee ? o->callee : "the call");
	return true;
}

static bool hint_uninit(struct buf *out, const struct trouble *t)
{
	const struct insn *i = &t->story->prog->insns[t->insn];
	char name[WORDS_NAME];

	if (i->code == CODE_EXIT) {
		buf_puts(out, "return a value on every path");
		return true;
	}
	if (t->origin && t->origin->kind == ORIGIN_LOST) {
		buf_puts(out, "keep the value in r6 to r9, or on the stack, over the call");
		return true;
	}
	if (strstr(t->text, "stack")) {
		bool named = i->code == CODE_CALL && t->regno > 0 &&
			     words_argument(name, prog_line(t->story->prog, t->insn),
					    story_callee(t->story, t->insn), (u32)t->regno - 1);

		buf_printf(out,
			   "set all of %s%s%s first: `= {}`, or __builtin_memset() where there is "
			   "padding between members",
			   named ? "`" : "", named ? name + (*name == '&') : "it",
			   named ? "`" : "");
		return true;
	}
	return false;
}

/* "… in `buf`": what the memory argument before a size is called. */
static bool hint_size(struct buf *out, const struct trouble *t)
{
	const char *called = story_callee(t->story, t->insn), *name = variable(t);
	char memory[WORDS_NAME];

	if (!called || !strstr(t->text, "size") || !strstr(t->text, "bound") || t->regno < 2 ||
	    !*name)
		return false;
	if (!words_argument(memory, prog_line(t->story->prog, t->insn), called, (u32)t->regno - 2))
		return false;
	buf_printf(out, "check `if (%s > sizeof(%s)) %s`", name, memory, give_up(t));
	before_line(out, t);
	return true;
}

/* Which of __sk_buff, xdp_md … the access hits. */
static bool hint_context(struct buf *out, const struct trouble *t)
{
	const struct ctx_layout *l = ctx_layout(t->story->prog->type, t->story->prog->attach_type);
	const struct insn *i = &t->story->prog->insns[t->insn];
	const struct prog_info *type = prog_info(t->story->prog->type);
	u8 class = INSN_CLASS(i->code);
	const struct ctx_field *f = NULL;

	if (!l || !type || (class != CLASS_LDX && class != CLASS_ST && class != CLASS_STX))
		return false;
	for (u32 k = 0; k < l->count && !f; k++) {
		if (i->off >= l->fields[k].off && i->off < l->fields[k].off + l->fields[k].size)
			f = &l->fields[k];
	}
	if (!f)
		buf_printf(out, "struct %s has no field at offset %d that programs of type %s see",
			   l->name, i->off, type->name);
	else if (class != CLASS_LDX && !f->write)
		buf_printf(out, "programs of type %s can only read `%s` of struct %s", type->name,
			   f->name, l->name);
	else if (class == CLASS_LDX && !f->read)
		buf_printf(out, "programs of type %s cannot read `%s` of struct %s", type->name,
			   f->name, l->name);
	else
		buf_printf(out, "access `%s` of struct %s at its own offset (%u) and width (%u)",
			   f->name, l->name, f->off, f->size);
	return true;
}

/* The call that stands where CO-RE found no field or type in the kernel. */
static bool hint_missing(struct buf *out, const struct trouble *t)
{
	const struct obj_prog *prog = t->story->prog;

	for (u32 k = 0; k < prog->core_count; k++) {
		const struct obj_core *c = &prog->cores[k];

		if (c->insn != t->insn || c->matched)
			continue;
		if (c->why)
			buf_puts(out, c->why);
		else
			buf_printf(out, "the kernel has no %s", c->spec ? c->spec : "such type");
		buf_puts(out,
			 ": ask bpf_core_field_exists() or bpf_core_type_exists() before it is "
			 "used");
		return true;
	}
	return false;
}

/* Which program types have a helper. */
static bool hint_call(struct buf *out, const struct trouble *t)
{
	enum { MOST = 6 };
	const struct insn *i = &t->story->prog->insns[t->insn];
	const struct helper_info *h =
		i->code == CODE_CALL && i->src == CALL_HELPER ? helper_by_id((u32)i->imm) : NULL;
	u32 count = 0;

	if (hint_missing(out, t))
		return true;
	if (!h || helper_allowed((u32)i->imm, t->story->prog->type, t->story->prog->attach_type))
		return false;
	for (u32 type = 1; prog_info(type); type++) {
		if (!helper_allowed((u32)i->imm, type, 0))
			continue;
		if (count++ < MOST)
			buf_printf(out, "%s%s",
				   count == 1 ? "programs of these types have it: " : ", ",
				   prog_info(type)->name);
	}
	if (count > MOST)
		buf_printf(out, " and %u more", count - MOST);
	return count;
}

static bool hint_structure(struct buf *out, const struct trouble *t)
{
	if (strstr(t->text, "loops are refused"))
		buf_puts(out,
			 "Linux 5.3 was the first to allow loops, with privilege: unroll it with "
			 "`#pragma unroll`");
	else if (strstr(t->text, "unreachable"))
		buf_puts(out, "remove what stands after an exit or a jump and is no jump's target");
	else
		return false;
	return true;
}

static bool hint_arithmetic(struct buf *out, const struct trouble *t)
{
	const struct insn *i = &t->story->prog->insns[t->insn];
	u8 op = INSN_OP(i->code), class = INSN_CLASS(i->code);

	if (strstr(t->text, "lower bound") || strstr(t->text, "negative"))
		return hint_bounds(out, t);
	if ((class != CLASS_ALU && class != CLASS_ALU64) || INSN_SRC(i->code))
		return false;
	if (op == 0x60 || op == 0x70 || op == 0xc0)
		buf_printf(out, "shift by 0 to %d", class == CLASS_ALU ? 31 : 63);
	else if ((op == 0x30 || op == 0x90) && !i->imm)
		buf_puts(out, "divide by something else, or test for 0 before");
	else
		return false;
	return true;
}

static bool hint_argument(struct buf *out, const struct trouble *t)
{
	if (t->reg && t->reg->flags & PTR_MAYBE_NULL)
		return hint_null(out, t);
	return hint_size(out, t);
}

static bool specific(struct buf *out, const struct trouble *t)
{
	if (hint_void(out, t))
		return true;
	switch (t->kind) {
	case REJECT_NULL:
		return hint_null(out, t);
	case REJECT_PACKET:
		return hint_packet(out, t);
	case REJECT_BOUNDS:
	case REJECT_STACK:
		return hint_bounds(out, t);
	case REJECT_LEAK:
		return hint_leak(out, t);
	case REJECT_LOCK:
		return hint_lock(out, t);
	case REJECT_UNINIT:
		return hint_uninit(out, t);
	case REJECT_ARITH:
		return hint_arithmetic(out, t);
	case REJECT_STRUCTURE:
		return hint_structure(out, t);
	case REJECT_CONTEXT:
		return hint_context(out, t);
	case REJECT_CALL:
		return hint_call(out, t);
	case REJECT_ARG:
	case REJECT_TYPE:
		return hint_argument(out, t);
	default:
		return false;
	}
}

void hint_words(struct buf *out, const struct trouble *t)
{
	if (specific(out, t))
		return;
	if (t->advice)
		buf_puts(out, t->advice);
	else if (t->kind < REJECT_COUNT && general[t->kind])
		buf_puts(out, general[t->kind]);
}
