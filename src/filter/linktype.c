// SPDX-License-Identifier: BSD-2-Clause
#include "filter/linktype.h"

#include <strings.h>

#include "base/str.h"

static const struct linktype rows[] = {
#define LINK(number, dlt, name, kind, prefix, hdr, type, payload, net, nosnap)                     \
	{ number, dlt, #name, KIND_##kind, PREFIX_##prefix, hdr, type, payload, net, nosnap },
#include "filter/linktype.def"
};

const struct linktype *linktype_row(u32 i)
{
	return i < ARRAY_SIZE(rows) ? &rows[i] : NULL;
}

const struct linktype *linktype_find(u32 number)
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].number == number)
			return &rows[i];
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].dlt == number)
			return &rows[i];
	/* DLT_RAW is 14 on OpenBSD, 12 elsewhere. */
	return number == 14 ? linktype_find(101) : NULL;
}

/* Names that libpcap has for DLT_ numbers, where the LINKTYPE_ has another. */
static const struct {
	const char *alias, *name;
} aliases[] = {
	{ "ETHERNET", "EN10MB" },
	{ "ARCNET", "ARCNET_BSD" },
	{ "PPP_SERIAL", "PPP_HDLC" },
	{ "PRISM_HEADER", "IEEE802_11_PRISM" },
	{ "IEEE802_11_RADIO", "IEEE802_11_RADIOTAP" },
	{ "IEEE802_11_RADIO_AVS", "IEEE802_11_AVS" },
	{ "IEEE802_5", "IEEE802" },
};

const struct linktype *linktype_named(const char *name)
{
	if (!strncasecmp(name, "DLT_", 4))
		name += 4;
	else if (!strncasecmp(name, "LINKTYPE_", 9))
		name += 9;
	for (u32 i = 0; i < ARRAY_SIZE(aliases); i++)
		if (!strcasecmp(aliases[i].alias, name))
			name = aliases[i].name;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcasecmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}
