// SPDX-License-Identifier: BSD-2-Clause
#include "pcap/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "pcap/codec.h"

static ssize_t more(struct pcap_input *in, u8 *to, size_t room)
{
	return in->codec ? codec_read(in->codec, &in->raw, to, room, &in->why)
			 : raw_read(&in->raw, to, room);
}

/* Make room for n bytes from `pos` on: what is left moves to the front. */
static int slide(struct pcap_input *in, size_t n)
{
	size_t left = input_left(in), cap = MAX(in->cap, in->chunk);
	u8 *room = in->room;

	while (cap < n)
		cap *= 2;
	if (cap > in->cap) {
		room = malloc(cap);
		if (!room)
			return -ENOMEM;
	}
	if (left)
		memmove(room, in->data + in->pos, left);
	if (room != in->room)
		free(in->room);
	in->room = room;
	in->data = room;
	in->cap = cap;
	in->base += in->pos;
	in->pos = 0;
	in->len = left;
	return 0;
}

bool input_fill(struct pcap_input *in, size_t n)
{
	if (input_left(in) >= n)
		return true;
	if (in->end)
		return false;
	if (in->hold) {
		in->starved = true;
		return false;
	}
	in->err = slide(in, n);
	while (!in->err && input_left(in) < n) {
		ssize_t got = more(in, in->room + in->len, in->cap - in->len);

		if (got <= 0) {
			in->end = true;
			in->err = (int)got;
			break;
		}
		in->len += (size_t)got;
	}
	in->end |= in->err != 0;
	return input_left(in) >= n;
}

bool input_skip(struct pcap_input *in, u64 n)
{
	if (in->hold && input_left(in) < n) {
		in->starved = !in->end;
		return false;
	}
	while (input_left(in) < n) {
		n -= input_left(in);
		in->pos = in->len;
		if (!input_need(in, 1))
			return false;
	}
	in->pos += (size_t)n;
	return true;
}

/* The first bytes say whether a codec is needed; then the window begins anew behind it. */
static int start(struct pcap_input *in, struct diag *d)
{
	int err;

	input_need(in, 4);
	err = codec_open(&in->codec, in->data, input_left(in), d);
	if (err || !in->codec)
		return err;
	in->pos = in->len = 0;
	in->end = false;
	in->err = 0;
	return 0;
}

int input_open_mem(struct pcap_input *in, const void *data, size_t len, size_t chunk,
		   struct diag *d)
{
	int err;

	*in = (struct pcap_input){
		.raw = { .fd = -1, .mem = data, .len = len },
		.chunk = chunk ? chunk : INPUT_CHUNK,
	};
	err = start(in, d);
	if (err) {
		input_close(in);
	} else if (!chunk && !in->codec) {
		free(in->room);
		in->room = NULL;
		in->data = data;
		in->len = len;
		in->end = true;
	}
	return err;
}

int input_open(struct pcap_input *in, const char *path, struct diag *d)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO, err;

	*in = (struct pcap_input){ .raw.fd = fd, .chunk = INPUT_CHUNK };
	if (fd < 0)
		return diag_error(d, -errno, NOWHERE, "cannot read '%s': %s", path,
				  strerror(errno));
	err = start(in, d);
	if (!err && in->err && !in->codec && !in->len)
		err = diag_error(d, in->err, NOWHERE, "cannot read '%s': %s", path,
				 strerror(-in->err));
	if (err)
		input_close(in);
	return err;
}

void input_close(struct pcap_input *in)
{
	codec_close(in->codec);
	free(in->room);
	if (in->raw.fd > STDIN_FILENO)
		close(in->raw.fd);
	*in = (struct pcap_input){ .raw.fd = -1 };
}
