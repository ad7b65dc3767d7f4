// SPDX-License-Identifier: BSD-2-Clause
/* Running programs: under a hold, so that freeing waits. */
#include <errno.h>

#include "api/handle.h"
#include "engine/hold.h"

/* A caller who was built with another version's struct. */
static int run_resized(struct hold *h, struct skep_run *run, struct diag *d)
{
	struct skep_run ours = { 0 };
	size_t size = run->size;
	int err = opts_copy(&ours, sizeof(ours), run, "skep_run", d);

	if (!err)
		err = unit_run(h, &ours, d);
	if (!err) {
		ours.size = size;
		memcpy(run, &ours, MIN(size, sizeof(ours)));
	}
	return err;
}

static int run_held(struct hold *h, struct skep_run *run, struct diag *d)
{
	return (run->size == sizeof(*run) ? unit_run : run_resized)(h, run, d);
}

static int leave(struct hold *h, int err)
{
	if (h)
		hold_leave(h);
	return err;
}

int skep_prog_run(struct skep_prog *prog, struct skep_run *run, struct skep_diag *diag)
{
	struct hold *h = hold_enter(prog_of(prog));

	return leave(h, run_held(h, run, diag_of(diag)));
}

int skep_prog_run_at(struct skep_prog *const *place, struct skep_run *run, struct skep_diag *diag)
{
	struct hold *h = hold_enter_at((struct unit_prog *const *)place);

	return leave(h, run_held(h, run, diag_of(diag)));
}

/* No older version of the struct is shorter than ours. */
static int batch_held(struct hold *h, struct skep_batch *batch, struct diag *d)
{
	struct skep_batch ours = { 0 };
	int err = opts_copy(&ours, sizeof(ours), batch, "skep_batch", d);

	if (!err && batch->size < sizeof(ours))
		err = diag_error(d, -EINVAL, NOWHERE, "struct skep_batch: a size of %zu is cut",
				 batch->size);
	if (err)
		return err;
	batch->done = 0;
	err = unit_run_batch(h, &ours, &batch->done, d);
	batch->nanosec = ours.nanosec;
	return err;
}

int skep_prog_run_batch(struct skep_prog *prog, struct skep_batch *batch, struct skep_diag *diag)
{
	struct hold *h = hold_enter(prog_of(prog));

	return leave(h, batch_held(h, batch, diag_of(diag)));
}

int skep_prog_run_batch_at(struct skep_prog *const *place, struct skep_batch *batch,
			   struct skep_diag *diag)
{
	struct hold *h = hold_enter_at((struct unit_prog *const *)place);

	return leave(h, batch_held(h, batch, diag_of(diag)));
}

struct skep_prog *skep_prog_put(struct skep_prog **place, struct skep_prog *prog)
{
	return __atomic_exchange_n(place, prog, __ATOMIC_SEQ_CST);
}
