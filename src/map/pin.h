/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pins: files of shared maps under names in a run directory, which only its owner may use. A file
 * gets its name when it is whole, in one step; who is killed before leaves nothing.
 */
#ifndef MAP_PIN_H
#define MAP_PIN_H

#include "base/diag.h"
#include "map/map.h"

/*
 * The run directory: `given`, or $XDG_RUNTIME_DIR/skep, or (without that variable) /run/skep of
 * root and /tmp/skep-UID of others. Made when it is not there. *out is malloc'ed. -EPERM: it is
 * another user's, or others may write there.
 */
int pin_folder(char **out, const char *given, struct diag *d);
/* A path, or a name in the run directory; *out is malloc'ed. */
int pin_path(char **out, const char *name, const char *folder, struct diag *d);
/* Is there a file, and not in a BPF file system? */
bool pin_is_ours(const char *path);

/* Share the map under that path. Nobody else may use it meanwhile unless it is shared already.
 * -EEXIST, -EXDEV: it is shared on another file system. */
int pin_map(struct map *m, const char *path, const struct map_types *types, struct diag *d);
/* -ENOENT and what segment_open says. */
int pin_open(struct map **out, const char *path, struct diag *d);
/* The name goes, the map stays for who has it. -ENOENT; -EINVAL: no pin. */
int pin_remove(const char *path, struct diag *d);

/* Share a map without a name, to pass its descriptor on. `folder`: where it can be pinned later, or
 * NULL. */
int pin_share(struct map *m, const char *folder, const struct map_types *types, struct diag *d);
/* The map of a descriptor that came from another process (map->seg.fd there); it stays the
 * caller's. */
int pin_from_fd(struct map **out, int fd, struct diag *d);

#endif
