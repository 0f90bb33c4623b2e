/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_format: what a line of the access log consists of, from a format as nginx's log_format
 * has it: text with $variables, or ${variables}.
 */
#ifndef CONFIG_ACCESS_FORMAT_H
#define CONFIG_ACCESS_FORMAT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "config/config.h"

enum {
    ACCESS_LINE_MAX = PIPE_BUF, /* bytes, with the newline: a pipe takes it as a whole */
    ACCESS_SHARE_MIN = 64,      /* bytes that each text of a request's has in a line */
    ACCESS_PIECES_MAX = 160,    /* variables, and texts between them */
    ACCESS_FIELDS_MAX = 32,     /* of the request */
    ACCESS_ID_MAX = 64,         /* bytes of a request id */
    ACCESS_RANGE_MAX = 64,      /* bytes of $range */
};

/*
 * VARIABLE(NAME, "name", most): most bytes of its value; 0: text from a client or of an asset,
 * which has its share of the line. Those from TIME_LOCAL on are known when a response has
 * ended, the others when it begins.
 */
#define ACCESS_VARIABLES(VARIABLE)                                                             \
    VARIABLE(REMOTE_ADDR, "remote_addr", 64)                                                   \
    VARIABLE(REMOTE_PORT, "remote_port", 5)                                                    \
    VARIABLE(REALIP_REMOTE_ADDR, "realip_remote_addr", 64)                                     \
    VARIABLE(REALIP_REMOTE_PORT, "realip_remote_port", 5)                                      \
    VARIABLE(REMOTE_USER, "remote_user", 1)                                                    \
    VARIABLE(REQUEST, "request", 0)                                                            \
    VARIABLE(REQUEST_METHOD, "request_method", 0)                                              \
    VARIABLE(REQUEST_URI, "request_uri", 0)                                                    \
    VARIABLE(SERVER_PROTOCOL, "server_protocol", 0)                                            \
    VARIABLE(REQUEST_LENGTH, "request_length", 20)                                             \
    VARIABLE(STATUS, "status", 3)                                                              \
    VARIABLE(RANGE, "range", ACCESS_RANGE_MAX)                                                 \
    VARIABLE(ASSET, "asset", 0)                                                                \
    VARIABLE(VARIANT, "variant", 9)                                                            \
    VARIABLE(GENERATION, "generation", 10)                                                     \
    VARIABLE(WORKER, "worker", 10)                                                             \
    VARIABLE(PID, "pid", 10)                                                                   \
    VARIABLE(CONNECTION, "connection", 10)                                                     \
    VARIABLE(CONNECTION_REQUESTS, "connection_requests", 10)                                   \
    VARIABLE(REQUEST_ID, "request_id", ACCESS_ID_MAX)                                          \
    VARIABLE(TRACE_ID, "trace_id", 32)                                                         \
    VARIABLE(TIME_LOCAL, "time_local", 26)                                                     \
    VARIABLE(TIME_ISO8601, "time_iso8601", 25)                                                 \
    VARIABLE(MSEC, "msec", 24)                                                                 \
    VARIABLE(BYTES_SENT, "bytes_sent", 20)                                                     \
    VARIABLE(BODY_BYTES_SENT, "body_bytes_sent", 20)                                           \
    VARIABLE(REQUEST_TIME, "request_time", 24)                                                 \
    VARIABLE(FIRST_BYTE_TIME, "first_byte_time", 24)                                           \
    VARIABLE(TERMINATION, "termination", 16)

#define ACCESS_VARIABLE(name, text, most) ACCESS_##name,

enum access_variable {
    ACCESS_VARIABLES(ACCESS_VARIABLE) ACCESS_VARIABLE_COUNT,
    ACCESS_LITERAL = ACCESS_VARIABLE_COUNT, /* text of the format itself */
    ACCESS_FIELD                            /* $http_NAME: a field of the request */
};

struct access_piece {
    enum access_variable variable;
    struct span text; /* of a literal; of a field, its name with "_" in place of "-" */
    size_t most;      /* bytes in a line */
};

struct access_format {
    bool json; /* how values are escaped */
    size_t field_count;
    struct span fields[ACCESS_FIELDS_MAX]; /* their names, in the order of the pieces */
    size_t count;
    struct access_piece pieces[ACCESS_PIECES_MAX];
};

/* Known only when the response has ended? */
static inline bool
access_format_is_late(enum access_variable variable)
{
    return variable >= ACCESS_TIME_LOCAL && variable < ACCESS_VARIABLE_COUNT;
}

/* Does the path name the standard output or error, STDOUT_FILENO or STDERR_FILENO? 0: no. */
int access_format_stream(const char *path);

/*
 * Reads a format, or takes the one of this name: common, combined, extended or json. Spans lie
 * in text, or are static. Returns NULL, or what is wrong with *found ("is no variable").
 */
const char *access_format_read(struct access_format *format, const char *text,
                               enum access_escape escape, struct span *found)
    __attribute__((warn_unused_result));

#endif
