#include "core_local.h"
struct local_types types;
