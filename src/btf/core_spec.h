/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CO-RE access path: from a root type through members and array elements to one field, or to
 * an enumerator. Parsed in the program's BTF, then looked for by name in the target's.
 */
#ifndef BTF_CORE_SPEC_H
#define BTF_CORE_SPEC_H

#include "base/buf.h"
#include "btf/core.h"

enum { CORE_MAX_STEPS = 64 };

struct core_step {
	u32 type;	  /* composite or array that is stepped into; the root type first */
	u32 index;	  /* member, element or enumerator */
	const char *name; /* of the member or enumerator; NULL for array elements */
};

struct core_spec {
	const struct types *types;
	u32 root;
	struct core_step steps[CORE_MAX_STEPS]; /* anonymous members leave no step */
	u32 step_count;
	u32 bit_off; /* of the field from the start of the root type */
};

bool core_kind_is_field(u32 kind);
bool core_kind_is_type(u32 kind);
bool core_kind_is_enum(u32 kind);

/* Length of a name without its ___flavor. */
size_t core_name_len(const char *name);
bool core_same_name(const char *local, const char *target);

/* Parse "0:1:2" against the local types. 0, or -EINVAL + diagnostic. */
int core_spec_parse(struct core_spec *out, const struct types *local, u32 kind, u32 type_id,
		    const char *access, struct diag *d);
/* Find the local path in candidate type `id` of the target. False: `why` says what is missing. */
bool core_spec_match(struct core_spec *out, const struct core_spec *local, u32 kind,
		     const struct types *target, u32 id, struct buf *why);
/* "struct task_struct.pid (0:5 @ offset 12)" */
void core_spec_print(const struct core_spec *s, u32 kind, const char *access, struct buf *out);

/* "struct", "union", "enum", "typedef" or "" with a blank after it. */
const char *core_kind_prefix(enum type_kind kind);

/* Same kind, enums of both widths counting as one. */
bool core_kinds_agree(enum type_kind a, enum type_kind b);
/* May a field of the local type be read as one of the target's type? */
bool core_fields_agree(const struct types *local, u32 lid, const struct types *target, u32 tid);
/* Do types agree in shape, whatever their members? (_TYPE_EXISTS, _SIZE, _ID_TARGET) */
bool core_types_agree(const struct types *local, u32 lid, const struct types *target, u32 tid);
/* Do types match in depth: members, enumerators, sizes? (_TYPE_MATCHES) */
bool core_types_match(const struct types *local, u32 lid, const struct types *target, u32 tid);

#endif
