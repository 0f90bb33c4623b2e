/* SPDX-License-Identifier: BSD-2-Clause */
/* profiles: take a copy of the tables, or the difference of two. */
#include "pages/profiles.h"

#include <errno.h>

#include "format/legacy.h"
#include "pages/profile_reply.h"
#include "profile/heap.h"
#include "profile/sampler.h"

struct subject {
    enum profile_kind kind;
    const char *file_name;
    const char *preferred; /* value; NULL: the kind's own */
    bool asked_for;        /* workers sample only on request */
    void (*legacy)(const struct profile *profile, const struct maps *maps, FILE *out);
    const char *off; /* the message if samples are not taken */
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

static void
profiles_show(struct page *page, const struct subject *subject)
{
    struct scope scope = scope_of(page->view, page->query.worker);
    struct profile *profile;

    if (!is_sampled(&scope, page->view, subject->kind)) {
        page_refuse(page, 503, "%s", subject->off);
        return;
    }
    profile = profiles_take(page, subject, &scope);
    if (page->abandoned)
        return;
    if (profile == NULL) {
        page_fail(page, -ENOMEM);
        return;
    }
    profile_reply_write(page, &(const struct profile_reply){
                                  .profile = profile,
                                  .file_name = subject->file_name,
                                  .preferred = subject->preferred,
                                  .legacy = subject->legacy,
                              });
    profile_free(profile);
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
