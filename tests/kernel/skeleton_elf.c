// SPDX-License-Identifier: BSD-2-Clause
/* Writes what a skeleton embeds. -DNAME=preset */
#include <stdio.h>

#define PASTE(a, b)  a##b
#define ELF_OF(name) PASTE(name, _elf)
#define TEXT(x)	     #x
#define HEADER(name) TEXT(name.skel.h)
#include HEADER(NAME)

int main(void)
{
	return fwrite(ELF_OF(NAME), sizeof(ELF_OF(NAME)), 1, stdout) != 1;
}
