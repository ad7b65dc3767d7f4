// SPDX-License-Identifier: BSD-2-Clause
/* Interfaces and their link types. Source: netdevice(7), linux/if_arp.h. */
#include <errno.h>

#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "live/live.h"

enum { SLL = 113, SLL2 = 276, RAW = 101, ETHERNET = 1 };
enum { HW_RAWIP = 519, HW_NETLINK = 824 }; /* ARPHRD_RAWIP, ARPHRD_NETLINK */

static void set_type(struct live_iface *i, int hardware)
{
	switch (hardware) {
	case ARPHRD_ETHER:
	case ARPHRD_LOOPBACK:
		i->linktype = ETHERNET;
		return;
	case ARPHRD_NONE:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case HW_RAWIP:
		i->linktype = RAW;
		return;
	case ARPHRD_IEEE80211:
		i->linktype = 105;
		return;
	case ARPHRD_IEEE80211_RADIOTAP:
		i->linktype = 127;
		return;
	case HW_NETLINK:
		i->linktype = 253;
		return;
	}
	i->linktype = SLL;
	i->cooked = true;
}

static int ask(struct live_iface *out, const char *name, u32 index)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;
	struct ifreq r = { 0 };
	char path[64];

	*out = (struct live_iface){ .index = index };
	if (fd < 0)
		return -errno;
	snprintf(out->name, sizeof(out->name), "%s", name);
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &r)) {
		err = -errno;
	} else {
		out->up = r.ifr_flags & IFF_UP;
		out->running = r.ifr_flags & IFF_RUNNING;
		out->loopback = r.ifr_flags & IFF_LOOPBACK;
		err = ioctl(fd, SIOCGIFHWADDR, &r) ? -errno : 0;
		if (!err)
			set_type(out, r.ifr_hwaddr.sa_family);
	}
	if (!err && !ioctl(fd, SIOCGIFNETMASK, &r))
		out->netmask = ((struct sockaddr_in *)&r.ifr_netmask)->sin_addr.s_addr;
	close(fd);
	snprintf(path, sizeof(path), "/sys/class/net/%s/wireless", name);
	out->wireless = !access(path, F_OK);
	return err;
}

static const struct live_iface any = {
	.name = "any",
	.linktype = SLL2,
	.up = true,
	.running = true,
	.cooked = true,
};

bool live_iface(struct live_iface *out, u32 i)
{
	struct if_nameindex *list = if_nameindex();
	u32 n = 0;
	bool found = false;

	while (list && list[n].if_index)
		n++;
	if (i < n) {
		found = true;
		if (ask(out, list[i].if_name, list[i].if_index))
			snprintf(out->name, sizeof(out->name), "%s", list[i].if_name);
	} else if (i == n) {
		found = true;
		*out = any;
	}
	if (list)
		if_freenameindex(list);
	return found;
}

static int unknown(const char *name, struct diag *d)
{
	struct near near = near_start(name, strlen(name));
	struct live_iface i;
	struct buf all = { 0 };
	char best[sizeof(i.name)] = "";

	diag_error(d, -ENODEV, NOWHERE, "there is no interface '%s'", name);
	for (u32 n = 0; live_iface(&i, n); n++) {
		near_try(&near, i.name);
		if (near.best == i.name) {
			memcpy(best, i.name, sizeof(best));
			near.best = best;
		}
		buf_printf(&all, "%s%s", n ? ", " : "", i.name);
	}
	if (*best)
		diag_hint(d, "did you mean '%s'?", best);
	else
		diag_hint(d, "there are %s", buf_str(&all));
	buf_fini(&all);
	return -ENODEV;
}

int live_find(struct live_iface *out, const char *name, struct diag *d)
{
	u32 index = if_nametoindex(name);
	unsigned long number;
	char *end;

	if (!strcmp(name, any.name)) {
		*out = any;
		return 0;
	}
	if (index) {
		int err = ask(out, name, index);

		return err ? diag_error(d, err, NOWHERE, "cannot ask for interface '%s': %s", name,
					strerror(-err))
			   : 0;
	}
	number = strtoul(name, &end, 10);
	if (!*end && number && number <= UINT32_MAX && live_iface(out, (u32)number - 1))
		return 0;
	return unknown(name, d);
}
