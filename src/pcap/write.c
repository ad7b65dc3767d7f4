// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "base/output.h"
#include "pcap/pcap.h"

struct pcap_writer {
	struct output out; /* out.file NULL until the first write */
	char *path;
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

static void writer_put(struct pcap_writer *w, const void *data, size_t len)
{
	if (!w->err && len && fwrite(data, len, 1, w->out.file) != 1)
		w->err = errno ? -errno : -EIO;
}

static void writer_start(struct pcap_writer *w)
{
	u32 header[6] = { 0xa1b23c4d, 0, 0, 0, 262144, w->linktype };

	if (w->out.file || w->err)
		return;
	STORE(u16, &header[1], 2);
	STORE(u16, (u8 *)&header[1] + 2, 4);
	w->err = output_open(&w->out, w->path);
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

int pcap_finish(struct pcap_writer *w, struct diag *d)
{
	int err;

	if (!w)
		return 0;
	writer_start(w);
	err = output_finish(&w->out, w->err);
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
	output_finish(&w->out, -ECANCELED);
	free(w->path);
	free(w);
}
