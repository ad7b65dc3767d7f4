// SPDX-License-Identifier: BSD-2-Clause
#include "symbols/demangle.h"

#include <dlfcn.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

typedef char *(*demangler)(const char *name, char *out, size_t *len, int *status);

/* Asked for once; the library stays loaded. */
static demangler find(void)
{
	static _Atomic(demangler) found;
	static _Atomic bool tried;
	void *lib;

	if (tried)
		return found;
	lib = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_LOCAL);
	if (!lib)
		lib = dlopen("libc++abi.so.1", RTLD_LAZY | RTLD_LOCAL);
	found = lib ? (demangler)dlsym(lib, "__cxa_demangle") : NULL;
	tried = true;
	return found;
}

char *demangle(const char *name)
{
	demangler d;
	int status;

	if (name[0] != '_' || name[1] != 'Z')
		return NULL;
	d = find();
	return d ? d(name, NULL, NULL, &status) : NULL;
}

bool demangled_fits(const char *mangled, const char *pattern)
{
	char *text = demangle(mangled), wide[512];
	bool fits;

	if (!text)
		return !fnmatch(pattern, mangled, 0);
	snprintf(wide, sizeof(wide), "%s(*", pattern);
	fits = !fnmatch(pattern, text, 0) || (!strchr(pattern, '(') && !fnmatch(wide, text, 0));
	free(text);
	return fits;
}
