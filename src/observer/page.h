/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page: what the function of a page gets, and how it replies. A page writes its content to out;
 * nothing is sent before it returns, so it can still turn into an error.
 */
#ifndef OBSERVER_PAGE_H
#define OBSERVER_PAGE_H

#include <stdint.h>
#include <stdio.h>

#include "observer/message.h"
#include "observer/query.h"
#include "observer/subscription.h"
#include "observer/view.h"

#define PAGE_TEXT   "text/plain; charset=utf-8"
#define PAGE_HTML   "text/html; charset=utf-8"
#define PAGE_BINARY "application/octet-stream"
#define PAGE_JSON   "application/json"

struct page {
    const struct view *view;
    const struct peer *peer;
    const struct message *message;
    struct query query;
    struct subscription *subscription; /* of this process */
    bool head_only; /* the content will not be sent, so it need not be awaited */

    FILE *out;
    unsigned status;       /* 200 */
    const char *type;      /* media type; PAGE_TEXT */
    const char *policy;    /* see reply.h; NULL: the strictest */
    const char *file_name; /* to save it as; NULL: it is to be looked at */
    bool abandoned;        /* the client is gone: no reply */
};

/* Replies with an error instead; the text names what was found and what is accepted. */
void page_refuse(struct page *page, unsigned status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a negative errno, 500. -ENOENT: /proc is not mounted. */
void page_fail(struct page *page, int error);

/* Lets so many milliseconds of a window pass. False when the client has left meanwhile: then
 * there will be no reply. */
bool page_wait(struct page *page, uint64_t milliseconds) __attribute__((warn_unused_result));

#endif
