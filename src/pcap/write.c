// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "pcap/pcap.h"

/* The file grows under a temporary name beside `path` and takes its place in pcap_finish. */
struct pcap_writer {
	FILE *out;	  /* NULL until the first write */
	char *path, *tmp; /* tmp NULL: `path` itself is written (stdout, devices, pipes) */
	u32 linktype;
	int err; /* sticky */
};

int pcap_create(struct pcap_writer **out, const char *path, u32 linktype, struct diag *d)
{
	struct pcap_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return diag_nomem(d);
	w->path = strdup(path);
	if (!w->path) {
		free(w);
		return diag_nomem(d);
	}
	w->linktype = linktype;
	*out = w;
	return 0;
}

/* Open `path` itself, or a temporary file beside it when it is (to be) a regular file. */
static int writer_open_file(struct pcap_writer *w)
{
	struct buf tmp = { 0 };
	struct stat st;
	mode_t mask;
	int fd;

	if (!stat(w->path, &st) && !S_ISREG(st.st_mode)) {
		w->out = fopen(w->path, "wb");
		return w->out ? 0 : -errno;
	}
	buf_printf(&tmp, "%s.XXXXXX", w->path);
	w->tmp = tmp.err ? NULL : strdup(buf_str(&tmp));
	buf_fini(&tmp);
	if (!w->tmp)
		return -ENOMEM;
	fd = mkstemp(w->tmp);
	if (fd < 0) {
		int err = -errno;

		free(w->tmp);
		w->tmp = NULL;
		return err;
	}
	mask = umask(0);
	umask(mask);
	fchmod(fd, 0666 & ~mask);
	w->out = fdopen(fd, "wb");
	if (!w->out)
		close(fd);
	return w->out ? 0 : -ENOMEM;
}

static void writer_put(struct pcap_writer *w, const void *data, size_t len)
{
	if (!w->err && len && fwrite(data, len, 1, w->out) != 1)
		w->err = errno ? -errno : -EIO;
}

static void writer_start(struct pcap_writer *w)
{
	u32 header[6] = { 0xa1b23c4d, 0, 0, 0, 262144, w->linktype };

	if (w->out || w->err)
		return;
	STORE(u16, &header[1], 2);
	STORE(u16, (u8 *)&header[1] + 2, 4);
	if (!strcmp(w->path, "-"))
		w->out = stdout;
	else
		w->err = writer_open_file(w);
	writer_put(w, header, sizeof(header));
}

int pcap_write(struct pcap_writer *w, const void *data, u32 len, u32 wire_len, u64 ts)
{
	u32 header[4] = { (u32)(ts / 1000000000u), (u32)(ts % 1000000000u), len,
			  MAX(len, wire_len) };

	writer_start(w);
	writer_put(w, header, sizeof(header));
	writer_put(w, data, len);
	return w->err;
}

static void writer_free(struct pcap_writer *w)
{
	free(w->tmp);
	free(w->path);
	free(w);
}

int pcap_finish(struct pcap_writer *w, struct diag *d)
{
	int err;

	if (!w)
		return 0;
	writer_start(w);
	if (w->out && (fflush(w->out) || ferror(w->out)) && !w->err)
		w->err = errno ? -errno : -EIO;
	if (w->out && w->out != stdout && fclose(w->out) && !w->err)
		w->err = -errno;
	if (w->tmp && !w->err && rename(w->tmp, w->path))
		w->err = -errno;
	if (w->tmp && w->err)
		unlink(w->tmp);
	err = w->err;
	if (err)
		diag_error(d, err, NOWHERE, "cannot write '%s': %s", w->path, strerror(-err));
	writer_free(w);
	return err;
}

void pcap_discard(struct pcap_writer *w)
{
	if (!w)
		return;
	if (w->out && w->out != stdout)
		fclose(w->out);
	if (w->tmp)
		unlink(w->tmp);
	writer_free(w);
}
