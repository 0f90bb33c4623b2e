/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply: the head is for one reply only: the connection closes, nothing is stored by caches,
 * and no browser takes text for a page.
 */
#include "observer/reply.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "http/date.h"
#include "http/status.h"

#define STRICTEST "default-src 'none'; frame-ancestors 'none'"

static void
reply_write_head(const struct reply *reply, FILE *out)
{
    char date[DATE_SIZE];

    date_format(date, time(NULL));
    fprintf(out,
            "HTTP/1.1 %s\r\n"
            "Date: %s\r\n"
            "Content-Type: %s\r\n"
            "Cache-Control: no-store\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Referrer-Policy: no-referrer\r\n"
            "Content-Security-Policy: %s\r\n"
            "Vary: Accept-Encoding\r\n"
            "Connection: close\r\n",
            status_text(reply->status).at, date, reply->type,
            reply->policy ? reply->policy : STRICTEST);
    if (!reply->head_only)
        fprintf(out, "Content-Length: %zu\r\n", reply->content.length);
    if (reply->file_name)
        fprintf(out, "Content-Disposition: attachment; filename=\"%s\"\r\n", reply->file_name);
    if (reply->allow)
        fprintf(out, "Allow: %s\r\n", reply->allow);
    fputs("\r\n", out);
}

int
reply_send(const struct reply *reply, const struct peer *peer)
{
    char head[1024];
    FILE *out = fmemopen(head, sizeof(head), "w");
    size_t length;
    int error;

    if (out == NULL)
        return -ENOMEM;
    reply_write_head(reply, out);
    length = (size_t)ftell(out);
    fclose(out);
    error = peer_send(peer, head, length);
    if (error == 0 && !reply->head_only)
        error = peer_send(peer, reply->content.at, reply->content.length);
    return error;
}

int
reply_send_error(unsigned status, const char *why, const char *allow, bool head_only,
                 const struct peer *peer)
{
    char text[512];
    int length = snprintf(text, sizeof(text), "%s%s%s\n", status_text(status).at,
                          why ? ": " : "", why ? why : "");
    struct reply reply = { .status = status,
                           .type = "text/plain; charset=utf-8",
                           .allow = allow,
                           .head_only = head_only };

    reply.content.at = text;
    reply.content.length = (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1;
    return reply_send(&reply, peer);
}
