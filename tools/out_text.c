// SPDX-License-Identifier: BSD-2-Clause
/* skep run's result for people. */
#include <inttypes.h>
#include <string.h>

#include "run.h"

static const char *action_name(const struct run *r, uint64_t result, char *buf, size_t size)
{
	const char *name = skep_prog_action(r->prog, result);

	if (name)
		return name;
	snprintf(buf, size, "%" PRId64, (int64_t)result);
	return buf;
}

static void hexdump(const uint8_t *data, size_t len, FILE *out)
{
	for (size_t row = 0; row < len; row += 16) {
		fprintf(out, "  %04zx ", row);
		for (size_t i = row; i < row + 16; i++)
			i < len ? fprintf(out, " %02x", data[i]) : fprintf(out, "   ");
		fprintf(out, "  ");
		for (size_t i = row; i < row + 16 && i < len; i++)
			fputc(data[i] >= 0x20 && data[i] < 0x7f ? data[i] : '.', out);
		fputc('\n', out);
	}
}

static void text_single(const struct run *r, FILE *out)
{
	char buf[32];

	fprintf(out, "%s (%s): R0 = %" PRId64 " (0x%" PRIx64 ") %s\n", skep_prog_name(r->prog),
		r->type, (int64_t)r->result, r->result,
		action_name(r, r->result, buf, sizeof(buf)));
	fprintf(out, "  %s ns", thousands(r->nanosec));
	if (r->repeat > 1)
		fprintf(out, " a run, mean of %s", thousands(r->repeat));
	if (r->insns)
		fprintf(out, ", %s instructions", thousands(r->insns));
	fprintf(out, " (%s)\n", r->exec);
	if (r->data) {
		fprintf(out, "data (%zu byte%s)\n", r->data_len, r->data_len == 1 ? "" : "s");
		hexdump(r->data, r->data_len, out);
	}
	if (r->ctx) {
		fprintf(out, "ctx (%zu bytes)\n", r->ctx_len);
		hexdump(r->ctx, r->ctx_len, out);
	}
}

/* "1 packet", "2,000 packets" */
static const char *counted(uint64_t n, const char *what, char buf[48])
{
	snprintf(buf, 48, "%s %s%s", thousands(n), what, n == 1 ? "" : "s");
	return buf;
}

static void text_counts(const struct run *r, FILE *out)
{
	char buf[32], packets[48], bytes[48];

	fprintf(out, "%s (%s): %s, %s", skep_prog_name(r->prog), r->type,
		counted(r->packets, "packet", packets), counted(r->bytes, "byte", bytes));
	if (r->packets)
		fprintf(out, ", %" PRIu64 " ns a packet", r->nanosec / r->packets);
	fprintf(out, " (%s)\n", r->exec);
	for (size_t i = 0; i < r->count_used; i++) {
		const struct run_count *c = &r->counts[i];

		fprintf(out, "  %-22s %12s  %5.1f %%\n",
			action_name(r, c->result, buf, sizeof(buf)), thousands(c->packets),
			100.0 * (double)c->packets / (double)r->packets);
	}
	if (r->other)
		fprintf(out, "  %-22s %12s\n", "(other results)", thousands(r->other));
	if (r->filtered)
		fprintf(out, "  %-22s %12s\n", "(not by the filter)", thousands(r->filtered));
	if (r->left_out)
		fprintf(out, "  %-22s %12s\n", "(too long for a test run)", thousands(r->left_out));
}

static void text_devices(const struct run *r, FILE *out)
{
	char packets[48];

	for (size_t i = 0; i < r->device_count; i++) {
		const struct run_device *d = &r->devices[i];

		fprintf(out, "  → %s (device %u): %s%s%s\n", d->name, d->ifindex,
			counted(d->packets, "packet", packets), d->path ? " in " : "",
			d->path ? d->path : "");
	}
	if (r->lost_sends)
		fprintf(out, "  → devices without a name (--dev): %s\n",
			counted(r->lost_sends, "packet", packets));
}

static void text_events(const struct run *r, FILE *out)
{
	if (!r->event_count && !r->event_lost)
		return;
	fprintf(out, "\nevents: %s", thousands(r->event_count));
	if (r->event_lost)
		fprintf(out, ", %s lost", thousands(r->event_lost));
	if (r->event_shown < r->event_count)
		fprintf(out, ", the first %s", thousands(r->event_shown));
	fputc('\n', out);
	fwrite(r->events, 1, r->events_len, out);
}

void run_text(const struct run *r, FILE *out)
{
	struct skep_map *map;

	r->single ? text_single(r, out) : text_counts(r, out);
	text_devices(r, out);
	for (size_t i = 0; skep_unit_map(r->unit, i, &map); i++) {
		if (!map)
			continue;
		fputc('\n', out);
		skep_map_print(map, out, SKEP_TEXT);
	}
	text_events(r, out);
	if (r->profile)
		profile_text(r->profile, out);
}
