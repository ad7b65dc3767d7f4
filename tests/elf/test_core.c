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

static const struct CMUnitTest tests[] = {
	TEST(patched_programs_equal_libbpfs),
};
TEST_MAIN(tests)
