// SPDX-License-Identifier: BSD-2-Clause
/* Who has a shared map, and who of them is still there. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "map/guard.h"
#include "map/seghead.h"

/* F_OFD_…: the lock belongs to the open file, so that maps of one process do not disturb each
 * other. */
static int byte_lock(const struct segment *s, int how, short type, off_t at)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1 };
	int ret;

	do
		ret = fcntl(s->fd, how, &l);
	while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : l.l_type;
}

int owner_mend_enter(struct segment *s)
{
	int err;

	pthread_mutex_lock(&s->mending);
	err = byte_lock(s, F_OFD_SETLKW, F_WRLCK, SEG_MEND);
	if (err < 0)
		pthread_mutex_unlock(&s->mending);
	return MIN(err, 0);
}

void owner_mend_leave(struct segment *s)
{
	byte_lock(s, F_OFD_SETLK, F_UNLCK, SEG_MEND);
	pthread_mutex_unlock(&s->mending);
}

/* Is the byte of that entry locked through another open file? */
static bool is_locked(const struct segment *s, u32 slot)
{
	return byte_lock(s, F_OFD_GETLK, F_WRLCK, SEG_LOCKS + slot) != F_UNLCK;
}

/* Start of a process in clock ticks since boot; 0: it is not there, or a zombie. */
static u64 start_of(u32 pid)
{
	char path[32], text[512], state = 0, *at;
	unsigned long long start = 0;
	size_t len = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	in = fopen(path, "re");
	if (in) {
		len = fread(text, 1, sizeof(text) - 1, in);
		fclose(in);
	}
	text[len] = 0;
	at = strrchr(text, ')'); /* the name before it may hold anything */
	if (!at || sscanf(at + 1,
			  " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
			  "%*d %*d %*d %*d %llu",
			  &state, &start) != 2)
		return 0;
	return state == 'Z' || state == 'X' ? 0 : start;
}

static u64 space_of_self(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) ? 0 : (u64)st.st_ino;
}

/*
 * A child keeps its parent's open files, not its maps (MADV_DONTFORK): the byte may stay locked
 * when the owner is dead. Processes of this namespace can be asked for.
 */
static bool process_gone(const struct seg_owner *o)
{
	u32 pid = READ_ONCE(o->pid);
	u64 space = space_of_self();

	return pid && space && READ_ONCE(o->space) == space && start_of(pid) != READ_ONCE(o->start);
}

static bool slot_dead(const struct segment *s, u32 slot)
{
	return slot != s->slot && (!is_locked(s, slot) || process_gone(&s->head->owner[slot]));
}

bool owner_slot_dead(struct segment *s, u32 slot)
{
	slot %= SEG_OWNERS;
	return !READ_ONCE(s->head->owner[slot].pid) || slot_dead(s, slot);
}

bool owner_word_dead(struct segment *s, u32 word)
{
	u32 slot = word % SEG_OWNERS;

	if (READ_ONCE(s->head->owner[slot].gen) != word >> SEG_SLOT_BITS)
		return true;
	return word != s->self && slot_dead(s, slot);
}

bool owner_any_dead(struct segment *s)
{
	for (u32 i = 0; i < SEG_OWNERS; i++) {
		if (READ_ONCE(s->head->owner[i].pid) && slot_dead(s, i))
			return true;
	}
	return false;
}

bool owner_pid_dead(struct segment *s, u32 pid)
{
	for (u32 i = 0; i < SEG_OWNERS; i++) {
		if (READ_ONCE(s->head->owner[i].pid) == pid && !slot_dead(s, i))
			return false;
	}
	return true;
}

bool owner_any_alive(struct segment *s)
{
	for (u32 i = 0; i < SEG_OWNERS; i++) {
		if (READ_ONCE(s->head->owner[i].pid) && !slot_dead(s, i))
			return true;
	}
	return false;
}

static void next_gen(struct seg_owner *o)
{
	WRITE_ONCE(o->gen, o->gen % SEG_GEN_MAX + 1);
}

void owner_bury(struct segment *s)
{
	for (u32 i = 0; i < SEG_OWNERS; i++) {
		struct seg_owner *o = &s->head->owner[i];

		if (!READ_ONCE(o->pid) || !slot_dead(s, i))
			continue;
		next_gen(o);
		STORE_RELEASE(o->pid, 0);
	}
}

int owner_enter(struct segment *s)
{
	for (u32 i = 0; i < SEG_OWNERS; i++) {
		struct seg_owner *o = &s->head->owner[i];

		if (READ_ONCE(o->pid) || byte_lock(s, F_OFD_SETLK, F_WRLCK, SEG_LOCKS + i) < 0)
			continue;
		next_gen(o);
		WRITE_ONCE(o->start, start_of((u32)getpid()));
		WRITE_ONCE(o->space, space_of_self());
		STORE_RELEASE(o->pid, (u32)getpid());
		s->slot = i;
		s->self = o->gen << SEG_SLOT_BITS | i;
		return 0;
	}
	return -EUSERS;
}

void owner_leave(struct segment *s)
{
	STORE_RELEASE(s->head->owner[s->slot].pid, 0);
	byte_lock(s, F_OFD_SETLK, F_UNLCK, SEG_LOCKS + s->slot);
}
