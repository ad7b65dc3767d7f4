// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/output.h"
#include "pcap/pcap.h"

enum {
	BUFFER = 512 * 1024, /* bytes */
	BLOCK = 4096,	     /* of the file: writes end where one does */
	LONG = 64 * 1024,    /* bytes that go around the buffer */
	RECORD = 16,
};

struct pcap_writer {
	struct output out; /* where the file appears when it is whole; unused when direct */
	int fd;		   /* -1 until the first write */
	char *path;
	struct pcap_write_opts opts;
	u64 written; /* bytes */
	size_t len;  /* bytes in `buf` */
	int err;     /* sticky */
	u8 buf[BUFFER];
};

int pcap_create(struct pcap_writer **out, const char *path, const struct pcap_write_opts *opts,
		struct diag *d)
{
	struct pcap_writer *w = malloc(sizeof(*w));

	if (!w)
		return diag_nomem(d);
	memset(w, 0, offsetof(struct pcap_writer, buf));
	w->path = strdup(path);
	if (!w->path) {
		free(w);
		return diag_nomem(d);
	}
	w->opts = *opts;
	if (!w->opts.snaplen)
		w->opts.snaplen = PCAP_SNAPLEN;
	w->fd = -1;
	*out = w;
	return 0;
}

static void write_all(struct pcap_writer *w, const u8 *data, size_t len)
{
	while (len && !w->err) {
		ssize_t n = write(w->fd, data, len);

		if (n < 0 && errno != EINTR)
			w->err = -errno;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
}

static void drain(struct pcap_writer *w)
{
	write_all(w, w->buf, w->len);
	w->len = 0;
}

/* Whole blocks of the file; the rest of the last one stays. */
static void drain_blocks(struct pcap_writer *w)
{
	size_t rest = (size_t)w->written % BLOCK;

	if (rest >= w->len) {
		drain(w);
		return;
	}
	w->len -= rest;
	write_all(w, w->buf, w->len);
	memmove(w->buf, w->buf + w->len, rest);
	w->len = rest;
}

static void put(struct pcap_writer *w, const void *data, size_t len)
{
	if (unlikely(len > BUFFER - w->len)) {
		if (len >= LONG) {
			drain(w);
			write_all(w, data, len);
			w->written += len;
			return;
		}
		drain_blocks(w);
	}
	memcpy(w->buf + w->len, data, len);
	w->len += len;
	w->written += len;
}

static int writer_open(struct pcap_writer *w)
{
	int err;

	if (!w->opts.direct) {
		err = output_open(&w->out, w->path);
		if (!err)
			w->fd = fileno(w->out.file);
		return err;
	}
	w->fd = strcmp(w->path, "-") ? open(w->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
				     : STDOUT_FILENO;
	return w->fd < 0 ? -errno : 0;
}

static void writer_start(struct pcap_writer *w)
{
	u32 header[6] = {
		w->opts.micro ? 0xa1b2c3d4 : 0xa1b23c4d, 0, 0, 0, w->opts.snaplen, w->opts.linktype
	};

	if (w->fd >= 0 || w->err)
		return;
	STORE(u16, &header[1], 2);
	STORE(u16, (u8 *)&header[1] + 2, 4);
	w->err = writer_open(w);
	put(w, header, sizeof(header));
}

int pcap_write(struct pcap_writer *w, const void *data, u32 len, u32 wire_len, u64 ts)
{
	u32 header[4] = { (u32)(ts / 1000000000u), (u32)(ts % 1000000000u),
			  MIN(len, w->opts.snaplen), MAX(len, wire_len) };

	if (w->opts.micro)
		header[1] /= 1000;
	if (unlikely(w->fd < 0))
		writer_start(w);
	put(w, header, sizeof(header));
	if (header[2])
		put(w, data, header[2]);
	return w->err;
}

static int write_packet(struct pcap_writer *w, const struct pcap_packet *p)
{
	return pcap_write(w, p->data, p->len, p->wire_len, p->ts);
}

/* Those in a row at once. */
int pcap_write_records(struct pcap_writer *w, const struct pcap_packet *packets, const u32 *wanted,
		       u32 count)
{
	if (unlikely(w->fd < 0))
		writer_start(w);
	for (u32 i = 0; i < count; i++) {
		const u8 *run = packets[i].data - RECORD, *end;

		if (wanted && !wanted[i])
			continue;
		if (unlikely(packets[i].len > w->opts.snaplen)) {
			write_packet(w, &packets[i]);
			continue;
		}
		while (1) {
			end = packets[i].data + packets[i].len;
			if (i + 1 == count || (wanted && !wanted[i + 1]) ||
			    packets[i + 1].data - RECORD != end ||
			    packets[i + 1].len > w->opts.snaplen)
				break;
			i++;
		}
		put(w, run, (size_t)(end - run));
	}
	return w->err;
}

int pcap_flush(struct pcap_writer *w)
{
	writer_start(w);
	drain(w);
	return w->err;
}

u64 pcap_written(const struct pcap_writer *w)
{
	return w->written;
}

static int writer_close(struct pcap_writer *w, int err)
{
	if (!w->opts.direct)
		err = output_finish(&w->out, err);
	else if (w->fd > STDOUT_FILENO && close(w->fd) && !err)
		err = -errno;
	return err;
}

int pcap_finish(struct pcap_writer *w, struct diag *d)
{
	int err;

	if (!w)
		return 0;
	writer_start(w);
	drain(w);
	err = writer_close(w, w->err);
	if (err)
		diag_error(d, err, NOWHERE, "cannot write '%s': %s", w->path, strerror(-err));
	free(w->path);
	free(w);
	return err;
}

void pcap_discard(struct pcap_writer *w)
{
	if (!w)
		return;
	writer_close(w, -ECANCELED);
	free(w->path);
	free(w);
}
