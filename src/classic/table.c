// SPDX-License-Identifier: BSD-2-Clause
#include "classic/table.h"

static const struct cbpf_info infos[256] = {
#define CBPF_ALU_ROW(name, mnemonic, operand, value)                                               \
	[CBPF_ALU | CBPF_##name | CBPF_K] = { mnemonic, NULL, CBPF_OPERAND_##operand, false },     \
				  [CBPF_ALU | CBPF_##name |                                        \
					  CBPF_X] = { mnemonic, NULL, CBPF_OPERAND_X, false },
#define CBPF_JUMP_ROW(name, mnemonic, inverse, value)                                              \
	[CBPF_JMP | CBPF_##name | CBPF_K] = { mnemonic, inverse, CBPF_OPERAND_HEX, true },         \
				  [CBPF_JMP | CBPF_##name |                                        \
					  CBPF_X] = { mnemonic, inverse, CBPF_OPERAND_X, true },
#define CBPF_ROW(name, code, mnemonic, operand, does)                                              \
	[code] = { mnemonic, NULL, CBPF_OPERAND_##operand, false },
#include "classic/classic.def"
};

const struct cbpf_info *cbpf_info(u16 code)
{
	static const struct cbpf_info none;

	return code < ARRAY_SIZE(infos) ? &infos[code] : &none;
}

const char *cbpf_ancillary_name(u32 k)
{
	switch (k) {
#define CBPF_ANCILLARY(id, number, name, listed, value)                                            \
	case CBPF_AD + (number):                                                                   \
		return name;
#include "classic/classic.def"
	}
	return NULL;
}

const char *cbpf_ancillary_listed(u32 k)
{
	switch (k) {
#define CBPF_ANCILLARY(id, number, name, listed, value)                                            \
	case CBPF_AD + (number):                                                                   \
		return listed;
#include "classic/classic.def"
	}
	return NULL;
}

static bool same(const char *name, size_t len, const char *row)
{
	return strlen(row) == len && !memcmp(name, row, len);
}

bool cbpf_ancillary_find(u32 *k, const char *name, size_t len)
{
#define CBPF_ANCILLARY(id, number, row, listed, value)                                             \
	if (same(name, len, row) || same(name, len, listed)) {                                     \
		*k = CBPF_AD + (number);                                                           \
		return true;                                                                       \
	}
#include "classic/classic.def"
	if (!same(name, len, "vlan_pr"))
		return false;
	*k = CBPF_AD + CBPF_AD_VLAN_TAG_PRESENT;
	return true;
}
