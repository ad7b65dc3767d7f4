// SPDX-License-Identifier: BSD-2-Clause
/* skep dump: capture or read packets, filter, print, write them. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"

/* ---- packets ---- */

/* 1: enough; 0: go on; -errno. */
static int take(struct dump *d, const struct skep_packet *p)
{
	int err = 0;

	d->seen++;
	if (d->out)
		err = skep_dump_write(d->out, p);
	if (!err && d->printer) {
		if (d->number)
			printf("%5" PRIu64 "  ", d->seen);
		err = skep_printer_print(d->printer, p, stdout);
	}
	return err ? err : d->count && d->seen == d->count;
}

static int take_batch(struct dump *d, int n)
{
	int ret = 0;

	for (int i = 0; !ret && i < n; i++)
		ret = take(d, &d->packets[i]);
	if (d->lines)
		fflush(stdout);
	return ret;
}

static int read_packets(struct dump *d)
{
	int ret = 0, n;

	while (!ret && (n = skep_capture_batch(d->capture, d->packets, DUMP_BATCH, d->diag)) != 0)
		ret = n < 0 ? n : take_batch(d, n);
	return ret < 0 ? ret : 0;
}

/* ---- from start to end ---- */

static void say_source(const struct dump *d)
{
	uint32_t type = skep_capture_linktype(d->capture);

	fprintf(stderr, "reading from file %s, link-type %s (%s), snapshot length %u\n", d->read,
		skep_link_name(type) ? skep_link_name(type) : "?",
		skep_link_text(type) ? skep_link_text(type) : "?", 262144);
}

static int start(struct dump *d)
{
	int err = skep_capture_open(&d->capture, d->read, d->diag);

	if (err)
		return err;
	say_source(d);
	if (d->write)
		err = skep_dump_open(&d->out, d->write, skep_capture_linktype(d->capture), d->diag);
	if (!err && (!d->write || d->print) && !d->count_only)
		err = skep_printer_new(&d->printer, &d->show, d->diag);
	return err;
}

static int session(struct dump *d)
{
	int err = start(d), failed;

	if (!err)
		err = read_packets(d);
	if (d->out) {
		failed = skep_dump_close(d->out, d->diag);
		err = err ? err : failed;
	}
	if (!err && d->count_only)
		printf("%" PRIu64 " packet%s\n", d->seen, d->seen == 1 ? "" : "s");
	report(d->diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

/* ---- options ---- */

static void show_options(struct dump *d)
{
	struct skep_print_opts *o = &d->show;
	unsigned level = d->hex | d->ascii_hex | d->ascii;

	o->size = sizeof(*o);
	o->time = d->time > 5 ? SKEP_TIME_FIRST : (enum skep_print_time)d->time;
	o->verbose = d->verbose > 3 ? 3 : d->verbose;
	o->numeric = d->numeric;
	o->link = d->link;
	o->quiet = d->quiet;
	o->nano = d->nano;
	o->absolute_seq = d->absolute;
	if (d->hex || d->ascii_hex)
		o->bytes |= SKEP_PRINT_HEX;
	if (d->ascii_hex || d->ascii)
		o->bytes |= SKEP_PRINT_ASCII;
	if (d->hex > 1 || d->ascii_hex > 1 || (!d->hex && !d->ascii_hex && d->ascii > 1))
		o->bytes |= SKEP_PRINT_LINK;
	(void)level;
}

static char *join(int n, char **words)
{
	size_t len = 1;
	char *out, *at;

	for (int i = 0; i < n; i++)
		len += strlen(words[i]) + 1;
	at = out = calloc(1, len);
	for (int i = 0; out && i < n; i++)
		at += sprintf(at, "%s%s", i ? " " : "", words[i]);
	return out;
}

static int dump_main(const struct command *self, int argc, char **argv)
{
	static struct dump d;
	const struct opt opts[] = {
		{ 'i', "interface", "IF", "capture from an interface", OPT_STRING, &d.device },
		{ 'r', "read", "FILE", "read a capture file (- is standard input)", OPT_STRING,
		  &d.read },
		{ 'w', "write", "FILE", "write packets to a capture file rather than print them",
		  OPT_STRING, &d.write },
		{ 'c', "count-limit", "N", "stop after N packets", OPT_NUMBER, &d.count },
		{ 0, "count", NULL, "print only how many packets there are", OPT_FLAG,
		  &d.count_only },
		{ 'n', "numeric", NULL, "addresses and ports as numbers", OPT_COUNT, &d.numeric },
		{ 'e', "link", NULL, "print the link header", OPT_FLAG, &d.link },
		{ 'q', "quiet", NULL, "print less of each protocol", OPT_FLAG, &d.quiet },
		{ 'v', "verbose", NULL, "print more; -vv and -vvv still more", OPT_COUNT,
		  &d.verbose },
		{ 't', "time", NULL,
		  "-t no stamp, -tt seconds since 1970, -ttt since the packet before,\n"
		  "-tttt with the date, -ttttt since the first packet",
		  OPT_COUNT, &d.time },
		{ 0, "nano", NULL, "stamps in nanoseconds", OPT_FLAG, &d.nano },
		{ '#', "number", NULL, "number the packets", OPT_FLAG, &d.number },
		{ 'S', "absolute-tcp-sequence-numbers", NULL, "TCP sequence numbers as they are",
		  OPT_FLAG, &d.absolute },
		{ 'x', "hex", NULL, "print the bytes; -xx the link header, too", OPT_COUNT,
		  &d.hex },
		{ 'X', "hex-ascii", NULL, "and as characters; -XX the link header, too", OPT_COUNT,
		  &d.ascii_hex },
		{ 'A', "ascii", NULL, "print the bytes as characters", OPT_COUNT, &d.ascii },
		{ 0, "print", NULL, "print also when writing to a file", OPT_FLAG, &d.print },
		{ 'l', "line-buffered", NULL, "let each line out at once", OPT_FLAG, &d.lines },
		{ 0 },
	};
	int n = opt_parse(self, opts, argc, argv), status;

	if (n < 0)
		return opt_status(n);
	d.expr = join(n, argv + 1);
	show_options(&d);
	d.diag = skep_diag_new();
	status = session(&d);
	skep_capture_close(d.capture);
	skep_printer_free(d.printer);
	skep_diag_free(d.diag);
	free(d.expr);
	return status;
}

const struct command cmd_dump = {
	.name = "dump",
	.operands = "[EXPR]",
	.summary = "capture or read packets, filter, print and write them",
	.about = "",
	.main = dump_main,
};
