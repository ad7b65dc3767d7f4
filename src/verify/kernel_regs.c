// SPDX-License-Identifier: BSD-2-Clause
#include "verify/kernel_log.h"

#include <ctype.h>
#include <stdlib.h>

static const struct {
	const char *prefix;
	u16 flag;
} prefixes[] = {
	{ "rdonly_", MEM_RDONLY },	 { "ringbuf_", MEM_RINGBUF }, { "user_", MEM_USER },
	{ "percpu_", MEM_PERCPU },	 { "rcu_", MEM_RCU },	      { "trusted_", PTR_TRUSTED },
	{ "untrusted_", PTR_UNTRUSTED },
};

/* The type named by the word at *p, longest name first; *p moves past it. */
static enum reg_type take_type(const char **p)
{
	enum reg_type best = NOT_INIT;
	size_t most = 0;

	for (u32 t = SCALAR_VALUE; t < REG_TYPE_COUNT; t++) {
		const char *name = reg_type_name(&(struct reg){ .type = (u8)t });
		size_t len = strlen(name);

		if (len > most && !strncmp(*p, name, len)) {
			best = t;
			most = len;
		}
	}
	*p += most;
	return best;
}

static bool attribute(const char *list, const char *end, const char *name, long long *value)
{
	size_t len = strlen(name);

	for (const char *p = list; p < end; p++) {
		if ((p == list || strchr("(,=", p[-1])) && !strncmp(p, name, len) &&
		    p[len] == '=') {
			p += len + 1;
			while (isalpha((unsigned char)*p)) /* smax=umax=5 */
				p += strcspn(p, "=") + 1;
			*value = (long long)strtoull(p, NULL, 0);
			return true;
		}
	}
	return false;
}

static const struct obj_map *named_map(const struct object *obj, const char *list, const char *end)
{
	const char *at = strstr(list, "map=");
	size_t len;

	if (!at || at > end)
		return NULL;
	len = strcspn(at + 4, ",)");
	for (u32 i = 0; i < obj->map_count; i++) { /* the kernel cuts names to 15 bytes */
		if (len && !strncmp(obj->maps[i].name, at + 4, len))
			return &obj->maps[i];
	}
	return NULL;
}

static void take_scalar(struct scalar *s, const char *list, const char *end)
{
	long long umin = 0, umax = 0;
	bool bounded = attribute(list, end, "umax", &umax);

	attribute(list, end, "umin", &umin);
	*s = bounded || umin ? scalar_range((u64)umin, bounded ? (u64)umax : UINT64_MAX)
			     : scalar_unknown();
}

static void take_attributes(struct reg *r, const struct object *obj, const char *list,
			    const char *end)
{
	long long v;

	if (attribute(list, end, "id", &v))
		r->id = (u32)v;
	if (attribute(list, end, "ref_obj_id", &v))
		r->ref_id = (u32)v;
	if (r->type == SCALAR_VALUE) {
		take_scalar(&r->s, list, end);
		return;
	}
	if (attribute(list, end, "off", &v))
		r->off = (s32)v;
	if (reg_is_packet(r) && attribute(list, end, "r", &v))
		r->range = (s32)v;
	else if (r->type == PTR_TO_MEM && attribute(list, end, "sz", &v))
		r->mem_size = (u32)v;
	else if (r->type == PTR_TO_MAP_VALUE || r->type == CONST_PTR_TO_MAP)
		r->map = named_map(obj, list, end);
	if (attribute(list, end, "umax", &v) || attribute(list, end, "smin", &v))
		take_scalar(&r->s, list, end);
}

/* One register's text; returns where it ends. */
static const char *take_reg(struct reg *r, const struct object *obj, const char *p)
{
	const char *end = p;
	u16 flags = 0;

	while (*end && *end != ' ' && *end != '\n') {
		if (*end == '(')
			while (*end && *end != ')' && *end != '\n')
				end++;
		else
			end++;
		if (*end == ')')
			end++;
	}
	if (*p == 'P')
		p++;
	if (isdigit((unsigned char)*p) || *p == '-') {
		reg_set_const(r, strtoull(p, NULL, 0));
		return end;
	}
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (strncmp(p, prefixes[i].prefix, strlen(prefixes[i].prefix)))
			continue;
		flags |= prefixes[i].flag;
		p += strlen(prefixes[i].prefix);
	}
	reg_set_pointer(r, take_type(&p), flags);
	for (const char *q = p; q < end && *q != '('; q++) {
		if (!strncmp(q, "_or_null", 8))
			r->flags |= PTR_MAYBE_NULL;
	}
	if (r->type == PTR_TO_STACK)
		r->off = (s32)strtol(p + (*p == '[' ? strcspn(p, "]") + 1 : 0), NULL, 10);
	else if (r->type == SCALAR_VALUE)
		r->s = scalar_unknown();
	take_attributes(r, obj, p, end);
	return end;
}

void kernel_regs(struct reg regs[REG_COUNT], const struct object *obj, const char *text)
{
	const char *p = text;

	while (*p && *p != '\n') {
		const char *equals;
		unsigned long n;

		if (*p != 'R' || !isdigit((unsigned char)p[1]) || (p > text && p[-1] != ' ')) {
			p++;
			continue;
		}
		n = strtoul(p + 1, NULL, 10);
		equals = p + strcspn(p, "= \n");
		if (n >= REG_COUNT || *equals != '=') {
			p++;
			continue;
		}
		p = take_reg(&regs[n], obj, equals + 1);
	}
}
