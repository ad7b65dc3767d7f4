// SPDX-License-Identifier: BSD-2-Clause
/* Classic programs as such: read, printed, run by the reference interpreter. */
#include <errno.h>
#include <stdlib.h>

#include "api/handle.h"
#include "base/file.h"
#include "user/match.h"

_Static_assert(sizeof(struct skep_classic_insn) == sizeof(struct cbpf_insn), "same layout");
_Static_assert((int)SKEP_CLASSIC_BINARY == (int)CBPF_BINARY, "same forms");

static int compile_filter(struct classic *c, const char *data, size_t len,
			  const struct skep_open_opts *opts, struct diag *d)
{
	if (memchr(data, 0, len))
		return diag_error(d, -EINVAL, NOWHERE, "the filter is not text");
	c->filter = filter_opts_of(opts);
	c->text = arena_strndup(&c->arena, data, len);
	return c->text ? filter_compile(&c->prog, &c->arena, c->text, &c->filter, d)
		       : diag_nomem(d);
}

static int open_bytes(struct classic *c, enum skep_lang lang, const char *name, const void *data,
		      size_t len, const struct skep_open_opts *opts, struct diag *d)
{
	int err;

	if (lang == SKEP_FILTER)
		return compile_filter(c, data, len, opts, d);
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
		err = open_bytes(c, lang, src.name ? src.name : "<input>", src.data, src.len, &ours,
				 d);
	} else {
		err = file_open(&file, src.name, d);
		if (!err) {
			err = open_bytes(c, lang, src.name, file.data, file.len, &ours, d);
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
	match_free(c->match);
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
	const struct skep_packet p = { .data = packet, .len = len, .wire_len = wire_len };

	return match_interpret(&classic_of(prog)->prog, &p);
}

uint32_t skep_classic_run_beside(const struct skep_classic *prog, const void *packet, uint32_t len,
				 uint32_t wire_len, const struct skep_beside *beside)
{
	const struct skep_packet p = { .data = packet, .len = len, .wire_len = wire_len };
	struct skep_beside b = { .size = sizeof(b) };

	if (opts_copy(&b, sizeof(b), beside, "skep_beside", NULL))
		return 0;
	return match_interpret_known(&classic_of(prog)->prog, &p,
				     (struct cbpf_packet){
					     .pkttype = b.pkttype,
					     .ifindex = b.ifindex,
					     .mark = b.mark,
					     .queue = b.queue,
					     .hatype = b.hatype,
					     .rxhash = b.rxhash,
					     .cpu = b.cpu,
					     .vlan_tag = b.vlan_tci,
					     .vlan_tpid = b.vlan_tpid,
					     .vlan_present = b.vlan,
				     });
}

int skep_classic_compile(struct skep_classic *prog, struct skep_diag *diag)
{
	struct classic *c = classic_of(prog);
	const char *why = NULL;

	if (c->match)
		return 0;
	if (c->text && !match_new_filter(&c->match, &c->prog, c->text, &c->filter, &why))
		return 0;
	if (!match_new(&c->match, &c->prog, &why))
		return 0;
	return diag_error(diag_of(diag), -EOPNOTSUPP, NOWHERE,
			  "the filter cannot run as machine code: %s", why ? why : "out of memory");
}

const char *skep_classic_exec(const struct skep_classic *prog)
{
	return classic_of(prog)->match ? "JIT" : "interpreter";
}

void skep_classic_run_batch(const struct skep_classic *prog, const struct skep_packet *packets,
			    size_t count, uint32_t *results)
{
	const struct classic *c = classic_of(prog);

	if (c->match) {
		match_run(c->match, packets, count, results);
		return;
	}
	for (size_t k = 0; k < count; k++)
		results[k] = match_interpret(&c->prog, &packets[k]);
}
