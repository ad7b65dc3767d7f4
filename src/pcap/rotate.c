// SPDX-License-Identifier: BSD-2-Clause
#include "pcap/rotate.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"

struct pcap_rotate {
	struct pcap_rotate_opts o;
	char *path;
	struct pcap_writer *w; /* NULL: none is open */
	u64 began;	       /* second of the present period */
	u32 number;	       /* of the file within its name */
	u32 made;	       /* periods so far */
	int err;	       /* sticky */
};

int pcap_rotate_create(struct pcap_rotate **out, const char *path,
		       const struct pcap_rotate_opts *opts, struct diag *d)
{
	struct pcap_rotate *r = calloc(1, sizeof(*r));

	if (!r)
		return diag_nomem(d);
	r->path = strdup(path);
	if (!r->path) {
		free(r);
		return diag_nomem(d);
	}
	r->o = *opts;
	r->o.file.direct |= opts->bytes || opts->seconds;
	*out = r;
	return 0;
}

/* Digits of the highest number of a ring of files. */
static int digits(u32 files)
{
	int n = 1;

	for (u32 top = files - 1; top >= 10; top /= 10)
		n++;
	return n;
}

/* PATH through strftime when files follow the clock; a number behind it when they follow size. */
static void put_name(const struct pcap_rotate *r, struct buf *name)
{
	if (r->o.seconds) {
		time_t t = (time_t)r->began;
		struct tm tm = { 0 };
		char text[4096];

		localtime_r(&t, &tm);
		if (strftime(text, sizeof(text), r->path, &tm))
			buf_puts(name, text);
		else
			buf_puts(name, r->path);
	} else {
		buf_puts(name, r->path);
	}
	if (!r->o.bytes)
		return;
	if (r->o.files && !r->o.seconds)
		buf_printf(name, "%0*u", digits(r->o.files), r->number);
	else if (r->number)
		buf_printf(name, "%u", r->number);
}

static int file_start(struct pcap_rotate *r)
{
	struct buf name = { 0 };
	int err;

	put_name(r, &name);
	err = name.err ? name.err : pcap_create(&r->w, buf_str(&name), &r->o.file, NULL);
	if (!err)
		err = pcap_flush(r->w); /* the header stands, also of a file without packets */
	buf_fini(&name);
	return err;
}

static int file_next(struct pcap_rotate *r)
{
	int err = pcap_finish(r->w, NULL);

	r->w = NULL;
	return err ? err : file_start(r);
}

static int begin(struct pcap_rotate *r, u64 ts)
{
	r->began = ts / 1000000000u;
	r->made = 1;
	/* A single file waits for what it is to hold. */
	if (!r->o.bytes && !r->o.seconds)
		return pcap_create(&r->w, r->path, &r->o.file, NULL);
	return file_start(r);
}

/* Files are closed before the packet that is too late or one too many. */
static int rotate(struct pcap_rotate *r, u64 ts)
{
	u64 now = ts / 1000000000u;

	if (r->o.seconds && now >= r->began + r->o.seconds) {
		if (r->o.files && !r->o.bytes && r->made == r->o.files)
			return 1;
		r->began = now;
		r->made++;
		r->number = 0;
		return file_next(r);
	}
	if (r->o.bytes && pcap_written(r->w) > r->o.bytes) {
		r->number++;
		if (r->o.files && !r->o.seconds && r->number == r->o.files)
			r->number = 0;
		return file_next(r);
	}
	return 0;
}

int pcap_rotate_write(struct pcap_rotate *r, const void *data, u32 len, u32 wire_len, u64 ts)
{
	int err = r->err;

	if (unlikely(!err && !r->w))
		err = begin(r, ts);
	if (!err && (r->o.seconds || r->o.bytes))
		err = rotate(r, ts);
	if (!err)
		err = pcap_write(r->w, data, len, wire_len, ts);
	if (err < 0)
		r->err = err;
	return err;
}

static int write_each(struct pcap_rotate *r, const struct pcap_packet *packets, const u32 *wanted,
		      u32 count)
{
	int err = 0;

	for (u32 i = 0; i < count && !err; i++) {
		const struct pcap_packet *p = &packets[i];

		if (!wanted || wanted[i])
			err = pcap_rotate_write(r, p->data, p->len, p->wire_len, p->ts);
	}
	return err;
}

int pcap_rotate_write_all(struct pcap_rotate *r, const struct pcap_reader *from,
			  const struct pcap_packet *packets, const u32 *wanted, u32 count)
{
	if (r->o.seconds || r->o.bytes || !pcap_has_records(from, r->o.file.micro))
		return write_each(r, packets, wanted, count);
	if (unlikely(!r->err && !r->w))
		r->err = begin(r, 0);
	if (!r->err)
		r->err = pcap_write_records(r->w, packets, wanted, count);
	return r->err;
}

int pcap_rotate_flush(struct pcap_rotate *r)
{
	if (!r->err && !r->w)
		r->err = begin(r, (u64)time(NULL) * 1000000000u);
	if (!r->err)
		r->err = pcap_flush(r->w);
	return r->err;
}

static void rotate_free(struct pcap_rotate *r)
{
	free(r->path);
	free(r);
}

int pcap_rotate_finish(struct pcap_rotate *r, struct diag *d)
{
	int err;

	if (!r)
		return 0;
	if (!r->w && !r->err)
		r->err = begin(r, (u64)time(NULL) * 1000000000u);
	err = r->err;
	if (r->w)
		err = pcap_finish(r->w, d);
	else if (err)
		diag_error(d, err, NOWHERE, "cannot write '%s': %s", r->path, strerror(-err));
	rotate_free(r);
	return err;
}

void pcap_rotate_discard(struct pcap_rotate *r)
{
	if (!r)
		return;
	pcap_discard(r->w);
	rotate_free(r);
}
