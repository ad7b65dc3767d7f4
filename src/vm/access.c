// SPDX-License-Identifier: BSD-2-Clause
#include "vm/access.h"

#include <stdarg.h>
#include <stdio.h>

#include "vm/describe.h"
#include "vm/known.h"

void fault_set(struct vm_run *run, enum vm_fault_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (run->fault.kind)
		return;
	memset(&run->fault, 0, sizeof(run->fault));
	run->fault.kind = kind;
	va_start(ap, fmt);
	vsnprintf(run->fault.text, sizeof(run->fault.text), fmt, ap);
	va_end(ap);
}

void fault_place(struct vm_run *run, const struct vm_prog *p, u32 slot, const u64 *reg, u16 init)
{
	if (run->fault.prog)
		return;
	run->fault.prog = p->src;
	run->fault.insn = slot;
	memcpy(run->fault.reg, reg, sizeof(run->fault.reg));
	run->fault.reg_init = init;
}

void fault_poison(struct vm_run *run, const struct vm_prog *p, u32 slot)
{
	const struct obj_prog *src = p->src;

	for (u32 k = 0; k < src->core_count; k++) {
		if (src->cores[k].insn == slot && src->cores[k].why) {
			fault_set(run, FAULT_POISON, "%s", src->cores[k].why);
			return;
		}
	}
	if (src->insns[slot].src == CALL_KFUNC)
		fault_set(run, FAULT_POISON,
			  "calls a weak kernel function, and the user engine has none");
	else
		fault_set(run, FAULT_POISON, "this instruction's CO-RE relocation failed");
}

/* Records the access that failed, in words. */
static bool refuse(struct vm_run *run, u64 addr, u64 size, u32 how)
{
	bool write = how & VM_WRITE;
	char where[160];

	if (run->fault.kind)
		return false;
	access_describe(run, addr, size, how & ACCESS_FRAME, where, sizeof(where));
	fault_set(run, how & ACCESS_HELPER ? FAULT_HELPER_ARG : FAULT_ACCESS,
		  "%s of %llu byte%s: %s",
		  how & ACCESS_ATOMIC ? "atomic access"
		  : write	      ? "write"
				      : "read",
		  (unsigned long long)size, size == 1 ? "" : "s", where);
	run->fault.addr = addr;
	run->fault.size = (u32)size;
	run->fault.write = write;
	return false;
}

static bool refuse_because(struct vm_run *run, enum vm_fault_kind kind, u64 addr, u64 size, u32 how,
			   const char *why)
{
	fault_set(run, how & ACCESS_HELPER ? FAULT_HELPER_ARG : kind, "%s of %llu byte%s: %s",
		  how & ACCESS_ATOMIC ? "atomic access"
		  : how & VM_WRITE    ? "write"
				      : "read",
		  (unsigned long long)size, size == 1 ? "" : "s", why);
	run->fault.addr = addr;
	run->fault.size = (u32)size;
	run->fault.write = how & VM_WRITE;
	return false;
}

/* Are all of `count` bits from `at` set? When not, *first is the first that is not. */
static bool bits_set(const vm_bits *bits, u32 at, u32 count, u32 *first)
{
	for (u32 k = at; k < at + count; k++) {
		if (!(bits[k / 64] >> (k % 64) & 1)) {
			*first = k;
			return false;
		}
	}
	return true;
}

static void bits_fill(vm_bits *bits, u32 at, u32 count)
{
	for (u32 k = at; k < at + count; k++)
		bits[k / 64] |= 1ull << (k % 64);
}

/* Bytes [addr, addr + size) start in the stack array. */
static bool check_stack(struct vm_run *run, u64 addr, u64 size, u32 how)
{
	u64 off = addr - (u64)(uintptr_t)run->stack;
	u32 frame = (u32)(off / sizeof(run->stack[0]));
	u32 at = (u32)(off % sizeof(run->stack[0])), first;
	char why[80];

	if (frame >= run->frames || at < VM_STACK_GUARD || size > sizeof(run->stack[0]) - at ||
	    ((how & ACCESS_FRAME) && frame != run->frames - 1))
		return refuse(run, addr, size, how);
	at -= VM_STACK_GUARD;
	if ((how & VM_READ) && !run->allow_uninit_stack &&
	    !bits_set(vm_written(run, frame), at, (u32)size, &first)) {
		snprintf(why, sizeof(why), "stack byte fp%d was never written%s",
			 (int)first - STACK_SIZE,
			 frame == run->frames - 1 ? "" : " (in a caller's frame)");
		return refuse_because(run, FAULT_UNINIT_STACK, addr, size, how, why);
	}
	if (how & VM_WRITE)
		bits_fill(vm_written(run, frame), at, (u32)size);
	return true;
}

/* "offset 2 of struct __sk_buff is in field len, which is read-only". */
static void describe_field(const struct ctx_layout *l, u32 off, bool write, char *out, size_t len)
{
	static const char *const widths[16] = {
		"1",	     "2",	  "1 or 2",    "4",	    "1 or 4",
		"2 or 4",    "1, 2 or 4", "8",	       "1 or 8",    "2 or 8",
		"1, 2 or 8", "4 or 8",	  "1, 4 or 8", "2, 4 or 8", "1, 2, 4 or 8",
	};
	const struct ctx_field *f = NULL;
	u8 mask;

	for (u32 k = 0; k < l->count && !f; k++) {
		if (off - l->fields[k].off < l->fields[k].size)
			f = &l->fields[k];
	}
	if (!f) {
		snprintf(out, len, "offset %u of struct %s is in no field", off, l->name);
		return;
	}
	mask = (write ? f->write : f->read) & 15;
	if (mask)
		snprintf(
			out, len,
			"offset %u of struct %s is in field %s, which takes aligned %s of %s bytes",
			off, l->name, f->name, write ? "writes" : "reads", widths[mask - 1]);
	else
		snprintf(out, len, "offset %u of struct %s is in field %s, which %s", off, l->name,
			 f->name,
			 !write	   ? "this program may not read"
			 : f->read ? "is read-only here"
				   : "this program may not access");
}

static bool check_ctx(struct vm_run *run, u64 addr, u64 size, u32 how)
{
	const struct ctx_layout *l = run->ctx_layout;
	u64 off = addr - run->ctx;
	char why[160];

	if (how & ACCESS_ATOMIC)
		return refuse_because(run, FAULT_CTX, addr, size, how,
				      "the context takes no atomic operations");
	if (!l)
		return true;
	if (how & ACCESS_HELPER)
		return refuse_because(run, FAULT_CTX, addr, size, how,
				      "the context is not memory for a helper");
	if (ctx_access(l, (u32)off, (u32)size, how & VM_WRITE))
		return true;
	describe_field(l, (u32)off, how & VM_WRITE, why, sizeof(why));
	return refuse_because(run, FAULT_CTX, addr, size, how, why);
}

static bool inside(u64 addr, u64 size, u64 base, u64 len)
{
	return addr - base < len && size <= len - (addr - base);
}

/* 1 allowed, 0 not (fault set), -1: no region holds the address. */
static int check_regions(struct vm_run *run, u64 addr, u64 size, u32 how)
{
	u32 need = how & (VM_READ | VM_WRITE);

	for (u32 k = 0; k < run->region_count && k < VM_MAX_REGIONS; k++) {
		const struct vm_region *r = &run->regions[k];

		if (!inside(addr, size, r->base, r->len))
			continue;
		if (r->what == REGION_CTX && addr >= run->ctx)
			return check_ctx(run, addr, size, how);
		if ((r->what == REGION_PACKET || r->what == REGION_META) && (how & ACCESS_ATOMIC))
			return refuse_because(run, FAULT_ACCESS, addr, size, how,
					      "packets take no atomic operations");
		if ((r->access & need) == need)
			return 1;
		return refuse_because(run, FAULT_ACCESS, addr, size, how,
				      how & VM_WRITE ? region_readonly(r->what)
						     : "this memory may not be read");
	}
	return -1;
}

static bool check_value(struct vm_run *run, const struct map *m, u64 addr, u64 size, u32 how)
{
	bool write = how & VM_WRITE;
	char why[160];

	if ((!write || map_prog_writes(m)) && (!(how & VM_READ) || map_prog_reads(m)))
		return true;
	write = write && !map_prog_writes(m);
	snprintf(why, sizeof(why), "map '%s' is %s-only for programs (BPF_F_%sONLY_PROG)",
		 m->def.name, write ? "read" : "write", write ? "RD" : "WR");
	return refuse_because(run, FAULT_ACCESS, addr, size, how, why);
}

bool access_check(struct vm_run *run, u64 addr, u64 size, u32 how)
{
	struct map *m;
	int found;

	if ((how & ACCESS_ATOMIC) && addr % size)
		return refuse_because(run, FAULT_ALIGN, addr, size, how,
				      "the address is not a multiple of the size");
	if (how & ACCESS_MAP_VALUE) {
		m = known_value(run, addr, size);
		return m ? check_value(run, m, addr, size, how)
			 : refuse_because(run, FAULT_ACCESS, addr, size, how,
					  "the address is in no map value");
	}
	if (addr - (u64)(uintptr_t)run->stack < sizeof(run->stack))
		return check_stack(run, addr, size, how);
	if (how & ACCESS_FRAME)
		return refuse(run, addr, size, how);
	found = check_regions(run, addr, size, how);
	if (found >= 0)
		return found;
	m = known_value(run, addr, size);
	if (m)
		return check_value(run, m, addr, size, how);
	if (run->open_records && known_in_record(run, addr, size))
		return true;
	return refuse(run, addr, size, how);
}
