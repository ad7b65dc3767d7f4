// SPDX-License-Identifier: BSD-2-Clause
/* Classic programs as such: read, printed, run by the reference interpreter. */
#include <errno.h>
#include <stdlib.h>

#include "api/handle.h"
#include "base/file.h"

_Static_assert(sizeof(struct skep_classic_insn) == sizeof(struct cbpf_insn), "same layout");
_Static_assert((int)SKEP_CLASSIC_BINARY == (int)CBPF_BINARY, "same forms");

enum { ETHERNET = 14 };

static int open_bytes(struct classic *c, enum skep_lang lang, const char *name, const void *data,
		      size_t len, struct diag *d)
{
	int err;

	if (lang != SKEP_CLASSIC && lang != SKEP_AUTO)
		return diag_error(d, -EINVAL, NOWHERE, "language %d makes no classic program",
				  lang);
	err = cbpf_parse(&c->prog, &c->arena, name, data, len, d);
	return err ? err : cbpf_check(&c->prog, d);
}

int skep_classic_open(struct skep_classic **out, enum skep_lang lang, struct skep_source src,
		      const struct skep_open_opts *opts, struct skep_diag *diag)
{
	struct skep_open_opts ours = { .size = sizeof(ours) };
	struct diag *d = diag_of(diag);
	struct classic *c;
	struct file file = { 0 };
	int err = opts ? opts_copy(&ours, sizeof(ours), opts, "skep_open_opts", d) : 0;

	if (err)
		return err;
	if (!src.data && !src.name)
		return diag_error(d, -EINVAL, NOWHERE, "a source needs a name or data");
	c = calloc(1, sizeof(*c));
	if (!c)
		return diag_nomem(d);
	if (src.data) {
		err = open_bytes(c, lang, src.name ? src.name : "<input>", src.data, src.len, d);
	} else {
		err = file_open(&file, src.name, d);
		if (!err) {
			err = open_bytes(c, lang, src.name, file.data, file.len, d);
			file_close(&file);
		}
	}
	if (err)
		skep_classic_free(classic_handle(c));
	else
		*out = classic_handle(c);
	return err;
}

void skep_classic_free(struct skep_classic *prog)
{
	struct classic *c = classic_of(prog);

	if (!c)
		return;
	arena_fini(&c->arena);
	free(c);
}

const struct skep_classic_insn *skep_classic_insns(const struct skep_classic *prog, size_t *count)
{
	*count = classic_of(prog)->prog.count;
	return (const struct skep_classic_insn *)classic_of(prog)->prog.insns;
}

int skep_classic_print(const struct skep_classic *prog, enum skep_classic_form form, FILE *out)
{
	if ((u32)form > SKEP_CLASSIC_BINARY)
		return -EINVAL;
	cbpf_print(&classic_of(prog)->prog, (enum cbpf_form)form, out);
	return ferror(out) ? -EIO : 0;
}

uint32_t skep_classic_run(const struct skep_classic *prog, const void *packet, uint32_t len,
			  uint32_t wire_len)
{
	const u8 *data = packet;
	struct cbpf_packet p = { .data = data, .len = len, .wire_len = wire_len };

	if (len >= ETHERNET) {
		p.net_off = ETHERNET;
		p.protocol = (u32)data[12] << 8 | data[13];
	}
	return cbpf_run(&classic_of(prog)->prog, &p);
}
