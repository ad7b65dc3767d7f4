// SPDX-License-Identifier: BSD-2-Clause
#include "tool.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int output_error; /* errno of the first flush that failed */

static bool flush_output(void)
{
	if (fflush(stdout) && !output_error)
		output_error = errno;
	return !output_error && !ferror(stdout);
}

void report(struct skep_diag *diag)
{
	flush_output();
	skep_diag_print(diag, stderr, isatty(fileno(stderr)) && !getenv("NO_COLOR"));
	skep_diag_clear(diag);
}

int finish_output(int status)
{
	if (!flush_output()) {
		fprintf(stderr, "skep: cannot write the output%s%s\n", output_error ? ": " : "",
			output_error ? strerror(output_error) : "");
		return EXIT_FAILED;
	}
	return status;
}

static int digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

uint8_t *bytes_from_hex(const char *text, const char *name, size_t *len)
{
	uint8_t *out = malloc(strlen(text) / 2 + 1);
	size_t n = 0;

	if (!out)
		return NULL;
	for (const char *s = text; *s;) {
		if (isspace((unsigned char)*s)) {
			s++;
			continue;
		}
		if (digit(s[0]) < 0 || digit(s[1]) < 0) {
			const char *bad = digit(s[0]) < 0 ? s : s + 1;

			fprintf(stderr, "skep: %s: character %zu: %s\n", name,
				(size_t)(bad - text) + 1,
				*bad && !isspace((unsigned char)*bad) ? "not a hex digit"
								      : "half a byte");
			free(out);
			return NULL;
		}
		out[n++] = (uint8_t)(digit(s[0]) << 4 | digit(s[1]));
		s += 2;
	}
	*len = n;
	return out;
}

uint8_t *bytes_from_file(const char *path, size_t *len)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	uint8_t *out = NULL, *more;
	size_t cap = 0, n = 0;
	int failed = 0;

	while (f) {
		if (n == cap) {
			more = realloc(out, cap = cap ? cap * 2 : 65536);
			if (!more) {
				failed = ENOMEM;
				break;
			}
			out = more;
		}
		n += fread(out + n, 1, cap - n, f);
		if (n < cap)
			break;
	}
	if (!f || ferror(f))
		failed = errno;
	if (failed) {
		fprintf(stderr, "skep: cannot read '%s': %s\n", path, strerror(failed));
		free(out);
		out = NULL;
	}
	if (f && f != stdin)
		fclose(f);
	*len = n;
	return out;
}

uint8_t *bytes_from_arg(const char *arg, size_t *len, struct skep_diag *diag)
{
	struct stat st;

	if (!strcmp(arg, "-") || !stat(arg, &st))
		return bytes_from_file(arg, len);
	if (arg[strspn(arg, "0123456789abcdefABCDEF \t\n")]) {
		fprintf(stderr, "skep: '%s' is neither a file nor hex bytes\n", arg);
		return NULL;
	}
	return bytes_from_hex(arg, arg, len);
}

const char *thousands(uint64_t n)
{
	static char bufs[8][32];
	static unsigned next;
	char digits[24], *out = bufs[next++ % 8];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n), at = 0;

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = 0;
	return out;
}

void out_string(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

bool exec_mode(const char *name, enum skep_exec *mode)
{
	static const struct {
		const char *name;
		enum skep_exec mode;
	} modes[] = {
		{ "checked", SKEP_EXEC_CHECKED },
		{ "interp", SKEP_EXEC_INTERP },
		{ "jit", SKEP_EXEC_JIT },
		{ "checked-jit", SKEP_EXEC_CHECKED_JIT },
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!strcmp(name, modes[i].name)) {
			*mode = modes[i].mode;
			return true;
		}
	}
	return false;
}
