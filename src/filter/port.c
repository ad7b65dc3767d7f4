// SPDX-License-Identifier: BSD-2-Clause
#include "filter/port.h"

#include "filter/link_test.h"
#include "filter/names.h"
#include "filter/proto.h"

/* What one condition needs to know. */
struct ports {
	u32 number; /* of the protocol, 0: any that has ports */
	enum q_dir dir;
	u32 first, last;
	bool range; /* two comparisons, even of equal ends */
};

static const struct value *port_load(struct lower *l, bool ip6, u32 off)
{
	return ip6 ? load_net(l, 2, IP6_HEADER + off) : proto_load_ip4_payload(l, 2, off);
}

static const struct cond *one_port(struct lower *l, const struct ports *p, bool ip6, u32 off)
{
	const struct value *port = port_load(l, ip6, off);

	if (!p->range)
		return test_eq(l, port, p->first);
	return lower_and(l, test_k(l, CBPF_JGE, port, p->first),
			 lower_not(l, test_k(l, CBPF_JGT, port, p->last)));
}

static const struct cond *port_ends(struct lower *l, const struct ports *p, bool ip6)
{
	if (p->dir == DIR_SRC)
		return one_port(l, p, ip6, 0);
	if (p->dir == DIR_DST)
		return one_port(l, p, ip6, 2);
	if (p->dir == DIR_AND)
		return lower_and(l, one_port(l, p, ip6, 0), one_port(l, p, ip6, 2));
	return lower_or(l, one_port(l, p, ip6, 0), one_port(l, p, ip6, 2));
}

static const struct cond *has_ports(struct lower *l, const struct ports *p, bool ip6)
{
	const struct value *number = load_net(l, 1, ip6 ? 6 : 9);
	const struct cond *c;

	if (p->number)
		return test_eq(l, number, p->number);
	c = lower_or(l, test_eq(l, number, IP_SCTP), test_eq(l, number, IP_TCP));
	return lower_or(l, c, test_eq(l, number, IP_UDP));
}

static const struct cond *ports_over(struct lower *l, const struct ports *p, bool ip6)
{
	const struct cond *c = link_is(l, ip6 ? ETHERTYPE_IP6 : ETHERTYPE_IP);

	if (!c)
		return NULL;
	c = lower_and(l, c, has_ports(l, p, ip6));
	if (!ip6)
		c = lower_and(l, c, proto_unfragmented(l));
	return lower_and(l, c, port_ends(l, p, ip6));
}

static bool check_proto(struct lower *l, struct qual q)
{
	if (q.proto == Q_DEFAULT || q.proto == Q_TCP || q.proto == Q_UDP || q.proto == Q_SCTP)
		return true;
	lower_error(l, "'%s' has no ports", qual_proto_name(q.proto));
	diag_hint(l->d,
		  q.proto == Q_IP || q.proto == Q_IP6 ? "try '%s and port …'"
						      : "tcp, udp and sctp have (not %s)",
		  qual_proto_name(q.proto));
	return false;
}

static u32 ip_number(enum q_proto p)
{
	return p == Q_DEFAULT ? 0 : proto_row(p)->value;
}

static const struct cond *ports(struct lower *l, const struct ports *p)
{
	const struct cond *ip6;

	if (p->dir > DIR_AND)
		return lower_error(l, "'%s' does not go with ports", qual_dir_name(p->dir));
	if (p->first > 0xffff || p->last > 0xffff)
		return lower_error(l, "port %u is above 65535", MAX(p->first, p->last));
	ip6 = ports_over(l, p, true);
	return ip6 ? lower_or(l, ip6, ports_over(l, p, false)) : NULL;
}

const struct cond *port_range(struct lower *l, struct qual q, u32 first, u32 last)
{
	struct ports p = { .dir = q.dir,
			   .first = MIN(first, last),
			   .last = MAX(first, last),
			   .range = q.type == TYPE_PORTRANGE };

	if (!check_proto(l, q))
		return NULL;
	p.number = ip_number(q.proto);
	return ports(l, &p);
}

const struct cond *port_named(struct lower *l, struct qual q, const char *name)
{
	struct ports p = { .dir = q.dir };
	u32 number, named;

	if (!check_proto(l, q) || lookup_port(l, name, &p.first, &named))
		return NULL;
	p.last = p.first;
	number = ip_number(q.proto);
	if (number && named && named != number)
		return lower_error(l, "port '%s' is of %s only", name,
				   named == IP_TCP ? "tcp" : "udp");
	p.number = number ? number : named;
	return ports(l, &p);
}

const struct cond *port_range_named(struct lower *l, struct qual q, const char *name)
{
	struct ports p = { .dir = q.dir, .range = true };
	const char *dash = strchr(name, '-');
	u32 named, swap;
	char *first;

	if (!check_proto(l, q))
		return NULL;
	if (!dash)
		return lower_error(l, "a range of ports has two ends: 80-90");
	/* A service may have a dash in its name: the first dash parts the ends. */
	first = arena_strndup(l->v->arena, name, (size_t)(dash - name));
	if (!first) {
		diag_nomem(l->d);
		return NULL;
	}
	if (lookup_port(l, first, &p.first, &named) || lookup_port(l, dash + 1, &p.last, &named))
		return NULL;
	if (p.first > p.last) {
		swap = p.first;
		p.first = p.last;
		p.last = swap;
	}
	p.number = ip_number(q.proto);
	return ports(l, &p);
}
