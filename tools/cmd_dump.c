// SPDX-License-Identifier: BSD-2-Clause
/* skep dump: capture or read packets, filter, print, write them. */
#include <stdlib.h>
#include <string.h>

#include "dump.h"

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

static char *text_of_file(const char *path)
{
	size_t len;
	uint8_t *bytes = bytes_from_file(path, &len);
	char *text = bytes ? realloc(bytes, len + 1) : NULL;

	if (text)
		text[len] = 0;
	else
		free(bytes);
	return text;
}

/* What is wrong with the options together; NULL: nothing. */
static const char *check(const struct dump *d)
{
	if (d->device && d->read)
		return "give -i or -r, not both";
	if (d->limit == 0)
		return "-c wants a number from 1 on";
	if (!d->write && (d->size || d->seconds || d->files))
		return "-C, -G and -W are for -w";
	if (d->files && !d->size && !d->seconds)
		return "-W is for -C or -G";
	if (d->files > UINT32_MAX || d->snaplen > 262144)
		return "that number is too large: -s goes up to 262144";
	if (d->buffer > UINT32_MAX / 1024)
		return "-B is in KiB, up to 4194303";
	if (d->linktype && skep_link_number(d->linktype) < 0)
		return "no link type has that name: skep dump -L lists an interface's";
	if (d->direction && strcmp(d->direction, "in") && strcmp(d->direction, "out") &&
	    strcmp(d->direction, "inout"))
		return "-Q is in, out or inout";
	return NULL;
}

static int do_it(struct dump *d, const struct command *self, int n, char **argv)
{
	const char *wrong = check(d);
	int status;

	if (wrong)
		return opt_usage(self, wrong);
	if (d->limit == UINT64_MAX)
		d->limit = 0;
	if (d->list)
		return dump_devices();
	if (!d->read && !d->device && !d->listing)
		d->device = dump_default_device();
	if (!d->read && !d->device && !d->listing)
		return opt_usage(self, "no interface is up: give -i or -r");
	if (d->list_links)
		return dump_links(d);
	if (d->expr_file && n)
		return opt_usage(self, "give an expression or -F, not both");
	d->expr = d->expr_file ? text_of_file(d->expr_file) : join(n, argv + 1);
	if (!d->expr)
		return EXIT_FAILED;
	d->diag = skep_diag_new();
	if (d->diag)
		status = d->listing ? dump_listing(d) : dump_run(d);
	else
		status = EXIT_FAILED;
	skep_diag_free(d->diag);
	free(d->expr);
	return status;
}

static int dump_main(const struct command *self, int argc, char **argv)
{
	static struct dump d = { .limit = UINT64_MAX };
	const struct opt opts[] = {
		{ 'i', "interface", "IF", "capture on an interface: a name, a number of -D, or any",
		  OPT_STRING, &d.device },
		{ 'r', "read", "FILE", "read a capture file (- is standard input)", OPT_STRING,
		  &d.read },
		{ 'w', "write", "FILE",
		  "write packets to a file (-: standard output), do not print", OPT_STRING,
		  &d.write },
		{ 0, "print", NULL, "print, too, with -w", OPT_FLAG, &d.print },
		{ 'c', "limit", "N", "end after N packets", OPT_NUMBER, &d.limit },
		{ 0, "count", NULL, "print only how many there are", OPT_FLAG, &d.count_only },
		{ 'F', "filter-file", "FILE", "the expression is in a file", OPT_STRING,
		  &d.expr_file },
		{ 'n', "numeric", NULL, "addresses and ports as numbers", OPT_COUNT, &d.numeric },
		{ 'e', "link", NULL, "print link headers", OPT_FLAG, &d.link },
		{ 'q', "quiet", NULL, "print less of each protocol", OPT_FLAG, &d.quiet },
		{ 'v', "verbose", NULL, "print more; -vv and -vvv still more", OPT_COUNT,
		  &d.verbose },
		{ 't', "time", NULL,
		  "-t: no time; -tt: seconds since 1970; -ttt: since the packet\n"
		  "before; -tttt: with the date; -ttttt: since the first packet",
		  OPT_COUNT, &d.time },
		{ 0, "nano", NULL, "times in ns, printed and written", OPT_FLAG, &d.nano },
		{ '#', "number", NULL, "number the packets", OPT_FLAG, &d.number },
		{ 'S', "absolute-tcp-sequence-numbers", NULL, "TCP sequence numbers as they are",
		  OPT_FLAG, &d.absolute },
		{ 'x', "hex", NULL, "print the bytes; -xx: of the link header, too", OPT_COUNT,
		  &d.hex },
		{ 'X', "hex-ascii", NULL, "and as characters; -XX: of the link header, too",
		  OPT_COUNT, &d.hex_ascii },
		{ 'A', "ascii", NULL, "print the bytes as characters", OPT_COUNT, &d.ascii },
		{ 's', "snapshot-length", "N", "no more than N bytes of a packet", OPT_NUMBER,
		  &d.snaplen },
		{ 'C', "rotate-size", "SIZE",
		  "a new file once one is larger: millions of bytes, or 512k, 10m, 1g", OPT_STRING,
		  &d.size },
		{ 'G', "rotate-seconds", "N",
		  "a new file each N seconds; its name goes through strftime", OPT_NUMBER,
		  &d.seconds },
		{ 'W', "rotate-files", "N",
		  "with -C: N files in a ring; with -G: end after N files", OPT_NUMBER, &d.files },
		{ 'd', "listing", NULL,
		  "print the filter's program and end: -d to read, -dd as C, -ddd as\nnumbers",
		  OPT_COUNT, &d.listing },
		{ 'O', "no-optimise", NULL, "do not optimise the filter", OPT_FLAG,
		  &d.no_optimise },
		{ 'U', "packet-buffered", NULL, "write each packet at once", OPT_FLAG,
		  &d.unbuffered },
		{ 'l', "line-buffered", NULL, "print each line at once", OPT_FLAG, &d.lines },
		{ 'D', "list-interfaces", NULL, "list the interfaces", OPT_FLAG, &d.list },
		{ 'L', "list-data-link-types", NULL, "list the link types of the interface",
		  OPT_FLAG, &d.list_links },
		{ 'y', "linktype", "NAME", "link type of the packets", OPT_STRING, &d.linktype },
		{ 'p', "no-promiscuous-mode", NULL, "only what is sent to this machine", OPT_FLAG,
		  &d.no_promisc },
		{ 'Q', "direction", "DIR", "in, out or inout", OPT_STRING, &d.direction },
		{ 'B', "buffer-size", "KIB", "room that Linux has for packets (default 32768)",
		  OPT_NUMBER, &d.buffer },
		{ 0, "immediate-mode", NULL, "show packets as they come, not in batches", OPT_FLAG,
		  &d.immediate },
		{ 'Z', "relinquish-privileges", "USER", "become that user once the capture is open",
		  OPT_STRING, &d.user },
		{ 0 },
	};
	int n = opt_parse(self, opts, argc, argv);

	return n < 0 ? opt_status(n) : do_it(&d, self, n, argv);
}

const struct command cmd_dump = {
	.name = "dump",
	.operands = "[EXPR]",
	.summary = "capture or read packets, filter, print and write them",
	.about = "Letters are those of tcpdump. Files may be pcap or pcapng, compressed with gzip "
		 "or "
		 "zstd.\nCapturing needs CAP_NET_RAW; reading files needs nothing.\n\n"
		 "    skep dump -i eth0 -n -c 10 tcp port 443\n"
		 "    skep dump -r big.pcap.gz -w dns.pcap udp port 53\n"
		 "    skep dump -i eth0 -G 3600 -w '/var/log/%Y-%m-%d-%H.pcap' -Z nobody\n",
	.main = dump_main,
};
