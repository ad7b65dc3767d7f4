// SPDX-License-Identifier: BSD-2-Clause
/* skep run's result for tools: one JSON object. */
#include <inttypes.h>
#include <string.h>

#include "run.h"

static void json_member(FILE *out, const char *name, const char *value)
{
	fprintf(out, ",\"%s\":", name);
	out_string(out, value);
}

static void json_bytes(FILE *out, const char *name, const uint8_t *data, size_t len)
{
	fprintf(out, ",\"%s\":\"", name);
	for (size_t i = 0; i < len; i++)
		fprintf(out, "%02x", data[i]);
	fputc('"', out);
}

static void json_single(const struct run *r, FILE *out)
{
	const char *action = skep_prog_action(r->prog, r->result);

	fprintf(out, ",\"result\":%" PRIu64 ",\"repeat\":%" PRIu64 ",\"ns\":%" PRIu64, r->result,
		r->repeat, r->nanosec);
	if (action)
		json_member(out, "action", action);
	if (r->insns)
		fprintf(out, ",\"instructions\":%" PRIu64, r->insns);
	if (r->data)
		json_bytes(out, "data", r->data, r->data_len);
	if (r->ctx)
		json_bytes(out, "ctx", r->ctx, r->ctx_len);
}

static void json_counts(const struct run *r, FILE *out)
{
	fprintf(out,
		",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"passed\":%" PRIu64
		",\"ns_per_packet\":%.1f,\"results\":[",
		r->packets, r->bytes, r->passed,
		r->packets ? (double)r->nanosec / (double)r->packets : 0.0);
	for (size_t i = 0; i < r->count_used; i++) {
		const struct run_count *c = &r->counts[i];
		const char *action = skep_prog_action(r->prog, c->result);

		fprintf(out, "%s{\"result\":%" PRIu64 ",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64,
			i ? "," : "", c->result, c->packets, c->bytes);
		if (action)
			json_member(out, "action", action);
		fputc('}', out);
	}
	fprintf(out,
		"],\"other_results\":%" PRIu64 ",\"left_out\":%" PRIu64 ",\"filtered\":%" PRIu64,
		r->other, r->left_out, r->filtered);
}

static void json_devices(const struct run *r, FILE *out)
{
	fputs(",\"devices\":[", out);
	for (size_t i = 0; i < r->device_count; i++) {
		const struct run_device *d = &r->devices[i];

		fprintf(out, "%s{\"ifindex\":%u,\"packets\":%" PRIu64, i ? "," : "", d->ifindex,
			d->packets);
		json_member(out, "name", d->name);
		if (d->path)
			json_member(out, "file", d->path);
		fputc('}', out);
	}
	fprintf(out, "],\"sent_elsewhere\":%" PRIu64, r->lost_sends);
}

void run_json(const struct run *r, FILE *out)
{
	struct skep_map_info info;
	struct skep_map *map;
	bool first = true;

	fputs("{\"program\":", out);
	out_string(out, skep_prog_name(r->prog));
	json_member(out, "object", r->object);
	json_member(out, "type", r->type);
	json_member(out, "exec", r->exec);
	r->single ? json_single(r, out) : json_counts(r, out);
	json_devices(r, out);
	fputs(",\"maps\":{", out);
	for (size_t i = 0; skep_unit_map(r->unit, i, &map); i++) {
		if (!map)
			continue;
		skep_map_info(map, &info);
		if (!first)
			fputc(',', out);
		first = false;
		out_string(out, info.name);
		fputc(':', out);
		skep_map_print(map, out, SKEP_JSON);
	}
	fprintf(out, "},\"event_count\":%" PRIu64 ",\"events_lost\":%" PRIu64 ",\"events\":[",
		r->event_count, r->event_lost);
	fwrite(r->events, 1, r->events_len, out);
	fputc(']', out);
	if (r->profile) {
		fputs(",\"profile\":", out);
		profile_json(r->profile, out);
	}
	fputs("}\n", out);
}
