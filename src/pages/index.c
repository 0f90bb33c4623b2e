/* SPDX-License-Identifier: BSD-2-Clause */
/* index: the routes as an HTML table, with counts and examples. */
#include "pages/index.h"

#include "pages/pages.h"
#include "pages/ui.h"

/* Style sheets in a page need their digest in its policy: that of STYLE. */
#define STYLE                                                                                  \
    "body { font-family: sans-serif; margin: 2em; max-width: 60em; }\n"                        \
    "td, th { padding: 0.2em 1em 0.2em 0; text-align: left; vertical-align: top; }\n"          \
    "td.count { text-align: right; }\n"
#define POLICY                                                                                 \
    "default-src 'none'; style-src 'sha256-urTJ8zASzFAOgJNocoMCXdol4vjPVrebV93Ip/lKq80='; "    \
    "frame-ancestors 'none'"

static void
write_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

static void
index_write_head(struct page *page)
{
    const struct view *view = page->view;

    fputs("<!DOCTYPE html>\n"
          "<html lang=\"en\">\n"
          "<head>\n"
          "<meta charset=\"utf-8\">\n"
          "<title>tiffd: /debug/pprof/</title>\n"
          "<style>" STYLE "</style>\n"
          "</head>\n"
          "<body>\n"
          "<h1>tiffd</h1>\n",
          page->out);
    fprintf(page->out, "<p>%u worker%s, generation %u, %s; master is process %d.</p>\n",
            view->shared->tables->workers, view->shared->tables->workers == 1 ? "" : "s",
            view->shared->generation, config_variant_name(view->shared->config->server.variant),
            (int)view->shared->roster->master);
}

static void
write_link(FILE *out, const struct route *route)
{
    const char *start = route_is_whole(route) ? "" : "/debug/pprof/";

    fprintf(out, "<a href=\"%s%s", start, route->path);
    if (route->example)
        fputc('?', out);
    write_text(out, route->example ? route->example : "");
    fprintf(out, "\">%s</a>", route->path);
}

static void
write_row(struct page *page, const struct route *route)
{
    fputs("<tr><td class=\"count\">", page->out);
    if (route->count)
        route->count(page->view, page->out);
    fputs("</td><td>", page->out);
    write_link(page->out, route);
    fputs("</td><td>", page->out);
    write_text(page->out, route->about);
    fputs("</td></tr>\n", page->out);
}

static void
write_dashboard(struct page *page)
{
    if (ui_missing())
        fprintf(page->out, "<p>There is no dashboard at <code>/</code>: %s.</p>\n",
                ui_missing());
    else
        fputs("<p><a href=\"/\">Dashboard</a></p>\n", page->out);
}

void
index_write(struct page *page)
{
    const struct route *route;

    page->type = PAGE_HTML;
    page->policy = POLICY;
    index_write_head(page);
    write_dashboard(page);
    fputs("<table>\n<tr><th>Count</th><th>Page</th><th>What it is</th></tr>\n", page->out);
    for (size_t i = 0; (route = pages_at(i)) != NULL; i++)
        if (route->about)
            write_row(page, route);
    fputs("</table>\n"
          "<p>Parameters, where they fit: <code>seconds=N</code> (how long to look), "
          "<code>worker=N</code> (only this one), "
          "<code>format=proto</code>, <code>legacy</code>, <code>text</code>, "
          "<code>folded</code>, <code>flame</code> or <code>svg</code>, "
          "<code>sample_index=NAME</code>, <code>debug=1</code> (as text). "
          "The same pages are under <code>/pprof/</code>. "
          "See tiffd-debug(7), tiffd-trace(7) and tiffd-metrics(7).</p>\n"
          "<pre>go tool pprof http://HOST/debug/pprof/profile?seconds=5\n"
          "google-pprof --text --seconds=5 http://HOST/debug/pprof/profile\n"
          "curl 'http://HOST/debug/pprof/profile?seconds=5&amp;format=text'</pre>\n"
          "</body>\n</html>\n",
          page->out);
}
