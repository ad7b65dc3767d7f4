// SPDX-License-Identifier: BSD-2-Clause
#include "trace/cpp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "base/buf.h"
#include "base/file.h"
#include "trace/lex.h"

enum { MAX_DEPTH = 40, MAX_TOKENS = 2000000, MAX_BYTES = 16 << 20 };

static bool fail(struct cpp *c, struct span at, bool lenient, const char *what)
{
	if (lenient)
		return true;
	c->failed = true;
	diag_error(c->diag, -EINVAL, at, "%s", what);
	return false;
}

static bool nomem(struct cpp *c)
{
	if (!c->failed)
		diag_nomem(c->diag);
	c->failed = true;
	return false;
}

/* ---- macros ---- */

static struct cmacro *macro(const struct cpp *c, const char *name)
{
	u64 *found = hash_get_str(&c->macros, name);
	struct cmacro *m = found ? (struct cmacro *)(uintptr_t)*found : NULL;

	return m && !m->gone ? m : NULL;
}

const struct cmacro *cpp_macro(const struct cpp *c, const char *name)
{
	return macro(c, name);
}

static struct cmacro *new_macro(struct cpp *c, const char *name, const char *body)
{
	struct cmacro *m = arena_alloc(c->arena, sizeof(*m));

	if (m) {
		m->name = name;
		m->body = body;
	}
	if (!m || !name || !body || hash_set_str(&c->macros, name, (uintptr_t)m)) {
		nomem(c);
		return NULL;
	}
	return m;
}

bool cpp_define(struct cpp *c, const char *name, const char *body)
{
	return new_macro(c, arena_strdup(c->arena, name), arena_strdup(c->arena, body));
}

/* ---- tokens ---- */

static struct ctok *push(struct cpp *c, enum ctok_kind kind, struct span at, bool lenient)
{
	struct ctok *t = c->toks.len < MAX_TOKENS ? vec_push(&c->toks) : NULL;

	if (!t) {
		nomem(c);
		return NULL;
	}
	t->kind = kind;
	t->at = at;
	t->lenient = lenient;
	return t;
}

static bool push_word(struct cpp *c, const struct ttoken *t, struct span at, bool lenient)
{
	struct cmacro *m = macro(c, t->text);
	struct ctok *out;
	bool ok;

	if (m && !m->function_like && !m->busy && c->depth < MAX_DEPTH) {
		m->busy = true;
		c->depth++;
		ok = cpp_tokens(c, m->body, strlen(m->body), at, lenient);
		c->depth--;
		m->busy = false;
		return ok;
	}
	out = push(c, CT_WORD, at, lenient);
	if (out) {
		out->text = t->text;
		out->len = t->len;
	}
	return out;
}

static bool push_token(struct cpp *c, const struct ttoken *t, struct span at, bool lenient)
{
	struct ctok *out;

	if (t->kind == TT_WORD)
		return push_word(c, t, at, lenient);
	out = push(c,
		   t->kind == TT_NUMBER	  ? CT_NUMBER
		   : t->kind == TT_STRING ? CT_STRING
					  : CT_OP,
		   at, lenient);
	if (!out)
		return false;
	out->value = t->value;
	out->text = t->kind == TT_STRING ? t->text : arena_strdup(c->arena, t->op);
	out->len = t->len;
	return true;
}

/* `at`: of the text; of a macro's body, where the macro is used. */
bool cpp_tokens(struct cpp *c, const char *text, size_t len, struct span at, bool lenient)
{
	struct tlex l = { .text = text, .len = len, .arena = c->arena };
	bool own = at.len == len; /* places inside of it are known */
	struct ttoken t;

	for (;;) {
		struct span here = at;

		tlex_next(&l, &t);
		if (t.kind == TT_END)
			return true;
		if (l.nomem)
			return nomem(c);
		if (own)
			here = (struct span){ at.file, at.off + t.off, t.end - t.off };
		if (t.kind == TT_BAD || t.kind == TT_VAR || t.kind == TT_MAP ||
		    t.kind == TT_PARAM) {
			if (!fail(c, here, lenient, "this is not C"))
				return false;
			continue;
		}
		if (!push_token(c, &t, here, lenient))
			return false;
	}
}

/* ---- directives ---- */

struct line {
	const char *text; /* after the directive's word */
	size_t len;
	struct span at;
	bool lenient;
	const char *path; /* of the file; NULL: the script */
};

static const char *take_word(struct cpp *c, struct line *l)
{
	size_t start = 0, end;

	while (start < l->len && (l->text[start] == ' ' || l->text[start] == '\t'))
		start++;
	for (end = start; end < l->len && tlex_is_word(l->text[end]); end++)
		;
	l->text += end;
	l->len -= end;
	l->at.off += end;
	l->at.len = l->len;
	return arena_strndup(c->arena, l->text - (end - start), end - start);
}

static bool define(struct cpp *c, struct line *l)
{
	const char *name = take_word(c, l);
	struct cmacro *m;
	size_t skip = 0;
	char *body;

	if (!name)
		return nomem(c);
	if (!*name)
		return fail(c, l->at, l->lenient, "#define needs a name");
	while (skip < l->len && (l->text[skip] == ' ' || l->text[skip] == '\t'))
		skip++;
	body = arena_strndup(c->arena, l->text + skip, l->len - skip);
	for (size_t n = body ? strlen(body) : 0; n && strchr(" \t\r", body[n - 1]);)
		body[--n] = 0;
	m = new_macro(c, name, body);
	if (!m)
		return false;
	m->function_like = l->len && l->text[0] == '(';
	m->lenient = l->lenient;
	m->at = (struct span){ l->at.file, l->at.off + (u32)skip, (u32)strlen(body) };
	return true;
}

static bool is_defined(struct cpp *c, struct line *l)
{
	const char *name = take_word(c, l);

	return name && macro(c, name);
}

/* "defined X", "defined(X)" become numbers before macros are replaced. */
static char *without_defined(struct cpp *c, const struct line *l)
{
	struct buf out = { 0 };
	struct line rest = *l;
	char *text;

	while (rest.len) {
		const char *p = rest.text;

		if (!tlex_is_word_start(*p)) {
			buf_putc(&out, *p);
			rest.text++;
			rest.len--;
			continue;
		}
		const char *word = take_word(c, &rest);

		if (!word || strcmp(word, "defined")) {
			buf_puts(&out, word ? word : "");
			continue;
		}
		while (rest.len && (*rest.text == ' ' || *rest.text == '(')) {
			rest.text++;
			rest.len--;
		}
		buf_putc(&out, is_defined(c, &rest) ? '1' : '0');
		while (rest.len && (*rest.text == ' ' || *rest.text == ')')) {
			bool close = *rest.text == ')';

			rest.text++;
			rest.len--;
			if (close)
				break;
		}
	}
	text = arena_strdup(c->arena, buf_str(&out));
	buf_fini(&out);
	return text;
}

/* Names that are no macros count as 0. */
static bool zero(void *ctx, const char *word, u64 *out)
{
	*out = 0;
	return true;
}

static bool condition(struct cpp *c, struct line *l)
{
	u32 before = c->toks.len;
	char *text = without_defined(c, l);
	struct cexpr e = { .name = zero };
	u64 value = 0;

	if (!text || !cpp_tokens(c, text, strlen(text), NOWHERE, true))
		return false;
	if (c->toks.len == before)
		return false;
	e.tok = c->toks.data + before;
	e.end = c->toks.data + c->toks.len;
	if (!cexpr_value(&e, &value))
		value = 0;
	c->toks.len = before;
	return value;
}

static bool push_condition(struct cpp *c, const struct line *l, bool yes)
{
	if (c->conditions == ARRAY_SIZE(c->cond)) {
		c->failed = true;
		diag_error(c->diag, -EINVAL, l->at, "conditions are nested too deep");
		return false;
	}
	c->cond[c->conditions].active = c->active;
	c->cond[c->conditions++].taken = yes;
	c->active &= yes;
	return true;
}

static bool branch(struct cpp *c, struct line *l, bool has_condition)
{
	bool outer, yes;

	if (!c->conditions)
		return fail(c, l->at, l->lenient, "there is no #if before this");
	outer = c->cond[c->conditions - 1].active;
	yes = outer && !c->cond[c->conditions - 1].taken;
	if (yes && has_condition)
		yes = condition(c, l);
	c->cond[c->conditions - 1].taken |= yes;
	c->active = yes;
	return true;
}

static bool end_condition(struct cpp *c, const struct line *l)
{
	if (!c->conditions)
		return fail(c, l->at, l->lenient, "there is no #if before this");
	c->active = c->cond[--c->conditions].active;
	return true;
}

/* ---- #include ---- */

static bool try_file(struct cpp *c, const char *dir, const char *name, struct file *f, char **path)
{
	*path = arena_printf(c->arena, "%s%s%s", dir, *dir ? "/" : "", name);
	return *path && !file_open(f, *path, NULL);
}

static const char *release_dir(struct cpp *c, const char *tail)
{
	struct utsname u;

	uname(&u);
	return arena_printf(c->arena, "/lib/modules/%s/build/%s", u.release, tail);
}

static bool find_file(struct cpp *c, const char *name, const char *from, struct file *f,
		      char **path)
{
	static const char *const system_dirs[] = {
		"/usr/include",
#if defined(__x86_64__)
		"/usr/include/x86_64-linux-gnu"
#elif defined(__aarch64__)
		"/usr/include/aarch64-linux-gnu"
#endif
	};
	static const char *const build[] = { "include/uapi", "include", "include/generated/uapi" };
	const char *slash = from ? strrchr(from, '/') : NULL;

	if (name[0] == '/')
		return try_file(c, "", name, f, path);
	if (from &&
	    try_file(c, slash ? arena_strndup(c->arena, from, slash - from) : ".", name, f, path))
		return true;
	for (u32 i = 0; i < c->dir_count; i++) {
		if (try_file(c, c->dirs[i], name, f, path))
			return true;
	}
	for (u32 i = 0; i < ARRAY_SIZE(system_dirs); i++) {
		if (try_file(c, system_dirs[i], name, f, path))
			return true;
	}
	for (u32 i = 0; i < ARRAY_SIZE(build); i++) {
		const char *dir = release_dir(c, build[i]);

		if (dir && try_file(c, dir, name, f, path))
			return true;
	}
	return false;
}

static bool each_line(struct cpp *c, const char *text, size_t len, u32 file, u32 off,
		      const char *path, bool lenient);

static bool take_file(struct cpp *c, const struct file *f, const char *path)
{
	u32 conditions = c->conditions;
	bool ok;

	if (hash_get_str(&c->seen, path))
		return true;
	if (hash_set_str(&c->seen, path, 1))
		return nomem(c);
	c->bytes += f->len;
	if (c->bytes > MAX_BYTES || c->depth >= MAX_DEPTH)
		return true; /* what is beyond is not known, that is all */
	c->depth++;
	ok = each_line(c, (const char *)f->data, f->len, 0, 0, path, true);
	c->depth--;
	if (c->conditions > conditions) {
		c->active = c->cond[conditions].active;
		c->conditions = conditions;
	}
	return ok;
}

int cpp_include(struct cpp *c, const char *name, const char *from)
{
	struct file f;
	char *path;
	bool ok;

	if (!find_file(c, name, from, &f, &path))
		return -ENOENT;
	ok = take_file(c, &f, path);
	file_close(&f);
	return ok ? 0 : -EINVAL;
}

static bool include(struct cpp *c, struct line *l)
{
	const char *open = memchr(l->text, '<', l->len), *end;
	bool quotes = !open;
	char *name;
	int err;

	if (quotes)
		open = memchr(l->text, '"', l->len);
	end = open ? memchr(open + 1, quotes ? '"' : '>', l->len - (open + 1 - l->text)) : NULL;
	if (!end)
		return fail(c, l->at, l->lenient, "#include needs <name> or \"name\"");
	name = arena_strndup(c->arena, open + 1, end - open - 1);
	if (!name)
		return nomem(c);
	err = cpp_include(c, name, quotes ? (l->path ? l->path : "") : NULL);
	if (err == -ENOENT && !l->lenient && quotes) {
		c->failed = true;
		return diag_error(c->diag, -ENOENT, l->at, "there is no file '%s'", name), false;
	}
	if (err == -ENOENT && !l->lenient)
		diag_note(c->diag, l->at,
			  "there is no header <%s>: types of the kernel come from its BTF", name);
	return err == 0 || err == -ENOENT;
}

static bool directive(struct cpp *c, struct line *l)
{
	const char *word = take_word(c, l);

	if (!word)
		return nomem(c);
	if (!strcmp(word, "if"))
		return push_condition(c, l, c->active && condition(c, l));
	if (!strcmp(word, "ifdef"))
		return push_condition(c, l, is_defined(c, l));
	if (!strcmp(word, "ifndef"))
		return push_condition(c, l, !is_defined(c, l));
	if (!strcmp(word, "elif"))
		return branch(c, l, true);
	if (!strcmp(word, "else"))
		return branch(c, l, false);
	if (!strcmp(word, "endif"))
		return end_condition(c, l);
	c->includes += !l->lenient && !strcmp(word, "include");
	if (!c->active)
		return true;
	if (!strcmp(word, "define"))
		return define(c, l);
	if (!strcmp(word, "include") || !strcmp(word, "include_next"))
		return include(c, l);
	if (!strcmp(word, "undef")) {
		const char *name = take_word(c, l);
		struct cmacro *m = name ? macro(c, name) : NULL;

		if (m)
			m->gone = true;
		return true;
	}
	if (!strcmp(word, "pragma") || !strcmp(word, "warning") || !strcmp(word, "error") ||
	    !strcmp(word, "line") || !*word)
		return true;
	return fail(c, l->at, l->lenient, "there is no such directive");
}

/* ---- lines ---- */

/* Comments become blanks, so that places stay. */
static void blank_comments(char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"' || (s[i] == '\'' && i + 2 < len)) {
			char quote = s[i];

			for (i++; i < len && s[i] != quote && s[i] != '\n'; i++)
				i += s[i] == '\\';
		} else if (s[i] == '/' && i + 1 < len && s[i + 1] == '/') {
			while (i < len && s[i] != '\n')
				s[i++] = ' ';
		} else if (s[i] == '/' && i + 1 < len && s[i + 1] == '*') {
			char *end = memmem(s + i + 2, len - i - 2, "*/", 2);
			size_t stop = end ? (size_t)(end + 2 - s) : len;

			memset(s + i, ' ', stop - i);
			i = stop - 1;
		} else if (s[i] == '\\' && i + 1 < len && s[i + 1] == '\n') {
			s[i] = s[i + 1] = ' ';
		}
	}
}

static bool one_line(struct cpp *c, struct line *l)
{
	size_t skip = 0;

	while (skip < l->len && strchr(" \t\r", l->text[skip]))
		skip++;
	if (skip < l->len && l->text[skip] == '#') {
		l->text += skip + 1;
		l->len -= skip + 1;
		l->at.off += skip + 1;
		l->at.len = l->len;
		return directive(c, l);
	}
	return !c->active || cpp_tokens(c, l->text, l->len, l->at, l->lenient);
}

static bool each_line(struct cpp *c, const char *text, size_t len, u32 file, u32 off,
		      const char *path, bool lenient)
{
	char *copy = arena_strndup(c->arena, text, len);
	bool ok = true;

	if (!copy)
		return nomem(c);
	blank_comments(copy, len);
	for (size_t at = 0; at < len && ok;) {
		const char *end = memchr(copy + at, '\n', len - at);
		size_t stop = end ? (size_t)(end - copy) : len;
		struct line l = { .text = copy + at, .len = stop - at, .lenient = lenient };

		l.path = path;
		l.at = (struct span){ file, off + (u32)at, (u32)l.len };
		ok = one_line(c, &l);
		at = stop + 1;
	}
	return ok && !c->failed;
}

bool cpp_text(struct cpp *c, const char *text, size_t len, u32 file, u32 off, bool lenient)
{
	return each_line(c, text, len, file, off, NULL, lenient);
}

void cpp_fini(struct cpp *c)
{
	hash_fini(&c->macros);
	hash_fini(&c->seen);
	vec_fini(&c->toks);
}
