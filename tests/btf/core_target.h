/* SPDX-License-Identifier: BSD-2-Clause */
enum color { BLUE = 7, RED = 17, GREEN = 27 };
enum signed_enum { EXTRA, MINUS = -5, PLUS = 9 };

struct inner {
	unsigned int pad, b, a;
};

struct thing {
	unsigned long long front;
	unsigned long long small;
	struct {
		unsigned int id;
		struct {
			struct inner in;
			unsigned int hidden;
		};
	};
	unsigned int list[6];
	unsigned int other : 3, bits : 9;
	char *ptr;
	struct inner *kind_differs;
	struct inner many[3];
	char gonee;
	int flexible[];
};

typedef unsigned int alias_t;

struct agrees {
	struct inner *p;
	int b, a;
};

struct target_types {
	enum color color;
	enum signed_enum signed_enum;
	alias_t alias;
	struct agrees agrees;
	struct thing thing; /* last: it ends in a flexible array */
};
