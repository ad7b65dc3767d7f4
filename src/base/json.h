/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON strings: takes C strings, writes them quoted and escaped. Source: RFC 8259 section 7. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdio.h>

#include "base/buf.h"

/* `s` with quotes around it; NULL gives null. Bytes from 0x80 on pass through (UTF-8). */
void json_string(FILE *out, const char *s);
void json_buf_string(struct buf *out, const char *s);

#endif
