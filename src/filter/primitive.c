// SPDX-License-Identifier: BSD-2-Clause
#include "filter/atm.h"
#include "filter/encap.h"
#include "filter/host.h"
#include "filter/link_test.h"
#include "filter/mtp.h"
#include "filter/parse.h"
#include "filter/pflog.h"
#include "filter/wlan.h"

/* A plain number behind a keyword. */
static bool take_number(struct parser *p, u32 *number)
{
	if (p->cur.kind != TOK_NUM) {
		expr_syntax(p, "a number");
		return false;
	}
	*number = p->cur.value;
	p->l.at = scan_span(&p->lex, &p->cur);
	expr_next(p);
	return true;
}

static const struct cond *length(struct parser *p, bool less)
{
	const struct value *len = value_len(p->l.v);
	u32 n;

	expr_next(p);
	if (!take_number(p, &n))
		return NULL;
	if (!less)
		return test_k(&p->l, CBPF_JGE, len, n);
	return lower_not(&p->l, test_k(&p->l, CBPF_JGT, len, n));
}

static const struct cond *byte(struct parser *p)
{
	u32 off, op, n;

	expr_next(p);
	if (!take_number(p, &off))
		return NULL;
	op = p->cur.kind == TOK_PUNCT ? p->cur.value : 0;
	if (op != '=' && op != '<' && op != '>' && op != '&' && op != '|')
		return expr_syntax(p, "one of = < > & |");
	expr_next(p);
	return take_number(p, &n) ? arith_byte(&p->l, off, op, n) : NULL;
}

typedef const struct cond *encap_fn(struct lower *l, s64 number);

static const struct cond *encap(struct parser *p, encap_fn *fn)
{
	u32 n;

	p->l.at = scan_span(&p->lex, &p->cur);
	expr_next(p);
	if (p->cur.kind != TOK_NUM && !expr_is(p, '('))
		return fn(&p->l, ENCAP_ANY);
	return expr_number(p, &n) ? fn(&p->l, n) : NULL;
}

static const struct cond *llc(struct parser *p)
{
	const struct cond *c;
	const char *name = NULL;

	p->l.at = scan_span(&p->lex, &p->cur);
	expr_next(p);
	if (p->cur.kind == TOK_ID || (p->cur.kind == TOK_PF_FIELD && !strcmp(p->cur.text, "rnr")))
		name = p->cur.text;
	if (!name)
		return link_llc(&p->l);
	p->l.at = scan_span(&p->lex, &p->cur);
	c = link_llc_type(&p->l, name);
	expr_next(p);
	return c;
}

/* A number within `mask`, or a name that `found` looked up. */
static bool wlan_bits(struct parser *p, const char *what, u32 mask, int found, u32 *bits)
{
	p->l.at = scan_span(&p->lex, &p->cur);
	if (p->cur.kind == TOK_ID && found < 0) {
		lower_error(&p->l, "unknown 802.11 %s '%s'", what, p->cur.text);
		return false;
	}
	if (p->cur.kind == TOK_ID) {
		*bits = (u32)found;
		expr_next(p);
		return true;
	}
	if (!take_number(p, bits))
		return false;
	if (!(*bits & ~mask))
		return true;
	lower_error(&p->l, "0x%02x is no 802.11 %s: its bits are in 0x%02x", *bits, what, mask);
	return false;
}

static const struct cond *wlan_frame(struct parser *p)
{
	u32 type, subtype;
	int found;

	expr_next(p);
	found = p->cur.kind == TOK_ID ? wlan_type_named(p->cur.text) : -1;
	if (!wlan_bits(p, "type", WLAN_TYPE_MASK, found, &type))
		return NULL;
	if (p->cur.kind != TOK_WLAN_SUBTYPE)
		return wlan_type(&p->l, type, WLAN_TYPE_MASK);
	expr_next(p);
	found = p->cur.kind == TOK_ID ? wlan_subtype_named(p->cur.text, (int)type) : -1;
	if (!wlan_bits(p, "subtype", WLAN_SUBTYPE_MASK, found, &subtype))
		return NULL;
	return wlan_type(&p->l, type | subtype, WLAN_TYPE_MASK | WLAN_SUBTYPE_MASK);
}

static const struct cond *wlan_subtype(struct parser *p)
{
	u32 bits;

	expr_next(p);
	if (p->cur.kind != TOK_ID)
		return expr_syntax(p, "the name of an 802.11 subtype");
	if (!wlan_bits(p, "subtype", 0, wlan_subtype_named(p->cur.text, -1), &bits))
		return NULL;
	return wlan_type(&p->l, bits, WLAN_TYPE_MASK | WLAN_SUBTYPE_MASK);
}

static const struct cond *wlan_dir(struct parser *p)
{
	u32 bits;
	int found;

	expr_next(p);
	found = p->cur.kind == TOK_ID ? wlan_direction_named(p->cur.text) : -1;
	if (!wlan_bits(p, "direction", UINT32_MAX, found, &bits))
		return NULL;
	return wlan_direction(&p->l, bits);
}

static const struct cond *pflog(struct parser *p)
{
	enum pf_field f = (enum pf_field)p->cur.value;
	bool numbers = f == PF_RNR || f == PF_SRNR || f == PF_REASON;
	const struct cond *c;
	u32 n;

	expr_next(p);
	p->l.at = scan_span(&p->lex, &p->cur);
	if (p->cur.kind == TOK_NUM && numbers)
		return take_number(p, &n) ? pflog_number(&p->l, f, n) : NULL;
	if (p->cur.kind != TOK_ID || f == PF_RNR || f == PF_SRNR)
		return expr_syntax(p, numbers ? "a number" : "a name");
	c = pflog_named(&p->l, f, p->cur.text);
	expr_next(p);
	return c;
}

/* Fields of ATM and SS7: a relation and a number, a number, or alternatives in parentheses. */
struct field {
	bool atm;
	u32 which;
};

static const struct cond *field_test(struct parser *p, struct field f, u32 relation, u32 n)
{
	return f.atm ? atm_field(&p->l, (enum atm_field)f.which, relation, n)
		     : mtp3_field(&p->l, (enum mtp3_field)f.which, relation, n);
}

static const struct cond *field_list(struct parser *p, struct field f)
{
	const struct cond *c = NULL, *one;
	u32 n;

	if (!expr_is(p, '('))
		return take_number(p, &n) ? field_test(p, f, '=', n) : NULL;
	do {
		expr_next(p);
		one = take_number(p, &n) ? field_test(p, f, '=', n) : NULL;
		if (!one)
			return NULL;
		c = c ? lower_or(&p->l, c, one) : one;
	} while (p->cur.kind == TOK_OR);
	if (!expr_is(p, ')'))
		return expr_syntax(p, "'or' or ')'");
	expr_next(p);
	return c;
}

static const struct cond *field(struct parser *p)
{
	struct field f = { p->cur.kind == TOK_ATM_FIELD, p->cur.value };
	u32 relation, n;

	expr_next(p);
	if (!expr_is_relation(p))
		return field_list(p, f);
	relation = p->cur.value;
	expr_next(p);
	return take_number(p, &n) ? field_test(p, f, relation, n) : NULL;
}

/* One token and no operand. */
static const struct cond *word(struct parser *p, enum q_proto proto)
{
	struct token t = p->cur;

	p->l.at = scan_span(&p->lex, &t);
	expr_next(p);
	switch (t.kind) {
	case TOK_BROADCAST:
		return host_broadcast(&p->l, proto);
	case TOK_MULTICAST:
		return host_multicast(&p->l, proto);
	case TOK_INBOUND:
		return link_inbound(&p->l, false);
	case TOK_OUTBOUND:
		return link_inbound(&p->l, true);
	case TOK_PPPOED:
		return encap_pppoed(&p->l);
	case TOK_ATM_WORD:
		return atm_word(&p->l, (enum atm_word)t.value);
	default:
		return mtp2_word(&p->l, (enum mtp2_word)t.value);
	}
}

static const struct cond *ifindex(struct parser *p)
{
	u32 n;

	expr_next(p);
	return take_number(p, &n) ? link_ifindex(&p->l, n) : NULL;
}

/* Those that may follow a protocol word. */
static bool qualified(enum token_kind kind)
{
	return kind == TOK_BROADCAST || kind == TOK_MULTICAST || kind == TOK_WLAN_TYPE ||
	       kind == TOK_WLAN_SUBTYPE || kind == TOK_WLAN_DIR;
}

const struct cond *expr_primitive(struct parser *p, enum q_proto proto, bool *none)
{
	p->l.at = scan_span(&p->lex, &p->cur);
	*none = proto != Q_DEFAULT && !qualified(p->cur.kind);
	if (*none)
		return NULL;
	switch (p->cur.kind) {
	case TOK_BROADCAST:
	case TOK_MULTICAST:
	case TOK_INBOUND:
	case TOK_OUTBOUND:
	case TOK_PPPOED:
	case TOK_ATM_WORD:
	case TOK_MTP2:
		return word(p, proto);
	case TOK_LESS:
		return length(p, true);
	case TOK_GREATER:
		return length(p, false);
	case TOK_BYTE:
		return byte(p);
	case TOK_IFINDEX:
		return ifindex(p);
	case TOK_VLAN:
		return encap(p, encap_vlan);
	case TOK_MPLS:
		return encap(p, encap_mpls);
	case TOK_PPPOES:
		return encap(p, encap_pppoes);
	case TOK_GENEVE:
		return encap(p, encap_geneve);
	case TOK_VXLAN:
		return encap(p, encap_vxlan);
	case TOK_LLC:
		return llc(p);
	case TOK_WLAN_TYPE:
		return wlan_frame(p);
	case TOK_WLAN_SUBTYPE:
		return wlan_subtype(p);
	case TOK_WLAN_DIR:
		return wlan_dir(p);
	case TOK_PF_FIELD:
		return pflog(p);
	case TOK_ATM_FIELD:
	case TOK_MTP3:
		return field(p);
	default:
		*none = true;
		return NULL;
	}
}
