// SPDX-License-Identifier: BSD-2-Clause
/* CO-RE on the running kernel's types: our instructions are those libbpf loads. */
#include "test.h"

#include <bpf/btf.h>
#include <errno.h>

#include "btf/core.h"
#include "compare.h"
#include "load.h"

struct core_head {
	u16 magic;
	u8 version, flags;
	u32 hdr_len, func_off, func_len, line_off, line_len, core_off, core_len;
};

struct core_record {
	u32 insn_off, type_id, access, kind;
};

/* An object's bytes, in which records of ___match types ask type_matches. */
struct bytes {
	u8 *data;
	size_t len;
	u32 kinds[CORE_KIND_COUNT]; /* how many records there are of each */
};

static void edit_record(struct bytes *b, const struct btf *btf, u8 *at)
{
	struct core_record r;
	const char *name;

	memcpy(&r, at, sizeof(r));
	name = btf__name_by_offset(btf, btf__type_by_id(btf, r.type_id)->name_off);
	if (r.kind == CORE_TYPE_EXISTS && strstr(name, "___match"))
		r.kind = CORE_TYPE_MATCHES;
	assert_true(r.kind < CORE_KIND_COUNT);
	b->kinds[r.kind]++;
	memcpy(at, &r, sizeof(r));
}

static void edit_records(struct bytes *b, const struct btf *btf, u8 *ext)
{
	struct core_head h;
	u8 *p, *end;

	memcpy(&h, ext, sizeof(h));
	p = ext + h.hdr_len + h.core_off;
	end = p + h.core_len;
	assert_int_equal(LOAD(u32, p), sizeof(struct core_record));
	for (p += 4; p < end;) {
		u32 count = LOAD(u32, p + 4);

		for (p += 8; count--; p += sizeof(struct core_record))
			edit_record(b, btf, p);
	}
}

static struct bytes read_bytes(const char *name)
{
	char path[512];
	struct btf_ext *ext = NULL;
	struct btf *btf;
	struct bytes b = { 0 };
	struct file f;
	const void *raw;
	u32 size;
	u8 *at;

	snprintf(path, sizeof(path), ELF_DIR "/%s.bpf.o", name);
	assert_int_equal(file_open(&f, path, NULL), 0);
	b.len = f.len;
	b.data = malloc(f.len);
	memcpy(b.data, f.data, f.len);
	file_close(&f);
	btf = btf__parse(path, &ext);
	assert_non_null(btf);
	raw = btf_ext__get_raw_data(ext, &size);
	at = memmem(b.data, b.len, raw, size);
	assert_non_null(at);
	edit_records(&b, btf, at);
	btf_ext__free(ext);
	btf__free(btf);
	return b;
}

static struct object *open_bytes(const struct bytes *b, const char *name)
{
	struct skep_open_opts opts = { .size = sizeof(opts) };
	struct object *obj = NULL;
	struct diag d;

	diag_init(&d);
	if (elf_open(&obj, name, b->data, b->len, &opts, &d)) {
		diag_print(&d, stdout, false);
		fail();
	}
	diag_fini(&d);
	return obj;
}

static bool can_load(void)
{
	return !geteuid() && !access("/sys/kernel/btf/vmlinux", R_OK);
}
#define need_kernel()                                                                              \
	do {                                                                                       \
		if (!can_load())                                                                   \
			test_skip("needs root and /sys/kernel/btf/vmlinux");                       \
	} while (0)

static void patched_programs_equal_libbpfs(void **state)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "core");
	struct bpf_object *other;
	struct object *obj;
	struct bytes b;
	u32 slots;

	need_kernel();
	b = read_bytes("core");
	for (u32 i = 0; i < CORE_KIND_COUNT; i++) {
		if (!b.kinds[i])
			fail_msg("the program has no relocation of kind %s", core_kind_name(i));
	}
	libbpf_set_print(quiet);
	other = bpf_object__open_mem(b.data, b.len, &opts);
	assert_non_null(other);
	obj = open_bytes(&b, "core");
	same_maps(obj, other);
	if (bpf_object__load(other)) {
		bpf_object__close(other);
		object_free(obj);
		free(b.data);
		test_skip("the kernel refuses to load core");
	}
	slots = same_progs(obj, other);
	print_message("# %u slots compared\n", slots);
	assert_true(slots > 300);
	bpf_object__close(other);
	object_free(obj);
	free(b.data);
}

static char *shown(const struct skep_object *obj)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(skep_object_show(obj, out, SKEP_TEXT), 0);
	fclose(out);
	return text;
}

static char *told(const struct skep_diag *diag)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	skep_diag_print(diag, out, false);
	fclose(out);
	return text;
}

static struct skep_object *open_poison(struct skep_diag *diag)
{
	struct skep_source src = { .name = ELF_DIR "/poison.bpf.o" };
	struct skep_object *obj = NULL;

	assert_int_equal(skep_open(&obj, SKEP_ELF, src, NULL, diag), 0);
	return obj;
}

/* What the kernel lacks, and what it has instead: sk_buff and its data_len are in all of them. */
static const struct {
	const char *prog, *spec, *why, *source;
} lacks[] = {
	{ "member", "struct sk_buff.data_lenn (0:0 @ offset 0)",
	  "struct sk_buff has no member 'data_lenn'; the nearest is 'data_len'",
	  "skb->data_lenn : 1" },
	{ "type", "struct sk_buf.len (0:0 @ offset 0)",
	  "there is no struct sk_buf; the nearest is struct sk_buff", "skb->len : 1" },
};

static void missing_things_are_shown_with_the_nearest(void **state)
{
	struct skep_diag *diag;
	struct skep_object *obj;
	char want[512], *text;

	need_kernel();
	diag = skep_diag_new();
	obj = open_poison(diag);
	text = shown(obj);
	for (u32 i = 0; i < ARRAY_SIZE(lacks); i++) {
		snprintf(want, sizeof(want), "byte_off %s: not matched: %s\n", lacks[i].spec,
			 lacks[i].why);
		if (!strstr(text, want))
			fail_msg("'%s' is not in: %s", want, text);
	}
	free(text);
	skep_object_free(obj);
	skep_diag_free(diag);
}

/* 40 bytes reach the poisoned instruction, 20 go around it. */
static void run_poisoned(struct skep_unit *unit, struct skep_diag *diag, u32 i)
{
	static const u8 packet[64];
	struct skep_prog *prog = skep_prog_find(unit, lacks[i].prog);
	struct skep_run run = { .size = sizeof(run), .data_in = packet, .data_in_len = 20 };
	char *text;

	assert_non_null(prog);
	assert_int_equal(skep_prog_run(prog, &run, diag), 0);
	assert_int_equal(run.result, 1);
	run.data_in_len = 40;
	assert_int_equal(skep_prog_run(prog, &run, diag), -EFAULT);
	text = told(diag);
	if (!strstr(text, lacks[i].why) || !strstr(text, lacks[i].source) ||
	    !strstr(text, "bpf_core_field_exists()"))
		fail_msg("the fault says only: %s", text);
	free(text);
	skep_diag_clear(diag);
}

static void poisoned_instructions_fault_when_reached(void **state)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .exec = SKEP_EXEC_CHECKED };
	struct skep_diag *diag;
	struct skep_engine *eng;
	struct skep_object *obj;
	struct skep_unit *unit;

	need_kernel();
	diag = skep_diag_new();
	obj = open_poison(diag);
	assert_int_equal(skep_engine_new(&eng, "user", diag), 0);
	assert_int_equal(skep_load(&unit, eng, obj, &opts, diag), 0);
	for (u32 i = 0; i < ARRAY_SIZE(lacks); i++)
		run_poisoned(unit, diag, i);
	skep_unit_free(unit);
	skep_engine_free(eng);
	skep_object_free(obj);
	skep_diag_free(diag);
}

static const struct CMUnitTest tests[] = {
	TEST(patched_programs_equal_libbpfs),
	TEST(missing_things_are_shown_with_the_nearest),
	TEST(poisoned_instructions_fault_when_reached),
};
TEST_MAIN(tests)
