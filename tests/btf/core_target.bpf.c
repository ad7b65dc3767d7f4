#include "core_target.h"
struct target_types types;
