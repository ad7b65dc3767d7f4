// SPDX-License-Identifier: BSD-2-Clause
#include "where.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "tool.h"

enum { STACK_WORDS = 512 };

int where_init(struct where *w, const struct skep_prog *prog)
{
	struct skep_code code = { .size = sizeof(code) };
	int err = skep_prog_code(prog, &code);

	if (!err)
		*w = (struct where){ (uintptr_t)code.code, (uintptr_t)code.code + code.len,
				     code.places, code.place_count };
	return err;
}

static bool insn_at(const struct where *w, uintptr_t at, uint32_t *insn)
{
	size_t low = 0, high = w->place_count - 1;

	if (at < w->code || at >= w->end)
		return false;
	while (low < high) {
		size_t mid = (low + high + 1) / 2;

		if (w->code + w->places[mid].off <= at)
			low = mid;
		else
			high = mid - 1;
	}
	*insn = w->places[low].insn;
	return *insn != SKEP_NO_INSN;
}

/* In a helper or the library: the return address nearest to the top of the stack says who called.
 * Frames of functions are read across, which the address sanitizer takes for a mistake. */
__attribute__((no_sanitize_address)) bool where_insn(const struct where *w, const void *context,
						     uint32_t *insn)
{
#ifdef __x86_64__
	const ucontext_t *u = context;
	const uintptr_t *sp = (const uintptr_t *)u->uc_mcontext.gregs[REG_RSP];

	if (insn_at(w, (uintptr_t)u->uc_mcontext.gregs[REG_RIP], insn))
		return true;
	/* The main thread's stack is deeper than this below main. */
	for (int k = 0; k < STACK_WORDS; k++) {
		if (insn_at(w, sp[k] - 1, insn))
			return true;
	}
#endif
	return false;
}

/* ---- crashes ---- */

static struct where watched;
static const struct skep_prog *watched_prog;

static void say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return;
}

/* Everything that is asked here was there before: nothing is allocated but the text of one
 * instruction, and the fault is not the allocator's when it is in the program. */
static void on_crash(int sig, siginfo_t *info, void *context)
{
	struct skep_insn_info i = { .size = sizeof(i) };
	char text[400];
	uint32_t insn;

	signal(sig, SIG_DFL);
	if (!where_insn(&watched, context, &insn) || skep_prog_insn(watched_prog, insn, &i)) {
		snprintf(text, sizeof(text),
			 "error: a crash, while %s runs without tests: bad memory at 0x%llx\n"
			 "    hint: --exec checked stops a wrong program, and says where\n",
			 skep_prog_name(watched_prog),
			 (unsigned long long)(uintptr_t)info->si_addr);
		say(text);
		return; /* faults again, and dies of it */
	}
	snprintf(text, sizeof(text),
		 "%s:%u: error: %s crashes at instruction %u, %s: bad memory at 0x%llx\n"
		 "    hint: --exec checked-jit stops such a program, and says more\n",
		 i.file ? i.file : "skep run", i.line, skep_prog_name(watched_prog), insn, i.text,
		 (unsigned long long)(uintptr_t)info->si_addr);
	say(text);
	_exit(EXIT_FAILED);
}

void where_report_crashes(const struct skep_prog *prog)
{
	struct sigaction act = { .sa_flags = SA_SIGINFO };

	if (where_init(&watched, prog))
		watched = (struct where){ 0 }; /* no machine code: the interpreter crashes */
	watched_prog = prog;
	act.sa_sigaction = on_crash;
	sigaction(SIGSEGV, &act, NULL);
	sigaction(SIGBUS, &act, NULL);
}
