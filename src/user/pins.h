/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps of the user engine that outlive their unit: pinned, opened, passed on. */
#ifndef USER_PINS_H
#define USER_PINS_H

#include "engine/engine.h"

struct map_def;
struct user_unit;

/* A path, or a name in the run directory. -EBUSY: a program of the map's unit is running. */
int user_map_pin(struct unit_map *m, const char *name, struct diag *d);
/* LIBBPF_PIN_BY_NAME. Take over map i of the object, pinned by its name: 1, or 0: there is none. */
int user_map_reuse(struct user_unit *u, u32 i, const struct map_def *def, struct diag *d);
/* Pin it under its name; when somebody was faster, the map becomes that one's. */
int user_map_pin_new(struct user_unit *u, u32 i, const struct map_def *def, struct diag *d);

/* A map as the only one of a unit of its own. */
int user_map_open(struct unit_map **out, const char *name, const char *folder, struct diag *d);
int user_map_new(struct unit_map **out, const struct skep_map_def *def, struct diag *d);
int user_map_from_fd(struct unit_map **out, int fd, struct diag *d);
void user_map_close(struct unit_map *m);
/* A descriptor to pass to another process; the map's own. */
int user_map_fd(struct unit_map *m, struct diag *d);
/* The maps pinned in a run directory, NULL: the default one; or, with `name`, that one. */
int user_maps_show(const char *folder, const char *name, FILE *out, enum skep_format format,
		   struct diag *d);

#endif
