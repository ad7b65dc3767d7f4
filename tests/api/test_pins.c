// SPDX-License-Identifier: BSD-2-Clause
/* Maps of the user engine that outlive their unit and are another's, too. */
#include "api.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct tally {
	uint64_t packets, bytes;
};

static char folder[] = "/tmp/skep-pins-XXXXXX";
static struct skep_diag *diag;

/* The object, loaded with that run directory. */
static int load(struct loaded *l, const char *pin_path)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .pin_path = pin_path };

	memset(l, 0, sizeof(*l));
	assert_int_equal(
		skep_open(&l->obj, SKEP_AUTO, (struct skep_source){ .name = PINNED }, NULL, diag),
		0);
	assert_int_equal(skep_engine_new(&l->eng, "user", diag), 0);
	return skep_load(&l->unit, l->eng, l->obj, &opts, diag);
}

static void run(struct loaded *l)
{
	uint8_t packet[60] = { 0 };
	struct skep_run io = { .size = sizeof(io), .data_in = packet, .data_in_len = 60 };

	assert_int_equal(skep_prog_run(skep_prog_find(l->unit, "count"), &io, diag), 0);
}

static uint64_t packets_of(struct skep_map *map)
{
	struct tally t = { 0 };
	uint32_t key = 0;

	skep_map_get(map, &key, &t);
	assert_int_equal(t.bytes, 60 * t.packets);
	return t.packets;
}

static const char *in_folder(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static struct skep_map *open_pin(const char *path)
{
	struct skep_look_opts which = { .size = sizeof(which), .by = "pinned", .value = path };
	struct skep_map *map = NULL;

	return skep_map_open(&map, &which, diag) ? NULL : map;
}

static void maps_pinned_by_name_are_shared_and_stay(void **state)
{
	struct loaded a, b;
	struct skep_map *map;
	uint32_t key = 0;
	uint64_t n;

	assert_int_equal(load(&a, folder), 0);
	assert_int_equal(load(&b, folder), 0);
	run(&a);
	run(&b);
	run(&b);
	assert_int_equal(packets_of(skep_map_find(a.unit, "tallies")), 3);
	assert_int_equal(packets_of(skep_map_find(b.unit, "tallies")), 3);
	assert_int_equal(skep_map_get(skep_map_find(a.unit, "unpinned"), &key, &n), 0);
	assert_int_equal(n, 1);
	unload(&a);
	unload(&b);
	map = open_pin(in_folder("tallies"));
	assert_non_null(map);
	assert_int_equal(packets_of(map), 3);
	skep_map_close(map);
	assert_int_equal(load(&a, folder), 0);
	run(&a);
	assert_int_equal(packets_of(skep_map_find(a.unit, "tallies")), 4);
	unload(&a);
	assert_int_equal(skep_map_unpin("tallies", folder, diag), 0);
}

static void without_a_folder_nothing_is_pinned(void **state)
{
	struct loaded a, b;

	assert_int_equal(load(&a, NULL), 0);
	assert_int_equal(load(&b, NULL), 0);
	run(&a);
	assert_int_equal(packets_of(skep_map_find(b.unit, "tallies")), 0);
	assert_int_equal(access(in_folder("tallies"), F_OK), -1);
	unload(&a);
	unload(&b);
}

static void pins_carry_their_types(void **state)
{
	char *text = NULL;
	struct loaded a;
	struct skep_map *map;
	size_t len;
	FILE *out;

	assert_int_equal(load(&a, NULL), 0);
	run(&a);
	assert_int_equal(skep_map_pin(skep_map_find(a.unit, "tallies"), in_folder("t"), diag), 0);
	run(&a); /* machine code keeps its addresses */
	map = open_pin(in_folder("t"));
	assert_non_null(map);
	assert_int_equal(packets_of(map), 2);
	out = open_memstream(&text, &len);
	assert_int_equal(skep_map_print(map, out, SKEP_TEXT), 0);
	fclose(out);
	assert_non_null(strstr(text, "packets = 2"));
	free(text);
	skep_map_close(map);
	unload(&a);
}

static void another_shape_is_refused_and_stays(void **state)
{
	struct skep_map_def def = {
		.name = "tallies", .type = "hash", .key_size = 4, .value_size = 8, .max_entries = 8
	};
	struct skep_map *map;
	struct loaded a;

	assert_int_equal(skep_map_new(&map, "user", &def, NULL, diag), 0);
	assert_int_equal(skep_map_pin(map, in_folder("tallies"), diag), 0);
	assert_int_equal(load(&a, folder), -EEXIST);
	assert_complains(diag, "has another value size: 8, not 16");
	unload(&a);
	assert_int_equal(skep_map_pin(map, in_folder("tallies"), diag), -EEXIST);
	assert_complains(diag, "already");
	skep_map_close(map);
	assert_int_equal(skep_map_unpin("tallies", folder, diag), 0);
	assert_int_equal(skep_map_unpin("tallies", folder, diag), -ENOENT);
	skep_diag_clear(diag);
}

static void a_descriptor_is_a_map_again(void **state)
{
	struct skep_map *map;
	struct loaded a;
	int fd;

	assert_int_equal(load(&a, folder), 0);
	fd = skep_map_fd(skep_map_find(a.unit, "tallies"), diag);
	assert_true(fd >= 0);
	assert_int_equal(skep_map_from_fd(&map, fd, diag), 0);
	run(&a);
	assert_int_equal(packets_of(map), 1);
	unload(&a);
	assert_int_equal(packets_of(map), 1);
	skep_map_close(map);
	assert_int_equal(skep_map_from_fd(&map, 0, diag) < 0, 1);
	skep_diag_clear(diag);
	assert_int_equal(skep_map_unpin("tallies", folder, diag), 0);
}

static void folders_of_others_are_refused(void **state)
{
	struct loaded a;

	assert_int_equal(chmod(folder, 0777), 0);
	assert_int_equal(load(&a, folder), -EPERM);
	assert_complains(diag, "can be written to by others");
	unload(&a);
	assert_int_equal(chmod(folder, 0700), 0);
}

/* Children run the program until they are killed, within the lock as like as not. */
static void a_spin_lock_of_the_dead_is_freed(void **state)
{
	uint8_t packet[60] = { 0 };
	struct skep_run io = { .size = sizeof(io), .data_in = packet, .data_in_len = 60 };
	struct loaded a;
	int status;

	io.repeat = 1000000000;
	assert_int_equal(load(&a, folder), 0);
	for (int i = 0; i < 20; i++) {
		struct skep_run once = io;
		struct loaded b;
		pid_t pid = fork();

		if (!pid) {
			if (load(&b, folder))
				_exit(1);
			skep_prog_run(skep_prog_find(b.unit, "guard"), &io, NULL);
			_exit(0);
		}
		usleep(3000 + 211 * i);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		once.repeat = 1;
		assert_int_equal(skep_prog_run(skep_prog_find(a.unit, "guard"), &once, diag), 0);
	}
	unload(&a);
}

static int before(void **state)
{
	diag = skep_diag_new();
	return mkdtemp(folder) ? 0 : -1;
}

static int after(void **state)
{
	char command[64];

	skep_diag_free(diag);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(maps_pinned_by_name_are_shared_and_stay),
		TEST(without_a_folder_nothing_is_pinned),
		TEST(pins_carry_their_types),
		TEST(another_shape_is_refused_and_stays),
		TEST(a_descriptor_is_a_map_again),
		TEST(a_spin_lock_of_the_dead_is_freed),
		TEST(folders_of_others_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, before, after);
}
