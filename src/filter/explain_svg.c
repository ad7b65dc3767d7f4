// SPDX-License-Identifier: BSD-2-Clause
/*
 * A decision graph as a picture: nodes in layers, the longest way from the root down; within a
 * layer by the mean place of their neighbours (Sugiyama's method), where edges that pass a layer
 * take part as points.
 */
#include <errno.h>
#include <stdlib.h>

#include "filter/explain.h"

enum {
	MAX_POINTS = 4000, /* nodes and the passing edges of all layers */
	LETTER = 8,	   /* width of one at 13 px, pixels */
	BOX_HEIGHT = 30,
	LAYER_HEIGHT = 96,
	GAP = 36, /* between neighbours of a layer */
	SWEEPS = 12,
};

/* A node, or where an edge passes a layer. */
struct point {
	u32 layer, node; /* node UINT32_MAX: an edge passes */
	u32 width, place;
	double x, wish; /* centre, pixels; mean place of the neighbours */
};
#define PASSES UINT32_MAX

struct link {
	u32 from, to;
	const struct sketch_edge *edge; /* of the first link; NULL further down */
	bool last;
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

static u32 new_point(struct picture *p, u32 layer, u32 node, u32 width)
{
	struct point *point = p->points.len < MAX_POINTS ? vec_push(&p->points) : NULL;

	if (!point) {
		p->failed = true;
		return 0;
	}
	*point = (struct point){ .layer = layer, .node = node, .width = width };
	return p->points.len - 1;
}

static void new_link(struct picture *p, u32 from, u32 to, const struct sketch_edge *e, bool last)
{
	struct link *l = vec_push(&p->links);

	if (l)
		*l = (struct link){ from, to, e, last };
	else
		p->failed = true;
}

/* Edges go to higher indexes: sources come before targets. */
static void place_in_layers(struct picture *p)
{
	const struct sketch_edge *e;
	u32 deepest = 0;

	for (u32 k = 0; k < p->s->count; k++)
		new_point(p, 0, k, columns(p->s->labels[k]) * LETTER + 24);
	if (p->failed)
		return;
	vec_for (e, &p->s->edges) {
		struct point *to = &p->points.data[e->to];

		to->layer = MAX(to->layer, p->points.data[e->from].layer + 1);
		deepest = MAX(deepest, to->layer);
	}
	for (u32 k = 0; k < p->s->count; k++) {
		if (!p->s->nodes[k]->count)
			p->points.data[k].layer = deepest;
	}
	p->layer_count = deepest + 1;
}

static void split_edges(struct picture *p)
{
	const struct sketch_edge *e;

	vec_for (e, &p->s->edges) {
		u32 from = e->from, last = p->points.data[e->to].layer;
		const struct sketch_edge *first = e;

		for (u32 layer = p->points.data[from].layer + 1; layer < last && !p->failed;
		     layer++) {
			u32 next =
				new_point(p, layer, PASSES, first ? columns(e->label) * 7 + 8 : 4);

			new_link(p, from, next, first, false);
			first = NULL;
			from = next;
		}
		new_link(p, from, e->to, first, true);
	}
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

/* The mean place of the neighbours above (or below) becomes the wish. */
static void wish(struct picture *p, bool above)
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

		p->points.data[of].wish += p->points.data[neighbour].place;
		counts[of]++;
	}
	for (u32 k = 0; k < p->points.len; k++) {
		if (counts[k])
			p->points.data[k].wish /= counts[k];
		else
			p->points.data[k].wish = p->points.data[k].place;
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
			wish(p, sweep % 2 == 0);
			order_layer(p, sweep % 2 == 0 ? k : p->layer_count - 1 - k);
		}
	}
}

static void place_points(struct picture *p)
{
	for (u32 k = 0; k < p->layer_count; k++) {
		double width = GAP;

		for (u32 j = 0; j < p->sizes[k]; j++)
			width += p->points.data[p->layers[k][j]].width + GAP;
		p->width = MAX(p->width, width);
	}
	for (u32 k = 0; k < p->layer_count; k++) {
		double width = GAP, x;

		for (u32 j = 0; j < p->sizes[k]; j++)
			width += p->points.data[p->layers[k][j]].width + GAP;
		x = (p->width - width) / 2 + GAP;
		for (u32 j = 0; j < p->sizes[k]; j++) {
			struct point *point = &p->points.data[p->layers[k][j]];

			point->x = x + point->width / 2.0;
			x += point->width + GAP;
		}
	}
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
static void print_link(const struct picture *p, const struct link *l, bool dashed, FILE *out)
{
	const struct point *from = &p->points.data[l->from], *to = &p->points.data[l->to];
	double y = top_of(from) + (from->node == PASSES ? BOX_HEIGHT / 2.0 : BOX_HEIGHT);
	double end = top_of(to) + (to->node == PASSES ? BOX_HEIGHT / 2.0 : 0);
	double bend = (end - y) / 2;

	fprintf(out,
		"<path d=\"M%.0f %.0f C%.0f %.0f %.0f %.0f %.0f %.0f\" fill=\"none\" "
		"stroke=\"%s\"%s%s/>\n",
		from->x, y, from->x, y + bend, to->x, end - bend, to->x, end,
		dashed ? "#999" : "#333", dashed ? " stroke-dasharray=\"5 4\"" : "",
		l->last ? " marker-end=\"url(#tip)\"" : "");
}

static void print_label(const struct picture *p, const struct link *l, FILE *out)
{
	const struct point *from = &p->points.data[l->from], *to = &p->points.data[l->to];
	double x = from->x + (to->x - from->x) * 0.7, y = top_of(from) + BOX_HEIGHT + 46;
	u32 width = columns(l->edge->label) * 7;

	if (!width || l->edge->otherwise)
		return;
	fprintf(out, "<rect x=\"%.0f\" y=\"%.0f\" width=\"%u\" height=\"15\" fill=\"#fff\"/>",
		x - width / 2.0 - 2, y - 12, width + 4);
	fprintf(out, "<text x=\"%.0f\" y=\"%.0f\" class=\"l\">", x, y);
	print_text(out, l->edge->label);
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
	const struct sketch_edge *e = NULL;
	const struct link *l;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%u\" "
		"font-family=\"monospace\" font-size=\"13\" text-anchor=\"middle\">\n"
		"<style>.l{font-size:11px}</style>\n"
		"<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
		"markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
		"<path d=\"M0 0L8 4L0 8z\" fill=\"#333\"/></marker></defs>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		p->width, (p->layer_count - 1) * LAYER_HEIGHT + BOX_HEIGHT + 40);
	vec_for (l, &p->links) {
		e = l->edge ? l->edge : e;
		print_link(p, l, e->otherwise, out);
	}
	vec_for (l, &p->links) {
		if (l->edge)
			print_label(p, l, out);
	}
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
