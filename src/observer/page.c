/* SPDX-License-Identifier: BSD-2-Clause */
/* page: see page.h. */
#include "observer/page.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "http/status.h"

void
page_refuse(struct page *page, unsigned status, const char *format, ...)
{
    va_list arguments;

    rewind(page->out);
    page->status = status;
    page->type = PAGE_TEXT;
    page->policy = NULL;
    page->file_name = NULL;
    fprintf(page->out, "%s: ", status_text(status).at);
    va_start(arguments, format);
    vfprintf(page->out, format, arguments);
    va_end(arguments);
    fputc('\n', page->out);
}

void
page_fail(struct page *page, int error)
{
    if (error == -ENOENT)
        page_refuse(
            page, 500,
            "/proc/self/maps: %s; where code lies is read there: mount /proc where tiffd "
            "runs",
            strerror(-error));
    else
        page_refuse(page, 500, "%s", strerror(-error));
}

bool
page_wait(struct page *page, uint64_t milliseconds)
{
    if (!page->head_only && !peer_stays(page->peer, milliseconds))
        page->abandoned = true;
    return !page->abandoned;
}
