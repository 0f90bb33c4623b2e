/* SPDX-License-Identifier: BSD-2-Clause */
/* ui: a table of files (scripts/embed), looked up by name. */
#include "pages/ui.h"

#include "build.h"
#include "object/embed.h"
#include "object/media_type.h"
#include "pages/index.h"

#define START "index.html"

/* Scripts and styles are files of their own, and nothing comes from elsewhere. */
#define POLICY                                                                                 \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "                \
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/* Written by the build. */
extern const struct embed ui_table[];
extern const size_t ui_count;

static const struct embed *
ui_find(struct span name)
{
    for (size_t i = 0; i < ui_count; i++)
        if (span_equal(name, span_of(ui_table[i].name)))
            return &ui_table[i];
    return NULL;
}

static void
ui_put(struct page *page, const struct embed *file)
{
    page->type = media_type_of(file->name);
    page->policy = POLICY;
    fwrite(file->bytes, 1, file->size, page->out);
}

bool
ui_has(struct span name)
{
    return ui_find(name) != NULL;
}

const char *
ui_missing(void)
{
    return ui_has(SPAN(START)) ? NULL : UI_MISSING;
}

void
ui_start(struct page *page)
{
    const struct embed *file = ui_find(SPAN(START));

    if (file)
        ui_put(page, file);
    else
        index_write(page);
}

void
ui_write(struct page *page)
{
    struct span path = page->message->request.path;
    const struct embed *file;

    (void)span_cut(&path, '/'); /* what is before "/ui/" */
    (void)span_cut(&path, '/');
    if ((file = ui_find(path)) != NULL)
        ui_put(page, file);
    else
        page_refuse(page, 404, "no such file of the dashboard");
}
