/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * skep: write, verify, compile and run BPF programs.
 *
 *     open → load → attach/run → poll
 *
 * Functions return 0 or -errno unless said otherwise. What a user can cause is also recorded in a
 * `struct skep_diag` with its place and a hint; NULL for it is allowed and means "don't tell".
 * Handles are made by the first parameter, which is written on success only. Nothing is global but
 * what a thread keeps for its runs: different handles may be used by different threads at the same
 * time, and a program by any number of them.
 */
#ifndef SKEP_H
#define SKEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct skep_diag;   /* what went wrong, with source spans and hints */
struct skep_object; /* programs + maps + globals + BTF: inert data, no fd, no privilege */
struct skep_engine; /* where objects run: this process, or the Linux kernel */
struct skep_unit;   /* one object loaded into one engine: live */
struct skep_prog;   /* a live program, owned by its unit */
struct skep_map;    /* a live map, owned by its unit */
struct skep_link;   /* a program of the kernel engine where it runs by itself; owned by its unit */

const char *skep_version(void); /* "0.1.0" */

/* ---- diagnostics ---- */

struct skep_diag *skep_diag_new(void); /* NULL: out of memory */
void skep_diag_print(const struct skep_diag *diag, FILE *out, bool colour);
void skep_diag_json(const struct skep_diag *diag, FILE *out); /* an array of objects */
size_t skep_diag_errors(const struct skep_diag *diag);
void skep_diag_clear(struct skep_diag *diag);
void skep_diag_free(struct skep_diag *diag);

/* ---- source → object: pure, no system call but reading files ---- */

enum skep_lang {
	SKEP_AUTO, /* by content: ELF magic, a classic program, else assembler text */
	SKEP_ELF,
	SKEP_ASM,
	SKEP_CLASSIC, /* classic BPF, converted: tcpdump -d, -dd, -ddd, bpf_asm, sock_filter */
	SKEP_FILTER,  /* an expression of pcap-filter(7): "tcp port 80"; "" accepts all */
	SKEP_TRACE,   /* a script of the trace language; see skep_trace_open for options */
};

struct skep_source {
	const char *name; /* for diagnostics; NULL: "<input>" */
	const void *data; /* NULL: read the file `name` ("-": standard input) */
	size_t len;	  /* bytes */
};

/* Options start with their size and end in zeros: { .size = sizeof(o) } is the default. */
struct skep_open_opts {
	size_t size;
	const char *btf_path;  /* CO-RE target: a BTF or ELF file; NULL: the running kernel's if
				  there is one; "none": leave the object's own layouts */
	const char *prog_type; /* for programs whose section name says nothing: "xdp", …; of a
				  classic one: "socket_filter" (NULL) or, with direct packet
				  access, "sched_cls" */
	/* SKEP_FILTER: */
	uint32_t linktype; /* LINKTYPE_… of the packets; 0: 1, Ethernet; SKEP_LINK_NULL: 0 */
	uint32_t snaplen;  /* what an accepting program returns; 0: 262,144 */
	uint32_t netmask;  /* of the network, in its order, for "ip broadcast"; 0: unknown */
	bool literal;	   /* numbers and addresses only: nothing is looked up by name */
	bool no_optimise;  /* tests in the order of the text, none merged */
	bool live;	   /* for packets that Linux hands over: VLAN tags, direction and interface
			      lie beside them */
};
#define SKEP_LINK_NULL 0x10000u

int skep_open(struct skep_object **out, enum skep_lang lang, struct skep_source src,
	      const struct skep_open_opts *opts, struct skep_diag *diag);
void skep_object_free(struct skep_object *obj);

/* ---- classic BPF: struct sock_filter, as sockets and libpcap take it ---- */

struct skep_classic; /* a program that passed Linux's checker */

struct skep_classic_insn { /* the layout of struct sock_filter and of the BSDs' bpf_insn */
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

/* SKEP_CLASSIC, or SKEP_FILTER, which is compiled. */
int skep_classic_open(struct skep_classic **out, enum skep_lang lang, struct skep_source src,
		      const struct skep_open_opts *opts, struct skep_diag *diag);
void skep_classic_free(struct skep_classic *prog);
/* Belong to the program. For SO_ATTACH_FILTER, with *count as its length. */
const struct skep_classic_insn *skep_classic_insns(const struct skep_classic *prog, size_t *count);

enum skep_classic_form {
	SKEP_CLASSIC_LISTING, /* tcpdump -d */
	SKEP_CLASSIC_C,	      /* -dd */
	SKEP_CLASSIC_DECIMAL, /* -ddd */
	SKEP_CLASSIC_ASM,     /* bpf_asm's input */
	SKEP_CLASSIC_BINARY,  /* struct sock_filter, host byte order */
};
int skep_classic_print(const struct skep_classic *prog, enum skep_classic_form form, FILE *out);
/* The reference interpreter, over a packet with its link header: accepted bytes, 0: none. What
 * Linux knows beside the packet (mark, VLAN tag, interface, …) is 0. */
uint32_t skep_classic_run(const struct skep_classic *prog, const void *packet, uint32_t len,
			  uint32_t wire_len);
/* What Linux knows of a packet beside its bytes: what "ld #vlan_tci" and the like load. A tag that
 * was taken off stands here, and no longer among the bytes. */
struct skep_beside {
	size_t size;
	uint32_t ifindex, mark, queue, hatype, rxhash, cpu;
	uint32_t pkttype; /* PACKET_HOST 0 … PACKET_OUTGOING 4 */
	uint32_t vlan_tci, vlan_tpid;
	bool vlan; /* there is a tag */
};
/* skep_classic_run with these values; the program may be compiled with skep_open_opts.live. 0 also
 * where `beside` has the size of no release. */
uint32_t skep_classic_run_beside(const struct skep_classic *prog, const void *packet, uint32_t len,
				 uint32_t wire_len, const struct skep_beside *beside);
/* Make it the filter of a socket in Linux (SO_ATTACH_FILTER), in the place of another; NULL: take
 * the filter off. */
int skep_classic_attach(const struct skep_classic *prog, int socket, struct skep_diag *diag);
/* Make it a filter of this thread's system calls, for good, and its children's (seccomp). */
int skep_classic_seccomp(const struct skep_classic *prog, struct skep_diag *diag);
/* Give the program machine code for skep_classic_run_batch. -EOPNOTSUPP with a diagnostic: it
 * cannot have it, and is interpreted. */
int skep_classic_compile(struct skep_classic *prog, struct skep_diag *diag);
/* How skep_classic_run_batch runs: "JIT" or "interpreter". */
const char *skep_classic_exec(const struct skep_classic *prog);
/* results[i] = accepted bytes of packets[i], 0: none. May run in several threads at once. */
struct skep_packet;
void skep_classic_run_batch(const struct skep_classic *prog, const struct skep_packet *packets,
			    size_t count, uint32_t *results);

/* ---- packet filters ---- */

enum skep_explain { SKEP_EXPLAIN_WORDS, SKEP_EXPLAIN_DOT, SKEP_EXPLAIN_SVG };
/* The decision graph of an expression. */
int skep_filter_explain(struct skep_source src, const struct skep_open_opts *opts,
			enum skep_explain how, FILE *out, struct skep_diag *diag);
/* Link types: rows by number, "EN10MB" to 1. */
bool skep_link_row(size_t i, uint32_t *number, const char **name); /* false: past the last */
int skep_link_find(const char *name); /* with or without DLT_, LINKTYPE_; or a number; -1 */

/* ---- objects without a file ---- */

/* One instruction slot: the layout of RFC 9669 and of struct bpf_insn, host byte order. */
struct skep_insn {
	uint8_t code;
	uint8_t dst : 4, src : 4;
	int16_t off;
	int32_t imm;
};

struct skep_map_def {
	const char *name; /* unique in the object */
	const char *type; /* "hash", "array", … or BPF_MAP_TYPE_… */
	uint32_t key_size, value_size, max_entries, flags, numa_node;
	uint64_t extra;
	const char *inner; /* name of the map that is the template of this one's values */
	const void *data;  /* initial value of an array of one element, NULL: zeros */
	bool inner_only;   /* only a template: makes no map of its own */
};

/* The LD_IMM64 at slot `insn` refers to a map by name: its address or, with `value`, the address
 * `off` bytes into its first value. */
struct skep_map_ref {
	uint32_t insn;
	const char *map;
	bool value;
	uint32_t off;
};

struct skep_prog_def {
	const char *name;
	const char *section;	 /* SEC() name: gives type, attach type and target; or NULL and: */
	const char *type;	 /* "xdp", …; NULL: a bare program over memory (r1, r2) */
	const char *attach_type; /* "cgroup_inet_ingress", … or NULL */
	const struct skep_insn *insns;
	size_t insn_count; /* slots */
	const struct skep_map_ref *refs;
	size_t ref_count;
};

struct skep_object_def {
	size_t size;
	const char *name, *license; /* NULL: "<program>", "" */
	const struct skep_map_def *maps;
	size_t map_count;
	const struct skep_prog_def *progs;
	size_t prog_count;
};
int skep_object_build(struct skep_object **out, const struct skep_object_def *def,
		      struct skep_diag *diag);

/* ---- trace scripts: bpftrace's language ---- */

struct skep_trace_opts {
	size_t size;
	const char *const *params; /* $1, $2, … */
	size_t param_count;
	const char *const *settings; /* "max_strlen=200", as in a config block; weaker than it */
	size_t setting_count;
	const char *const *includes; /* C files read before the script's own text, and folders
					that #include is looked for in */
	size_t include_count;
	const char *btf_path; /* the kernel's types: a BTF or ELF file; NULL: the running one's */
	const char *command;  /* probes without a path are of this program; NULL */
	int pid;	      /* probes of processes: this one only; 0: all */
	bool unsafe;	      /* system(), signal() and the like may be used */
	bool no_optimise;
	bool in_kernel; /* for the kernel engine, even where no probe needs it */
};
/* A script as an object: its programs, its maps, and what its events say. */
int skep_trace_open(struct skep_object **out, struct skep_source src,
		    const struct skep_trace_opts *opts, struct skep_diag *diag);
/* What the phases of the compiler made of it, for people: "ast", "types", "code". */
int skep_trace_dump(struct skep_source src, const struct skep_trace_opts *opts, const char *phase,
		    FILE *out, struct skep_diag *diag);
/* Probes of this system that match a pattern ("tracepoint:*open*"; NULL: all), one a line; with
 * `args` their arguments. */
int skep_trace_list(const char *pattern, bool args, const struct skep_trace_opts *opts, FILE *out,
		    struct skep_diag *diag);
/* "user": no probe of this script needs the kernel; else "kernel". NULL: it is no script. */
const char *skep_trace_engine(const struct skep_object *obj);

/* Does this build read DWARF, for arguments of user functions? */
bool skep_trace_dwarf(void);

struct skep_trace_run {
	size_t size;
	FILE *out, *err;  /* NULL: standard output, standard error */
	const char *name; /* of the script, for messages; NULL: the object's */
	bool json;	  /* an object a line */
	bool quiet;	  /* no notes of attached probes and lost events */
	bool has_stop, has_child;
	int stop_fd;  /* with has_stop: the run ends when this can be read */
	int child_fd; /* with has_child: likewise, a pidfd */
	/* Called once all probes are attached; not 0 ends the run. NULL: not wanted. */
	int (*attached)(void *arg, unsigned probes);
	void *arg;
	int exit_code; /* out: what the script gave to exit() */
};
/* BEGIN, attach, events until the script, stop_fd or child_fd ends it, detach, END, maps. */
int skep_trace_run(struct skep_unit *unit, struct skep_trace_run *run, struct skep_diag *diag);

/* ---- looking at objects ---- */

struct skep_prog_info {
	const char *name, *section, *type, *attach_type, *attach_target; /* NULL: none */
	const struct skep_insn *insns;
	size_t insn_count; /* slots, subprograms included */
	size_t func_count, line_count;
	bool sleepable, frags, autoload;
};
struct skep_map_info {
	const char *name, *type;
	uint32_t key_size, value_size, max_entries, flags;
	const char *role; /* "map", "data", "rodata", "bss", "kconfig", "struct_ops", "template" */
	const void *data; /* value_size bytes that it starts with; NULL: zeros */
};
/* Both return false past the last one. Strings live as long as the object. */
bool skep_object_prog(const struct skep_object *obj, size_t i, struct skep_prog_info *out);
bool skep_object_map(const struct skep_object *obj, size_t i, struct skep_map_info *out);

enum skep_format { SKEP_TEXT, SKEP_JSON, SKEP_JSON_PRETTY /* where a function says so */ };
/* Programs, maps, relocations, licence, and the oldest kernel release that has all it uses. */
int skep_object_show(const struct skep_object *obj, FILE *out, enum skep_format format);

enum { SKEP_DISASM_LINES = 1, SKEP_DISASM_OPCODES = 2, SKEP_DISASM_OFFSETS = 4 };
/* Disassemble programs (all, or the one named): text that skep_open(SKEP_ASM) reads back. */
int skep_object_disasm(const struct skep_object *obj, const char *prog, unsigned flags, FILE *out,
		       struct skep_diag *diag);
/* Disassemble bare instructions, one a line. */
int skep_disasm(const struct skep_insn *insns, size_t count, unsigned flags, FILE *out);
/* Write a loadable ELF object with BTF; nothing is left behind on failure. */
int skep_object_write(const struct skep_object *obj, const char *path, struct skep_diag *diag);

struct skep_skeleton_opts {
	size_t size;
	const char *name;      /* what the header calls it; NULL: after the source's name */
	const char *prog_type; /* as in skep_open_opts */
};
/*
 * A C header (of C++, too) that holds the object, without what only debuggers read, and gives typed
 * access to its maps, variables and programs; it needs nothing but skep/skep.h.
 */
int skep_object_skeleton(struct skep_source src, const struct skep_skeleton_opts *opts, FILE *out,
			 struct skep_diag *diag);

/* BTF of a file (raw BTF or an ELF object's) as "c", "raw" or "json". */
int skep_btf_dump(const char *path, const char *base_path, const char *format, FILE *out,
		  struct skep_diag *diag);

/* ---- presets: values and sizes that a caller chooses ---- */

/* What a load changes of the object before it, as if the source had said so. */
enum skep_preset_kind {
	SKEP_PRESET_GLOBAL, /* a variable: "debug", "ports[2].first"; or a whole section ".rodata"
			     */
	SKEP_PRESET_MAP,    /* "flows.max_entries"; type, key_size, value_size, flags, extra,
			       numa_node, autocreate (true, false), pin (none, by_name);
			       "outer.inner.max_entries": of the template of its values */
	SKEP_PRESET_PROG,   /* "count.autoload" (true, false), "count.target": what its section
			       would name after the '/' */
};
struct skep_preset {
	enum skep_preset_kind kind;
	const char *name, *value; /* value: as skep_map_parse reads it */
	const void *data;	  /* of a global, instead of `value`: its bytes */
	size_t len;
};

/* ---- verifying: Linux's verdict, on any machine, without privilege ---- */

enum {
	SKEP_LOG_BRANCH = 1, /* the path that was followed last, as the kernel's level 1 */
	SKEP_LOG_INSN = 2,   /* every path: level 2 */
	SKEP_LOG_STATS = 4,  /* figures */
};
struct skep_verify_opts {
	size_t size;
	const char *prog;      /* only this program; NULL: all */
	const char *linux_era; /* "6.1": the release whose verdict is wanted; NULL: the newest */
	bool unpriv;	       /* as for a user without CAP_BPF and CAP_PERFMON */
	bool strict_align;     /* as for a machine that wants aligned accesses */
	bool cost;	       /* fill `costs` */
	unsigned log;	       /* SKEP_LOG_… */
	FILE *log_out;	       /* where the log goes, in the shape of the kernel's */
	const char *btf_path;  /* the kernel's types: a BTF or ELF file; NULL: the running kernel's
				  if there are any; "none": unknown */
	const struct skep_preset *presets; /* as for skep_load */
	size_t preset_count;
};

/* How often the verifier came by: a function, or a conditional jump. */
struct skep_cost {
	const char *func;
	bool branch;
	uint32_t insn;		 /* slot: of the function's start, of the jump */
	const char *file, *text; /* source line, NULL: unknown */
	uint32_t line;
	uint64_t visits; /* instructions processed in the function; passes of the jump */
};

struct skep_verdict {
	const char *prog, *section, *type; /* section, type: NULL when unknown */
	bool accepted;
	const char *category, *reason; /* of a refusal: "null pointer", one sentence */
	uint32_t insn;		       /* slot that was refused */
	uint32_t processed;	       /* instructions followed, as the kernel counts them */
	uint32_t total_states, peak_states, max_states_per_insn;
	uint32_t stack_depth;  /* bytes, of the deepest chain of calls */
	uint32_t longest_path; /* instructions */
	uint64_t nanosec;
	const char *const *helpers; /* names that are called on some path, each once */
	size_t helper_count;
	const char *const *maps;
	size_t map_count;
	const struct skep_cost *costs; /* functions, then jumps, the most visited first */
	size_t cost_count;
};
/* Called for each program; what the verdict points to lives until it returns. The diagnostic then
 * holds what was said of this program, too. A result other than 0 ends the verification. */
typedef int (*skep_verdict_fn)(void *arg, const struct skep_verdict *verdict);
/*
 * 0: all are accepted. -EACCES: some are refused; for each the diagnostic has one error with its
 * source line, notes on how the program gets there, and a hint. Other -errno: no verdict; or what
 * `fn` (may be NULL) returned.
 */
int skep_verify(const struct skep_object *obj, const struct skep_verify_opts *opts,
		skep_verdict_fn fn, void *arg, struct skep_diag *diag);
/* Explain a log that Linux printed when it refused a program of this object (`prog`; NULL: found
 * from the log). 0: explained, as an error in `diag`; -EINVAL: the log says nothing of it. */
int skep_explain_log(const struct skep_object *obj, const char *prog, const char *log, size_t len,
		     struct skep_diag *diag);
/* The releases that verdicts exist for, oldest first: "4.14", …; NULL past the last. */
const char *skep_linux_era(size_t i);

/* ---- object → unit. The object is const: load it into two engines and compare ---- */

/* kind "user": programs run in this process; "kernel": in the running Linux kernel. */
int skep_engine_new(struct skep_engine **out, const char *kind, struct skep_diag *diag);
void skep_engine_free(struct skep_engine *eng); /* after its units */

/* Give programs a helper of the embedder's own (or replace one of Linux's) under number `id`.
 * Before skep_load. Arguments and result are raw 64-bit values. */
typedef uint64_t (*skep_helper_fn)(void *arg, uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
				   uint64_t r5);
int skep_engine_helper(struct skep_engine *eng, uint32_t id, skep_helper_fn fn, void *arg);

/*
 * A map type of the embedder's own: for programs, for the verifier and for skep_map_… it is a hash
 * table (the object says type hash, so that it loads elsewhere, too), and these functions are what
 * it does. They answer 0 or Linux's -errno, and several threads call them at once.
 */
struct skep_map_info;
struct skep_map_ops {
	size_t size;
	/* *state is what the others get. NULL functions: nothing to make, nothing to free. */
	int (*create)(void **state, const struct skep_map_info *info, void *arg);
	void (*destroy)(void *state);
	/* A value, or NULL. Programs use it without asking again: its memory stays valid as long as
	 * the map. Never NULL itself. */
	void *(*lookup)(void *state, const void *key, uint32_t cpu);
	/* flags: BPF_ANY, BPF_NOEXIST, BPF_EXIST. NULL functions: -EOPNOTSUPP. */
	int (*update)(void *state, const void *key, const void *value, uint64_t flags,
		      uint32_t cpu);
	int (*remove)(void *state, const void *key);
	/* The key after this one, NULL or one that is gone: the first; -ENOENT at the end. */
	int (*next)(void *state, const void *key, void *next_key);
	/* Do these bytes lie inside one value? NULL: programs that run with tests cannot touch
	 * values. */
	bool (*owns)(void *state, const void *addr, size_t len);
};
/* Maps of that name, in objects that are loaded from now on, are of that type. -EOPNOTSUPP: not in
 * this engine. */
int skep_engine_map_type(struct skep_engine *eng, const char *map, const struct skep_map_ops *ops,
			 void *arg);
/* Where bpf_printk text goes; NULL (the default): dropped. One call a message, no newline cut. */
typedef void (*skep_print_fn)(void *arg, const char *text, size_t len);
void skep_engine_print(struct skep_engine *eng, skep_print_fn fn, void *arg);
/* Packets that leave by XDP_TX, redirect or clone_redirect, with the device's number. */
typedef void (*skep_tx_fn)(void *arg, uint32_t ifindex, const void *packet, size_t len);
void skep_engine_tx(struct skep_engine *eng, skep_tx_fn fn, void *arg);

enum skep_exec {
	SKEP_EXEC_AUTO,	       /* verify, then the fastest; what cannot be verified (bare programs,
				  helpers of the embedder's own) runs checked; what is refused does not
				  load */
	SKEP_EXEC_CHECKED,     /* interpreter that tests every access; nothing is verified */
	SKEP_EXEC_INTERP,      /* interpreter without tests: for verified programs, or `trusted` */
	SKEP_EXEC_JIT,	       /* machine code, for the same; what cannot have it does not load */
	SKEP_EXEC_CHECKED_JIT, /* as CHECKED, with the tests in machine code; programs where it
				  depends on the path whether a register was written, or that call
				  through registers, are interpreted */
};

/* A map that exists takes the place of one that the object defines. */
struct skep_map;
struct skep_map_replace {
	const char *name;    /* of the object's map */
	struct skep_map *by; /* of the kernel, see skep_map_open(); may be closed after the load */
};

struct skep_load_opts {
	size_t size;
	enum skep_exec exec;
	bool trusted;		 /* the caller vouches for the programs: they are not verified */
	bool allow_uninit_stack; /* as privileged Linux since 6.3 */
	uint64_t budget;  /* instructions a run may take; 0: 1,000,000,000 checked, else no limit */
	const char *prog; /* load only this program (and what it may tail-call); NULL: all */
	bool count; /* how often each instruction is executed: skep_prog_counts(). In machine code
		       and in the checked interpreter */
	bool perf_map;	     /* name machine code in /tmp/perf-PID.map, where `perf report` looks */
	const char *jitdump; /* write jit-PID.dump for `perf inject --jit` into this directory: code
				and source lines; NULL: do not */
	bool blind; /* no number that a program's author chose stands in its machine code, but for
		       offsets of 16 bits */
	const struct skep_preset *presets; /* for this load only */
	size_t preset_count;
	const char *pin_path; /* folder of maps that are pinned by name. Kernel: NULL: /sys/fs/bpf.
				 User engine: "": the run directory; NULL: none, such maps are
				 the unit's own then */
	int target_fd; /* kernel engine: descriptor of the loaded program whose functions freplace
			  programs replace, and fentry and fexit programs may name; 0: none */
	/* Kernel engine: maps of the same type and sizes of key and value that are used in place of
	 * the object's. Initial values are not stored in them. */
	const struct skep_map_replace *replace;
	size_t replace_count;
	const char *offload; /* kernel engine: name of the network device that shall run the
				programs and hold the maps; NULL: the kernel does */
};
int skep_load(struct skep_unit **out, struct skep_engine *eng, const struct skep_object *obj,
	      const struct skep_load_opts *opts, struct skep_diag *diag);
/* Waits for the runs of its programs that have begun in other threads; none may begin after this
 * was called (skep_prog_put sees to that). Not from inside of such a run. */
void skep_unit_free(struct skep_unit *unit);

/* ---- running ---- */

struct skep_prog *skep_prog_find(struct skep_unit *unit, const char *name); /* NULL name: first */
const char *skep_prog_name(const struct skep_prog *prog);
/* How it runs: "JIT", "interpreter", "checked JIT", "checked interpreter". */
const char *skep_prog_exec(const struct skep_prog *prog);

/* Machine code of a program, for disassemblers and profilers: as long as its unit lives. From `off`
 * up to the next place it belongs to instruction `insn`, SKEP_NO_INSN: to none. Ascending. */
#define SKEP_NO_INSN UINT32_MAX
struct skep_code_place {
	uint32_t off, insn;
};
struct skep_code {
	size_t size;
	const void *code;
	size_t len; /* bytes */
	const struct skep_code_place *places;
	size_t place_count;
};
int skep_prog_code(const struct skep_prog *prog, struct skep_code *out); /* -ENODATA: it has none */

/* An instruction of the program as it runs: the verifier's proof may have made it shorter. */
struct skep_insn_info {
	size_t size;
	uint32_t slots;	    /* 1 or 2: the next one is at insn + slots */
	char text[128];	    /* as in skep_disasm */
	const char *func;   /* whose, NULL: unknown; as long as the unit lives */
	const char *file;   /* NULL: no line is known */
	const char *source; /* the text of the line, NULL: unknown */
	uint32_t line, column;
};
int skep_prog_insn(const struct skep_prog *prog, uint32_t insn,
		   struct skep_insn_info *out); /* -ENOENT: past the end */
/* How often each slot was executed since loading with `count`: fills in at most `n`. Returns the
 * number of slots, 0: nothing is counted. */
size_t skep_prog_counts(const struct skep_prog *prog, uint64_t *counts, size_t n);

/* The kernel's descriptor of the program, its unit's own; -1: it is not in the kernel. */
int skep_prog_fd(const struct skep_prog *prog);
/* A file in a BPF file system that keeps the program in the kernel. Kernel engine only. */
int skep_prog_pin(struct skep_prog *prog, const char *path, struct skep_diag *diag);

enum {
	SKEP_RUN_L3 = 1,      /* socket filter: offsets count from the network header (as on a UDP
				 socket, and in BPF_PROG_TEST_RUN); default: from the link header */
	SKEP_RUN_UNTIMED = 2, /* leave nanosec 0: reading the clock takes longer than a short
				 program */
};

/* As BPF_PROG_TEST_RUN. Sizes are bytes. Any number of threads may run one program at once; each
 * keeps about 340 KiB of address space for its runs until it ends. */
struct skep_run {
	size_t size;
	const void *data_in; /* packet, or memory of a bare program (r1; r2 = its length) */
	size_t data_in_len;
	void *data_out;			   /* NULL: not wanted; may be data_in */
	size_t data_out_cap, data_out_len; /* len: out; larger than cap: cut */
	const void *ctx_in;		   /* context struct, NULL: zeros */
	size_t ctx_in_len;
	void *ctx_out;
	size_t ctx_out_cap, ctx_out_len;
	uint64_t repeat;	   /* 0 and 1 both mean once */
	uint32_t flags;		   /* SKEP_RUN_… */
	uint32_t cpu;		   /* slot of per-CPU maps */
	uint32_t linktype;	   /* LINKTYPE_ of data_in; 0 means 1, Ethernet */
	uint32_t wire_len;	   /* bytes on the wire; 0: data_in_len */
	uint64_t result;	   /* out: R0 of the last run */
	uint64_t nanosec;	   /* out: mean ns per run */
	uint64_t insns;		   /* out: instructions of the last run, checked mode only */
	uint32_t redirect_ifindex; /* out: device of a redirect, 0: none */
};
/* -EFAULT: the program faulted; the diagnostic says where and why. */
int skep_prog_run(struct skep_prog *prog, struct skep_run *run, struct skep_diag *diag);

/* ---- running over many packets: what a call costs is paid once ---- */

struct skep_packet {
	const void *data; /* of a capture: valid until the next call with it */
	uint32_t len, wire_len;
	uint64_t ts; /* ns since the epoch */
	uint32_t linktype, iface;
};

/* What became of a packet, for those who want more than R0. */
struct skep_packet_out {
	void *data;		   /* where it comes out; NULL: not wanted */
	size_t cap, len;	   /* bytes; len: out; larger than cap: cut */
	uint32_t redirect_ifindex; /* out: device of a redirect, 0: none */
};

/* Each packet is a run of its own, in order, as if with skep_prog_run and no context. Of a packet
 * data, len, wire_len and linktype count. Nothing is allocated per packet. */
struct skep_batch {
	size_t size;
	const struct skep_packet *packets;
	size_t count;
	uint64_t *results;	      /* R0 of each; NULL: not wanted */
	struct skep_packet_out *outs; /* one for each; NULL: not wanted */
	uint64_t repeat;	      /* runs of each packet; 0 and 1 both mean once */
	uint32_t flags;		      /* SKEP_RUN_… */
	uint32_t cpu;		      /* slot of per-CPU maps */
	size_t done;		      /* out, kept up to date: packets that were run */
	uint64_t nanosec;	      /* out: mean ns per run */
};
/* As skep_prog_run: a packet that cannot be run, or that the program faults on, ends the batch,
 * and `done` is its index. What was written for those before it holds. */
int skep_prog_run_batch(struct skep_prog *prog, struct skep_batch *batch, struct skep_diag *diag);

/* ---- changing programs while threads run them ----
 *
 *     struct skep_prog *place = NULL;                          shared by the threads
 *     skep_prog_put(&place, prog);                             somebody loads,
 *     skep_prog_run_at(&place, &run, diag);                    threads run what is there now,
 *     skep_prog_put(&place, other); skep_unit_free(unit);      somebody replaces and frees
 */

/* Returns what was there before. */
struct skep_prog *skep_prog_put(struct skep_prog **place, struct skep_prog *prog);
/* -ENOENT: nothing is there. */
int skep_prog_run_at(struct skep_prog *const *place, struct skep_run *run, struct skep_diag *diag);
int skep_prog_run_batch_at(struct skep_prog *const *place, struct skep_batch *batch,
			   struct skep_diag *diag);

/* The word for a result of this program's type: "XDP_PASS", "TC_ACT_OK", …; NULL: a number. */
const char *skep_prog_action(const struct skep_prog *prog, uint64_t result);
/* Does a packet with that result go on its way (rather than being dropped or sent elsewhere)? */
bool skep_prog_passes(const struct skep_prog *prog, uint64_t result);

/* ---- attaching: programs of the kernel engine, to what happens in the system ---- */

enum {
	SKEP_ATTACH_REPLACE = 1,  /* cgroups: alone, in the place of what is there */
	SKEP_ATTACH_FIRST = 4,	  /* tcx, netkit, cgroups: before the others there */
	SKEP_ATTACH_GENERIC = 8,  /* XDP: behind the driver */
	SKEP_ATTACH_NATIVE = 16,  /* XDP: in the driver, or not at all */
	SKEP_ATTACH_OFFLOAD = 32, /* XDP: in the device */
	SKEP_ATTACH_RETURN = 64,  /* probes: when the function returns */
	SKEP_ATTACH_DEFRAG = 128, /* netfilter: put fragments together first */
};

struct skep_attach_opts {
	size_t size;
	/*
	 * Where; NULL: what the section name says. By type of program:
	 *     xdp, tcx, netkit    interface: "eth0", or its number
	 *     tc                  interface and direction: "eth0/ingress"
	 *     cgroup_*, sock_ops  path of a cgroup, from the root of the hierarchy or absolute
	 *     tracepoint          "sched/sched_switch"; raw_tracepoint: "sched_switch"
	 *     tp_btf, fentry, …   the one the program was loaded for
	 *     iter                map of `map`; cgroups below a path; else by kind
	 *     uprobe, uretprobe   "/usr/bin/prog:function+16"; usdt: "/usr/bin/prog:provider:name"
	 *     perf_event          "cpu-clock", "page-faults", "cpu-cycles", …; "mem:0xADDR:4:w"
	 *     sk_lookup, flow_dissector   network namespace: "/run/netns/x"; this process's
	 *     netfilter           "ipv4/local_in", priority in `priority`
	 *     sk_skb, sk_msg      a sockmap of the unit by its name, or a pinned one by its path
	 *     lwt_*               route and interface: "10.1.0.0/16 dev eth0"
	 */
	const char *target;
	int fd;		    /* instead: descriptor of a cgroup, socket, namespace or map; 0: none */
	int pid;	    /* probes, perf events, iterators over tasks: this process; 0: all */
	int cpu;	    /* perf events: 1 + the number of the only CPU; 0: all */
	uint64_t cookie;    /* what bpf_get_attach_cookie() gives */
	uint64_t frequency; /* perf events: samples a second */
	uint64_t period;    /* or: events a sample */
	int priority;	    /* netfilter, tc */
	uint32_t flags;	    /* SKEP_ATTACH_… */
	const struct skep_map *map; /* iterators over the elements of a map */
};

/*
 * Attach a program. Nothing is left behind on failure, nor after the process ends in whatever way,
 * unless the link is pinned; tc filters, routes and sockets have no links: those are taken back
 * when the link is freed or the unit is.
 */
int skep_attach(struct skep_link **out, struct skep_prog *prog, const struct skep_attach_opts *opts,
		struct skep_diag *diag);
/* Register a struct_ops map. */
int skep_attach_map(struct skep_link **out, struct skep_map *map, struct skep_diag *diag);
/* All programs whose sections say where, and all struct_ops maps; the others are told in notes. On
 * failure none stays. Returns how many. */
int skep_attach_all(struct skep_unit *unit, struct skep_diag *diag);

/* Does its section say where it goes? */
bool skep_prog_knows_target(const struct skep_prog *prog);

struct skep_link_info {
	const char *type;   /* "xdp", "tcx", "cgroup", "perf_event", …: bpftool's words */
	const char *target; /* as resolved, for people; may be NULL */
	const char *prog;   /* NULL: of a map */
	uint32_t id;	    /* of the kernel's link; 0: it is none */
	int fd;		    /* of the link, the link's own; -1: none */
};
/* The i-th link of a unit; false: past the end. */
bool skep_unit_link(const struct skep_unit *unit, size_t i, struct skep_link **out);
void skep_link_info(const struct skep_link *link, struct skep_link_info *out);
/* Put another program of the same type in its place; no event is missed. */
int skep_link_update(struct skep_link *link, struct skep_prog *prog, struct skep_diag *diag);
/* Keep it attached when the process ends; the path lies in a BPF file system. */
int skep_link_pin(struct skep_link *link, const char *path, struct skep_diag *diag);
int skep_link_detach(struct skep_link *link, struct skep_diag *diag); /* also when pinned */
/* Run an iterator once and write what it prints. */
int skep_link_read(struct skep_link *link, FILE *out, struct skep_diag *diag);
/* Detaches unless it is pinned. */
void skep_link_free(struct skep_link *link);

/* ---- maps ---- */

struct skep_map *skep_map_find(struct skep_unit *unit, const char *name);
bool skep_unit_map(struct skep_unit *unit, size_t i,
		   struct skep_map **out); /* false: past the end */
int skep_map_info(const struct skep_map *map, struct skep_map_info *out);
/* Values of per-CPU maps are arrays: one value for each CPU, each rounded up to 8 bytes. */
size_t skep_map_value_len(const struct skep_map *map);
/* The bytes of a section of global variables where programs read and write them, as long as the
 * unit lives; constants (rodata, kconfig) must not be written. NULL: another map, or in the kernel
 * one whose variables are all static. */
void *skep_map_memory(struct skep_map *map);
int skep_map_get(struct skep_map *map, const void *key, void *value);
int skep_map_set(struct skep_map *map, const void *key, const void *value, uint64_t flags);
int skep_map_del(struct skep_map *map, const void *key);
int skep_map_next(struct skep_map *map, const void *key, void *next_key);
/* Text ("10.0.0.0/8", "443", "0x1f", "1.2.3.4", "{1,2}", "hex:00 01") to bytes, by the map's BTF
 * and sizes. */
int skep_map_parse(const struct skep_map *map, bool key, const char *text, void *out,
		   struct skep_diag *diag);
/* Read and remove in one step. Queues and stacks have no keys: NULL, then skep_map_get looks at
 * the next value, skep_map_set adds one and this takes one off. */
int skep_map_take(struct skep_map *map, const void *key, void *value);

/*
 * Several elements at once, as bpf(2)'s batch commands. Reads go on from where the call before
 * ended; -ENOENT: that was the end, and what was given holds. Hash tables give whole buckets:
 * -ENOSPC when not even the first fits. Writes and removals end with the first that fails. Types
 * without a command give -EOPNOTSUPP.
 */
enum skep_map_batch_op {
	SKEP_BATCH_READ,
	SKEP_BATCH_TAKE, /* read and remove */
	SKEP_BATCH_WRITE,
	SKEP_BATCH_REMOVE,
};
struct skep_map_batch {
	size_t size;
	const void *from;    /* `to` of the call before; NULL: the beginning */
	void *to;	     /* as large as a key, at least 4 bytes; may be where `from` points */
	void *keys, *values; /* packed; a value has skep_map_value_len() bytes */
	uint32_t count;	     /* in: elements at most; out: done */
	uint64_t elem_flags; /* BPF_F_LOCK */
	uint64_t flags;
};
int skep_map_batch(struct skep_map *map, enum skep_map_batch_op op, struct skep_map_batch *batch);
int skep_map_freeze(struct skep_map *map); /* from now on skep_map_set fails: -EPERM */
/*
 * Keep it under a name, for several processes at once. Kernel: a path in a BPF file system. User
 * engine: a path in a folder that only its owner may use, or a name in the run directory; a process
 * that is killed while it changes the map damages nothing and leaves no lock. -EBUSY: a program of
 * the unit is running, and the map is not shared yet; -EEXIST; -EOPNOTSUPP: maps of the user engine
 * that hold programs, maps or pointers.
 */
int skep_map_pin(struct skep_map *map, const char *path, struct skep_diag *diag);
/* Take a name of the user engine away; `folder`: the run directory, NULL: the default one. */
int skep_map_unpin(const char *name, const char *folder, struct skep_diag *diag);
/* The map's descriptor, to pass over a unix socket (SCM_RIGHTS); it stays the map's. -errno as
 * skep_map_pin. */
int skep_map_fd(struct skep_map *map, struct skep_diag *diag);
/* Every element, or the one of `key`, in the shape of bpftool's output: bytes, and decoded where
 * there is BTF. -ENOENT: no such element. */
int skep_map_dump(struct skep_map *map, const void *key, FILE *out, enum skep_format format);
/* All elements, decoded through BTF. */
int skep_map_print(struct skep_map *map, FILE *out, enum skep_format format);

/* ---- events ---- */

struct skep_event {
	const struct skep_map *map;
	const void *data;
	size_t len;
	uint64_t lost;	/* events dropped before this one */
	int cpu;	/* -1 for a ring buffer */
	uint32_t index; /* in a perf event array */
	uint64_t time;	/* ns of the kernel's clock, of skep_map_events; else 0 */
};
typedef int (*skep_event_fn)(void *arg, const struct skep_event *ev);
int skep_map_poll(struct skep_map *map, int timeout_ms, skep_event_fn fn,
		  void *arg); /* as skep_poll, after skep_map_events */
/* Deliver pending events; returns how many, or the first negative value `fn` returned. -EINTR: a
 * signal ended the wait. */
int skep_poll(struct skep_unit *unit, int timeout_ms, skep_event_fn fn, void *arg);
/* An event decoded through the BTF type named `type` (NULL: found from the map, else hex). */
int skep_event_print(const struct skep_unit *unit, const struct skep_event *ev, const char *type,
		     FILE *out, enum skep_format format);

/* ---- what lives in the Linux kernel: bpftool's view, with its fields ---- */

enum skep_look {
	SKEP_LOOK_PROGS,
	SKEP_LOOK_MAPS,
	SKEP_LOOK_LINKS,
	SKEP_LOOK_BTF,
	SKEP_LOOK_NET,	   /* what is attached to network devices; `where`: one device */
	SKEP_LOOK_CGROUP,  /* what is attached to the cgroup `where` */
	SKEP_LOOK_CGROUPS, /* to it and all below; NULL: the root */
};
struct skep_look_opts {
	size_t size;
	const char *by, *value; /* "id", "name", "tag" (programs) or "pinned" (a path), and which;
				   NULL: all */
	const char *where;
	bool pinned;	/* where objects are pinned, too: walks the BPF file systems */
	bool holders;	/* which processes hold them, too: walks /proc */
	bool effective; /* cgroups: with what they inherit */
	const char *
		engine; /* maps: "kernel"; "user": those pinned in the run directory `where` (NULL:
			   the default one); NULL: the kernel, but for paths of the user engine's */
};
/* Text, JSON or pretty JSON. -EPERM: the diagnostic names the capability that is missing. */
int skep_look(enum skep_look what, const struct skep_look_opts *opts, FILE *out,
	      enum skep_format format, struct skep_diag *diag);

enum { SKEP_CODE_OPCODES = 1, SKEP_CODE_LINES = 2, SKEP_CODE_GRAPH = 4 };
/* Instructions of one program of the kernel as its verifier left them; with SKEP_CODE_GRAPH its
 * blocks for graphviz. */
int skep_look_xlated(const struct skep_look_opts *which, unsigned flags, FILE *out,
		     enum skep_format format, struct skep_diag *diag);

/* Machine code of one function of a program of the kernel. */
struct skep_jited {
	const char *name;  /* "bpf_prog_17d96f236659e4dc_firewall" */
	const char *proto; /* "int firewall(struct xdp_md * ctx)", NULL: unknown */
	uint64_t address;
	const uint8_t *code;
	size_t len; /* bytes */
	const struct skep_jited_line {
		size_t off; /* bytes from `code` on, ascending */
		const char *file, *text;
		uint32_t line, column;
	} * lines;
	size_t line_count;
};
typedef int (*skep_jited_fn)(void *arg, const struct skep_jited *func);
int skep_look_jited(const struct skep_look_opts *which, skep_jited_fn fn, void *arg,
		    struct skep_diag *diag);
/* The bytes of the one ("xlated") or the other ("jited") into a file. */
int skep_look_write(const struct skep_look_opts *which, bool jited, const char *path,
		    struct skep_diag *diag);
/* Pin a program, map or link of the kernel; detach a link from what it hangs on. */
int skep_look_pin(enum skep_look what, const struct skep_look_opts *which, const char *path,
		  struct skep_diag *diag);
int skep_look_detach(const struct skep_look_opts *which, struct skep_diag *diag);

/*
 * Types of the kernel: of a BTF object, a program or a map (`what`: SKEP_LOOK_BTF, _PROGS, _MAPS)
 * as "c", "raw" or "json". Of a map `part` is "key", "value", "kv" (NULL) or "all"; of the others
 * NULL. `base_path`: of the split types of a module; NULL: the kernel's own are found.
 */
int skep_look_btf_dump(enum skep_look what, const struct skep_look_opts *which, const char *part,
		       const char *base_path, const char *format, FILE *out,
		       struct skep_diag *diag);

/* What a program of the kernel did while the call lasted. */
struct skep_metric {
	const char *name;	   /* in: of skep_metric_name */
	uint64_t value;		   /* run_time, cpu_clock: ns; else events */
	uint64_t runs;		   /* of the program */
	uint64_t enabled, running; /* ns that was counted, and of these with the counter at work */
	uint64_t samples;	   /* that `value` was made of; 0: it was counted */
};
/* "run_time" and "run_cnt" come from the kernel's own statistics; the others, hardware's
 * ("cycles", "instructions", …) and "cpu_clock", from samples that fall into the program's machine
 * code. NULL: past the last. */
const char *skep_metric_name(size_t i);
/* Ends after `seconds` (0: never), or at a signal. -ENOENT: this machine has no such counter. */
int skep_look_profile(const struct skep_look_opts *which, double seconds,
		      struct skep_metric *metrics, size_t count, struct skep_diag *diag);

/* A program of the kernel, whoever loaded it: to be run. It stays as it is when it is closed. */
int skep_prog_open(struct skep_prog **out, const struct skep_look_opts *which,
		   struct skep_diag *diag);
void skep_prog_close(struct skep_prog *prog); /* of the above only */

/* Put it on a map of sockets ("sk_msg_verdict", "sk_skb_verdict", "sk_skb_stream_verdict",
 * "sk_skb_stream_parser") or, as "flow_dissector" with `map` NULL, on this network namespace,
 * without a link; or take it off. */
int skep_look_attach_map(const struct skep_look_opts *which, const char *hook,
			 const struct skep_look_opts *map, struct skep_diag *diag);
int skep_look_remove_map(const struct skep_look_opts *which, const char *hook,
			 const struct skep_look_opts *map, struct skep_diag *diag);

/*
 * Put a program of the kernel on a device or a cgroup, or take it off, without a link: it stays
 * when the caller ends. `hook` of a device: "xdp", "xdpgeneric", "xdpdrv", "xdpoffload",
 * "tcx_ingress", "tcx_egress"; of a cgroup: "cgroup_inet_ingress", or in bpftool's short words.
 */
enum { SKEP_PLACE_OVERRIDE = 1, SKEP_PLACE_MULTI = 2, SKEP_PLACE_OVERWRITE = 4 };
int skep_look_attach(const struct skep_look_opts *which, enum skep_look where, const char *hook,
		     const char *name, unsigned flags, struct skep_diag *diag);
/* `which` is not used for devices. */
int skep_look_remove(const struct skep_look_opts *which, enum skep_look where, const char *hook,
		     const char *name, struct skep_diag *diag);

/* A map of the kernel, whoever made it; in maps of maps and programs a value is a number. Other
 * handles and programs are not affected when it is closed. */
int skep_map_open(struct skep_map **out, const struct skep_look_opts *which,
		  struct skep_diag *diag);
/* A new map in the kernel. `inner`: template of a map of maps' values, or NULL. */
int skep_map_create(struct skep_map **out, const struct skep_map_def *def, struct skep_map *inner,
		    struct skep_diag *diag);
/* A new map in that engine, "user" or "kernel"; of the first, without `inner`. */
int skep_map_new(struct skep_map **out, const char *engine, const struct skep_map_def *def,
		 struct skep_map *inner, struct skep_diag *diag);
/* The map of the user engine behind a descriptor of skep_map_fd that another process sent; the
 * descriptor may be closed then. */
int skep_map_from_fd(struct skep_map **out, int fd, struct skep_diag *diag);
void skep_map_close(struct skep_map *map); /* of the four above only */
/* Take the events that programs write into a perf event array of skep_map_open: of all CPUs (-1),
 * each at its number, or of one at `index`. Who read them before no longer does. */
int skep_map_events(struct skep_map *map, int cpu, uint32_t index, struct skep_diag *diag);

struct skep_feature_opts {
	size_t size;
	const char *prefix; /* of C macros instead of text; "" for none; NULL: no macros */
	const char *device; /* network device that shall run programs itself; NULL: the kernel */
	bool full;	    /* also helpers whose trial writes into the kernel's log */
};
/* Which program types, map types, helpers and instructions the running kernel has, by trying. What
 * is not there, and what could not be told, comes with its reason. */
int skep_feature_probe(const struct skep_feature_opts *opts, FILE *out, enum skep_format format,
		       struct skep_diag *diag);

/* ---- capture files ---- */

struct skep_capture; /* a capture file being read, or an interface */
struct skep_dump;    /* a pcap file, being written */

/* pcap or pcapng, plain or compressed with gzip (or zstd, where skep was built with it); "-":
 * standard input. Pipes are read as they come. */
int skep_capture_open(struct skep_capture **out, const char *path, struct skep_diag *diag);

enum skep_direction { SKEP_INOUT, SKEP_IN, SKEP_OUT };
struct skep_live_opts {
	size_t size;
	const char *device; /* an interface, "any" (all of them), or a number of skep_device */
	uint32_t snaplen;   /* bytes of a packet that are wanted; 0: 262,144 */
	uint32_t ring;	    /* bytes shared with Linux; 0: 32 MiB */
	uint32_t timeout;   /* ms until a batch is handed out; 0: 100 */
	uint32_t linktype;  /* of "any": 113 or 276; 0: the interface's own */
	bool no_promisc;    /* only what is sent to this machine */
	enum skep_direction direction;
};
/* -EPERM: the missing capability is named; -ENODEV: the hint names the nearest interface. Nothing
 * arrives before the first call of skep_capture_batch or skep_capture_next. */
int skep_capture_live(struct skep_capture **out, const struct skep_live_opts *opts,
		      struct skep_diag *diag);
/* Of a live capture, before its first packet: let Linux run the filter. -EOPNOTSUPP (without a
 * diagnostic): this interface has no link header of its own, or it is a file. */
int skep_capture_filter(struct skep_capture *c, const struct skep_classic *filter,
			struct skep_diag *diag);
struct skep_capture_stats {
	size_t size;
	uint64_t received; /* passed the filter, dropped ones too */
	uint64_t dropped;  /* for lack of room in the ring */
};
int skep_capture_stats(struct skep_capture *c, struct skep_capture_stats *out); /* live */

/* 1: a packet, valid until the next call; 0: the end; -errno: damaged from here on, what came
 * before holds. Live: waits; -EINTR: a signal came; -ENETDOWN: the interface went down. */
int skep_capture_next(struct skep_capture *c, struct skep_packet *out, struct skep_diag *diag);
/* As many packets as are at hand, at least 1 and at most cap; 0 and -errno as skep_capture_next.
 * Live: 0: none within the timeout. */
int skep_capture_batch(struct skep_capture *c, struct skep_packet *out, uint32_t cap,
		       struct skep_diag *diag);
uint32_t skep_capture_linktype(const struct skep_capture *c); /* of the first interface */
uint32_t skep_capture_snaplen(const struct skep_capture *c);  /* 0: no limit */
void skep_capture_close(struct skep_capture *c);

struct skep_device {
	char name[32];
	uint32_t linktype;
	uint32_t netmask; /* IPv4, in the order of networks; 0: none */
	bool up, running, loopback, wireless;
};
bool skep_device(struct skep_device *out, size_t i); /* false: past the last, which is "any" */

struct skep_dump_opts {
	size_t size;
	uint32_t linktype;
	uint32_t snaplen; /* longer packets are cut; 0: 262,144 */
	bool micro;	  /* stamps in µs, as tcpdump writes; else ns */
	bool direct;	  /* the file grows in its place; else it appears when it is whole */
	/* Several files, which implies `direct`: */
	uint64_t rotate_bytes; /* a new file once one is larger: PATH, PATH1, PATH2, …; 0: never */
	uint64_t rotate_seconds; /* a new file after that time, by the packets' stamps: the path
				    goes through strftime(); 0: never */
	uint32_t rotate_files;	 /* with bytes alone: so many files in a ring, numbers padded with
				    zeros; with seconds alone: the end after so many; 0: no limit */
};
int skep_dump_open(struct skep_dump **out, const char *path, uint32_t linktype,
		   struct skep_diag *diag);
int skep_dump_create(struct skep_dump **out, const char *path, const struct skep_dump_opts *opts,
		     struct skep_diag *diag);
/* 0; 1: nothing was written, the last of `rotate_files` is full; -errno. */
int skep_dump_write(struct skep_dump *d, const struct skep_packet *p);
/* Packets of the last batch of `from`, unchanged, where `wanted` is not 0 (NULL: all): faster than
 * one by one, where the file that is read has the form of that which is written. 0; 1: the last
 * file is full; -errno. */
int skep_dump_copy(struct skep_dump *d, const struct skep_capture *from,
		   const struct skep_packet *packets, const uint32_t *wanted, size_t count);
int skep_dump_flush(struct skep_dump *d); /* makes the file if that is still to do */
int skep_dump_close(struct skep_dump *d, struct skep_diag *diag);
void skep_dump_discard(struct skep_dump *d); /* close without leaving a file, unless direct */

/* ---- packets as text ---- */

enum skep_print_time {
	SKEP_TIME_DAY,	 /* 12:34:56.789012 */
	SKEP_TIME_NONE,	 /* no stamp */
	SKEP_TIME_EPOCH, /* seconds since 1970 */
	SKEP_TIME_DELTA, /* since the packet before */
	SKEP_TIME_DATE,	 /* date and time of day */
	SKEP_TIME_FIRST, /* since the first packet */
};
enum {
	SKEP_PRINT_HEX = 1,   /* the bytes in hexadecimal */
	SKEP_PRINT_ASCII = 2, /* and as characters; alone: characters only */
	SKEP_PRINT_LINK = 4,  /* from the link header on */
};
struct skep_print_opts {
	size_t size;
	enum skep_print_time time;
	unsigned bytes;	   /* SKEP_PRINT_… */
	unsigned verbose;  /* 0 … 3 */
	bool nano;	   /* stamps in ns rather than µs */
	bool numeric;	   /* no names of hosts and services */
	bool link;	   /* link headers */
	bool quiet;	   /* less of each protocol */
	bool absolute_seq; /* TCP sequence numbers as they are in the packet */
};
struct skep_printer; /* remembers connections and names from packet to packet */
int skep_printer_new(struct skep_printer **out, const struct skep_print_opts *opts,
		     struct skep_diag *diag);
/* One line in the shape of tcpdump's, or several with `verbose` and `bytes`. -errno: `out` failed.
 */
int skep_printer_print(struct skep_printer *pr, const struct skep_packet *packet, FILE *out);
void skep_printer_free(struct skep_printer *pr);
/* "EN10MB" and "Ethernet" of 1; NULL: unknown. */
const char *skep_link_name(uint32_t linktype);
const char *skep_link_text(uint32_t linktype);
int skep_link_number(const char *name); /* -1: unknown */

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
