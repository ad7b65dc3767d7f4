/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON strings: takes C strings, writes them quoted and escaped; and a writer of whole texts.
 * Source: RFC 8259.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdio.h>

#include "base/buf.h"

/* `s` with quotes around it; NULL gives null. Bytes from 0x80 on pass through (UTF-8). */
void json_string(FILE *out, const char *s);
void json_buf_string(struct buf *out, const char *s);

/*
 * A JSON text being written. Commas, and lines and indents when `pretty`, are its care. `name` is
 * NULL for elements of arrays and for the outermost value. At most 63 levels.
 */
struct json {
	FILE *out;
	bool pretty;
	u32 depth;
	u64 used; /* bit d: level d has a member */
};

void js_open(struct json *j, const char *name, char bracket); /* '{' or '[' */
void js_close(struct json *j, char bracket);		      /* '}' or ']' */
void js_str(struct json *j, const char *name, const char *value);
void js_u64(struct json *j, const char *name, u64 value);
void js_s64(struct json *j, const char *name, s64 value);
void js_bool(struct json *j, const char *name, bool value);
/* A value that is JSON already. */
void js_raw(struct json *j, const char *name, const char *value);
void js_hex(struct json *j, const char *name, const u8 *bytes, size_t len); /* "0a1b" */

#endif
