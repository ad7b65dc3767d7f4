// SPDX-License-Identifier: BSD-2-Clause
/* Values of the language's types as text and as JSON. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <pwd.h>
#include <time.h>

#include "base/json.h"
#include "report/inside.h"

s64 value_number(const struct ttype *t, const u8 *data)
{
	switch (t->size) {
	case 1:
		return t->is_signed ? (s64)(s8)*data : *data;
	case 2:
		return t->is_signed ? (s64)LOAD(s16, data) : LOAD(u16, data);
	case 4:
		return t->is_signed ? (s64)LOAD(s32, data) : LOAD(u32, data);
	default:
		return (s64)LOAD(u64, data);
	}
}

void value_escape(struct buf *out, const u8 *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] >= 0x20 && data[i] < 0x7f)
			buf_putc(out, (char)data[i]);
		else
			buf_printf(out, "\\x%02x", data[i]);
	}
}

static void number_text(struct buf *out, const struct ttype *t, const u8 *data)
{
	s64 value = value_number(t, data);
	const char *name = t->kernel_typed ? enum_name(t, value) : NULL;

	if (name)
		buf_puts(out, name);
	else if (t->is_signed)
		buf_printf(out, "%" PRId64, value);
	else
		buf_printf(out, "%" PRIu64, (u64)value);
}

static void user_text(struct buf *out, u64 uid)
{
	const struct passwd *user = getpwuid((uid_t)uid);

	if (user)
		buf_puts(out, user->pw_name);
	else
		buf_printf(out, "%" PRIu64, uid);
}

static void inet_text(struct buf *out, const u8 *data)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(LOAD(u32, data) == AF_INET6 ? AF_INET6 : AF_INET, data + 4, text, sizeof(text));
	buf_puts(out, text);
}

static void mac_text(struct buf *out, const u8 *data)
{
	for (u32 i = 0; i < 6; i++)
		buf_printf(out, "%s%02X", i ? ":" : "", data[i]);
}

enum { TIME_BOOT, TIME_MONOTONIC, TIME_TAI, TIME_WALL };

/* strftime(3), and %f: microseconds. */
static void time_text(struct report *r, struct buf *out, const char *format, u64 ns)
{
	time_t seconds = (time_t)(ns / 1000000000);
	struct buf with = { 0 };
	char text[512];
	struct tm tm;

	localtime_r(&seconds, &tm);
	for (const char *p = format; *p; p++) {
		if (p[0] == '%' && p[1] == 'f') {
			buf_printf(&with, "%06" PRIu64, ns % 1000000000 / 1000);
			p++;
		} else if (p[0] == '%' && p[1]) {
			buf_put(&with, p++, 2);
		} else {
			buf_putc(&with, *p);
		}
	}
	buf_put(out, text, strftime(text, sizeof(text), buf_str(&with), &tm));
	buf_fini(&with);
}

static void timestamp_text(struct report *r, struct buf *out, const u8 *data)
{
	u64 ns = LOAD(u64, data);
	u32 event = LOAD(u32, data + 8), mode = LOAD(u32, data + 12);

	if (event < r->meta->event_count)
		time_text(r, out, r->meta->events[event].format,
			  mode == TIME_WALL ? ns : ns + r->boot_ns);
}

static void probe_text(struct report *r, struct buf *out, u64 point)
{
	if (point < r->meta->point_count)
		buf_puts(out, r->meta->points[point].name);
}

static void list_text(struct report *r, struct buf *out, const struct ttype *t, const u8 *data,
		      const char *brackets, const char *comma, u32 flags)
{
	buf_putc(out, brackets[0]);
	for (u32 i = 0; i < t->count; i++) {
		const struct ttype *elem = t->kind == T_TUPLE ? t->members[i] : t->elem;
		u32 off = t->kind == T_TUPLE ? t->offsets[i] : i * elem->size;

		if (i)
			buf_puts(out, comma);
		value_text(r, out, elem, data + off, flags);
	}
	buf_putc(out, brackets[1]);
}

void value_text(struct report *r, struct buf *out, const struct ttype *t, const u8 *data, u32 flags)
{
	switch (t->kind) {
	case T_NONE:
		break;
	case T_BOOL:
		buf_puts(out, *data ? "true" : "false");
		break;
	case T_STRING:
		buf_put(out, data, strnlen((const char *)data, t->size));
		break;
	case T_BUFFER:
		value_escape(out, data + 4, MIN(LOAD(u32, data), t->size - 4));
		break;
	case T_POINTER:
		buf_printf(out, "0x%" PRIx64, LOAD(u64, data));
		break;
	case T_RECORD:
		record_text(r, out, t, data);
		break;
	case T_ARRAY:
		list_text(r, out, t, data, "[]", ",", flags);
		break;
	case T_TUPLE:
		list_text(r, out, t, data, "()", ", ", flags);
		break;
	case T_KSYM:
		names_kernel(r->names, out, LOAD(u64, data), false);
		break;
	case T_USYM:
		names_user(r->names, out, LOAD(u32, data + 8), LOAD(u64, data), false, false);
		break;
	case T_KSTACK:
	case T_USTACK:
		stack_text(r, out, t, data, flags & IN_KEY ? 4 : 8);
		break;
	case T_USERNAME:
		user_text(out, LOAD(u64, data));
		break;
	case T_PROBE:
		probe_text(r, out, LOAD(u64, data));
		break;
	case T_INET:
		inet_text(out, data);
		break;
	case T_MAC:
		mac_text(out, data);
		break;
	case T_TIMESTAMP:
		timestamp_text(r, out, data);
		break;
	case T_CGROUP_PATH:
		names_cgroup(r->names, out, LOAD(u64, data + 8));
		break;
	case T_STRERROR:
		buf_puts(out, strerror((int)LOAD(u64, data)));
		break;
	default:
		number_text(out, t, data);
	}
}

static void json_list(struct report *r, struct buf *out, const struct ttype *t, const u8 *data)
{
	buf_putc(out, '[');
	for (u32 i = 0; i < t->count; i++) {
		const struct ttype *elem = t->kind == T_TUPLE ? t->members[i] : t->elem;
		u32 off = t->kind == T_TUPLE ? t->offsets[i] : i * elem->size;

		if (i)
			buf_putc(out, ',');
		value_json(r, out, elem, data + off);
	}
	buf_putc(out, ']');
}

void value_json(struct report *r, struct buf *out, const struct ttype *t, const u8 *data)
{
	struct buf text = { 0 };

	switch (t->kind) {
	case T_BOOL:
		buf_puts(out, *data ? "true" : "false");
		return;
	case T_NUMBER:
		if (t->kernel_typed && enum_name(t, value_number(t, data)))
			break;
		number_text(out, t, data);
		return;
	case T_COUNT:
	case T_SUM:
	case T_MIN:
	case T_MAX:
	case T_AVG:
		number_text(out, t, data);
		return;
	case T_ARRAY:
	case T_TUPLE:
		json_list(r, out, t, data);
		return;
	default:
		break;
	}
	value_text(r, &text, t, data, 0);
	json_buf_string(out, buf_str(&text));
	buf_fini(&text);
}
