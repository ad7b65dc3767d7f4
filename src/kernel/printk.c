// SPDX-License-Identifier: BSD-2-Clause
/*
 * Text of bpf_printk: lines of the kernel's trace pipe that say so. The pipe is one for the system,
 * so it is read only when the caller wants text and the object has something to say.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/attach.h"
#include "kernel/kernel.h"

enum { HELPER_PRINTK = 6, HELPER_VPRINTK = 177 };

static bool prints(const struct object *obj)
{
	for (u32 p = 0; p < obj->prog_count; p++) {
		for (u32 i = 0; i < obj->progs[p].insn_count; i++) {
			const struct insn *in = &obj->progs[p].insns[i];

			if (in->code == CODE_CALL && in->src == CALL_HELPER &&
			    (in->imm == HELPER_PRINTK || in->imm == HELPER_VPRINTK))
				return true;
		}
	}
	return false;
}

/* One line, without its newline; others' lines are dropped. */
static void tell(const struct engine *e, char *line)
{
	static const char mark[] = "bpf_trace_printk: ";
	char *text = strstr(line, mark);

	if (text && e->print)
		e->print(e->print_arg, text + strlen(mark), strlen(text + strlen(mark)));
}

void kernel_printk_read(struct kernel_unit *u, bool quietly)
{
	char text[4096];
	ssize_t n;

	while (u->trace >= 0 && (n = read(u->trace, text, sizeof(text) - 1)) > 0) {
		char *line = text, *end;

		text[n] = 0;
		for (; (end = strchr(line, '\n')); line = end + 1) {
			*end = 0;
			if (!quietly)
				tell(u->unit->engine, line);
		}
	}
}

void kernel_printk_open(struct kernel_unit *u)
{
	int root;

	u->trace = -1;
	if (!u->unit->engine->print || !prints(u->unit->obj))
		return;
	root = open_tracefs();
	if (root < 0)
		return;
	u->trace = openat(root, "trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	close(root);
	kernel_printk_read(u, true); /* what was said before */
}
