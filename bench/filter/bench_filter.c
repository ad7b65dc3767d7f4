// SPDX-License-Identifier: BSD-2-Clause
/*
 * Filters beside libpcap, in one run: time to compile, instructions, and ns a packet over a million
 * packets in memory, more than the caches hold. Native is libpcap's program as C, compiled by cc;
 * "ahead": with the next packets prefetched. The kernel runs what it makes of a socket filter, by
 * BPF_PROG_TEST_RUN on packets in its caches, so its figures leave out what memory costs. Medians
 * of rounds, one CPU.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <skep/skep.h>

#include "classic/classic.h"
#include "filter/native.h"
#include "libpcap.h"
#include "object/object.h"
#include "spec/prog.h"
#include "user/kernel.h"

enum {
	PACKETS = 1000000,
	ROUNDS = 5,
	SAMPLE = 100,
	REPEAT = 1000,
	KERNEL_ROUNDS = 9,
	AHEAD = 8,
	SNAPLEN = 262144
};

static struct skep_packet *packets;
static u32 *results;
static u64 seed = 0x2545f4914f6cdd1d;

static u32 random_below(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)((seed >> 20) % n);
}

/* CPU time: what others run in between does not count. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v, u32 n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

/* ---- traffic: TCP and UDP over IPv4 and IPv6, some VLANs, ARP, fragments ---- */

static void put16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static void put_ports(u8 *p)
{
	static const u16 known[] = { 80, 443, 53, 22, 8080, 5353, 5060, 25 };

	put16(p, 1024 + random_below(60000));
	put16(p + 2, random_below(3) ? known[random_below(8)] : 1024 + random_below(60000));
	if (random_below(2)) {
		u16 first = LOAD(u16, p);

		memcpy(p, p + 2, 2);
		STORE(u16, p + 2, first);
	}
}

static void put_ipv4(u8 *p, u32 len)
{
	p[0] = 0x45;
	put16(p + 2, len);
	put16(p + 6, random_below(50) ? 0x4000 : random_below(0x2000));
	p[8] = 64;
	p[9] = random_below(4) ? 6 : random_below(8) ? 17 : 1;
	for (u32 k = 12; k < 20; k += 4) {
		p[k] = 10;
		p[k + 1] = (u8)random_below(4);
		p[k + 2] = (u8)random_below(256);
		p[k + 3] = (u8)random_below(256);
	}
	put_ports(p + 20);
	p[32] = 0x50;
	p[33] = (u8)(random_below(10) ? 0x10 : 0x02);
}

static void put_ipv6(u8 *p, u32 len)
{
	p[0] = 0x60;
	put16(p + 4, len - 40);
	p[6] = random_below(3) ? 6 : 17;
	p[7] = 64;
	for (u32 k = 8; k < 40; k++)
		p[k] = (u8)random_below(k % 16 < 14 ? 2 : 256);
	put_ports(p + 40);
	p[52] = 0x50;
}

static u32 put_frame(u8 *p)
{
	u32 len = random_below(3) ? 60 + random_below(40) : 60 + random_below(300), at = 14;

	memset(p, 0, len);
	for (u32 k = 0; k < 12; k++)
		p[k] = (u8)random_below(256) & 0xfe;
	if (random_below(20) == 0) {
		put16(p + 12, 0x8100);
		put16(p + 14, random_below(4096));
		at = 18;
	}
	switch (random_below(20)) {
	case 0:
		put16(p + at - 2, 0x806);
		break;
	case 1:
	case 2:
	case 3:
	case 4:
		put16(p + at - 2, 0x86dd);
		put_ipv6(p + at, MAX(len, at + 60) - at);
		break;
	default:
		put16(p + at - 2, 0x800);
		put_ipv4(p + at, len - at);
	}
	return MAX(len, at + 60);
}

static void make_packets(void)
{
	size_t room = (size_t)PACKETS * 400, used = 0;
	u8 *data = malloc(room);

	packets = calloc(PACKETS, sizeof(*packets));
	results = calloc(PACKETS, sizeof(*results));
	if (!data || !packets || !results)
		exit(1);
	for (u32 k = 0; k < PACKETS; k++) {
		u32 len = put_frame(data + used);

		packets[k] = (struct skep_packet){
			.data = data + used, .len = len, .wire_len = len, .linktype = 1
		};
		used += ROUND_UP(len, 16);
	}
	printf("%u packets, %.0f MB\n", PACKETS, (double)used / 1e6);
}

/* ---- ways to run ---- */

struct subject {
	const char *name, *text;
	struct libpcap_prog pcap;
	struct cbpf_prog pcap_prog;
	struct skep_classic *skep;
	native_fn native;
};

static void run_pcap(const struct subject *s)
{
	const struct libpcap *l = libpcap_open();

	for (u32 k = 0; k < PACKETS; k++)
		results[k] = l->filter(s->pcap.insns, packets[k].data, packets[k].wire_len,
				       packets[k].len);
}

static void run_native(const struct subject *s)
{
	for (u32 k = 0; k < PACKETS; k++)
		results[k] = s->native(packets[k].data, packets[k].len, packets[k].wire_len);
}

static void run_ahead(const struct subject *s)
{
	for (u32 k = 0; k < PACKETS; k++) {
		if (k + AHEAD < PACKETS) {
			__builtin_prefetch(packets[k + AHEAD].data);
			__builtin_prefetch((const u8 *)packets[k + AHEAD].data + 60);
		}
		results[k] = s->native(packets[k].data, packets[k].len, packets[k].wire_len);
	}
}

static void run_reference(const struct subject *s)
{
	for (u32 k = 0; k < PACKETS; k++)
		results[k] = skep_classic_run(s->skep, packets[k].data, packets[k].len,
					      packets[k].wire_len);
}

static void run_skep(const struct subject *s)
{
	skep_classic_run_batch(s->skep, packets, PACKETS, results);
}

static u64 digest(void)
{
	u64 sum = 0;

	for (u32 k = 0; k < PACKETS; k++)
		sum = sum * 31 + !!results[k];
	return sum;
}

/* ns a packet; *sum tells whether all ways agree. */
static double measure(void (*run)(const struct subject *), const struct subject *s, u64 *sum)
{
	double v[ROUNDS];
	u64 got;

	for (u32 n = 0; n < ROUNDS; n++) {
		double start = now();

		run(s);
		v[n] = (now() - start) / PACKETS;
	}
	got = digest();
	if (*sum && *sum != got)
		printf("! the verdicts differ\n");
	*sum = got;
	return median(v, ROUNDS);
}

/* ---- the kernel ---- */

static double run_kernel(int fd)
{
	double start = now();

	for (u32 k = 0; k < SAMPLE; k++) {
		struct kernel_run run = { .data_in = packets[k].data,
					  .data_in_len = packets[k].len,
					  .repeat = REPEAT };

		if (kernel_run(fd, &run))
			return -1;
	}
	return (now() - start) / SAMPLE / REPEAT;
}

/* The program's loads as the kernel makes them of a socket filter's; < 0: it was not loaded. */
static int load_kernel(const struct cbpf_prog *prog)
{
	struct object *obj;
	int fd;

	if (cbpf_object(&obj, prog, "filter", CBPF_SOCKET, NULL))
		return -1;
	fd = kernel_load(PROG_SCHED_CLS, 0, obj->progs[0].insns, obj->progs[0].insn_count, NULL, 0,
			 NULL, 0);
	object_free(obj);
	return fd;
}

/* ns of a run on a packet in the caches, without what an empty program costs; < 0: not known. */
static double measure_kernel(const struct cbpf_prog *prog)
{
	struct cbpf_insn none = { CBPF_RET | CBPF_K, 0, 0, 0 };
	double with[KERNEL_ROUNDS], without[KERNEL_ROUNDS];
	int fds[2] = { load_kernel(&(struct cbpf_prog){ &none, 1 }), load_kernel(prog) };
	bool works = fds[0] >= 0 && fds[1] >= 0;

	for (u32 n = 0; works && n < KERNEL_ROUNDS; n++) {
		without[n] = run_kernel(fds[0]);
		with[n] = run_kernel(fds[1]);
	}
	close(fds[0]);
	close(fds[1]);
	/* The least: other work on the machine only adds. */
	qsort(with, KERNEL_ROUNDS, sizeof(*with), by_value);
	qsort(without, KERNEL_ROUNDS, sizeof(*without), by_value);
	return works ? with[0] - without[0] : -1;
}

/* ---- compiling ---- */

static double compile_pcap(struct subject *s)
{
	const struct libpcap *l = libpcap_open();
	struct libpcap_handle *h = l->open_dead(1, SNAPLEN);
	double v[ROUNDS];

	for (u32 n = 0; n < ROUNDS; n++) {
		double start = now();

		if (l->compile(h, &s->pcap, s->text, 1, 0)) {
			printf("libpcap: %s\n", l->geterr(h));
			exit(1);
		}
		v[n] = now() - start;
		if (n + 1 < ROUNDS)
			l->freecode(&s->pcap);
	}
	l->close(h);
	s->pcap_prog = (struct cbpf_prog){ s->pcap.insns, s->pcap.count };
	return median(v, ROUNDS) / 1000;
}

static double compile_skep(struct subject *s)
{
	struct skep_source src = { "<filter>", s->text, strlen(s->text) };
	struct skep_diag *d = skep_diag_new();
	double v[ROUNDS];

	for (u32 n = 0; n < ROUNDS; n++) {
		double start = now();

		if (skep_classic_open(&s->skep, SKEP_FILTER, src, NULL, d)) {
			skep_diag_print(d, stdout, false);
			exit(1);
		}
		v[n] = now() - start;
		if (n + 1 < ROUNDS)
			skep_classic_free(s->skep);
	}
	skep_diag_free(d);
	return median(v, ROUNDS) / 1000;
}

/* ---- the table ---- */

static char *many(const char *what, u32 count, bool address)
{
	char *text = malloc(count * 40), *end = text;

	for (u32 k = 0; k < count; k++) {
		end += sprintf(end, "%s%s ", k ? " or " : "", what);
		if (address)
			end += sprintf(end, "10.%u.%u.%u", random_below(4), random_below(256),
				       random_below(256));
		else
			end += sprintf(end, "%u", 1024 + random_below(60000));
	}
	return text;
}

static void compare(struct subject *s)
{
	const struct cbpf_prog *prog;
	struct cbpf_prog ours;
	double pcap_us = compile_pcap(s), skep_us = compile_skep(s), kernel;
	size_t count;
	u64 sum = 0;

	ours.insns = (struct cbpf_insn *)skep_classic_insns(s->skep, &count);
	ours.count = (u32)count;
	prog = &ours;
	s->native = native_compile(&s->pcap_prog);
	printf("%-26s %9.0f %8.0f %6u %6u", s->name, pcap_us, skep_us, s->pcap.count, ours.count);
	printf(" %8.1f", measure(run_pcap, s, &sum));
	printf(" %8.1f", measure(run_reference, s, &sum));
	if (s->native) {
		printf(" %8.1f", measure(run_native, s, &sum));
		printf(" %8.1f", measure(run_ahead, s, &sum));
	} else {
		printf(" %8s %8s", "-", "-");
	}
	if (!skep_classic_compile(s->skep, NULL))
		printf(" %8.1f", measure(run_skep, s, &sum));
	else
		printf(" %8s", "-");
	kernel = measure_kernel(&s->pcap_prog);
	printf(" %8.1f", kernel);
	printf(" %8.1f\n", measure_kernel(prog));
	fflush(stdout);
	skep_classic_free(s->skep);
	libpcap_open()->freecode(&s->pcap);
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : ""; /* names with this in them */
	static const char *const texts[] = {
		"ip",
		"tcp port 80",
		"host 10.1.2.3",
		"udp and portrange 5000-6000",
		"net 10.1.0.0/16 and not port 22",
		"tcp[tcpflags] & tcp-syn != 0",
		"tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)",
		"vlan 7 and tcp",
		"ether host 2:4:6:8:a:c",
		"ip6 host 2001:db8::1:2",
		"len > 200",
	};
	struct subject sets[] = {
		{ .name = "200 hosts", .text = many("host", 200, true) },
		{ .name = "200 ports", .text = many("port", 200, false) },
	};
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	if (!libpcap_open()) {
		puts("there is no libpcap here");
		return 77;
	}
	printf("%s\n", libpcap_open()->version());
	make_packets();
	printf("%-26s %9s %8s %6s %6s %8s %8s %8s %8s %8s %8s %8s\n", "", "compile", "us", "insns",
	       "", "ns:", "skep", "C of", "C", "skep", "kernel", "kernel");
	printf("%-26s %9s %8s %6s %6s %8s %8s %8s %8s %8s %8s %8s\n", "expression", "libpcap",
	       "skep", "pcap", "skep", "libpcap", "interp", "libpcap", "ahead", "JIT", "libpcap",
	       "skep");
	for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
		struct subject s = { .name = texts[k], .text = texts[k] };
		char name[27];

		snprintf(name, sizeof(name), "%s", texts[k]);
		s.name = name;
		if (strstr(name, only))
			compare(&s);
	}
	for (size_t k = 0; k < ARRAY_SIZE(sets); k++) {
		if (strstr(sets[k].name, only))
			compare(&sets[k]);
	}
	return 0;
}
