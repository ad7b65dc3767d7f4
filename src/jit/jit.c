// SPDX-License-Identifier: BSD-2-Clause
#include "jit/jit.h"

#include <errno.h>
#include <stdlib.h>

#include "jit/backend.h"
#include "jit/native.h"

static void native_destroy(struct vm_native *n)
{
	struct native *native = container_of(n, struct native, base);

	code_free(&native->memory);
	free(n->at);
	free(n->depth);
	free((void *)(uintptr_t)n->places);
	free(native->checks);
	free(native);
}

#ifdef __x86_64__
bool jit_available(void)
{
	return true;
}
#else
bool jit_available(void)
{
	return false;
}

int backend_emit(struct jit_image *out, const struct ir *ir, const struct ir_check *checks,
		 u64 *counts)
{
	return -EOPNOTSUPP;
}
#endif

static u8 *depths(const struct ir *ir)
{
	u8 *depth = calloc(MAX(ir->count, 1u), 1);

	for (u32 k = 0; depth && k < ir->func_count; k++)
		depth[ir->funcs[k].start] = ir->funcs[k].depth;
	return depth;
}

static int publish(struct vm_prog *p, const struct ir *ir, struct jit_image *image,
		   const char **why)
{
	struct native *n = calloc(1, sizeof(*n));
	int err;

	if (!n)
		return -ENOMEM;
	n->base.depth = depths(ir);
	err = n->base.depth ? code_seal(&n->memory, image->data, image->len) : -ENOMEM;
	if (err) {
		*why = "the system gives no executable memory";
		free(n->base.depth);
		free(n);
		return err;
	}
	n->base.code = n->memory.code;
	n->base.size = image->len;
	n->base.at = image->at;
	n->base.destroy = native_destroy;
	n->base.enter = image->enter;
	n->base.places = image->places;
	n->base.place_count = image->place_count;
	image->at = NULL;
	image->places = NULL;
	p->native = &n->base;
	return 0;
}

/* Checked code keeps to the program as it stands, since a fault shows its registers; so do blinded
 * code, whose numbers are hidden one by one, and code that counts. */
static int compile(struct vm_prog *p, const struct jit_opts *opts, const char **why)
{
	struct jit_image image = { 0 };
	struct ir_check *checks = NULL;
	struct native *n;
	bool plain = opts->checked || opts->blind || opts->counts;
	struct ir ir;
	int err;

	err = ir_build(&ir, p, opts->facts, plain, why);
	if (!err && opts->checked)
		err = ir_check(&checks, &ir, opts->layout, why);
	else if (!err)
		err = plain ? ir_live(&ir) : ir_fuse(&ir);
	if (!err && plain)
		err = ir_tidy(&ir);
	if (!err && opts->blind)
		err = ir_blind(&ir);
	if (!err)
		err = backend_emit(&image, &ir, checks, opts->counts);
	if (!err)
		err = publish(p, &ir, &image, why);
	if (!err && checks) {
		n = container_of(p->native, struct native, base);
		n->base.checked = true;
		n->base.layout = opts->layout;
		n->checks = checks;
		checks = NULL;
	}
	free(checks);
	ir_fini(&ir);
	free(image.data);
	free(image.at);
	free(image.places);
	return err;
}

int jit_compile(struct vm_prog *p, const struct jit_opts *opts, const char **why)
{
	static const struct jit_opts none;

	*why = "there is no memory for it";
	if (!jit_available()) {
		*why = "there is no compiler for this machine";
		return -EOPNOTSUPP;
	}
	return p->native ? 0 : compile(p, opts ? opts : &none, why);
}
