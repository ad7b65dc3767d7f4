/* SPDX-License-Identifier: BSD-2-Clause */
/* What is public of a map's definition; strings live as long as the object. */
#ifndef API_MAP_INFO_H
#define API_MAP_INFO_H

#include <skep/skep.h>

#include "base/buf.h"
#include "engine/engine.h"
#include "object/object.h"
#include "spec/map.h"

void map_info_fill(struct skep_map_info *out, const struct obj_map *m);

/* Maps whose value is one for each CPU, each rounded up to 8 bytes. */
bool map_is_per_cpu(const struct obj_map *m);
/* {"key":["0x01",…],"value":[…],"formatted":{"key":…,"value":…}}, and what is "formatted". */
void map_json_element(const struct unit_map *m, const u8 *key, const u8 *value, size_t len,
		      struct buf *out);
void map_json_formatted(const struct unit_map *m, const u8 *key, const u8 *value, size_t len,
			struct buf *out);

#endif
