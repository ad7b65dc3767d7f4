// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/look_code.h"

#include <errno.h>
#include <stdlib.h>

#include "base/output.h"
#include "btf/dump.h"
#include "isa/disasm.h"
#include "kernel/look_btf.h"

/* ---- what the kernel tells ---- */

static void *room(u32 count, size_t size)
{
	return calloc(count + 1, size);
}

static int ask(struct look_code *c, int fd)
{
	struct info_prog *p = &c->info, again = { 0 };
	int err = look_prog_info(fd, p);

	if (err)
		return err;
	c->xlated = room(p->xlated_len, 1);
	c->jited = room(p->jited_len, 1);
	c->ksyms = room(p->jited_ksym_count, sizeof(*c->ksyms));
	c->func_lens = room(p->jited_func_count, sizeof(*c->func_lens));
	c->funcs = room(p->func_info_count, sizeof(*c->funcs));
	c->lines = room(p->line_info_count, sizeof(*c->lines));
	c->jited_lines = room(p->jited_line_info_count, sizeof(*c->jited_lines));
	c->tags = room(p->tag_count, sizeof(*c->tags));
	if (!c->xlated || !c->jited || !c->ksyms || !c->func_lens || !c->funcs || !c->lines ||
	    !c->jited_lines || !c->tags)
		return -ENOMEM;
	again.xlated_len = p->xlated_len;
	again.xlated = sys_ptr(c->xlated);
	again.jited_len = p->jited_len;
	again.jited = sys_ptr(c->jited);
	again.jited_ksym_count = p->jited_ksym_count;
	again.jited_ksyms = sys_ptr(c->ksyms);
	again.jited_func_count = p->jited_func_count;
	again.jited_func_lens = sys_ptr(c->func_lens);
	again.func_info_count = p->func_info_count;
	again.func_info_size = sizeof(*c->funcs);
	again.func_info = sys_ptr(c->funcs);
	again.line_info_count = p->line_info_count;
	again.line_info_size = sizeof(*c->lines);
	again.line_info = sys_ptr(c->lines);
	again.jited_line_info_count = p->jited_line_info_count;
	again.jited_line_info_size = sizeof(*c->jited_lines);
	again.jited_line_info = sys_ptr(c->jited_lines);
	again.tag_count = p->tag_count;
	again.tags = sys_ptr(c->tags);
	err = sys_info(fd, &again, sizeof(again));
	if (err < 0)
		return err;
	/* The kernel gives no code to those who may not see it. */
	p->xlated_len = again.xlated ? again.xlated_len : 0;
	p->jited_len = again.jited ? again.jited_len : 0;
	return 0;
}

int look_code_open(struct look_code *c, struct look *l)
{
	int fd = look_one(l, SYS_PROG), err;

	*c = (struct look_code){ 0 };
	if (fd < 0)
		return fd;
	err = ask(c, fd);
	sys_close(&fd);
	if (err)
		diag_error(l->d, err, NOWHERE, "the kernel does not show the program: %s",
			   sys_error(-err));
	return err;
}

void look_code_close(struct look_code *c)
{
	free(c->xlated);
	free(c->jited);
	free(c->ksyms);
	free(c->func_lens);
	free(c->funcs);
	free(c->lines);
	free(c->jited_lines);
	free(c->tags);
}

static int no_code(struct look *l, const char *what)
{
	diag_error(l->d, -EPERM, NOWHERE, "the kernel shows no %s code", what);
	diag_hint(l->d, "it takes CAP_SYS_ADMIN, and kernel.kptr_restrict below 2");
	return -EPERM;
}

int look_code_write(struct look *l, bool jited, const char *path)
{
	struct look_code c;
	struct output out;
	u32 len;
	int err = look_code_open(&c, l);

	len = err ? 0 : jited ? c.info.jited_len : c.info.xlated_len;
	if (!err && !len)
		err = no_code(l, jited ? "machine" : "xlated");
	if (!err) {
		err = output_open(&out, path);
		if (!err) {
			fwrite(jited ? c.jited : c.xlated, 1, len, out.file);
			err = output_finish(&out, 0);
		}
		if (err)
			diag_error(l->d, err, NOWHERE, "'%s' cannot be written: %s", path,
				   sys_error(-err));
	}
	look_code_close(&c);
	return err;
}

/* ---- names of addresses ---- */

struct symbol {
	u64 address;
	const char *name;
};

struct symbols {
	char *text;
	VEC(struct symbol) sorted;
	u64 call_base;
};

static int by_address(const void *a, const void *b)
{
	u64 x = ((const struct symbol *)a)->address, y = ((const struct symbol *)b)->address;

	return x < y ? -1 : x > y;
}

static void symbols_open(struct symbols *s)
{
	struct symbol *sym;
	size_t len = 0;
	char *at;
	FILE *f = fopen("/proc/kallsyms", "re");

	if (!f)
		return;
	if (getdelim(&s->text, &len, '\0', f) <= 0)
		goto out;
	for (at = s->text; *at;) {
		char *end = at + strcspn(at, "\n"), *name;
		u64 address = strtoull(at, &name, 16);

		if (address && name + 3 < end) {
			sym = vec_push(&s->sorted);
			if (!sym)
				break;
			*sym = (struct symbol){ address, name + 3 };
		}
		at = *end ? end + 1 : end;
		*end = 0;
	}
	vec_for (sym, &s->sorted) {
		char *name = (char *)sym->name;

		name[strcspn(name, "\t")] = 0;
		if (!strcmp(name, "__bpf_call_base"))
			s->call_base = sym->address;
	}
	if (s->sorted.len)
		qsort(s->sorted.data, s->sorted.len, sizeof(*s->sorted.data), by_address);
out:
	fclose(f);
}

static void symbols_close(struct symbols *s)
{
	vec_fini(&s->sorted);
	free(s->text);
}

static const char *symbol_at(const struct symbols *s, u64 address)
{
	struct symbol key = { .address = address }, *found = NULL;

	if (s->sorted.len)
		found = bsearch(&key, s->sorted.data, s->sorted.len, sizeof(key), by_address);
	return found ? found->name : NULL;
}

/* ---- text of an instruction ---- */

struct listing {
	struct look *l;
	const struct look_code *c;
	const struct insn *insns;
	u32 count;
	struct symbols symbols;
	struct look_types types;
	u32 line, func; /* the next rows of the tables */
	unsigned flags;
};

static void call_text(const struct listing *x, const struct insn *i, struct buf *out)
{
	const char *name = NULL;

	if (i->src == CALL_LOCAL) {
		u32 sub = (u32)i->imm;

		if (sub < x->c->info.jited_ksym_count)
			name = symbol_at(&x->symbols, x->c->ksyms[sub]);
		buf_printf(out, "call pc%+d", i->off);
		if (name)
			buf_printf(out, "#%s", name);
		return;
	}
	if (x->symbols.call_base)
		name = symbol_at(&x->symbols, x->symbols.call_base + (u64)(s64)i->imm);
	buf_printf(out, "call %s#%d",
		   name			  ? name
		   : i->src == CALL_KFUNC ? "kernel-function"
					  : "unknown",
		   i->imm);
}

static void insn_text(const struct listing *x, u32 at, struct buf *out)
{
	static const struct disasm_names names = { .kernel = true };
	const struct insn *i = &x->insns[at];

	buf_printf(out, "(%02x) ", i->code);
	if (i->code == (CODE_MOV | SRC_X) && i->off == -1) /* the verifier's own */
		buf_printf(out, "r%u = &(void __percpu *)(r%u)", i->dst, i->src);
	else if (i->code == CODE_CALL)
		call_text(x, i, out);
	else if (insn_is_wide(i) && i->src == PSEUDO_MAP_FD)
		buf_printf(out, "r%u = map[id:%d]", i->dst, i->imm);
	else if (insn_is_wide(i) && i->src == PSEUDO_MAP_VALUE)
		buf_printf(out, "r%u = map[id:%d][0]+%d", i->dst, i->imm, i[1].imm);
	else
		disasm_insn(out, x->insns, x->count, at, &names);
}

/* "int firewall(struct xdp_md * ctx)" of the function that starts at a slot. */
static bool proto_at(struct listing *x, u32 at, struct buf *out)
{
	const struct sys_func_info *f = &x->c->funcs[x->func];

	if (!x->types.types || x->func >= x->c->info.func_info_count || f->insn != at)
		return false;
	x->func++;
	types_declare(x->types.types, types_ref(x->types.types, f->type_id),
		      types_name(x->types.types, f->type_id), out);
	return true;
}

/* The source line that starts at a slot. */
static const struct sys_line_info *line_at(struct listing *x, u32 at)
{
	const struct sys_line_info *found = NULL;

	while (x->types.types && x->line < x->c->info.line_info_count &&
	       x->c->lines[x->line].insn <= at) {
		if (x->c->lines[x->line].insn == at)
			found = &x->c->lines[x->line];
		x->line++;
	}
	return found;
}

static const char *line_text(const struct listing *x, const struct sys_line_info *line)
{
	const char *s = types_string(x->types.types, line->line_off);

	return s + strspn(s, " \t");
}

/* ---- text ---- */

static void print_bytes(FILE *out, const struct insn *i, u32 slots)
{
	const u8 *bytes = (const u8 *)i;

	fputs("      ", out);
	for (u32 b = 0; b < slots * 8; b++)
		fprintf(out, " %02x", bytes[b]);
	fputc('\n', out);
}

static void print_one(struct listing *x, u32 at, u32 slots)
{
	const struct sys_line_info *line;
	struct buf text = { 0 };
	FILE *out = x->l->out;

	if (proto_at(x, at, &text))
		fprintf(out, "%s:\n", buf_str(&text));
	buf_clear(&text);
	line = line_at(x, at);
	if (line && *line_text(x, line)) {
		fprintf(out, "; %s", line_text(x, line));
		if (x->flags & CODE_LINES)
			fprintf(out, " [file:%s line_num:%u line_col:%u]",
				types_string(x->types.types, line->file_off), line->line_col >> 10,
				line->line_col & 0x3ff);
		fputc('\n', out);
	}
	insn_text(x, at, &text);
	fprintf(out, "%4u: %s\n", at, buf_str(&text));
	if (x->flags & CODE_OPCODES)
		print_bytes(out, &x->insns[at], slots);
	buf_fini(&text);
}

static void json_bytes(struct json *j, const char *name, const void *data, u32 len)
{
	char text[8];

	js_open(j, name, '[');
	for (u32 i = 0; i < len; i++) {
		snprintf(text, sizeof(text), "0x%02x", ((const u8 *)data)[i]);
		js_str(j, NULL, text);
	}
	js_close(j, ']');
}

static void json_opcodes(struct json *j, const struct insn *i, u32 slots)
{
	char text[16];

	js_open(j, "opcodes", '{');
	snprintf(text, sizeof(text), "0x%02x", i->code);
	js_str(j, "code", text);
	snprintf(text, sizeof(text), "0x%x", i->src);
	js_str(j, "src_reg", text);
	snprintf(text, sizeof(text), "0x%x", i->dst);
	js_str(j, "dst_reg", text);
	json_bytes(j, "off", &i->off, 2);
	if (slots == 2) {
		u64 imm = insn_imm64(i);

		json_bytes(j, "imm", &imm, 8);
	} else {
		json_bytes(j, "imm", &i->imm, 4);
	}
	js_close(j, '}');
}

static void json_one(struct listing *x, u32 at, u32 slots)
{
	const struct sys_line_info *line;
	struct json *j = x->l->json;
	struct buf text = { 0 };

	js_open(j, NULL, '{');
	if (proto_at(x, at, &text))
		js_str(j, "proto", buf_str(&text));
	buf_clear(&text);
	line = line_at(x, at);
	if (line && *line_text(x, line)) {
		js_str(j, "src", line_text(x, line));
		if (x->flags & CODE_LINES) {
			js_str(j, "file", types_string(x->types.types, line->file_off));
			js_u64(j, "line_num", line->line_col >> 10);
			js_u64(j, "line_col", line->line_col & 0x3ff);
		}
	}
	insn_text(x, at, &text);
	js_str(j, "disasm", buf_str(&text));
	if (x->flags & CODE_OPCODES)
		json_opcodes(j, &x->insns[at], slots);
	js_close(j, '}');
	buf_fini(&text);
}

/* ---- the graph of blocks, for dot ---- */

static bool ends_block(const struct insn *i)
{
	return i->code == CODE_EXIT || insn_is_jump(i);
}

static bool falls_through(const struct insn *i)
{
	return i->code != CODE_EXIT && i->code != CODE_JA && i->code != CODE_JA32;
}

static void mark_leaders(const struct listing *x, bool *leader)
{
	for (u32 at = 0; at < x->count; at += insn_is_wide(&x->insns[at]) ? 2 : 1) {
		const struct insn *i = &x->insns[at];

		if (!ends_block(i))
			continue;
		leader[at + 1] = true;
		if (insn_is_jump(i))
			leader[at + 1 + (u32)insn_distance(i)] = true;
	}
	for (u32 f = 0; f < x->c->info.func_info_count; f++)
		leader[x->c->funcs[f].insn] = true;
	leader[0] = true;
}

static void dot_text(FILE *out, const char *s)
{
	for (; *s; s++) {
		if (strchr("<>|{}\"\\", *s))
			fputc('\\', out);
		fputc(*s, out);
	}
}

static void print_graph(struct listing *x)
{
	bool *leader = calloc(x->count + 1, sizeof(*leader));
	FILE *out = x->l->out;
	struct buf text = { 0 };
	u32 block = 0;

	if (!leader)
		return;
	mark_leaders(x, leader);
	fputs("digraph \"DOT graph for eBPF program\" {\n", out);
	for (u32 at = 0, next; at < x->count; at = next) {
		const struct insn *i = &x->insns[at];

		next = at + (insn_is_wide(i) ? 2 : 1);
		if (leader[at]) {
			block = at;
			fprintf(out, "\tbb_%u [shape=record,style=filled,label=\"{", block);
		}
		insn_text(x, at, &text);
		fprintf(out, "%s%4u: ", at == block ? "" : "|", at);
		dot_text(out, buf_str(&text));
		fputs("\\l", out);
		buf_clear(&text);
		if (next < x->count && !leader[next])
			continue;
		fputs("}\"];\n", out);
		if (insn_is_jump(i))
			fprintf(out, "\tbb_%u -> bb_%u;\n", block, at + 1 + (u32)insn_distance(i));
		if (falls_through(i) && next < x->count)
			fprintf(out, "\tbb_%u -> bb_%u;\n", block, next);
	}
	fputs("}\n", out);
	buf_fini(&text);
	free(leader);
}

int look_xlated(struct look *l, unsigned flags)
{
	struct look_code c;
	struct listing x = { .l = l, .c = &c, .flags = flags };
	int err = look_code_open(&c, l);

	if (!err && !c.info.xlated_len)
		err = no_code(l, "xlated");
	if (err)
		goto out;
	x.insns = (const struct insn *)c.xlated;
	x.count = c.info.xlated_len / sizeof(struct insn);
	symbols_open(&x.symbols);
	if (c.info.btf_id)
		look_types_open(&x.types, c.info.btf_id, NULL, NULL);
	if (flags & CODE_GRAPH) {
		print_graph(&x);
	} else {
		if (l->json)
			js_open(l->json, NULL, '[');
		for (u32 at = 0, slots; at < x.count; at += slots) {
			slots = insn_is_wide(&x.insns[at]) && at + 1 < x.count ? 2 : 1;
			(l->json ? json_one : print_one)(&x, at, slots);
		}
		if (l->json)
			js_close(l->json, ']');
	}
	look_types_close(&x.types);
	symbols_close(&x.symbols);
out:
	look_code_close(&c);
	return err;
}

/* ---- machine code ---- */

/* Rows of the line table whose addresses lie in the function; owned by the caller. */
static struct skep_jited_line *lines_in(const struct look_code *c, const struct types *t, u64 start,
					u32 len, size_t *count)
{
	u32 rows = MIN(c->info.jited_line_info_count, c->info.line_info_count);
	struct skep_jited_line *lines = room(rows, sizeof(*lines));

	*count = 0;
	for (u32 i = 0; lines && t && i < rows; i++) {
		const struct sys_line_info *row = &c->lines[i];
		const char *text = types_string(t, row->line_off);

		if (c->jited_lines[i] < start || c->jited_lines[i] >= start + len)
			continue;
		lines[(*count)++] = (struct skep_jited_line){
			.off = c->jited_lines[i] - start,
			.file = types_string(t, row->file_off),
			.text = text + strspn(text, " \t"),
			.line = row->line_col >> 10,
			.column = row->line_col & 0x3ff,
		};
	}
	return lines;
}

static int jited_func(const struct look_code *c, const struct types *t, u32 f, u32 at,
		      skep_jited_fn fn, void *arg)
{
	struct skep_jited j = { .code = c->jited + at, .len = c->func_lens[f] };
	const char *own = t && f < c->info.func_info_count ? types_name(t, c->funcs[f].type_id)
							   : c->info.name;
	struct skep_jited_line *lines;
	struct buf proto = { 0 };
	char name[160] = "bpf_prog_";
	int err;

	for (u32 b = 0; b < 8 && f < c->info.tag_count; b++)
		sprintf(name + 9 + 2 * b, "%02x", c->tags[f][b]);
	snprintf(name + strlen(name), sizeof(name) - strlen(name), "_%s", own);
	j.name = name;
	j.address = f < c->info.jited_ksym_count ? c->ksyms[f] : 0;
	if (t && f < c->info.func_info_count) {
		types_declare(t, types_ref(t, c->funcs[f].type_id), own, &proto);
		j.proto = buf_str(&proto);
	}
	lines = lines_in(c, t, j.address, c->func_lens[f], &j.line_count);
	j.lines = lines;
	err = lines ? fn(arg, &j) : -ENOMEM;
	buf_fini(&proto);
	free(lines);
	return err;
}

int look_jited(struct look *l, skep_jited_fn fn, void *arg)
{
	struct look_types types = { 0 };
	struct look_code c;
	int err = look_code_open(&c, l);

	if (!err && !c.info.jited_len)
		err = no_code(l, "machine");
	if (!err && c.info.btf_id)
		look_types_open(&types, c.info.btf_id, NULL, NULL);
	for (u32 f = 0, at = 0; !err && f < c.info.jited_func_count; f++) {
		if (c.func_lens[f] > c.info.jited_len - at)
			break;
		err = jited_func(&c, types.types, f, at, fn, arg);
		at += c.func_lens[f];
	}
	look_types_close(&types);
	look_code_close(&c);
	return err;
}
