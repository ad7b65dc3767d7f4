// SPDX-License-Identifier: BSD-2-Clause
/* skep dump: where packets come from, the loop over them, and what is said at the end. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dump.h"

enum { SLL = 113, SLL2 = 276 };

/* ---- signals ---- */

static volatile sig_atomic_t stopped, asked;

static void on_signal(int signal)
{
	if (signal == SIGUSR1)
		asked = 1;
	else
		stopped = 1;
}

/* Without SA_RESTART: waiting for packets ends. */
static void watch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
	struct sigaction now, act = { .sa_handler = on_signal };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* Under nohup the terminal may go. */
		if (!sigaction(signals[i], NULL, &now) && now.sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
	}
}

static void say_stats(struct dump *d)
{
	struct skep_capture_stats s = { .size = sizeof(s) };

	if (skep_capture_stats(d->capture, &s))
		return;
	fflush(stdout);
	fprintf(stderr, "%" PRIu64 " packet%s captured\n", d->seen, d->seen == 1 ? "" : "s");
	fprintf(stderr, "%" PRIu64 " packet%s received by filter\n", s.received,
		s.received == 1 ? "" : "s");
	fprintf(stderr, "%" PRIu64 " packet%s dropped by kernel\n", s.dropped,
		s.dropped == 1 ? "" : "s");
}

/* ---- packets ---- */

/* 1: enough; 0: go on; -errno. */
static int take(struct dump *d, struct skep_packet *p)
{
	int ret = 0;

	d->seen++;
	if (d->snaplen && p->len > d->snaplen)
		p->len = (uint32_t)d->snaplen;
	if (d->out)
		ret = skep_dump_write(d->out, p);
	if (!ret && d->printer) {
		if (d->number)
			printf("%5" PRIu64 "  ", d->seen);
		ret = skep_printer_print(d->printer, p, stdout);
	}
	return ret ? ret : d->limit && d->seen == d->limit;
}

/* Nothing is done to packets but writing them. */
static bool only_copies(const struct dump *d)
{
	return d->out && !d->printer && !d->limit && !d->snaplen;
}

static int copy_batch(struct dump *d, const uint32_t *wanted, int n)
{
	uint32_t count = 0;

	for (int i = 0; wanted && i < n; i++)
		count += wanted[i] != 0;
	if (!wanted)
		count = (uint32_t)n;
	d->seen += count;
	return count ? skep_dump_copy(d->out, d->capture, d->packets, wanted, (size_t)n) : 0;
}

static int take_batch(struct dump *d, int n)
{
	bool filter = d->filter && !d->in_kernel, copies = only_copies(d);
	int ret = 0;

	if (filter)
		skep_classic_run_batch(d->filter, d->packets, (size_t)n, d->results);
	if (copies)
		ret = copy_batch(d, filter ? d->results : NULL, n);
	for (int i = 0; !ret && !copies && i < n; i++) {
		if (!filter || d->results[i])
			ret = take(d, &d->packets[i]);
	}
	if (d->lines)
		fflush(stdout);
	if (ret >= 0 && d->unbuffered && d->out && skep_dump_flush(d->out))
		ret = -EIO;
	return ret;
}

/* Nothing came for a while: what was written may be looked at. */
static int idle(struct dump *d)
{
	fflush(stdout);
	return d->out ? skep_dump_flush(d->out) : 0;
}

static int read_live(struct dump *d)
{
	int ret = 0;

	while (!ret && !stopped) {
		int n = skep_capture_batch(d->capture, d->packets, DUMP_BATCH, d->diag);

		if (n > 0)
			ret = take_batch(d, n);
		else if (!n)
			ret = idle(d);
		else if (n != -EINTR)
			ret = n;
		if (asked) {
			asked = 0;
			say_stats(d);
		}
	}
	return ret < 0 ? ret : 0;
}

static int read_file(struct dump *d)
{
	int ret = 0, n;

	while (!ret && !stopped) {
		n = skep_capture_batch(d->capture, d->packets, DUMP_BATCH, d->diag);
		if (n <= 0)
			return n;
		ret = take_batch(d, n);
	}
	return ret < 0 ? ret : 0;
}

/* ---- from start to end ---- */

static void say_source(const struct dump *d)
{
	uint32_t type = skep_capture_linktype(d->capture),
		 snaplen = skep_capture_snaplen(d->capture);

	if (d->snaplen)
		snaplen = (uint32_t)d->snaplen;
	fprintf(stderr, "%s %s, link-type ", d->read ? "reading from file" : "listening on",
		d->read ? d->read : d->device);
	if (skep_link_name(type))
		fprintf(stderr, "%s (%s)", skep_link_name(type), skep_link_text(type));
	else
		fprintf(stderr, "%u", type);
	fprintf(stderr, ", snapshot length %u%s\n", snaplen, d->read ? "" : " bytes");
}

static int open_live(struct dump *d)
{
	struct skep_live_opts o = {
		.size = sizeof(o),
		.device = d->device,
		.snaplen = (uint32_t)d->snaplen,
		.ring = (uint32_t)(d->buffer * 1024),
		.timeout = d->immediate ? 1 : 0,
		.no_promisc = d->no_promisc,
	};

	if (d->direction)
		o.direction = !strcmp(d->direction, "in")    ? SKEP_IN
			      : !strcmp(d->direction, "out") ? SKEP_OUT
							     : SKEP_INOUT;
	if (d->linktype)
		o.linktype = (uint32_t)skep_link_number(d->linktype);
	return skep_capture_live(&d->capture, &o, d->diag);
}

/* A file must not be overwritten while it is read. */
static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return strcmp(a, "-") && strcmp(b, "-") && !stat(a, &x) && !stat(b, &y) &&
	       S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* "3", in millions of bytes, or "3k", "3m", "3g" in units of 1024. */
static uint64_t rotate_size(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);
	int shift = *end == 'k' || *end == 'K' ? 10 : *end == 'm' || *end == 'M' ? 20 : 30;

	if (end == text || n > UINT64_MAX >> 32)
		return 0;
	if (!*end)
		return n * 1000000;
	return strchr("kKmMgG", *end) && !end[1] ? n << shift : 0;
}

static int open_out(struct dump *d)
{
	struct skep_dump_opts o = {
		.size = sizeof(o),
		.linktype = skep_capture_linktype(d->capture),
		.snaplen = (uint32_t)d->snaplen,
		.micro = !d->nano,
		.direct = true,
		.rotate_bytes = d->size ? rotate_size(d->size) : 0,
		.rotate_seconds = d->seconds,
		.rotate_files = (uint32_t)d->files,
	};
	int err;

	if (d->size && !o.rotate_bytes) {
		fprintf(stderr,
			"skep dump: -C wants a size, such as 10 (millions of bytes) or 512k,"
			" not '%s'\n",
			d->size);
		return -EINVAL;
	}
	if (!o.snaplen)
		o.snaplen = skep_capture_snaplen(d->capture);
	if (d->read && same_file(d->read, d->write)) {
		fprintf(stderr, "skep dump: '%s' cannot be read and written at once\n", d->read);
		return -EINVAL;
	}
	err = skep_dump_create(&d->out, d->write, &o, d->diag);
	/* Those that follow a live capture see the file at once. */
	if (!err && !d->read && skep_dump_flush(d->out)) {
		err = skep_dump_close(d->out, d->diag); /* says why */
		d->out = NULL;
	}
	return err;
}

static int open_printer(struct dump *d)
{
	struct skep_print_opts o = {
		.size = sizeof(o),
		.time = d->time > 5 ? SKEP_TIME_FIRST : (enum skep_print_time)d->time,
		.verbose = d->verbose > 3 ? 3 : d->verbose,
		.nano = d->nano,
		.numeric = d->numeric,
		.link = d->link,
		.quiet = d->quiet,
		.absolute_seq = d->absolute,
	};

	if (d->hex || d->hex_ascii)
		o.bytes |= SKEP_PRINT_HEX;
	if (d->hex_ascii || d->ascii)
		o.bytes |= SKEP_PRINT_ASCII;
	if (d->hex > 1 || d->hex_ascii > 1 || d->ascii > 1)
		o.bytes |= SKEP_PRINT_LINK;
	return skep_printer_new(&d->printer, &o, d->diag);
}

static uint32_t netmask(const char *name)
{
	struct skep_device dev;

	for (size_t i = 0; skep_device(&dev, i); i++) {
		if (!strcmp(dev.name, name))
			return dev.netmask;
	}
	return 0;
}

static int compile(struct dump *d, uint32_t linktype, bool live)
{
	struct skep_open_opts o = {
		.size = sizeof(o),
		.linktype = linktype ? linktype : SKEP_LINK_NULL,
		.snaplen = (uint32_t)d->snaplen,
		.netmask = d->device ? netmask(d->device) : 0,
		.no_optimise = d->no_optimise,
		.live = live,
	};

	return skep_classic_open(&d->filter, SKEP_FILTER,
				 (struct skep_source){ "<filter>", d->expr, strlen(d->expr) }, &o,
				 d->diag);
}

/* Linux runs the filter where it captures packets with their headers. */
static int filter_in_kernel(struct dump *d)
{
	int err = compile(d, skep_capture_linktype(d->capture), true);

	if (!err)
		err = skep_capture_filter(d->capture, d->filter, d->diag);
	d->in_kernel = !err;
	if (err == -EOPNOTSUPP) {
		skep_classic_free(d->filter);
		d->filter = NULL;
	}
	return err;
}

static int open_filter(struct dump *d)
{
	int err = -EOPNOTSUPP;

	if (!*d->expr)
		return 0;
	if (!d->read)
		err = filter_in_kernel(d);
	if (err == -EOPNOTSUPP) {
		err = compile(d, skep_capture_linktype(d->capture), false);
		if (!err)
			skep_classic_compile(d->filter, NULL); /* else it is interpreted */
	}
	return err;
}

/* -d: the program of the expression, for the link type of what would be read. */
int dump_listing(struct dump *d)
{
	enum skep_classic_form form = d->listing == 1	? SKEP_CLASSIC_LISTING
				      : d->listing == 2 ? SKEP_CLASSIC_C
							: SKEP_CLASSIC_DECIMAL;
	uint32_t type = 1;
	int err = 0;

	if (d->read)
		err = skep_capture_open(&d->capture, d->read, d->diag);
	if (d->capture)
		type = skep_capture_linktype(d->capture);
	if (d->linktype)
		type = (uint32_t)skep_link_number(d->linktype);
	if (!err)
		err = compile(d, type, !d->read && d->device);
	if (!err)
		err = skep_classic_print(d->filter, form, stdout);
	report(d->diag);
	skep_capture_close(d->capture);
	skep_classic_free(d->filter);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int start(struct dump *d)
{
	int err = d->read ? skep_capture_open(&d->capture, d->read, d->diag) : open_live(d);

	if (!err)
		err = open_filter(d);
	if (!err && d->user)
		err = dump_become(d->user);
	if (!err && d->write)
		err = open_out(d);
	if (!err && (!d->write || d->print) && !d->count_only)
		err = open_printer(d);
	if (!err)
		say_source(d);
	return err;
}

static int finish(struct dump *d, int err)
{
	int failed = d->out ? skep_dump_close(d->out, d->diag) : 0;

	if (d->count_only && !err)
		printf("%" PRIu64 " packet%s\n", d->seen, d->seen == 1 ? "" : "s");
	if (d->capture && !d->read && !d->count_only) {
		fflush(stdout);
		fputs("\n", stderr);
		say_stats(d);
	}
	report(d->diag);
	skep_capture_close(d->capture);
	skep_printer_free(d->printer);
	skep_classic_free(d->filter);
	return err || failed ? EXIT_FAILED : EXIT_OK;
}

int dump_run(struct dump *d)
{
	int err = start(d);

	if (err) {
		report(d->diag);
		skep_dump_discard(d->out);
		d->out = NULL;
		d->read = d->read ? d->read : ""; /* no statistics of nothing */
		return finish(d, err);
	}
	watch_signals();
	err = d->read ? read_file(d) : read_live(d);
	return finish(d, err);
}
