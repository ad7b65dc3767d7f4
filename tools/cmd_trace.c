// SPDX-License-Identifier: BSD-2-Clause
/* skep trace: scripts of bpftrace's language, with its options. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool.h"
#include "verify.h"

struct options {
	const char *program, *format, *output, *buffering, *command, *emit, *engine, *btf;
	const char *stage;
	struct opt_list includes, dirs;
	uint64_t pid;
	unsigned verbose, debug;
	bool list, quiet, unsafe, info, version, check, no_warnings, plain, ignored;
};

struct session {
	struct options o;
	struct skep_diag *diag;
	struct skep_object *obj;
	struct skep_engine *eng;
	struct skep_unit *unit;
	struct skep_source src;
	struct skep_trace_opts how;
	const char *settings[64];
	FILE *out;
	pid_t child;
	int go; /* write end: the child waits at the other; -1: none */
	int stop, child_fd;
};

/* ---- the traced command ---- */

/* argv of a command line: words, with single and double quotes and backslashes. */
static char **split(const char *line)
{
	size_t len = strlen(line), count = 0;
	char **argv = calloc(len + 2, sizeof(*argv));
	char *text = malloc(len + 1), *to = text;
	const char *p = line;

	if (!argv || !text) {
		free(argv);
		free(text);
		return NULL;
	}
	while (*p) {
		char quote = 0;

		p += strspn(p, " \t\n");
		if (!*p)
			break;
		argv[count++] = to;
		for (; *p && (quote || !strchr(" \t\n", *p)); p++) {
			if (quote ? *p == quote : (*p == '\'' || *p == '"'))
				quote = quote ? 0 : *p;
			else if (*p == '\\' && quote != '\'' && p[1])
				*to++ = *++p;
			else
				*to++ = *p;
		}
		*to++ = 0;
	}
	if (!count)
		free(text);
	return argv;
}

/* The child waits until the probes are attached. */
static int start_child(struct session *s)
{
	char **argv = split(s->o.command);
	int pipes[2];
	char byte;

	if (!argv || !argv[0] || pipe2(pipes, O_CLOEXEC)) {
		fprintf(stderr, "error: -c '%s' is no command\n", s->o.command);
		free(argv);
		return -EINVAL;
	}
	fflush(NULL);
	s->child = fork();
	if (!s->child) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		close(pipes[1]);
		if (read(pipes[0], &byte, 1) != 1)
			_exit(1); /* the probes could not be attached */
		execvp(argv[0], argv);
		fprintf(stderr, "error: '%s' cannot be run: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	close(pipes[0]);
	s->go = pipes[1];
	free(argv[0]);
	free(argv);
	if (s->child < 0) {
		fprintf(stderr, "error: no process for '%s': %s\n", s->o.command, strerror(errno));
		return -EAGAIN;
	}
	s->child_fd = pidfd_open(s->child, 0);
	s->how.pid = s->child;
	return s->child_fd < 0 ? -errno : 0;
}

static int on_attached(void *arg, unsigned probes)
{
	struct session *s = arg;
	char byte = 0;

	if (getenv("__BPFTRACE_NOTIFY_PROBES_ATTACHED")) {
		puts("__BPFTRACE_NOTIFY_PROBES_ATTACHED");
		fflush(stdout);
	}
	if (s->go >= 0 && write(s->go, &byte, 1) != 1)
		return -errno;
	return 0;
}

static void end_child(struct session *s)
{
	if (s->go >= 0)
		close(s->go);
	if (s->child <= 0)
		return;
	kill(s->child, SIGTERM);
	waitpid(s->child, NULL, 0);
	if (s->child_fd >= 0)
		close(s->child_fd);
}

/* ---- settings ---- */

/* BPFTRACE_MAX_STRLEN=100 in the environment is max_strlen=100. */
static void settings_of_environment(struct session *s)
{
	static const char prefix[] = "BPFTRACE_";
	extern char **environ;
	size_t count = 0;

	for (char **e = environ; *e && count < sizeof(s->settings) / sizeof(*s->settings); e++) {
		const char *value = strchr(*e, '=');
		char *text;

		if (strncmp(*e, prefix, sizeof(prefix) - 1) || !value)
			continue;
		text = strdup(*e + sizeof(prefix) - 1);
		if (!text)
			break;
		for (char *p = text; *p && *p != '='; p++) {
			if (*p >= 'A' && *p <= 'Z')
				*p = (char)(*p + 'a' - 'A');
		}
		s->settings[count++] = text;
	}
	s->how.settings = s->settings;
	s->how.setting_count = count;
}

/* ---- what it does ---- */

static int show_info(void)
{
	struct skep_feature_opts opts = { .size = sizeof(opts) };
	bool btf = !access("/sys/kernel/btf/vmlinux", R_OK);

	printf("System\n  BTF: /sys/kernel/btf/vmlinux\n\nBuild\n  version: %s\n", skep_version());
	printf("  LLVM: none\n  unsafe probe: no\n  bfd: no\n  libdw (DWARF support): %s\n",
	       skep_trace_dwarf() ? "yes" : "no");
	printf("\nKernel features\n  btf: %s\n\n", btf ? "yes" : "no");
	return skep_feature_probe(&opts, stdout, SKEP_TEXT, NULL) ? EXIT_FAILED : EXIT_OK;
}

static int list(struct session *s, const char *pattern)
{
	int err = skep_trace_list(pattern, s->o.verbose > 0, &s->how, stdout, s->diag);

	report(s->diag);
	return finish_output(err ? EXIT_FAILED : EXIT_OK);
}

static const char *const phases[] = { "ast", "types", "code" };

/* bpftrace's words for what is printed here. */
static bool is_stage(const char *word, const char *phase)
{
	static const char *const code[] = { "codegen", "codegen-opt", "dis" };

	if (!strcmp(word, "all") || !strcmp(word, phase))
		return true;
	for (size_t i = 0; i < sizeof(code) / sizeof(*code); i++) {
		if (!strcmp(word, code[i]))
			return !strcmp(phase, "code");
	}
	return false;
}

static bool any_stage(const char *word)
{
	return is_stage(word, "ast") || is_stage(word, "types") || is_stage(word, "code");
}

static int debug(struct session *s)
{
	int err = 0;

	for (size_t i = 0; !err && i < 3; i++) {
		if (s->o.stage ? is_stage(s->o.stage, phases[i]) : s->o.debug > 1 || i < 2)
			err = skep_trace_dump(s->src, &s->how, phases[i], stdout, s->diag);
	}
	report(s->diag);
	return finish_output(err ? EXIT_FAILED : EXIT_OK);
}

static int open_output(struct session *s)
{
	s->out = stdout;
	if (s->o.output) {
		s->out = fopen(s->o.output, "we");
		if (!s->out) {
			fprintf(stderr, "error: cannot write '%s': %s\n", s->o.output,
				strerror(errno));
			return -EIO;
		}
	}
	if (s->o.buffering && !strcmp(s->o.buffering, "none"))
		setvbuf(s->out, NULL, _IONBF, 0);
	else if (s->o.buffering && !strcmp(s->o.buffering, "line"))
		setvbuf(s->out, NULL, _IOLBF, 0);
	else
		setvbuf(s->out, NULL, _IOFBF, 1 << 16);
	return 0;
}

/* Ctrl-C, SIGTERM: the run ends, END and the maps are still shown. */
static int catch_signals(struct session *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	s->stop = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->stop < 0 ? -errno : 0;
}

static int compile(struct session *s)
{
	return skep_trace_open(&s->obj, s->src, &s->how, s->diag);
}

static int load(struct session *s)
{
	const char *kind = s->o.engine ? s->o.engine : skep_trace_engine(s->obj);
	int err = skep_engine_new(&s->eng, kind, s->diag);

	return err ? err : skep_load(&s->unit, s->eng, s->obj, NULL, s->diag);
}

static int trace(struct session *s)
{
	struct skep_trace_run run = {
		.size = sizeof(run),
		.name = s->src.name,
		.json = s->o.format && !strcmp(s->o.format, "json"),
		.quiet = s->o.quiet,
		.has_stop = true,
		.has_child = s->child_fd >= 0,
		.child_fd = s->child_fd,
		.attached = on_attached,
		.arg = s,
	};
	int err = open_output(s);

	if (!err)
		err = catch_signals(s);
	if (!err)
		err = load(s);
	report(s->diag);
	if (err)
		return EXIT_FAILED;
	run.out = s->out;
	run.stop_fd = s->stop;
	err = skep_trace_run(s->unit, &run, s->diag);
	report(s->diag);
	if (s->out != stdout)
		err = fclose(s->out) || err;
	else if (err != -EPIPE)
		return err ? EXIT_FAILED : finish_output(run.exit_code);
	return err ? EXIT_FAILED : run.exit_code;
}

static int emit(struct session *s)
{
	int err = skep_object_write(s->obj, s->o.emit, s->diag);

	report(s->diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int check(struct session *s)
{
	struct verify v = { .opts = { .size = sizeof(v.opts), .cost = true },
			    .stats = true,
			    .diag = s->diag,
			    .obj = s->obj };
	int err = verify_show(&v);

	report(s->diag);
	return finish_output(err ? EXIT_FAILED : EXIT_OK);
}

static int script(struct session *s)
{
	int err;

	if (s->o.debug)
		return debug(s);
	err = s->o.command ? start_child(s) : 0;
	if (err)
		return EXIT_FAILED;
	err = compile(s);
	if (!s->o.no_warnings || err)
		report(s->diag);
	else
		skep_diag_clear(s->diag);
	if (err)
		return EXIT_FAILED;
	if (s->o.check)
		return check(s);
	return s->o.emit ? emit(s) : trace(s);
}

static void fini(struct session *s)
{
	skep_unit_free(s->unit);
	skep_engine_free(s->eng);
	skep_object_free(s->obj);
	end_child(s);
	skep_diag_free(s->diag);
	for (size_t i = 0; i < s->how.setting_count; i++)
		free((void *)(uintptr_t)s->settings[i]);
	if (s->stop >= 0)
		close(s->stop);
}

/* FILE or -e PROGRAM, then $1, $2, …; with -l a pattern; with -d perhaps a stage. */
static int operands(struct session *s, const struct command *self, int count, char **words)
{
	if (s->o.list && !s->o.program) {
		if (count > 1)
			return opt_usage(self, "-l takes one pattern");
		return list(s, count ? words[0] : NULL);
	}
	if (s->o.debug && count && any_stage(words[0])) {
		s->o.stage = *words++;
		count--;
	}
	if (s->o.program) {
		s->src = (struct skep_source){ .name = "-e",
					       .data = s->o.program,
					       .len = strlen(s->o.program) };
	} else if (count) {
		s->src.name = *words++;
		count--;
	} else {
		return opt_usage(self, "give a script, or a program with -e");
	}
	s->how.params = (const char *const *)words;
	s->how.param_count = (size_t)count;
	return script(s);
}

static bool check_words(const struct session *s, const char **why)
{
	const char *f = s->o.format, *b = s->o.buffering;

	if (f && strcmp(f, "text") && strcmp(f, "json"))
		*why = "-f is text or json";
	else if (b && strcmp(b, "line") && strcmp(b, "full") && strcmp(b, "none"))
		*why = "-B is line, full or none";
	else if (s->o.pid > INT32_MAX)
		*why = "-p is the number of a process";
	else if (s->o.pid && s->o.command)
		*why = "-p and -c exclude each other";
	else
		return true;
	return false;
}

static int run(struct session *s, const struct command *self, int count, char **words)
{
	size_t includes = s->o.includes.count + s->o.dirs.count;
	const char *why, **all;
	int status;

	if (s->o.version) {
		printf("skep trace %s\n", skep_version());
		return EXIT_OK;
	}
	if (s->o.info)
		return show_info();
	if (!check_words(s, &why))
		return opt_usage(self, why);
	all = calloc(includes + 1, sizeof(*all));
	s->diag = skep_diag_new();
	if (!s->diag || !all) {
		free(all);
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < includes; i++)
		all[i] = i < s->o.includes.count ? s->o.includes.items[i]
						 : s->o.dirs.items[i - s->o.includes.count];
	s->how.includes = all;
	s->how.include_count = includes;
	s->how.pid = (int)s->o.pid;
	s->how.command = s->o.command;
	s->how.btf_path = s->o.btf;
	s->how.unsafe = s->o.unsafe;
	s->how.no_optimise = s->o.plain;
	s->how.in_kernel = s->o.engine && !strcmp(s->o.engine, "kernel");
	settings_of_environment(s);
	status = operands(s, self, count, words);
	free(all);
	return status;
}

static int trace_main(const struct command *self, int argc, char **argv)
{
	struct session s = {
		.go = -1, .stop = -1, .child_fd = -1, .how = { .size = sizeof(s.how) }
	};
	struct options *o = &s.o;
	const struct opt opts[] = {
		{ 'e', "program", "TEXT", "the script itself, instead of a file", OPT_STRING,
		  &o->program },
		{ 'p', "pid", "N", "probes of processes: this one only", OPT_NUMBER, &o->pid },
		{ 'c', "cmd", "COMMAND", "run COMMAND, and end with it; sets -p to it", OPT_STRING,
		  &o->command },
		{ 'l', "list", NULL, "list probes that match a pattern; with -v their arguments",
		  OPT_FLAG, &o->list },
		{ 'f', "format", "FORMAT", "text (default) or json: an object a line", OPT_STRING,
		  &o->format },
		{ 'o', "output", "FILE", "write there instead of standard output", OPT_STRING,
		  &o->output },
		{ 'B', "buffering", "MODE", "line, full (default) or none", OPT_STRING,
		  &o->buffering },
		{ 'I', "include-dir", "DIR", "look for #include files there; may be repeated",
		  OPT_LIST, &o->dirs },
		{ 0, "include", "FILE", "read a C file before the script; may be repeated",
		  OPT_LIST, &o->includes },
		{ 0, "unsafe", NULL, "allow system(), signal(), override() and the like", OPT_FLAG,
		  &o->unsafe },
		{ 0, "usdt-file-activation", NULL,
		  "has no effect: the kernel switches static probes on by itself", OPT_FLAG,
		  &o->ignored },
		{ 0, "check", NULL,
		  "compile and verify only; shows what each probe costs, needs no privilege",
		  OPT_FLAG, &o->check },
		{ 0, "emit-elf", "FILE", "write the programs as an ELF object", OPT_STRING,
		  &o->emit },
		{ 0, "engine", "KIND", "user or kernel (default: kernel where a probe needs it)",
		  OPT_STRING, &o->engine },
		{ 'b', "btf", "FILE", "the kernel's types (default: the running kernel's)",
		  OPT_STRING, &o->btf },
		{ 'd', "debug", NULL,
		  "show the tree and the types; -dd the code, too; 'ast', 'types' or\n"
		  "'code' behind it: only that",
		  OPT_COUNT, &o->debug },
		{ 0, "no-optimise", NULL, "leave the code as it is written", OPT_FLAG, &o->plain },
		{ 'q', "quiet", NULL, "no notes of attached probes and lost events", OPT_FLAG,
		  &o->quiet },
		{ 'v', "verbose", NULL, "with -l: arguments of the probes", OPT_COUNT,
		  &o->verbose },
		{ 0, "no-warnings", NULL, "no warnings of the compiler", OPT_FLAG,
		  &o->no_warnings },
		{ 0, "info", NULL, "what this system and this build can do", OPT_FLAG, &o->info },
		{ 'V', "version", NULL, "show the version", OPT_FLAG, &o->version },
		{ 0, "verify-llvm-ir", NULL, "for harnesses of bpftrace: has no effect", OPT_FLAG,
		  &o->ignored },
		{ 0 },
	};
	int count = opt_parse(self, opts, argc, argv), status;

	status = count < 0 ? opt_status(count) : run(&s, self, count, argv + 1);
	fini(&s);
	opt_list_free(&o->includes);
	opt_list_free(&o->dirs);
	return status;
}

const struct command cmd_trace = {
	.name = "trace",
	.operands = "[SCRIPT [PARAMETER]…]",
	.summary = "run a script of the trace language",
	.about = "The language is bpftrace's. A script whose probes need no kernel (BEGIN, END, "
		 "interval)\n"
		 "runs without privilege.\n\n"
		 "    skep trace -e 'BEGIN { printf(\"hello world\\n\"); exit() }'\n"
		 "    skep trace -e 'tracepoint:raw_syscalls:sys_enter { @[comm] = count() }'\n"
		 "    skep trace -l 'tracepoint:syscalls:*open*'\n"
		 "    skep trace opensnoop.bt\n",
	.main = trace_main,
};
