/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The qualifiers of a primitive: which protocol, which direction, which kind of thing the id is.
 * A primitive that is only an id inherits them from the one before it.
 * Source: pcap-filter(7).
 */
#ifndef FILTER_QUAL_H
#define FILTER_QUAL_H

#include "base/types.h"

enum q_proto {
	Q_DEFAULT,
	Q_LINK,
	Q_RADIO,
#define PROTO(id, name, form, value, index) Q_##id,
#include "filter/proto.def"
	Q_PROTOS
};

enum q_dir {
	DIR_DEFAULT, /* src or dst */
	DIR_SRC,
	DIR_DST,
	DIR_OR,
	DIR_AND,
	DIR_ADDR1,
	DIR_ADDR2,
	DIR_ADDR3,
	DIR_ADDR4,
	DIR_RA,
	DIR_TA,
};

enum q_type {
	TYPE_DEFAULT, /* host */
	TYPE_HOST,
	TYPE_NET,
	TYPE_PORT,
	TYPE_PORTRANGE,
	TYPE_GATEWAY,
	TYPE_PROTO,
	TYPE_PROTOCHAIN,
	TYPE_NONE, /* nothing to inherit */
};

struct qual {
	enum q_proto proto;
	enum q_dir dir;
	enum q_type type;
};

/* As the language writes them, for messages. */
const char *qual_proto_name(enum q_proto proto);
const char *qual_dir_name(enum q_dir dir);
const char *qual_type_name(enum q_type type);

#endif
