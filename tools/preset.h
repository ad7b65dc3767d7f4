/* SPDX-License-Identifier: BSD-2-Clause */
/* --set and --map as presets of a load. */
#ifndef TOOLS_PRESET_H
#define TOOLS_PRESET_H

#include "tool.h"

struct preset_opts {
	struct opt_list set, map, prog; /* NAME=VALUE, MAP.ATTRIBUTE=VALUE, PROG.ATTRIBUTE=VALUE */
	struct skep_preset *items;	/* made by preset_make */
	size_t count;
};

#define PRESET_SET                                                                                 \
	"a global variable's value; NAME may go on with .member and [N];\nmay be repeated"
#define PRESET_MAP                                                                                 \
	"a map's max_entries, key_size, value_size, flags, extra, type,\n"                         \
	"autocreate or pin, before it is made; may be repeated"
#define PRESET_PROG "a program's autoload or target; may be repeated"

/* Does "NAME.ATTRIBUTE=VALUE" mean an attribute, rather than fill a map of the object? */
bool preset_is_attribute(const struct skep_object *obj, const char *spec);
/* 0, or -errno with a message on stderr. What of `map` fills maps is left out with `fills`, and
 * else refused. May be called for one object after the other. */
int preset_make(struct preset_opts *p, const struct skep_object *obj, bool fills);
/* Extensions whose sections name no function get this one. After preset_make. */
int preset_targets(struct preset_opts *p, const struct skep_object *obj, const char *function);
void preset_fini(struct preset_opts *p);

#endif
