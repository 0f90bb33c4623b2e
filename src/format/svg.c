/* SPDX-License-Identifier: BSD-2-Clause */
/* svg: the root is at the bottom. Styles are attributes, because the Content-Security-Policy of
 * a page may forbid style sheets. Lengths are in pixels. */
#include "format/svg.h"

#include <string.h>

#include "format/text.h"

#define WIDTH     1200.0
#define ROW       17u
#define LETTER    6.6 /* width of a letter */
#define NARROWEST 0.3

struct picture {
    const struct profile_type *type;
    double total;
    unsigned height;
    FILE *out;
};

/* Escapes markup and replaces control characters, which XML 1.0 forbids. */
static void
svg_put_text(const char *text, size_t length, FILE *out)
{
    for (size_t i = 0; i < length; i++)
        if (strchr("&<>\"", text[i]) || (unsigned char)text[i] < 0x20)
            fprintf(out, (unsigned char)text[i] < 0x20 ? "?" : "&#%d;", text[i]);
        else
            fputc(text[i], out);
}

/* The colour depends on the name only. */
static void
svg_put_colour(const char *name, FILE *out)
{
    unsigned hash = 0;

    for (; *name; name++)
        hash = (hash * 31 + (unsigned char)*name) % 997;
    fprintf(out, "hsl(%u,85%%,%u%%)", 10 + hash % 45, 62 + hash % 17);
}

static void
svg_put_title(const struct picture *picture, const struct calltree *node)
{
    char value[32];

    text_format(node->value, picture->type->unit, value, sizeof(value));
    fputs("<g><title>", picture->out);
    svg_put_text(node->name, strlen(node->name), picture->out);
    fprintf(picture->out, ": %s, %.1f %%</title>", value,
            100 * (double)node->value / picture->total);
}

/* Truncates the name to the width of the frame. */
static void
svg_put_label(const struct picture *picture, const struct calltree *node, double x, unsigned y,
              double width)
{
    const size_t length = strlen(node->name);
    const size_t room = width > 4 ? (size_t)((width - 4) / LETTER) : 0;

    if (room < 3)
        return;
    fprintf(picture->out, "<text x=\"%.1f\" y=\"%u\">", x + 2, y + ROW - 5);
    svg_put_text(node->name, length <= room ? length : room - 2, picture->out);
    fputs(length <= room ? "</text>" : "..</text>", picture->out);
}

static void
svg_put_frame(const struct picture *picture, const struct calltree *node, double x,
              unsigned level)
{
    const double width = (double)node->value / picture->total * WIDTH;
    const unsigned y = picture->height - (level + 1) * ROW;

    if (width < NARROWEST)
        return;
    svg_put_title(picture, node);
    fprintf(picture->out, "<rect x=\"%.1f\" y=\"%u\" width=\"%.1f\" height=\"%u\" fill=\"", x,
            y, width, ROW - 1);
    svg_put_colour(node->name, picture->out);
    fputs("\"/>", picture->out);
    svg_put_label(picture, node, x, y, width);
    fputs("</g>\n", picture->out);
    for (const struct calltree *child = node->children; child; child = child->next) {
        if (child->value <= 0)
            continue;
        svg_put_frame(picture, child, x, level + 1);
        x += (double)child->value / picture->total * WIDTH;
    }
}

void
svg_write(const struct calltree *tree, const struct profile_type *type, FILE *out)
{
    const struct picture picture = { .type = type,
                                     .total = (double)tree->value,
                                     .height = (calltree_depth(tree) + 2) * ROW,
                                     .out = out };

    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %u\" "
            "font-family=\"sans-serif\" font-size=\"11\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>"
            "<text x=\"4\" y=\"%u\" font-size=\"13\">tiffd: %s</text>\n",
            WIDTH, picture.height, ROW - 4, type->name);
    if (tree->value > 0)
        svg_put_frame(&picture, tree, 0, 0);
    fputs("</svg>\n", out);
}
