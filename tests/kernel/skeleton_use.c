// SPDX-License-Identifier: BSD-2-Clause
/* A program around a skeleton, as its users write them: $1 is the engine. Also C++. */
#include <stdio.h>

#include "preset.skel.h"

static const unsigned char packet[64] = { 0 };

static uint64_t run_once(struct skep_prog *prog)
{
	struct skep_run run;

	memset(&run, 0, sizeof(run));
	run.size = sizeof(run);
	run.data_in = packet;
	run.data_in_len = sizeof(packet);
	return skep_prog_run(prog, &run, NULL) ? UINT64_MAX : run.result;
}

#define EXPECT(x)                                                                                  \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "line %d: %s\n", __LINE__, #x);                            \
			failed = 1;                                                                \
		}                                                                                  \
	} while (0)

static int use(struct preset *skel, const char *engine, struct skep_diag *diag)
{
	struct skep_preset flows = { SKEP_PRESET_MAP, "flows.max_entries", "5", NULL, 0 };
	struct preset_rule wanted = { 443, preset_LOUD, { 9 }, "tls" };
	uint32_t key = 3, value = 0;
	int failed = 0;

	EXPECT(skel->rodata->limit == 3 && skel->data->counter == 40 && skel->bss->seen == 0);
	EXPECT(skel->rodata->rules[0].port == 80 && !strcmp(skel->rodata->rules[0].name, "web"));
	skel->rodata->limit = 9;
	skel->rodata->rules[1] = wanted;
	skel->data->counter = 1000;
	skel->opts.presets = &flows;
	skel->opts.preset_count = 1;
	if (preset_load(skel, engine, diag))
		return 1;
	EXPECT(run_once(skel->progs.count) == 5 * 100 + 1001);
	EXPECT(skel->data->counter == 1001 && skel->bss->seen == 5);
	EXPECT(skel->rodata->limit == 9 && skel->rodata->rules[1].level == 7);
	skel->data->counter = 7; /* the program sees what is written */
	EXPECT(run_once(skel->progs.count) == 5 * 100 + 8);
	EXPECT(!preset_flows_get(skel, &key, &value) && value == 3);
	EXPECT(!preset_flows_del(skel, &key) && preset_flows_get(skel, &key, &value) == -ENOENT);
	value = 8;
	EXPECT(!preset_flows_set(skel, &key, &value, 0));
	EXPECT(!preset_flows_next(skel, NULL, &key));
	EXPECT(preset_attach(skel, diag) == 0 &&
	       !skel->links.count); /* its section says no place */
	return failed;
}

int main(int argc, char **argv)
{
	struct skep_diag *diag = skep_diag_new();
	struct preset *skel = preset_open(diag);
	int failed = !skel || use(skel, argc > 1 ? argv[1] : "user", diag);

	skep_diag_print(diag, stderr, false);
	preset_destroy(skel);
	skep_diag_free(diag);
	skel = preset_open_and_load(argc > 1 ? argv[1] : "user", NULL);
	failed |= !skel;
	preset_destroy(skel);
	return failed;
}
