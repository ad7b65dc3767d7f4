// SPDX-License-Identifier: BSD-2-Clause
/* Capture files against the format drafts (built here by hand) and against `tcpdump -r`. */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "pcap/pcap.h"

static bool big; /* byte order of what put16/put32 write */

static void put16(struct buf *b, u16 v)
{
	v = big ? __builtin_bswap16(v) : v;
	buf_put(b, &v, 2);
}

static void put32(struct buf *b, u32 v)
{
	v = big ? __builtin_bswap32(v) : v;
	buf_put(b, &v, 4);
}

static void put_pcap(struct buf *b, u32 magic, u32 linktype)
{
	put32(b, magic);
	put16(b, 2);
	put16(b, 4);
	put32(b, 0);
	put32(b, 0);
	put32(b, 65535);
	put32(b, linktype);
}

static void put_record(struct buf *b, u32 sec, u32 frac, const char *data, u32 wire)
{
	put32(b, sec);
	put32(b, frac);
	put32(b, (u32)strlen(data));
	put32(b, wire);
	buf_puts(b, data);
}

static void reads_us_and_ns_in_both_byte_orders(void **state)
{
	for (int i = 0; i < 4; i++) {
		bool ns = i & 1;
		struct buf b = { 0 };
		struct pcap_reader *r;
		struct pcap_packet p;

		big = i & 2;
		put_pcap(&b, ns ? 0xa1b23c4d : 0xa1b2c3d4, 101);
		put_record(&b, 7, 5, "abc", 9);
		put_record(&b, 8, 0, "", 0);
		for (int chunk = 0; chunk < 60; chunk++) {
			assert_int_equal(
				pcap_open_chunks(&r, "t", b.data, b.len, (size_t)chunk, NULL), 0);
			assert_int_equal(pcap_linktype(r), 101);
			assert_int_equal(pcap_snaplen(r), 65535);
			assert_int_equal(pcap_next(r, &p, NULL), 1);
			assert_int_equal(p.ts, 7000000000 + (ns ? 5 : 5000));
			assert_int_equal(p.len, 3);
			assert_int_equal(p.wire_len, 9);
			assert_int_equal(p.linktype, 101);
			assert_memory_equal(p.data, "abc", 3);
			assert_int_equal(pcap_next(r, &p, NULL), 1);
			assert_int_equal(p.len, 0);
			assert_int_equal(pcap_next(r, &p, NULL), 0);
			assert_int_equal(pcap_next(r, &p, NULL), 0);
			pcap_close(r);
		}
		buf_fini(&b);
	}
	big = false;
}

static void put_block(struct buf *b, u32 type, const struct buf *body)
{
	u32 len = (u32)ROUND_UP(body->len, 4) + 12;

	put32(b, type);
	put32(b, len);
	buf_put(b, body->data, body->len);
	buf_align(b, 4);
	put32(b, len);
}

static void put_section(struct buf *b)
{
	struct buf body = { 0 };

	put32(&body, 0x1a2b3c4d);
	put16(&body, 1);
	put16(&body, 0);
	put32(&body, 0xffffffff);
	put32(&body, 0xffffffff);
	put_block(b, 0x0a0d0d0a, &body);
	buf_fini(&body);
}

/* resol < 0: no option */
static void put_iface(struct buf *b, u16 linktype, u32 snaplen, int resol)
{
	struct buf body = { 0 };

	put16(&body, linktype);
	put16(&body, 0);
	put32(&body, snaplen);
	if (resol >= 0) {
		put16(&body, 9);
		put16(&body, 1);
		put32(&body, big ? (u32)resol << 24 : (u32)resol);
		put32(&body, 0);
	}
	put_block(b, 1, &body);
	buf_fini(&body);
}

static void put_enhanced(struct buf *b, u32 iface, u64 ticks, const char *data, u32 wire)
{
	struct buf body = { 0 };

	put32(&body, iface);
	put32(&body, (u32)(ticks >> 32));
	put32(&body, (u32)ticks);
	put32(&body, (u32)strlen(data));
	put32(&body, wire);
	buf_puts(&body, data);
	put_block(b, 6, &body);
	buf_fini(&body);
}

static void put_simple(struct buf *b, u32 wire, const char *data)
{
	struct buf body = { 0 };

	put32(&body, wire);
	buf_puts(&body, data);
	put_block(b, 3, &body);
	buf_fini(&body);
}

static void expect(struct pcap_reader *r, u64 ts, const char *data, u32 wire, u32 linktype)
{
	struct pcap_packet p;

	assert_int_equal(pcap_next(r, &p, NULL), 1);
	assert_int_equal(p.ts, ts);
	assert_int_equal(p.len, strlen(data));
	assert_memory_equal(p.data, data, p.len);
	assert_int_equal(p.wire_len, wire);
	assert_int_equal(p.linktype, linktype);
}

static void reads_pcapng_sections_of_both_byte_orders(void **state)
{
	struct buf b = { 0 }, unknown = { 0 };
	struct pcap_reader *r;
	struct pcap_packet p;

	buf_puts(&unknown, "skip me");
	put_section(&b);
	put_block(&b, 0x0bad, &unknown);
	put_iface(&b, 1, 4, -1);	 /* µs */
	put_iface(&b, 113, 0, 9);	 /* ns */
	put_iface(&b, 12, 0, 0x80 | 10); /* 1/1024 s */
	put_iface(&b, 12, 0, 0);	 /* s */
	put_enhanced(&b, 0, 1500000, "one", 3);
	put_enhanced(&b, 1, 1500000001, "two", 60);
	put_enhanced(&b, 2, 1536, "three", 5);
	put_enhanced(&b, 3, 3, "four", 4);
	put_simple(&b, 100, "five");
	big = true;
	put_section(&b);
	put_iface(&b, 276, 0, 12); /* ps */
	put_block(&b, 0x0bad, &unknown);
	put_enhanced(&b, 0, 1500000000123, "six", 3);
	big = false;
	for (int chunk = 0; chunk < 200; chunk++) {
		assert_int_equal(pcap_open_chunks(&r, "t", b.data, b.len, (size_t)chunk, NULL), 0);
		assert_int_equal(pcap_linktype(r), 1);
		expect(r, 1500000000, "one", 3, 1);
		expect(r, 1500000001, "two", 60, 113);
		expect(r, 1500000000, "three", 5, 12);
		expect(r, 3000000000, "four", 4, 12);
		expect(r, 0, "five", 100, 1);
		expect(r, 1500000000, "six", 3, 276);
		assert_int_equal(pcap_next(r, &p, NULL), 0);
		pcap_close(r);
	}
	buf_fini(&unknown);
	buf_fini(&b);
}

/* Every way to cut a file: the packets before the cut hold, then one error with the place. */
static void check_cuts(const struct buf *b, int packets)
{
	for (size_t at = 0; at < 3 * b->len; at++) {
		size_t cut = at / 3, chunk = at % 3 * 7; /* 0: whole */
		u8 *copy = malloc(cut ? cut : 1); /* exact size: a sanitizer sees overreads */
		struct pcap_reader *r;
		struct pcap_packet p;
		struct diag d;
		int err, n = 0;

		memcpy(copy, b->data, cut);
		diag_init(&d);
		err = pcap_open_chunks(&r, "t", copy, cut, chunk, &d);
		if (!err) {
			while ((err = pcap_next(r, &p, &d)) == 1)
				n++;
			assert_in_range(n, 0, packets - 1);
			if (err)
				assert_int_equal(pcap_next(r, &p, NULL), err);
			pcap_close(r);
		}
		if (err) {
			assert_int_equal(d.errors, 1);
			assert_non_null(strstr(d.first->text, " at byte "));
			assert_in_range(d.first->at.off, 0, cut);
		}
		diag_fini(&d);
		free(copy);
	}
}

static void cut_files_give_what_came_before(void **state)
{
	struct buf b = { 0 };

	put_pcap(&b, 0xa1b2c3d4, 1);
	put_record(&b, 1, 1, "abcdef", 6);
	put_record(&b, 2, 2, "ghijkl", 6);
	check_cuts(&b, 2);
	buf_clear(&b);
	put_section(&b);
	put_iface(&b, 1, 0, 9);
	put_enhanced(&b, 0, 1, "abcdef", 6);
	put_enhanced(&b, 0, 2, "ghijkl", 6);
	check_cuts(&b, 2);
	buf_fini(&b);
}

static void refuse(const struct buf *b, const char *text)
{
	struct pcap_reader *r;
	struct pcap_packet p;
	struct diag d;
	int err;

	diag_init(&d);
	err = pcap_open_mem(&r, "t", b->data, b->len, &d);
	if (!err) {
		while ((err = pcap_next(r, &p, &d)) == 1)
			;
		pcap_close(r);
	}
	assert_in_range(-err, 1, 200);
	assert_non_null(strstr(d.first->text, text));
	diag_fini(&d);
}

static void corrupt_files_are_explained(void **state)
{
	struct buf b = { 0 };

	buf_puts(&b, "\x7f"
		     "ELF, and more bytes than a header");
	refuse(&b, "not a capture file");
	buf_clear(&b);
	put_pcap(&b, 0xa1b2c3d4, 1);
	for (int i = 0; i < 4; i++)
		put32(&b, 0xfffffff0);
	refuse(&b, "more than any packet has at byte 32");
	buf_clear(&b);
	put_section(&b);
	put_enhanced(&b, 0, 1, "abcd", 4);
	refuse(&b, "packet of interface 0, but the section has 0 so far at byte 28");
	buf_clear(&b);
	put_section(&b);
	put_iface(&b, 1, 0, -1);
	put_enhanced(&b, 0, 1, "abcd", 4);
	STORE(u32, b.data + b.len - 4, 99);
	refuse(&b, "two lengths differ (36 and 99)");
	STORE(u32, b.data + b.len - 4, 36);
	STORE(u32, b.data + b.len - 16, 0x40000000); /* captured length */
	refuse(&b, "does not fit its block");
	buf_fini(&b);
}

/* Batches give what pcap_next gives, whatever the window; the error comes after the packets. */
static void batches_are_the_same_packets(void **state)
{
	struct buf b = { 0 };

	put_section(&b);
	put_iface(&b, 1, 0, 9);
	for (u64 i = 0; i < 10; i++)
		put_enhanced(&b, 0, i, "abcdef", 6);
	put_iface(&b, 101, 0, 9);
	for (u64 i = 10; i < 20; i++)
		put_enhanced(&b, 1, i, "ghi", 7);
	b.len -= 5;
	for (size_t chunk = 0; chunk < 300; chunk++) {
		struct pcap_packet p[7];
		struct pcap_reader *r;
		struct diag d;
		u64 total = 0;
		int n;

		diag_init(&d);
		assert_int_equal(pcap_open_chunks(&r, "t", b.data, b.len, chunk, &d), 0);
		while ((n = pcap_batch(r, p, ARRAY_SIZE(p), &d)) > 0) {
			for (int i = 0; i < n; i++, total++) {
				assert_int_equal(p[i].ts, total);
				assert_int_equal(p[i].linktype, total < 10 ? 1 : 101);
				assert_memory_equal(p[i].data, total < 10 ? "abcdef" : "ghi",
						    p[i].len);
			}
		}
		assert_int_equal(n, -EINVAL);
		assert_int_equal(total, 19);
		assert_int_equal(d.errors, 1);
		assert_non_null(strstr(d.first->text, "capture file is cut"));
		pcap_close(r);
		diag_fini(&d);
	}
	buf_fini(&b);
}

/* A command's output as a pipe: what it wrote is read as it comes. */
static void read_through(const char *cmd, const char *want_error)
{
	bool garbled = want_error && strstr(want_error, "damaged");
	struct buf name = { 0 };
	struct pcap_reader *r = NULL;
	struct pcap_packet p;
	struct diag d;
	FILE *pipe = popen(cmd, "r");
	u64 n = 0;
	int ret;

	assert_non_null(pipe);
	diag_init(&d);
	buf_printf(&name, "/dev/fd/%d", fileno(pipe));
	ret = pcap_open(&r, buf_str(&name), &d);
	while (r && (ret = pcap_next(r, &p, &d)) == 1) {
		if (garbled)
			continue;
		assert_int_equal(p.ts, n);
		assert_int_equal(p.len, n * 7919 % 3000);
		for (u32 i = 0; i < p.len; i++)
			assert_int_equal(p.data[i], (u8)(n + i * i));
		n++;
	}
	if (want_error) {
		assert_int_equal(ret, -EINVAL);
		assert_int_equal(d.errors, 1);
		/* wrong bytes may be noticed by the format before the checksum is reached */
		if (!garbled)
			assert_non_null(strstr(d.first->text, want_error));
		assert_in_range(n, 0, 1999);
	} else {
		assert_int_equal(ret, 0);
		assert_int_equal(n, 2000);
	}
	pcap_close(r);
	pclose(pipe);
	diag_fini(&d);
	buf_fini(&name);
}

static void reads_pipes_and_compressed_captures(void **state)
{
	static const char path[] = "/tmp/skep-test-pcap.pipe";
	struct pcap_writer *w;
	u8 data[3000];

	assert_int_equal(pcap_create(&w, path, &(struct pcap_write_opts){ .linktype = 1 }, NULL),
			 0);
	for (u32 n = 0; n < 2000; n++) {
		for (u32 i = 0; i < sizeof(data); i++)
			data[i] = (u8)(n + i * i);
		assert_int_equal(pcap_write(w, data, n * 7919 % 3000, 0, n), 0);
	}
	assert_int_equal(pcap_finish(w, NULL), 0);
	read_through("cat /tmp/skep-test-pcap.pipe", NULL);
	read_through("head -c 2000000 /tmp/skep-test-pcap.pipe", "capture file is cut");
	if (!system("gzip --version >/dev/null 2>&1")) {
		read_through("gzip -1 </tmp/skep-test-pcap.pipe", NULL);
		read_through("cd /tmp; (head -c 1000000 skep-test-pcap.pipe | gzip -1;"
			     " tail -c +1000001 skep-test-pcap.pipe | gzip -1;"
			     " head -c 999 /dev/zero)",
			     NULL);
		read_through("gzip -1 </tmp/skep-test-pcap.pipe | head -c 2000",
			     "compressed data are cut");
		read_through("gzip -1 </tmp/skep-test-pcap.pipe | tr '\\101' '\\102'",
			     "gzip data are damaged");
	}
#ifdef HAVE_ZSTD
	if (!system("zstd --version >/dev/null 2>&1")) {
		read_through("zstd -q </tmp/skep-test-pcap.pipe", NULL);
		read_through("zstd -q </tmp/skep-test-pcap.pipe | head -c 2000",
			     "compressed data are cut");
	}
#endif
	unlink(path);
}

static const char *pcap_dir(void)
{
	const char *dir = getenv("SKEP_PCAPS");

	if (!dir)
		dir = "../shared/pcap";
	return access(dir, R_OK) ? NULL : dir;
}

/* What `tcpdump -r` says of a capture: one line a packet, "seconds.ns … length N". */
static int tcpdump_packets(const char *path)
{
	struct buf cmd = { 0 };
	char line[4096];
	int n = 0;
	FILE *p;

	buf_printf(&cmd, "tcpdump -r '%s' --count 2>/dev/null", path);
	p = popen(buf_str(&cmd), "r");
	assert_non_null(p);
	if (!fgets(line, sizeof(line), p) || sscanf(line, "%d packet", &n) != 1)
		n = -1;
	if (pclose(p))
		n = -1;
	buf_fini(&cmd);
	return n;
}

/* tcpdump rewrites what it read as pcap; the same packets must come out of both files. */
static int same_as_tcpdump_copy(const char *path)
{
	static const char copy[] = "/tmp/skep-test-pcap.copy";
	struct buf cmd = { 0 };
	struct pcap_reader *a, *b;
	struct pcap_packet x, y;
	int n = 0;

	buf_printf(&cmd, "tcpdump --nano -r '%s' -w %s >/dev/null 2>&1", path, copy);
	if (system(buf_str(&cmd))) {
		buf_fini(&cmd);
		return -1;
	}
	buf_fini(&cmd);
	assert_int_equal(pcap_open(&a, path, NULL), 0);
	assert_int_equal(pcap_open(&b, copy, NULL), 0);
	while (pcap_next(b, &y, NULL) == 1) {
		assert_int_equal(pcap_next(a, &x, NULL), 1);
		assert_int_equal(x.len, y.len);
		assert_int_equal(x.ts, y.ts);
		assert_int_equal(x.linktype, y.linktype);
		assert_memory_equal(x.data, y.data, x.len);
		n++;
	}
	assert_int_equal(pcap_next(a, &x, NULL), 0);
	pcap_close(a);
	pcap_close(b);
	unlink(copy);
	return n;
}

static void reads_public_captures_as_tcpdump_does(void **state)
{
	const char *dir = pcap_dir();
	int files = 0, packets = 0;
	struct dirent *e;
	DIR *list;

	if (!dir)
		test_skip("no public captures (../shared/pcap or SKEP_PCAPS)");
	if (system("tcpdump --version >/dev/null 2>&1"))
		test_skip("no tcpdump");
	list = opendir(dir);
	assert_non_null(list);
	while ((e = readdir(list))) {
		struct buf path = { 0 };
		int n, m;

		if (!strstr(e->d_name, ".pcap"))
			continue;
		buf_printf(&path, "%s/%s", dir, e->d_name);
		n = tcpdump_packets(buf_str(&path));
		if (n >= 0) {
			m = same_as_tcpdump_copy(buf_str(&path));
			if (m >= 0) {
				assert_int_equal(m, n);
				packets += n;
				files++;
			}
		}
		buf_fini(&path);
	}
	closedir(list);
	printf("# %d captures, %d packets\n", files, packets);
	assert_in_range(files, 1, 100000);
}

static void writes_what_it_reads_back(void **state)
{
	static const char path[] = "/tmp/skep-test-pcap.out";
	struct pcap_writer *w;
	struct pcap_reader *r;
	struct pcap_packet p;

	unlink(path);
	assert_int_equal(pcap_create(&w, path, &(struct pcap_write_opts){ .linktype = 101 }, NULL),
			 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(pcap_write(w, "abc", 3, 0, 1234567890123456789), 0);
	assert_int_equal(access(path, F_OK), -1); /* not before it is whole */
	assert_int_equal(pcap_write(w, "", 0, 70, 1), 0);
	assert_int_equal(pcap_finish(w, NULL), 0);
	assert_int_equal(pcap_open(&r, path, NULL), 0);
	expect(r, 1234567890123456789, "abc", 3, 101);
	expect(r, 1, "", 70, 101);
	assert_int_equal(pcap_next(r, &p, NULL), 0);
	pcap_close(r);
	if (!system("tcpdump --version >/dev/null 2>&1"))
		assert_int_equal(tcpdump_packets(path), 2);
	unlink(path);
}

static void direct_files_grow_in_their_place(void **state)
{
	static const char path[] = "/tmp/skep-test-pcap.out";
	static const struct pcap_write_opts opts = {
		.linktype = 1,
		.snaplen = 4,
		.micro = true,
		.direct = true,
	};
	struct pcap_writer *w;
	struct pcap_reader *r;
	struct pcap_packet p;

	unlink(path);
	assert_int_equal(pcap_create(&w, path, &opts, NULL), 0);
	assert_int_equal(pcap_write(w, "abcdef", 6, 6, 1234567890), 0);
	assert_int_equal(pcap_flush(w), 0);
	assert_int_equal(pcap_written(w), 24 + 16 + 4);
	assert_int_equal(pcap_open(&r, path, NULL), 0);
	expect(r, 1234567000, "abcd", 6, 1);
	assert_int_equal(pcap_next(r, &p, NULL), 0);
	pcap_close(r);
	pcap_discard(w);
	assert_int_equal(access(path, F_OK), 0);
	if (!system("tcpdump --version >/dev/null 2>&1"))
		assert_int_equal(tcpdump_packets(path), 1);
	unlink(path);
}

static void failed_writes_leave_nothing_behind(void **state)
{
	static const struct pcap_write_opts ether = { .linktype = 1 };
	struct pcap_writer *w;
	struct diag d;

	diag_init(&d);
	assert_int_equal(pcap_create(&w, "/nonexistent/x.pcap", &ether, &d), 0);
	assert_int_equal(pcap_write(w, "abc", 3, 3, 0), -ENOENT);
	assert_int_equal(pcap_finish(w, &d), -ENOENT);
	assert_string_equal(d.first->text,
			    "cannot write '/nonexistent/x.pcap': No such file or directory");
	diag_fini(&d);
	diag_init(&d);
	assert_int_equal(pcap_create(&w, "/dev/full", &ether, &d), 0);
	pcap_write(w, "abc", 3, 3, 0);
	assert_int_equal(pcap_finish(w, &d), -ENOSPC);
	assert_int_equal(d.errors, 1);
	diag_fini(&d);
}

static const struct CMUnitTest tests[] = {
	TEST(reads_us_and_ns_in_both_byte_orders),
	TEST(reads_pcapng_sections_of_both_byte_orders),
	TEST(cut_files_give_what_came_before),
	TEST(corrupt_files_are_explained),
	TEST(batches_are_the_same_packets),
	TEST(reads_pipes_and_compressed_captures),
	TEST(reads_public_captures_as_tcpdump_does),
	TEST(writes_what_it_reads_back),
	TEST(direct_files_grow_in_their_place),
	TEST(failed_writes_leave_nothing_behind),
};
TEST_MAIN(tests)
