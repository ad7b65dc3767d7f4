// SPDX-License-Identifier: BSD-2-Clause
/* The reference interpreter: classic.def executed row by row. */
#include <stdlib.h>
#include <sys/random.h>

#include "classic/pay_offset.h"
#include "classic/table.h"

/* Offsets are signed: below 0 they count from the network or the link header. */
static bool read_packet(const struct cbpf_packet *packet, u32 size, u32 offset, u32 *out)
{
	u64 at = offset;

	if (unlikely(offset >= 0x80000000)) {
		if (offset >= CBPF_NET)
			at = (u64)packet->net_off + (offset - CBPF_NET);
		else if (offset >= CBPF_LL)
			at = offset - CBPF_LL;
	}
	if (unlikely(at + size > packet->len))
		return false;
	if (size == 4)
		*out = __builtin_bswap32(LOAD(u32, packet->data + at));
	else if (size == 2)
		*out = __builtin_bswap16(LOAD(u16, packet->data + at));
	else
		*out = packet->data[at];
	return true;
}

/* The offset of the attribute of type x among the netlink attributes in [at, end), 0: none. */
static u32 nlattr_find(const struct cbpf_packet *packet, u32 at, u32 end, u32 x)
{
	while (at < end && end - at >= 4) {
		u32 len = LOAD(u16, packet->data + at), room = end - at;

		if (len < 4 || len > room)
			return 0;
		if ((LOAD(u16, packet->data + at + 2) & 0x3fffu) == x)
			return at;
		at += ROUND_UP(len, 4);
	}
	return 0;
}

static u32 nlattr(const struct cbpf_packet *packet, u32 a, u32 x)
{
	if (packet->len < 4 || a > packet->len - 4)
		return 0;
	return nlattr_find(packet, a, packet->len, x);
}

static u32 nlattr_nested(const struct cbpf_packet *packet, u32 a, u32 x)
{
	u32 len;

	if (packet->len < 4 || a > packet->len - 4)
		return 0;
	len = LOAD(u16, packet->data + a);
	if (len < 4 || len > packet->len - a)
		return 0;
	return nlattr_find(packet, a + 4, a + len, x);
}

static u32 random_word(void)
{
	u32 word = 0;

	return getrandom(&word, sizeof(word), 0) == sizeof(word) ? word : 0;
}

static u32 ancillary(const struct cbpf_packet *packet, u32 k, u32 a, u32 x)
{
	switch (k) {
#define CBPF_ANCILLARY(id, number, name, listed, value)                                            \
	case CBPF_AD + (number):                                                                   \
		return value;
#include "classic/classic.def"
	}
	return 0;
}

#define READ(size, offset, to)                                                                     \
	do {                                                                                       \
		if (!read_packet(packet, size, offset, &(to)))                                     \
			return 0;                                                                  \
	} while (0)
#define FINISH(value) return value

u32 cbpf_run(const struct cbpf_prog *prog, const struct cbpf_packet *packet)
{
	const struct cbpf_insn *i = prog->insns;
	u32 a = 0, x = 0, m[CBPF_MEMWORDS];

	for (;; i++) {
		u32 k = i->k;

		if (cbpf_is_abs(i->code) && k >= CBPF_AD) {
			a = ancillary(packet, k, a, x);
			continue;
		}
		switch (i->code) {
#define CBPF_ALU_ROW(name, mnemonic, operand, value)                                               \
	case CBPF_ALU | CBPF_##name | CBPF_X: {                                                    \
		u32 b = x;                                                                         \
		if ((CBPF_##name == CBPF_DIV || CBPF_##name == CBPF_MOD) && !b)                    \
			return 0;                                                                  \
		a = value;                                                                         \
		break;                                                                             \
	}                                                                                          \
	case CBPF_ALU | CBPF_##name | CBPF_K: {                                                    \
		u32 b = k;                                                                         \
		a = value;                                                                         \
		break;                                                                             \
	}
#define CBPF_JUMP_ROW(name, mnemonic, inverse, value)                                              \
	case CBPF_JMP | CBPF_##name | CBPF_X: {                                                    \
		u32 b = x;                                                                         \
		i += (value) ? i->jt : i->jf;                                                      \
		break;                                                                             \
	}                                                                                          \
	case CBPF_JMP | CBPF_##name | CBPF_K: {                                                    \
		u32 b = k;                                                                         \
		i += (value) ? i->jt : i->jf;                                                      \
		break;                                                                             \
	}
#define CBPF_ROW(name, code, mnemonic, operand, does)                                              \
	case code:                                                                                 \
		does;                                                                              \
		break;
#include "classic/classic.def"
		}
	}
}
