/* SPDX-License-Identifier: BSD-2-Clause */
/* The user-space engine: needs no privilege. Maps from src/map, programs run by src/vm. */
#ifndef USER_USER_H
#define USER_USER_H

#include "engine/engine.h"

extern const struct engine_ops engine_user;

#endif
