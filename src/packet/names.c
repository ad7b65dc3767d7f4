// SPDX-License-Identifier: BSD-2-Clause
/* Names of hosts and services from the system's databases, each asked for once. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "packet/print.h"

struct host_names {
	struct arena arena;	    /* keys and names */
	struct hash hosts;	    /* address → name, 0: it has none */
	const char *port[2][65536]; /* tcp, udp; NULL: not asked for */
};

static const char none[] = "";

struct host_names *host_names_new(void)
{
	return calloc(1, sizeof(struct host_names));
}

void host_names_free(struct host_names *n)
{
	if (!n)
		return;
	hash_fini(&n->hosts);
	arena_fini(&n->arena);
	free(n);
}

static const char *ask_host(struct host_names *n, u32 version, const u8 *at)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in a4 = { .sin_family = AF_INET };
	char host[NI_MAXHOST];
	int err;

	if (version == 6) {
		memcpy(&a6.sin6_addr, at, 16);
		err = getnameinfo((struct sockaddr *)&a6, sizeof(a6), host, sizeof(host), NULL, 0,
				  NI_NAMEREQD);
	} else {
		memcpy(&a4.sin_addr, at, 4);
		err = getnameinfo((struct sockaddr *)&a4, sizeof(a4), host, sizeof(host), NULL, 0,
				  NI_NAMEREQD);
	}
	return err ? NULL : arena_strdup(&n->arena, host);
}

const char *host_name(struct host_names *n, u32 version, const u8 *at)
{
	size_t len = version == 6 ? 16 : 4;
	u64 *known = hash_get(&n->hosts, at, len);
	const char *name;
	void *key;

	if (known)
		return (const char *)(uintptr_t)*known;
	name = ask_host(n, version, at);
	key = arena_alloc(&n->arena, len);
	if (key) {
		memcpy(key, at, len);
		hash_set(&n->hosts, key, len, (u64)(uintptr_t)name);
	}
	return name;
}

const char *port_name(struct host_names *n, u16 port, bool udp)
{
	const char **slot = &n->port[udp][port];
	struct servent *s;

	if (!*slot) {
		s = getservbyport(htons(port), udp ? "udp" : "tcp");
		*slot = s ? arena_strdup(&n->arena, s->s_name) : none;
		if (!*slot)
			*slot = none;
	}
	return **slot ? *slot : NULL;
}

const char *mac_name(struct host_names *n, const u8 *at)
{
	u64 *known = hash_get(&n->hosts, at, 6);
	char host[NI_MAXHOST];
	struct ether_addr addr;
	const char *name;
	void *key;

	if (known)
		return (const char *)(uintptr_t)*known;
	memcpy(&addr, at, 6);
	name = ether_ntohost(host, &addr) ? NULL : arena_strdup(&n->arena, host);
	key = arena_alloc(&n->arena, 6);
	if (key) {
		memcpy(key, at, 6);
		hash_set(&n->hosts, key, 6, (u64)(uintptr_t)name);
	}
	return name;
}

/* Those that speak protocols of their own; the first three bytes are the IEEE's to give. */
const char *vendor_name(const u8 *mac)
{
	static const struct {
		u32 oui;
		const char *name;
	} rows[] = {
		{ 0x000000, "Ethernet" },
		{ 0x00000c, "Cisco" },
		{ 0x000081, "Nortel Networks SONMP" },
		{ 0x0000f8, "Cisco bridged" },
		{ 0x0004ea, "HP-Labs" },
		{ 0x001018, "Broadcom" },
		{ 0x00120f, "IEEE 802.3 Private" },
		{ 0x0012bb, "ANSI/TIA" },
		{ 0x001b21, "DCBX" },
		{ 0x002320, "Nicira Networks" },
		{ 0x002481, "HP" },
		{ 0x0080c2, "Ethernet bridged" },
		{ 0x009069, "Juniper" },
		{ 0x00a03e, "ATM Forum" },
		{ 0x080007, "Appletalk" },
		{ 0x080009, "Hewlett-Packard" },
		{ 0x5c16c7, "Big Switch Networks" },
	};
	u32 oui = (u32)mac[0] << 16 | (u32)mac[1] << 8 | mac[2];

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].oui == oui)
			return rows[i].name;
	return "Unknown";
}
