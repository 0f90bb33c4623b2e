/* SPDX-License-Identifier: BSD-2-Clause */
/* outcome: writes errors to standard error, and JSON to standard output in any case. */
#include "ctl/outcome.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ctl/session.h"

int
outcome_tell(const struct task *task, const char *error, json_t *more)
{
    json_t *object = json_pack("{s:s, s:b}", "command", task->verb, "ok", error == NULL);

    if (error)
        json_object_set_new(object, "error", json_string(error));
    if (more)
        json_object_update(object, more);
    if (task->json) {
        json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        putchar('\n');
    } else if (error) {
        fprintf(stderr, "tiffctl: %s\n", error);
    }
    json_decref(more);
    json_decref(object);
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

char *
outcome_of_session(const struct session *session, int status, const char *path)
{
    if (status == -ECONNRESET)
        return memory_format("%s: the daemon ended or closed the connection", path);
    if (status < 0)
        return memory_format("%s: %s", path, strerror(-status));
    return session->error ? memory_copy(session->error) : NULL;
}
