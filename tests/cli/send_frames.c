// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends the packets of a capture over an interface, as fast as it goes, again and again until COUNT
 * are sent: send_frames IF FILE COUNT [PER_SECOND]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "pcap/pcap.h"

enum { MOST = 1 << 20, BATCH = 64 };

static struct iovec frames[MOST];

static int load(const char *path)
{
	struct pcap_reader *r;
	struct pcap_packet p;
	int n = 0;

	if (pcap_open(&r, path, NULL))
		return 0;
	while (n < MOST && pcap_next(r, &p, NULL) == 1) {
		u8 *copy = malloc(p.len + 1);

		if (!copy || p.len < 14)
			continue;
		memcpy(copy, p.data, p.len);
		frames[n++] = (struct iovec){ copy, p.len };
	}
	pcap_close(r);
	return n;
}

static int open_socket(const char *device)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(device),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)))
		return -1;
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	return fd;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	int n = argc > 3 ? load(argv[2]) : 0, fd = argc > 3 ? open_socket(argv[1]) : -1;
	long count = argc > 3 ? atol(argv[3]) : 0, sent = 0;
	double rate = argc > 4 ? atof(argv[4]) : 0, start = now();

	if (!n || fd < 0) {
		perror("send_frames");
		return 1;
	}
	while (sent < count) {
		struct mmsghdr m[BATCH] = { 0 };
		unsigned k = 0;
		int done;

		for (; k < BATCH && sent + k < count; k++) {
			m[k].msg_hdr.msg_iov = &frames[(sent + k) % n];
			m[k].msg_hdr.msg_iovlen = 1;
		}
		done = sendmmsg(fd, m, k, 0);
		if (done < 0 && errno != ENOBUFS && errno != EINTR && errno != EMSGSIZE) {
			perror("send_frames");
			return 1;
		}
		sent += done > 0 ? done : 0;
		if (done < 0 && errno == EMSGSIZE)
			sent++;
		while (rate && now() - start < (double)sent / rate)
			usleep(100);
	}
	printf("%ld packets, %.0f a second\n", sent, (double)sent / (now() - start));
	return 0;
}
