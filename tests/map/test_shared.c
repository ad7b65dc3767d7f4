// SPDX-License-Identifier: BSD-2-Clause
/* Maps in files: what one mapping writes, the other reads; pins that are no maps are refused. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "map/pin.h"
#include "map/seghead.h"

enum { ENTRIES = 16 };

static char folder[] = "/tmp/skep-shared-XXXXXX";

static const struct map_def kinds[] = {
	{ .type = MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8 },
	{ .type = MAP_TYPE_HASH, .key_size = 4, .value_size = 8 },
	{ .type = MAP_TYPE_LRU_HASH, .key_size = 4, .value_size = 8 },
	{ .type = MAP_TYPE_LPM_TRIE, .key_size = 8, .value_size = 8, .flags = MAP_NO_PREALLOC },
	{ .type = MAP_TYPE_DEVMAP_HASH, .key_size = 4, .value_size = 4 },
};

static char *in_folder(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static struct map *pinned(u32 type, u32 key_size, u32 value_size, u32 flags, const char *name)
{
	struct map_def def = { .name = "m",
			       .type = type,
			       .key_size = key_size,
			       .value_size = value_size,
			       .max_entries = ENTRIES,
			       .flags = flags };
	struct map *m;

	assert_int_equal(map_create(&m, &def, NULL), 0);
	unlink(in_folder(name));
	assert_int_equal(pin_map(m, in_folder(name), NULL, NULL), 0);
	return m;
}

static void key_of(const struct map *m, u32 i, u8 *key)
{
	memset(key, 0, 8);
	if (m->def.type == MAP_TYPE_LPM_TRIE) {
		STORE(u32, key, 32);
		STORE(u32, key + 4, i << 8);
	} else {
		STORE(u32, key, i);
	}
}

static void what_one_writes_the_other_reads(void **state)
{
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct map_def def = kinds[k];
		struct map *a, *b;
		u8 key[8];

		def.name = "m";
		def.max_entries = ENTRIES;
		assert_int_equal(map_create(&a, &def, NULL), 0);
		for (u32 i = 0; i < ENTRIES; i += 2) { /* before it is shared */
			u64 value = i + 1;

			key_of(a, i, key);
			assert_int_equal(map_write(a, key, &value, 0), 0);
		}
		unlink(in_folder("x"));
		assert_int_equal(pin_map(a, in_folder("x"), NULL, NULL), 0);
		assert_int_equal(pin_open(&b, in_folder("x"), NULL), 0);
		assert_int_equal(b->def.type, def.type);
		for (u32 i = 1; i < ENTRIES; i += 2) {
			u64 value = i + 1;

			key_of(a, i, key);
			assert_int_equal(map_write(b, key, &value, 0), 0);
		}
		for (u32 i = 0; i < ENTRIES; i++) {
			u64 value[2] = { 0 };

			key_of(a, i, key);
			assert_int_equal(map_read(i % 2 ? a : b, key, value), 0);
			assert_int_equal(value[0], i + 1);
		}
		map_free(a);
		key_of(b, 3, key);
		if (def.type != MAP_TYPE_ARRAY)
			assert_int_equal(map_remove(b, key), 0);
		map_free(b);
		assert_int_equal(pin_open(&a, in_folder("x"), NULL), 0); /* outlives both */
		if (def.type != MAP_TYPE_ARRAY)
			assert_int_equal(map_remove(a, key), -ENOENT);
		map_free(a);
		assert_int_equal(pin_remove(in_folder("x"), NULL), 0);
	}
}

static void queues_keep_their_order(void **state)
{
	struct map *a = pinned(MAP_TYPE_QUEUE, 0, 4, 0, "q"), *b;
	u32 value;

	assert_int_equal(pin_open(&b, in_folder("q"), NULL), 0);
	for (u32 i = 0; i < ENTRIES; i++)
		assert_int_equal(map_write(i % 2 ? a : b, NULL, &i, 0), 0);
	for (u32 i = 0; i < ENTRIES; i++) {
		assert_int_equal(map_take(i % 3 ? a : b, NULL, &value), 0);
		assert_int_equal(value, i);
	}
	map_free(a);
	map_free(b);
}

static int add_up(void *arg, const void *data, size_t len)
{
	assert_int_equal(len, 4);
	*(u32 *)arg += LOAD(u32, data);
	return 0;
}

static void records_of_one_reach_the_other(void **state)
{
	struct map_def def = { .name = "r", .type = MAP_TYPE_RINGBUF, .max_entries = 4096 };
	struct map *a, *b;
	u32 sum = 0, one = 1;

	assert_int_equal(map_create(&a, &def, NULL), 0);
	assert_int_equal(ring_output(a, &one, 4), 0);
	assert_int_equal(pin_map(a, in_folder("r"), NULL, NULL), 0);
	assert_int_equal(pin_open(&b, in_folder("r"), NULL), 0);
	for (u32 i = 0; i < 4096; i++) {
		void *record = ring_reserve(a, 4);

		assert_non_null(record);
		memcpy(record, &one, 4);
		ring_commit(record, i % 2);
		assert_int_equal(ring_output(b, &one, 4), 0);
		assert_true(ring_consume(i % 3 ? a : b, add_up, &sum) >= 1);
	}
	assert_int_equal(sum, 1 + 2048 + 4096);
	map_free(a);
	map_free(b);
}

static void frozen_is_frozen_for_all(void **state)
{
	struct map *a = pinned(MAP_TYPE_HASH, 4, 4, 0, "f"), *b;
	u32 key = 1;

	assert_int_equal(pin_open(&b, in_folder("f"), NULL), 0);
	assert_int_equal(map_freeze(a), 0);
	assert_int_equal(map_write(b, &key, &key, 0), -EPERM);
	assert_int_equal(map_freeze(b), -EPERM);
	map_free(a);
	map_free(b);
}

static void types_come_along(void **state)
{
	static const char btf[] = "not looked at here";
	struct map_types types = { btf, sizeof(btf), 3, 4 };
	struct map_def def = {
		.name = "t", .type = MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1
	};
	u32 key, value;
	struct map *m;
	void *back;
	u64 len;

	assert_int_equal(map_create(&m, &def, NULL), 0);
	assert_int_equal(pin_map(m, in_folder("t"), &types, NULL), 0);
	map_free(m);
	assert_int_equal(pin_open(&m, in_folder("t"), NULL), 0);
	assert_string_equal(m->def.name, "t");
	assert_int_equal(segment_types(m, &back, &len, &key, &value), 0);
	assert_int_equal(len, sizeof(btf));
	assert_memory_equal(back, btf, len);
	assert_int_equal(key + value, 7);
	free(back);
	map_free(m);
}

static void maps_of_pointers_are_not_shared(void **state)
{
	struct map_def def = { .name = "p",
			       .type = MAP_TYPE_PROG_ARRAY,
			       .key_size = 4,
			       .value_size = 4,
			       .max_entries = 1 };
	struct map *m;

	assert_int_equal(map_create(&m, &def, NULL), 0);
	assert_int_equal(pin_map(m, in_folder("p"), NULL, NULL), -EOPNOTSUPP);
	assert_int_equal(access(in_folder("p"), F_OK), -1);
	map_free(m);
}

static void taken_names_and_bad_folders_are_refused(void **state)
{
	struct map *m = pinned(MAP_TYPE_HASH, 4, 4, 0, "n"), *other;
	char *path;

	assert_int_equal(pin_map(m, in_folder("n"), NULL, NULL), -EEXIST);
	assert_int_equal(pin_map(m, in_folder("n2"), NULL, NULL), 0); /* a second name */
	assert_int_equal(pin_open(&other, in_folder("none"), NULL), -ENOENT);
	assert_int_equal(symlink("n", in_folder("link")), 0);
	assert_int_equal(pin_open(&other, in_folder("link"), NULL), -ELOOP);
	assert_int_equal(mkdir(in_folder("open"), 0700), 0);
	assert_int_equal(chmod(in_folder("open"), 0777), 0);
	assert_int_equal(pin_map(m, in_folder("open/x"), NULL, NULL), -EPERM);
	assert_int_equal(pin_folder(&path, in_folder("open"), NULL), -EPERM);
	assert_int_equal(pin_folder(&path, in_folder("made"), NULL), 0);
	free(path);
	map_free(m);
}

/* Linux passes the open file itself; the other side opens its own. */
static void a_map_passes_over_a_socket(void **state)
{
	struct map_def def = { .name = "s",
			       .type = MAP_TYPE_HASH,
			       .key_size = 4,
			       .value_size = 4,
			       .max_entries = ENTRIES };
	u32 key = 5, value = 55;
	struct map *m;
	int sv[2], status;
	pid_t pid;

	assert_int_equal(map_create(&m, &def, NULL), 0);
	assert_int_equal(pin_share(m, NULL, NULL, NULL), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	pid = fork();
	if (!pid) {
		char byte, control[CMSG_SPACE(sizeof(int))];
		struct iovec io = { &byte, 1 };
		struct msghdr h = { .msg_iov = &io,
				    .msg_iovlen = 1,
				    .msg_control = control,
				    .msg_controllen = sizeof(control) };
		struct map *mine;
		int fd;

		if (recvmsg(sv[1], &h, 0) != 1 || !CMSG_FIRSTHDR(&h))
			_exit(1);
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&h)), sizeof(fd));
		if (pin_from_fd(&mine, fd, NULL))
			_exit(2);
		close(fd);
		_exit(map_write(mine, &key, &value, 0) ? 3 : 0);
	} else {
		char byte = 'm', control[CMSG_SPACE(sizeof(int))] = { 0 };
		struct iovec io = { &byte, 1 };
		struct msghdr h = { .msg_iov = &io,
				    .msg_iovlen = 1,
				    .msg_control = control,
				    .msg_controllen = sizeof(control) };
		struct cmsghdr *c = CMSG_FIRSTHDR(&h);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &m->seg.fd, sizeof(int));
		assert_int_equal(sendmsg(sv[0], &h, 0), 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	value = 0;
	assert_int_equal(map_read(m, &key, &value), 0);
	assert_int_equal(value, 55);
	map_free(m);
}

/* ---- damage ---- */

static u8 *file_read(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	u8 *data;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	data = malloc((size_t)st.st_size);
	assert_non_null(data);
	assert_int_equal(read(fd, data, (size_t)st.st_size), st.st_size);
	close(fd);
	*len = (size_t)st.st_size;
	return data;
}

static void file_write(const char *path, const u8 *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

static void short_and_strange_files_are_refused(void **state)
{
	struct map *m = pinned(MAP_TYPE_HASH, 4, 4, 0, "d"), *out;
	size_t len;
	u8 *data = file_read(in_folder("d"), &len);

	map_free(m);
	file_write(in_folder("d"), data, 0);
	assert_int_equal(pin_open(&out, in_folder("d"), NULL), -EINVAL);
	file_write(in_folder("d"), data, 100);
	assert_int_equal(pin_open(&out, in_folder("d"), NULL), -EUCLEAN);
	file_write(in_folder("d"), data, len - 1);
	assert_int_equal(pin_open(&out, in_folder("d"), NULL), -EUCLEAN);
	file_write(in_folder("d"), (const u8 *)"hello, world", 12);
	assert_int_equal(pin_open(&out, in_folder("d"), NULL), -EINVAL);
	assert_int_equal(pin_remove(in_folder("d"), NULL), -EINVAL);
	STORE(u32, data + offsetof(struct seg_head, version), 99);
	file_write(in_folder("d"), data, len);
	assert_int_equal(pin_open(&out, in_folder("d"), NULL), -EINVAL);
	free(data);
}

static bool same_shape(const struct map *m, const struct map_def *def)
{
	return m->def.type == def->type && m->def.key_size == def->key_size &&
	       m->def.value_size == def->value_size;
}

/* Any bytes may stand there: whoever opens the map and uses it sees errors at worst. */
static void damaged_contents_never_crash(void **state)
{
	u32 seed = 1, refused = 0, opened = 0;

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct map *m = pinned(kinds[k].type, kinds[k].key_size, kinds[k].value_size,
				       kinds[k].flags, "c");
		u8 key[8], *data, *bad;
		u64 value[2] = { 1 };
		size_t len;

		for (u32 i = 0; i < ENTRIES / 2; i++) {
			key_of(m, i, key);
			assert_int_equal(map_write(m, key, value, 0), 0);
		}
		map_free(m);
		data = file_read(in_folder("c"), &len);
		bad = malloc(len);
		for (u32 round = 0; round < 300; round++) {
			memcpy(bad, data, len);
			for (u32 n = 0; n < 1 + round % 8; n++) {
				size_t at;

				/* Mostly where something stands; often with a sound checksum. */
				do {
					seed = seed * 1664525 + 1013904223;
					at = (seed >> 4) % (len / 4) * 4;
				} while (!LOAD(u32, data + at) && round % 4);
				seed = seed * 1664525 + 1013904223;
				bad[at + (seed >> 9) % 4] ^= (u8)(1 << (seed >> 20) % 8);
			}
			STORE(u32, bad + offsetof(struct seg_head, check),
			      hash_bytes(bad, offsetof(struct seg_head, check), SEG_VERSION));
			file_write(in_folder("c"), bad, len);
			if (pin_open(&m, in_folder("c"), NULL)) {
				refused++;
				continue;
			}
			opened++;
			for (u32 i = 0; i < 2 * ENTRIES && same_shape(m, &kinds[k]); i++) {
				key_of(m, i, key);
				map_read(m, key, value);
				map_write(m, key, value, 0);
				map_remove(m, key);
			}
			map_free(m);
		}
		free(data);
		free(bad);
	}
	assert_true(refused > 100);
	assert_true(opened > 100);
}

static int folder_new(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int folder_drop(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_one_writes_the_other_reads),
		TEST(queues_keep_their_order),
		TEST(records_of_one_reach_the_other),
		TEST(frozen_is_frozen_for_all),
		TEST(types_come_along),
		TEST(maps_of_pointers_are_not_shared),
		TEST(taken_names_and_bad_folders_are_refused),
		TEST(a_map_passes_over_a_socket),
		TEST(short_and_strange_files_are_refused),
		TEST(damaged_contents_never_crash),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, folder_new, folder_drop);
}
