/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profiles: take a copy of the tables, or the difference of two, and hand it to the writer of
 * the format. The observer's own mappings describe the workers' stacks, for both are forks of
 * the master.
 */
#include "pages/profiles.h"

#include <errno.h>

#include "format/legacy.h"
#include "format/pprof.h"
#include "format/text.h"
#include "profile/heap.h"
#include "profile/sampler.h"

struct subject {
    enum profile_kind kind;
    const char *file_name;
    const char *preferred; /* value; NULL: the kind's own */
    bool asked_for;        /* workers sample only on request */
    void (*legacy)(const struct profile *profile, const struct maps *maps, FILE *out);
    const char *off; /* why there is nothing, when nobody samples */
};

/* --- taking ------------------------------------------------------------------------------- */

/* The tables of the heap and of CPU time tell whether they were ever set up. */
static bool
is_sampled(const struct scope *scope, const struct view *newest, enum profile_kind kind)
{
    const struct view *view;
    unsigned worker;

    for (unsigned i = 0; (view = scope_worker(scope, newest, i, &worker)) != NULL; i++)
        if (kind == PROFILE_BLOCK || kind == PROFILE_MUTEX ||
            (kind == PROFILE_CPU && tables_cpu(view->shared->tables, worker)->hz != 0) ||
            (kind == PROFILE_HEAP &&
             tables_heap(view->shared->tables, worker)->sample_bytes != 0))
            return true;
    return false;
}

/* What was added to the tables within the window. NULL: no memory, or the client has gone. */
static struct profile *
take_window(struct page *page, const struct scope *scope, enum profile_kind kind)
{
    struct profile *begin = scope_take(scope, page->view, kind);
    struct profile *end = NULL;

    if (begin && page_wait(page, page->query.seconds * UINT64_C(1000)) &&
        (end = scope_take(scope, page->view, kind)) != NULL)
        profile_subtract(end, begin);
    profile_free(begin);
    return end;
}

static struct profile *
profiles_take(struct page *page, const struct subject *subject, const struct scope *scope)
{
    struct profile *profile;

    if (page->query.seconds == 0)
        return scope_take(scope, page->view, subject->kind);
    if (subject->asked_for && !page->head_only)
        subscription_begin(page->subscription, page->view, scope);
    profile = take_window(page, scope, subject->kind);
    subscription_end(page->subscription, page->view);
    return profile;
}

/* --- writing ------------------------------------------------------------------------------ */

static bool
accepts_gzip(const struct page *page)
{
    return page->message && message_accepts(page->message, SPAN("gzip"));
}

static int
choose_value(const struct page *page, const struct subject *subject)
{
    if (page->query.sample_index >= 0 || subject->preferred == NULL)
        return page->query.sample_index;
    return profile_type_index(subject->kind, subject->preferred);
}

static int
write_symbolized(struct page *page, const struct profile *profile, enum query_format format,
                 int value, const struct maps *maps)
{
    struct symbols *symbols = symbol_open(maps);
    int error = -ENOMEM;

    if (symbols && format == QUERY_PROTO)
        error = pprof_write(profile, value, maps, symbols, page->out);
    else if (symbols)
        error =
            text_write(profile,
                       value >= 0 ? (unsigned)value : profile_meaning(profile->kind)->preferred,
                       maps, symbols, page->out);
    symbol_close(symbols);
    return error;
}

static int
write_as(struct page *page, const struct subject *subject, const struct profile *profile,
         enum query_format format)
{
    struct maps maps;
    int error = maps_read(&maps);

    if (error == 0 && format == QUERY_LEGACY && subject->legacy)
        subject->legacy(profile, &maps, page->out);
    else if (error == 0)
        error = write_symbolized(page, profile, format, choose_value(page, subject), &maps);
    maps_free(&maps);
    if (format != QUERY_TEXT) {
        page->type = PAGE_BINARY;
        page->file_name = subject->file_name;
    }
    return error;
}

static int
write_profile(struct page *page, const struct subject *subject, const struct profile *profile)
{
    return write_as(page, subject, profile,
                    query_choose(&page->query, accepts_gzip(page), subject->legacy != NULL));
}

void
profiles_write(struct page *page, const struct profile *profile, const char *file_name)
{
    const struct subject subject = { .kind = profile->kind, .file_name = file_name };
    const int error = write_profile(page, &subject, profile);

    if (error < 0)
        page_fail(page, error);
}

static void
profiles_show(struct page *page, const struct subject *subject)
{
    struct scope scope = scope_of(page->view, page->query.worker);
    struct profile *profile;
    int error;

    if (!is_sampled(&scope, page->view, subject->kind)) {
        page_refuse(page, 503, "%s", subject->off);
        return;
    }
    profile = profiles_take(page, subject, &scope);
    if (page->abandoned)
        return;
    error = profile ? write_profile(page, subject, profile) : -ENOMEM;
    if (error < 0)
        page_fail(page, error);
    profile_free(profile);
}

bool
profiles_wanted(const struct page *page)
{
    return query_choose(&page->query, accepts_gzip(page), false) == QUERY_PROTO;
}

static int
send_proto(struct page *page, const struct profile *profile, profiles_namer *name,
           void *argument)
{
    struct maps maps;
    struct symbols *symbols = NULL;
    int error = maps_read(&maps);

    if (error == 0 &&
        ((symbols = symbol_open(&maps)) == NULL || (name && !name(argument, symbols))))
        error = -ENOMEM;
    if (error == 0)
        error = pprof_write(profile, page->query.sample_index, &maps, symbols, page->out);
    symbol_close(symbols);
    maps_free(&maps);
    return error;
}

void
profiles_reply(struct page *page, const struct profile *profile, const char *file_name,
               profiles_namer *name, void *argument)
{
    const int error = send_proto(page, profile, name, argument);

    page->type = PAGE_BINARY;
    page->file_name = file_name;
    if (error < 0)
        page_fail(page, error);
}

/* --- the pages ---------------------------------------------------------------------------- */

static const char heap_off[] = "no worker samples allocations; see [profile] in tiffd.ini(5)";

void
profiles_cpu(struct page *page)
{
    profiles_show(page,
                  &(const struct subject){ .kind = PROFILE_CPU,
                                           .file_name = "profile",
                                           .asked_for = true,
                                           .legacy = legacy_write_cpu,
                                           .off = "no worker takes samples of CPU time" });
}

void
profiles_heap(struct page *page)
{
    profiles_show(page, &(const struct subject){ .kind = PROFILE_HEAP,
                                                 .file_name = "heap",
                                                 .legacy = legacy_write_heap,
                                                 .off = heap_off });
}

void
profiles_allocs(struct page *page)
{
    profiles_show(page, &(const struct subject){ .kind = PROFILE_HEAP,
                                                 .file_name = "allocs",
                                                 .preferred = "alloc_space",
                                                 .legacy = legacy_write_heap,
                                                 .off = heap_off });
}

void
profiles_growth(struct page *page)
{
    profiles_show(page, &(const struct subject){ .kind = PROFILE_HEAP,
                                                 .file_name = "growth",
                                                 .legacy = legacy_write_heap,
                                                 .off = heap_off });
}

void
profiles_block(struct page *page)
{
    profiles_show(page, &(const struct subject){ .kind = PROFILE_BLOCK, .file_name = "block" });
}

void
profiles_mutex(struct page *page)
{
    profiles_show(page, &(const struct subject){ .kind = PROFILE_MUTEX, .file_name = "mutex" });
}

/* --- counting ----------------------------------------------------------------------------- */

int64_t
profiles_total(const struct view *view, enum profile_kind kind, const char *value)
{
    struct scope scope = scope_of(view, SCOPE_ALL);
    struct profile *profile = scope_take(&scope, view, kind);
    int64_t total = 0;

    if (profile)
        total = profile_total(profile, (unsigned)profile_type_index(kind, value));
    profile_free(profile);
    return total;
}
