/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * footprint: each sum names the settings that bound its terms. Sizes that no setting bounds are
 * constants, measured on 64-bit Linux and rounded up.
 */
#include "master/footprint.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "master/log_writer.h"
#include "observer/client_table.h"
#include "profile/tables.h"
#include "shared/rows.h"
#include "worker/multipart.h"
#include "worker/reader.h"
#include "worker/sndbuf.h"
#include "worker/worker.h"

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)

#define SOCKET                                                                                 \
    (6 * KIB) /* an open TCP connection in the kernel: its socket, file, epoll entry */
#define SEGMENT                                                                                \
    (72 * KIB)              /* a buffer takes one more, of up to 64 KB, when it is almost full \
                             */
#define PROCESS (8 * MIB)   /* what each has of its own before it serves */
#define THREAD  (128 * KIB) /* its stack, and what the allocator keeps for it */
#define CHANNEL (512 * KIB) /* a pair of Unix sockets, full */
#define CLIENT  (64 * MIB)  /* a process of the observer that looks up names of addresses */
#define LOW     (4 * MIB)   /* tcp_wmem, where it can't be read */

/* The allocator rounds sizes up and fragments its pages. */
static uint64_t
allocated(uint64_t bytes)
{
    return bytes + bytes / 4;
}

static uint64_t
lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t
greater(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* --- one connection ----------------------------------------------------------------------- */

/* On a short path, and on a long one. */
static uint64_t
send_buffer(const struct config_server *server, const struct footprint_kernel *kernel)
{
    const uint64_t fitted = 2 * lesser(SNDBUF_TIMES * server->sndbuf, kernel->wmem_max);
    const uint64_t adjusted =
        server->max_sndbuf ? lesser(server->max_sndbuf, kernel->tcp_wmem) : kernel->tcp_wmem;

    return greater(fitted, adjusted) + SEGMENT;
}

static uint64_t
receive_buffer(const struct config_server *server, const struct footprint_kernel *kernel)
{
    return 2 * lesser(server->rcvbuf, kernel->rmem_max) + SEGMENT;
}

/* Is anything to be remembered of responses until they end? */
static bool
has_inflight(const struct config *config)
{
    return config->access_log.file || config->server.request_id != REQUEST_ID_OFF;
}

/* A table of watches doubles, and is copied then. */
static uint64_t
connection_in_worker(const struct config *config)
{
    const struct config_server *server = &config->server;

    return allocated(sizeof(struct connection) + sizeof(struct inbox) +
                     server->max_header_size + sizeof(struct outbox) + STAGE_SIZE +
                     multipart_size(server->max_ranges) +
                     (has_inflight(config) ? sizeof(struct inflight) + INFLIGHT_SIZE : 0)) +
           3 * WATCH_ENTRY_SIZE;
}

/* Those above worker_connections have sent one short response, and their requests are
 * discarded. */
static uint64_t
refused(const struct config_server *server, const struct footprint_kernel *kernel)
{
    return allocated(sizeof(struct connection)) + 3 * WATCH_ENTRY_SIZE + SOCKET + SEGMENT +
           receive_buffer(server, kernel);
}

/* --- one worker --------------------------------------------------------------------------- */

static size_t
streamed(const struct config *config)
{
    size_t count = 0;

    for (size_t i = 0; i < config->asset_count; i++)
        count += config->assets[i].variant == VARIANT_STREAMING;
    return count;
}

/* Threads, and pieces of files. */
static uint64_t
reading(const struct config *config)
{
    const struct config_server *server = &config->server;
    const struct reader_plan plan = { .sections = streamed(config),
                                      .threads = server->read_threads,
                                      .pieces = server->max_pieces + 1 };
    const uint64_t piece = sndbuf_chunk(server->sndbuf) * SNDBUF_TIMES;

    if (plan.sections == 0)
        return piece;
    return piece + reader_buffers_max(&plan) * piece +
           (uint64_t)plan.sections * plan.threads * THREAD;
}

static uint64_t
access_log_of(const struct config_access_log *access_log)
{
    return access_log->file ? allocated(access_log->buffer + INFLIGHT_SIZE) : 0;
}

static uint64_t
tables_of(const struct config *config, unsigned workers)
{
    return tables_size(&(struct tables_plan){
        .workers = workers,
        .events = config->debug.trace_events,
        .connections = config->server.worker_connections,
    });
}

static uint64_t
worker_of(const struct config *config, uint64_t connection,
          const struct footprint_kernel *kernel)
{
    const struct config_server *server = &config->server;

    return PROCESS + sizeof(struct worker) + server->max_header_size + server->max_target_size +
           reading(config) + CHANNEL + 2 * SPLICE_PIECE + tables_of(config, 1) +
           access_log_of(&config->access_log) + sizeof(struct slot) +
           config->asset_count * sizeof(struct slot_counters) +
           server->worker_connections * connection +
           (server->max_refused + 1) * refused(server, kernel);
}

/* --- the others --------------------------------------------------------------------------- */

/* Pages that take time have a seat. Profiles are copies of tables, two for a window of time. */
static uint64_t
observer_of(const struct config *config)
{
    const struct config_debug *debug = &config->debug;

    if (debug->listen.count == 0)
        return 0;
    return (1 + CLIENT_TABLE_SPARE) * PROCESS +
           debug->max_clients * (CLIENT + 2 * tables_of(config, config->server.workers));
}

static uint64_t
log_writers_of(const struct config *config)
{
    const int count =
        (config->log.file || config->log.syslog) + (config->access_log.file != NULL);

    return (uint64_t)count * (PROCESS + LOG_WRITER_PIPE);
}

/* The process that writes profiles holds copies of them, too. */
static uint64_t
master_of(const struct config *config)
{
    const bool writes = config->profile.cpu || config->profile.heap;

    return PROCESS + (writes ? CLIENT + tables_of(config, config->server.workers) : 0);
}

static uint64_t
waiting(const struct config_server *server, const struct footprint_kernel *kernel)
{
    return server->listen.count * server->backlog * (SOCKET + receive_buffer(server, kernel));
}

struct footprint
footprint_of(const struct config *config, const struct footprint_kernel *kernel)
{
    const struct config_server *server = &config->server;
    struct footprint footprint;

    footprint.connection = connection_in_worker(config) + SOCKET + send_buffer(server, kernel) +
                           receive_buffer(server, kernel);
    footprint.worker = worker_of(config, footprint.connection, kernel);
    footprint.daemon = server->workers * footprint.worker + master_of(config) +
                       observer_of(config) + log_writers_of(config) + waiting(server, kernel);
    return footprint;
}

/* --- for people --------------------------------------------------------------------------- */

/* The last number of the file, which has one or three. */
static uint64_t
limit_of(const char *path, uint64_t otherwise)
{
    FILE *in = fopen(path, "re");
    uint64_t number = 0;
    uint64_t last = otherwise;

    while (in && fscanf(in, "%" SCNu64, &number) == 1)
        last = number;
    if (in)
        fclose(in);
    return last;
}

struct footprint_kernel
footprint_kernel(void)
{
    return (struct footprint_kernel){
        .tcp_wmem = limit_of("/proc/sys/net/ipv4/tcp_wmem", LOW),
        .wmem_max = limit_of("/proc/sys/net/core/wmem_max", 212992),
        .rmem_max = limit_of("/proc/sys/net/core/rmem_max", 212992),
    };
}

void
footprint_text(char text[FOOTPRINT_TEXT_SIZE], const struct config *config)
{
    const struct config_server *server = &config->server;
    const struct footprint_kernel kernel = footprint_kernel();
    const struct footprint footprint = footprint_of(config, &kernel);

    snprintf(text, FOOTPRINT_TEXT_SIZE,
             "at most %" PRIu64 " MiB without objects: %u worker%s of %" PRIu64
             " MiB, each with %u connections of %" PRIu64 " KiB",
             footprint.daemon / MIB + 1, server->workers, server->workers == 1 ? "" : "s",
             footprint.worker / MIB + 1, (unsigned)server->worker_connections,
             footprint.connection / KIB + 1);
}
