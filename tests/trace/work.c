// SPDX-License-Identifier: BSD-2-Clause
/* What the traced scripts look at: the same calls with the same arguments in every run. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRACED __attribute__((noinline, noclone, visibility("default")))

struct pair {
	int first;
	char name[8];
	long last;
};
struct list {
	int items[4];
};
struct bits {
	unsigned low : 4, high : 12;
};

volatile long sink;

TRACED int work_add(int a, int b)
{
	sink += a;
	return a + b;
}

TRACED void work_text(const char *text)
{
	sink += text[0];
}

TRACED void work_pair(const struct pair *p)
{
	sink += p->last;
}

TRACED void work_list(const struct list *l)
{
	sink += l->items[2];
}

TRACED void work_bits(const struct bits *b)
{
	sink += b->low;
}

TRACED void work_leaf(void)
{
	sink++;
}

TRACED void work_tree(void)
{
	work_leaf();
	sink++;
}

int main(void)
{
	struct pair pair = { 42, "pair", 1000000 };
	struct list list = { { 10, 20, 30, 40 } };
	struct bits bits = { 5, 1234 };
	/* On the stack: memory that is there, or a tracer may not be able to read it. */
	char path[] = "/nonexistent/skep", first[] = "a text of this program",
	     second[] = "and another";

	for (int i = 0; i < 10; i++)
		work_add(i, 100 + i * i);
	for (int i = 0; i < 7; i++)
		syscall(SYS_getppid);
	for (int i = 0; i < 3; i++)
		syscall(SYS_getpgrp);
	for (int i = 0; i < 5; i++)
		close(1001 + i * 150);
	for (int i = 0; i < 2; i++)
		open(path, O_RDONLY);
	work_text(first);
	work_text(second);
	work_pair(&pair);
	work_list(&list);
	work_bits(&bits);
	work_tree();
	return 0;
}
