/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_reply: the observer's own mappings describe the workers' stacks, for both are forks
 * of the master. */
#include "pages/profile_reply.h"

#include <errno.h>

#include "base/count.h"
#include "format/calltree.h"
#include "format/flame.h"
#include "format/folded.h"
#include "format/pprof.h"
#include "format/svg.h"
#include "format/text.h"

static bool
accepts_gzip(const struct page *page)
{
    return page->message && message_accepts(page->message, SPAN("gzip"));
}

/* Which value is to be shown; -1: the kind's own. */
static int
choose_value(const struct page *page, const struct profile_reply *reply)
{
    if (page->query.sample_index >= 0 || reply->preferred == NULL)
        return page->query.sample_index;
    return profile_type_index(reply->profile->kind, reply->preferred);
}

/* --- formats with names ------------------------------------------------------------------- */

struct profile_source {
    const struct profile *profile;
    int value; /* -1: the kind's own */
    const struct maps *maps;
    struct symbols *symbols;
    FILE *out;
};

static unsigned
profile_reply_value(const struct profile_source *source)
{
    return source->value >= 0 ? (unsigned)source->value
                              : profile_meaning(source->profile->kind)->preferred;
}

static int
put_proto(const struct profile_source *source)
{
    return pprof_write(source->profile, source->value, source->maps, source->symbols,
                       source->out);
}

static int
put_table(const struct profile_source *source)
{
    return text_write(source->profile, profile_reply_value(source), source->maps,
                      source->symbols, source->out);
}

static int
tree_as_folded(const struct calltree *tree, const struct profile_type *type, FILE *out)
{
    (void)type;
    return folded_write(tree, out);
}

static int
tree_as_svg(const struct calltree *tree, const struct profile_type *type, FILE *out)
{
    svg_write(tree, type, out);
    return 0;
}

static int
put_tree(const struct profile_source *source,
         int (*write)(const struct calltree *tree, const struct profile_type *type, FILE *out))
{
    const unsigned value = profile_reply_value(source);
    struct calltree *tree = calltree_create(source->profile, value, source->symbols);
    int error = -ENOMEM;

    if (tree)
        error = write(tree, &profile_meaning(source->profile->kind)->types[value], source->out);
    calltree_free(tree);
    return error;
}

static int
put_folded(const struct profile_source *source)
{
    return put_tree(source, tree_as_folded);
}

static int
put_flame(const struct profile_source *source)
{
    return put_tree(source, flame_write);
}

static int
put_svg(const struct profile_source *source)
{
    return put_tree(source, tree_as_svg);
}

static const struct profile_form {
    enum query_format format;
    const char *type;
    bool saved; /* as a file, rather than shown */
    int (*put)(const struct profile_source *source);
} forms[] = {
    { QUERY_PROTO, PAGE_BINARY, true, put_proto },
    { QUERY_TEXT, PAGE_TEXT, false, put_table },
    { QUERY_FOLDED, PAGE_TEXT, false, put_folded },
    { QUERY_FLAME, PAGE_JSON, false, put_flame },
    { QUERY_SVG, "image/svg+xml", false, put_svg },
};

static int
put_named(struct page *page, const struct profile_reply *reply, const struct profile_form *form,
          const struct maps *maps)
{
    struct profile_source source = { reply->profile, choose_value(page, reply), maps,
                                     symbol_open(maps), page->out };
    int error = -ENOMEM;

    if (source.symbols && (reply->name == NULL || reply->name(reply->argument, source.symbols)))
        error = form->put(&source);
    symbol_close(source.symbols);
    page->type = form->type;
    page->file_name = form->saved ? reply->file_name : NULL;
    return error;
}

/* --- the whole ---------------------------------------------------------------------------- */

static int
put_format(struct page *page, const struct profile_reply *reply, enum query_format format,
           const struct maps *maps)
{
    for (size_t i = 0; i < COUNT(forms); i++)
        if (forms[i].format == format)
            return put_named(page, reply, &forms[i], maps);
    reply->legacy(reply->profile, maps, page->out);
    page->type = PAGE_BINARY;
    page->file_name = reply->file_name;
    return 0;
}

bool
profile_reply_wanted(const struct page *page)
{
    return query_choose(&page->query, accepts_gzip(page), false) != QUERY_TEXT;
}

void
profile_reply_write(struct page *page, const struct profile_reply *reply)
{
    const enum query_format format =
        query_choose(&page->query, accepts_gzip(page), reply->legacy != NULL);
    struct maps maps;
    int error = maps_read(&maps);

    if (error == 0)
        error = put_format(page, reply, format, &maps);
    maps_free(&maps);
    if (error < 0)
        page_fail(page, error);
}
