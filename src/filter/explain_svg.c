// SPDX-License-Identifier: BSD-2-Clause
/*
 * A decision graph as a picture: nodes in every second layer, the longest way from the root down;
 * within a layer by the mean place of their neighbours (Sugiyama's method), where edges that pass a
 * layer take part as points. The first such point of an edge has room for its label; further down
 * edges to the same node become one.
 */
#include <errno.h>
#include <stdlib.h>

#include "filter/explain.h"

enum {
	MAX_POINTS = 4000, /* nodes and the passing edges of all layers */
	LETTER = 8,	   /* width of one at 13 px, pixels */
	BOX_HEIGHT = 30,
	LAYER_HEIGHT = 46,
	GAP = 24, /* between neighbours of a layer */
	SWEEPS = 12,
};

/* A node, or where an edge passes a layer. */
struct point {
	u32 layer, node; /* node PASSES: an edge to `to` passes */
	u32 to;
	bool otherwise;			/* … that is dashed */
	const struct sketch_edge *edge; /* whose label stands here, NULL: none */
	u32 width, place;
	double x, wish; /* centre, pixels; mean of the neighbours */
};
#define PASSES UINT32_MAX

struct link {
	u32 from, to;
	bool otherwise, last;
};

struct picture {
	const struct sketch *s;
	VEC(struct point) points; /* the nodes first */
	VEC(struct link) links;
	u32 **layers; /* indexes of points, in their order */
	u32 *sizes, layer_count;
	double width;
	bool failed;
};

/* Columns that a UTF-8 text takes. */
static u32 columns(const char *s)
{
	u32 n = 0;

	for (; *s; s++)
		n += ((u8)*s & 0xc0) != 0x80;
	return n;
}

static u32 new_point(struct picture *p, struct point made)
{
	struct point *point = p->points.len < MAX_POINTS ? vec_push(&p->points) : NULL;

	if (!point) {
		p->failed = true;
		return 0;
	}
	*point = made;
	return p->points.len - 1;
}

static void new_link(struct picture *p, u32 from, u32 to, bool otherwise, bool last)
{
	struct link *l = vec_push(&p->links);

	if (l)
		*l = (struct link){ from, to, otherwise, last };
	else
		p->failed = true;
}

/* Edges go to higher indexes: sources come before targets. */
static void place_in_layers(struct picture *p)
{
	const struct sketch_edge *e;
	u32 deepest = 0;

	for (u32 k = 0; k < p->s->count; k++)
		new_point(p, (struct point){ .node = k,
					     .width = columns(p->s->labels[k]) * LETTER + 24 });
	if (p->failed)
		return;
	vec_for (e, &p->s->edges) {
		struct point *to = &p->points.data[e->to];

		to->layer = MAX(to->layer, p->points.data[e->from].layer + 2);
		deepest = MAX(deepest, to->layer);
	}
	for (u32 k = 0; k < p->s->count; k++) {
		if (!p->s->nodes[k]->count)
			p->points.data[k].layer = deepest;
	}
	p->layer_count = deepest + 1;
}

/* Where an edge of that kind passes the layer already; PASSES: nowhere. */
static u32 find_passing(const struct picture *p, u32 layer, const struct sketch_edge *e)
{
	for (u32 k = p->s->count; k < p->points.len; k++) {
		const struct point *point = &p->points.data[k];

		if (point->layer == layer && point->to == e->to && !point->edge &&
		    point->otherwise == e->otherwise)
			return k;
	}
	return PASSES;
}

static void split_edge(struct picture *p, const struct sketch_edge *e)
{
	u32 from = e->from, layer = p->points.data[from].layer + 1;
	u32 last = p->points.data[e->to].layer;

	for (; layer < last && !p->failed; layer++) {
		bool labelled = from == e->from && !e->otherwise && *e->label;
		u32 next = labelled ? PASSES : find_passing(p, layer, e);
		struct point made = { .layer = layer,
				      .node = PASSES,
				      .to = e->to,
				      .otherwise = e->otherwise,
				      .edge = labelled ? e : NULL,
				      .width = labelled ? columns(e->label) * 7 + 8 : 4 };

		if (next != PASSES) {
			new_link(p, from, next, e->otherwise, false);
			return;
		}
		next = new_point(p, made);
		new_link(p, from, next, e->otherwise, false);
		from = next;
	}
	new_link(p, from, e->to, e->otherwise, true);
}

static void split_edges(struct picture *p)
{
	const struct sketch_edge *e;

	vec_for (e, &p->s->edges)
		split_edge(p, e);
}

static int fill_layers(struct picture *p, struct arena *a)
{
	p->layers = arena_array(a, p->layer_count, sizeof(*p->layers));
	p->sizes = arena_array(a, p->layer_count, sizeof(*p->sizes));
	if (!p->layers || !p->sizes)
		return -ENOMEM;
	for (u32 k = 0; k < p->points.len; k++)
		p->sizes[p->points.data[k].layer]++;
	for (u32 k = 0; k < p->layer_count; k++) {
		p->layers[k] = arena_array(a, p->sizes[k], sizeof(**p->layers));
		if (!p->layers[k])
			return -ENOMEM;
		p->sizes[k] = 0;
	}
	for (u32 k = 0; k < p->points.len; k++) {
		struct point *point = &p->points.data[k];

		point->place = p->sizes[point->layer];
		p->layers[point->layer][p->sizes[point->layer]++] = k;
	}
	return 0;
}

/* The mean place of the neighbours above (or below) becomes the wish, in pixels or in numbers. */
static void wish(struct picture *p, bool above, bool pixels)
{
	u32 *counts = calloc(p->points.len, sizeof(*counts));
	const struct link *l;

	if (!counts) {
		p->failed = true;
		return;
	}
	for (u32 k = 0; k < p->points.len; k++)
		p->points.data[k].wish = 0;
	vec_for (l, &p->links) {
		u32 of = above ? l->to : l->from, neighbour = above ? l->from : l->to;

		p->points.data[of].wish +=
			pixels ? p->points.data[neighbour].x : p->points.data[neighbour].place;
		counts[of]++;
	}
	for (u32 k = 0; k < p->points.len; k++) {
		if (counts[k])
			p->points.data[k].wish /= counts[k];
		else
			p->points.data[k].wish =
				pixels ? p->points.data[k].x : p->points.data[k].place;
	}
	free(counts);
}

/* Insertion sort: layers are small and nearly in order. */
static void order_layer(struct picture *p, u32 layer)
{
	u32 *at = p->layers[layer];

	for (u32 k = 1; k < p->sizes[layer]; k++) {
		u32 moving = at[k], j = k;

		for (; j && p->points.data[at[j - 1]].wish > p->points.data[moving].wish; j--)
			at[j] = at[j - 1];
		at[j] = moving;
	}
	for (u32 k = 0; k < p->sizes[layer]; k++)
		p->points.data[at[k]].place = k;
}

static void order_layers(struct picture *p)
{
	for (u32 sweep = 0; sweep < SWEEPS && !p->failed; sweep++) {
		for (u32 k = 0; k < p->layer_count; k++) {
			wish(p, sweep % 2 == 0, false);
			order_layer(p, sweep % 2 == 0 ? k : p->layer_count - 1 - k);
		}
	}
}

static double distance(const struct point *left, const struct point *right)
{
	return (left->width + right->width) / 2.0 + GAP;
}

/* Each near its wish, in order and apart: between what is right from the left and from the right.
 */
static void settle_layer(struct picture *p, u32 layer)
{
	const u32 *at = p->layers[layer];
	u32 count = p->sizes[layer];
	double right = 0;

	for (u32 k = 0; k < count; k++) {
		struct point *point = &p->points.data[at[k]];

		point->x = point->wish;
		if (k)
			point->x =
				MAX(point->x, p->points.data[at[k - 1]].x +
						      distance(&p->points.data[at[k - 1]], point));
	}
	for (u32 k = count; k--;) {
		struct point *point = &p->points.data[at[k]];

		if (k + 1 < count)
			right = MIN(point->wish,
				    right - distance(point, &p->points.data[at[k + 1]]));
		else
			right = point->wish;
		point->x = (point->x + right) / 2;
	}
}

/* From the left edge on. */
static void shift_points(struct picture *p)
{
	double least = p->points.data[0].x, most = least;
	struct point *point;

	vec_for (point, &p->points) {
		least = MIN(least, point->x - point->width / 2.0);
		most = MAX(most, point->x + point->width / 2.0);
	}
	vec_for (point, &p->points)
		point->x += GAP - least;
	p->width = most - least + 2 * GAP;
}

static void place_points(struct picture *p)
{
	for (u32 k = 0; k < p->layer_count; k++) {
		for (u32 j = 0; j < p->sizes[k]; j++)
			p->points.data[p->layers[k][j]].wish = 0;
		settle_layer(p, k);
	}
	for (u32 sweep = 0; sweep < SWEEPS && !p->failed; sweep++) {
		for (u32 k = 0; k < p->layer_count; k++) {
			wish(p, sweep % 2 == 0, true);
			settle_layer(p, sweep % 2 == 0 ? k : p->layer_count - 1 - k);
		}
	}
	shift_points(p);
}

static void print_text(FILE *out, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			fputc(*s, out);
		}
	}
}

static double top_of(const struct point *point)
{
	return 20 + (double)point->layer * LAYER_HEIGHT;
}

/* A line through its points is drawn in pieces, each leaving and arriving upright. */
static void print_link(const struct picture *p, const struct link *l, FILE *out)
{
	const struct point *from = &p->points.data[l->from], *to = &p->points.data[l->to];
	double y = top_of(from) + (from->node == PASSES ? BOX_HEIGHT / 2.0 : BOX_HEIGHT);
	double end = top_of(to) + (to->node == PASSES ? BOX_HEIGHT / 2.0 : 0);
	double bend = (end - y) / 2;

	fprintf(out,
		"<path d=\"M%.0f %.0f C%.0f %.0f %.0f %.0f %.0f %.0f\" fill=\"none\" "
		"stroke=\"%s\"%s%s/>\n",
		from->x, y, from->x, y + bend, to->x, end - bend, to->x, end,
		l->otherwise ? "#888" : "#333", l->otherwise ? " stroke-dasharray=\"5 4\"" : "",
		!l->last       ? ""
		: l->otherwise ? " marker-end=\"url(#grey)\""
			       : " marker-end=\"url(#tip)\"");
}

static void print_label(const struct point *point, FILE *out)
{
	double y = top_of(point) + BOX_HEIGHT / 2.0;

	fprintf(out, "<rect x=\"%.0f\" y=\"%.0f\" width=\"%u\" height=\"16\" fill=\"#fff\"/>",
		point->x - point->width / 2.0, y - 8, point->width);
	fprintf(out, "<text x=\"%.0f\" y=\"%.0f\" class=\"l\">", point->x, y + 4);
	print_text(out, point->edge->label);
	fputs("</text>\n", out);
}

static void print_node(const struct picture *p, const struct point *point, FILE *out)
{
	const struct node *n = p->s->nodes[point->node];
	const char *fill = n->kind == NODE_YES	? "#d8f0d8"
			   : n->kind == NODE_NO ? "#f4dcdc"
						: "#eef2fa";

	fprintf(out,
		"<rect x=\"%.0f\" y=\"%.0f\" width=\"%u\" height=\"%d\" rx=\"%d\" fill=\"%s\" "
		"stroke=\"#333\"/>",
		point->x - point->width / 2.0, top_of(point), point->width, BOX_HEIGHT,
		n->count ? 3 : 15, fill);
	fprintf(out, "<text x=\"%.0f\" y=\"%.0f\">", point->x, top_of(point) + 20);
	print_text(out, p->s->labels[point->node]);
	fputs("</text>\n", out);
}

static void print_picture(const struct picture *p, FILE *out)
{
	const struct point *point;
	const struct link *l;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%u\" "
		"font-family=\"monospace\" font-size=\"13\" text-anchor=\"middle\">\n"
		"<style>.l{font-size:11px}</style>\n"
		"<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
		"markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
		"<path d=\"M0 0L8 4L0 8z\" fill=\"#333\"/></marker><marker id=\"grey\" "
		"viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
		"orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#888\"/></marker></defs>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		p->width, (p->layer_count - 1) * LAYER_HEIGHT + BOX_HEIGHT + 40);
	vec_for (l, &p->links)
		print_link(p, l, out);
	vec_for (point, &p->points)
		if (point->edge)
			print_label(point, out);
	for (u32 k = 0; k < p->s->count; k++)
		print_node(p, &p->points.data[k], out);
	fputs("</svg>\n", out);
}

int sketch_svg(const struct sketch *s, FILE *out)
{
	struct picture p = { .s = s };
	struct arena a = { 0 };
	int err = 0;

	place_in_layers(&p);
	if (!p.failed)
		split_edges(&p);
	if (!p.failed)
		err = fill_layers(&p, &a);
	if (!p.failed && !err) {
		order_layers(&p);
		place_points(&p);
	}
	if (p.failed)
		err = -E2BIG;
	if (!err)
		print_picture(&p, out);
	vec_fini(&p.points);
	vec_fini(&p.links);
	arena_fini(&a);
	return err;
}
