/* SPDX-License-Identifier: BSD-2-Clause */
/* What is public of a map's definition; strings live as long as the object. */
#ifndef API_MAP_INFO_H
#define API_MAP_INFO_H

#include <skep/skep.h>

#include "object/object.h"
#include "spec/map.h"

void map_info_fill(struct skep_map_info *out, const struct obj_map *m);

#endif
