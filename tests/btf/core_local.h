/* SPDX-License-Identifier: BSD-2-Clause */
/* Types as a program was built against them; core_target.h has the kernel's. */
enum color___old { RED___old = 1, GREEN___old, GONE___old };
enum signed_enum { MINUS = -5, PLUS = 5 };

struct inner {
	unsigned int a, b;
};

struct thing___old {
	unsigned int id;
	unsigned int small;
	struct inner in;
	unsigned int list[4];
	unsigned int bits : 5;
	void *ptr;
	char gone;
	struct {
		unsigned int hidden;
	};
	int kind_differs;
	struct inner many[2];
	int flexible[];
};

struct absent_thing {
	int x;
};

typedef unsigned int alias_t;

struct agrees {
	int a;
	struct inner *p;
};

struct local_types {
	enum color___old color;
	enum signed_enum signed_enum;
	struct absent_thing absent;
	alias_t alias;
	struct agrees agrees;
	struct thing___old thing; /* last: it ends in a flexible array */
};
