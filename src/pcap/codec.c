// SPDX-License-Identifier: BSD-2-Clause
#include "pcap/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

struct input_codec {
	bool zstd;
	bool raw_end;	 /* the file has no more bytes */
	int failed;	 /* -errno of a damaged stream, sticky */
	bool whole;	 /* between two members or frames: the end may come */
	size_t pos, len; /* bytes of `in` not decompressed yet */
	z_stream z;
#ifdef HAVE_ZSTD
	ZSTD_DStream *zs;
#endif
	u8 in[INPUT_CHUNK];
};

ssize_t raw_read(struct input_raw *raw, u8 *to, size_t room)
{
	ssize_t n;

	if (raw->fd < 0) {
		n = (ssize_t)MIN(room, raw->len - raw->pos);
		memcpy(to, raw->mem + raw->pos, (size_t)n);
		raw->pos += (size_t)n;
		return n;
	}
	do
		n = read(raw->fd, to, room);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

#ifndef HAVE_ZSTD
static int no_zstd(struct diag *d)
{
	diag_error(d, -EOPNOTSUPP, NOWHERE, "the capture is compressed with zstd");
	diag_hint(d, "this skep was built without libzstd; zstd -dc FILE | skep … -r - reads it");
	return -EOPNOTSUPP;
}
#endif

int codec_open(struct input_codec **out, const u8 *first, size_t have, struct diag *d)
{
	bool gzip = have >= 2 && first[0] == 0x1f && first[1] == 0x8b;
	bool zstd = have >= 4 && LOAD(u32, first) == __builtin_bswap32(0x28b52ffd);
	struct input_codec *c;

	*out = NULL;
	if (!gzip && !zstd)
		return 0;
#ifndef HAVE_ZSTD
	if (zstd)
		return no_zstd(d);
#endif
	c = calloc(1, sizeof(*c));
	if (!c)
		return diag_nomem(d);
	c->zstd = zstd;
	c->len = MIN(have, sizeof(c->in));
	memcpy(c->in, first, c->len);
#ifdef HAVE_ZSTD
	if (zstd)
		c->zs = ZSTD_createDStream();
	if (zstd && !c->zs) {
		free(c);
		return diag_nomem(d);
	}
#endif
	if (gzip && inflateInit2(&c->z, 15 + 16) != Z_OK) {
		free(c);
		return diag_nomem(d);
	}
	*out = c;
	return 0;
}

/* One step of zlib: how many bytes came out. `whole` is set where a member ends. */
static ssize_t gzip_step(struct input_codec *c, u8 *to, size_t room)
{
	int ret;

	if (c->whole) { /* another member follows; what is no member is padding */
		c->whole = false;
		if (c->in[c->pos] != 0x1f) {
			c->pos = c->len;
			c->whole = true;
			return 0;
		}
		inflateReset(&c->z);
	}
	c->z.next_in = c->in + c->pos;
	c->z.avail_in = (uInt)(c->len - c->pos);
	c->z.next_out = to;
	c->z.avail_out = (uInt)room;
	ret = inflate(&c->z, Z_NO_FLUSH);
	c->pos = c->len - c->z.avail_in;
	if (ret != Z_OK && ret != Z_STREAM_END && ret != Z_BUF_ERROR)
		c->failed = ret == Z_MEM_ERROR ? -ENOMEM : -EINVAL;
	c->whole = ret == Z_STREAM_END;
	return (ssize_t)(room - c->z.avail_out);
}

#ifdef HAVE_ZSTD
static ssize_t zstd_step(struct input_codec *c, u8 *to, size_t room)
{
	ZSTD_inBuffer in = { c->in, c->len, c->pos };
	ZSTD_outBuffer out = { to, room, 0 };
	size_t ret = ZSTD_decompressStream(c->zs, &out, &in);

	c->pos = in.pos;
	if (ZSTD_isError(ret))
		c->failed = -EINVAL;
	c->whole = ret == 0;
	return (ssize_t)out.pos;
}
#endif

static ssize_t codec_step(struct input_codec *c, u8 *to, size_t room)
{
#ifdef HAVE_ZSTD
	if (c->zstd)
		return zstd_step(c, to, room);
#endif
	return gzip_step(c, to, room);
}

ssize_t codec_read(struct input_codec *c, struct input_raw *raw, u8 *to, size_t room,
		   const char **why)
{
	for (;;) {
		ssize_t n = 0;

		/* Without input a step still gives what the codec keeps inside. */
		if (!c->failed && (c->pos < c->len || !c->whole))
			n = codec_step(c, to, room);
		if (n)
			return n;
		if (c->failed) { /* what came before is handed out first */
			*why = c->zstd ? "zstd data are damaged" : "gzip data are damaged";
			return c->failed;
		}
		if (c->pos < c->len)
			continue; /* a step takes input or gives output, or it failed */
		if (c->raw_end) {
			if (c->whole)
				return 0;
			*why = "compressed data are cut";
			return -EINVAL;
		}
		n = raw_read(raw, c->in, sizeof(c->in));
		if (n < 0)
			return n;
		c->raw_end = n == 0;
		c->pos = 0;
		c->len = (size_t)n;
	}
}

void codec_close(struct input_codec *c)
{
	if (!c)
		return;
	if (!c->zstd)
		inflateEnd(&c->z);
#ifdef HAVE_ZSTD
	if (c->zstd)
		ZSTD_freeDStream(c->zs);
#endif
	free(c);
}
