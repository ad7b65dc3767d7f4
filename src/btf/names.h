/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of BTF kinds: "struct" for messages, "STRUCT" for raw listings; never NULL. */
#ifndef BTF_NAMES_H
#define BTF_NAMES_H

#include "base/types.h"

const char *types_kind_name(u32 kind);
const char *types_kind_raw_name(u32 kind);

#endif
