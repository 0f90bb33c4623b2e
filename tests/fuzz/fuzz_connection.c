/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole connections: a worker without a process serves one end of a pair of sockets. However
 * the same octets are cut into pieces, and however little the client reads at a time, the same
 * octets come back. However the connection ends, nothing of it is left over.
 */
#include "fuzz.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit/loaded.h"
#include "base/count.h"
#include "base/log.h"
#include "config/config_load.h"
#include "object/catalogue.h"
#include "profile/tables.h"
#include "worker/inflight.h"
#include "worker/reader.h"
#include "worker/worker.h"

enum {
    EVENTS = 8,
    CONNECTIONS = 8,
    OBJECT = 20000,
    LARGE = 70000, /* more than fits in a socket, and so worth a place, see admission.h */
    RESPONSES_MAX = 16 << 20,
    NARROW = 4608, /* about the least send buffer */
    DAY_MS = 24 * 3600 * 1000,
};

enum ending { AT_THE_END, AT_ONCE, RESET, TIMEOUT }; /* the client shuts down, or ... */

struct plan {
    enum ending ending;
    unsigned cuts;
    uint8_t lengths[16]; /* of pieces, less one; the rest comes in one */
    size_t portion;      /* that the client reads at a time */
    bool lazy;           /* reads once after each piece, and not all that there is */
    bool narrow;
};

struct responses {
    char *bytes;
    size_t length;
};

static const char *const settings[] = {
    "sndbuf = 0",
    "max_header_size = 1k\nmax_target_size = 64\nmax_header_fields = 8\nkeepalive_requests = "
    "3\n"
    "send_max_chunk = 4k\nmax_senders = 1\nmax_ranges = 2",
    "transmit = sendfile\nsend_max_chunk = 16k",
    "steering = none\nsndbuf = 4k",
};

static struct config *configs[COUNT(settings)];
static struct catalogue *catalogues[COUNT(settings)];
static struct tables tables;
static uint64_t passed; /* ms, by which the worker's clock is ahead */
static struct responses outputs[2];

/* --- the worker --------------------------------------------------------------------------- */

/* A file that needs no name in a folder. Stays open. */
static const char *
file_of(char path[64], const void *bytes, size_t length)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    FUZZ_CHECK(fd >= 0 && pwrite(fd, bytes, length, 0) == (ssize_t)length);
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    return path;
}

static void
load(size_t i, const char *small, const char *object, const char *large)
{
    struct report report = { 0 };
    char text[1024];
    char path[64];
    int length = snprintf(text, sizeof(text),
                          "[server]\nworker_connections = %d\n%s\n[asset /small]\nfile = "
                          "%s\nencoding = identity\n"
                          "[asset /object]\nfile = %s\nencoding = identity\n"
                          "[asset /large]\nfile = %s\nencoding = identity\n"
                          "[asset /streamed]\nfile = %s\nvariant = streaming\n",
                          CONNECTIONS, settings[i], small, object, large, object);

    configs[i] = config_load(file_of(path, text, (size_t)length), NULL, 0, &report);
    if (configs[i] == NULL)
        fprintf(stderr, "%s", report.text);
    FUZZ_CHECK(configs[i] != NULL);
    catalogues[i] = loaded_catalogue(configs[i], NULL);
    FUZZ_CHECK(catalogues[i] != NULL);
}

static void
begin(void)
{
    static char bytes[LARGE];
    const struct tables_plan plan = { .workers = 1, .events = 64, .connections = CONNECTIONS };
    char small[64];
    char object[64];
    char large[64];

    if (catalogues[0] != NULL)
        return;
    log_set_level(LOG_LEVEL_ERROR);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 7 + i / 256);
    file_of(small, bytes, 99);
    file_of(object, bytes, OBJECT);
    file_of(large, bytes, LARGE);
    for (size_t i = 0; i < COUNT(settings); i++)
        load(i, small, object, large);
    FUZZ_CHECK(tables_create(&tables, &plan) == 0);
    for (size_t i = 0; i < COUNT(outputs); i++)
        FUZZ_CHECK((outputs[i].bytes = malloc(RESPONSES_MAX)) != NULL);
}

/* What worker_run() makes, but for what other processes are for. */
struct served {
    struct worker worker;
    struct inherit inherit;
    struct shared shared;
};

static void
note_time(struct worker *worker)
{
    activity_note_time(worker);
    worker->now = worker->now_ns / 1000000 + passed;
}

static void
serve(struct served *served, size_t setting)
{
    struct worker *worker = &served->worker;
    const struct config_server *server = &configs[setting]->server;

    memset(served, 0, sizeof(*served));
    served->shared = (struct shared){ .config = configs[setting],
                                      .catalogue = catalogues[setting],
                                      .tables = &tables };
    served->inherit.shared = &served->shared;
    FUZZ_CHECK(
        slots_create(&served->shared.slots, 1, (unsigned)configs[setting]->asset_count) == 0);
    worker->inherit = &served->inherit;
    worker->shared = &served->shared;
    worker->server = server;
    worker->slot = slots_worker(&served->shared.slots, 0);
    worker->date_second = 1764072000;
    date_format(worker->date, worker->date_second);
    turns_start(worker);
    admission_start(worker);
    connections_start(worker);
    FUZZ_CHECK(exchange_open(worker) == 0 && sender_open(worker) == 0);
    FUZZ_CHECK(watch_open(&worker->watches, &worker->slot->stale) == 0);
    worker->sender.loaded =
        (struct watch){ .ready = connection_loaded, .fd = reader_fd(worker->sender.reader) };
    FUZZ_CHECK(watch_begin(&worker->watches, &worker->sender.loaded, EPOLLIN) == 0);
    activity_start(worker);
    note_time(worker);
}

/* Nothing of a connection may be left. */
static void
check_empty(struct worker *worker)
{
    FUZZ_CHECK(worker->connections.count == 0 && worker->connections.refused == 0);
    FUZZ_CHECK(worker->turns.count == 0 && TAILQ_EMPTY(&worker->turns.queue));
    FUZZ_CHECK(worker->admissions.held == 0 && stage_length(&worker->stage) == 0);
    FUZZ_CHECK(reader_held(worker->sender.reader) == 0);
    FUZZ_CHECK(slot_read(&worker->slot->connections) == 0);
    FUZZ_CHECK(slot_read(&worker->slot->runnable) == 0);
    FUZZ_CHECK(slot_read(&worker->slot->idle) == 0);
    FUZZ_CHECK(slot_read(&worker->slot->stale) == 0);
    for (size_t i = 0; i < CONNECTION_STATES; i++)
        FUZZ_CHECK(timers_first(&worker->connections.timers[i]) == NULL);
}

static void
end(struct served *served)
{
    struct worker *worker = &served->worker;

    check_empty(worker);
    watch_close(&worker->watches);
    sender_release(worker);
    exchange_release(worker);
    inflight_release(worker);
    slots_destroy(&served->shared.slots);
}

/* Turns of the loop until there is nothing to do. */
static void
run(struct worker *worker)
{
    struct epoll_event events[EVENTS];
    int count;

    do {
        const int wait =
            worker->turns.count == 0 && reader_busy(worker->sender.reader) ? 1000 : 0;

        count = watch_wait(&worker->watches, events, EVENTS, wait);
        note_time(worker);
        for (int i = 0; i < count; i++) {
            struct watch *watch = watch_find(&worker->watches, &events[i]);

            if (watch)
                watch->ready(worker, watch, events[i].events);
        }
        connection_take_turns(worker);
    } while (count > 0 || worker->turns.count > 0 || reader_busy(worker->sender.reader));
}

/* --- the client --------------------------------------------------------------------------- */

/* One read. What recv(2) returns. */
static ssize_t
take(struct worker *worker, int fd, const struct plan *plan, struct responses *responses)
{
    const size_t space = RESPONSES_MAX - responses->length;
    ssize_t got;

    FUZZ_CHECK(space > 0);
    got = recv(fd, responses->bytes + responses->length,
               plan->portion < space ? plan->portion : space, 0);
    if (got < 0 && errno == EAGAIN)
        return got;
    responses->length += got > 0 ? (size_t)got : 0;
    run(worker);
    errno = 0;
    return got;
}

/* Takes what is there. False: the end, or a reset. */
static bool
take_all(struct worker *worker, int fd, const struct plan *plan, struct responses *responses)
{
    ssize_t got;

    while ((got = take(worker, fd, plan, responses)) > 0)
        continue;
    return got < 0 && errno == EAGAIN;
}

/* False: the other side takes no more. */
static bool
give(struct worker *worker, int fd, const struct plan *plan, const uint8_t *bytes,
     size_t length, struct responses *responses)
{
    while (length > 0) {
        const ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);

        if (sent < 0 && errno != EAGAIN)
            return false;
        run(worker);
        if (plan->lazy)
            take(worker, fd, plan, responses);
        else if (!take_all(worker, fd, plan, responses))
            return false;
        if (plan->lazy && sent < 0)
            return true;
        bytes += sent > 0 ? sent : 0;
        length -= sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

static bool
give_pieces(struct worker *worker, int fd, const struct plan *plan, const uint8_t *bytes,
            size_t length, struct responses *responses)
{
    for (unsigned i = 0; i < plan->cuts; i++) {
        const size_t wanted = 1U + plan->lengths[i];
        const size_t piece = wanted < length ? wanted : length;

        if (!give(worker, fd, plan, bytes, piece, responses))
            return false;
        bytes += piece;
        length -= piece;
    }
    return give(worker, fd, plan, bytes, length, responses);
}

/* The worker's clock continues until it has closed. */
static void
let_time_pass(struct worker *worker)
{
    for (int i = 0; i < 8 && worker->connections.count > 0; i++) {
        passed += DAY_MS;
        note_time(worker);
        connection_expire(worker);
        run(worker);
    }
    FUZZ_CHECK(worker->connections.count == 0);
}

static void
finish(struct worker *worker, int fd, const struct plan *plan, struct responses *responses)
{
    if (plan->ending == TIMEOUT)
        let_time_pass(worker);
    if (plan->ending == AT_THE_END || plan->ending == AT_ONCE)
        shutdown(fd, SHUT_WR);
    run(worker);
    if (plan->ending != RESET)
        while (take_all(worker, fd, plan, responses))
            FUZZ_CHECK(worker->connections.count > 0);
}

/* One connection, from its first octet to its end. */
static void
converse(size_t setting, const struct plan *plan, const uint8_t *bytes, size_t length,
         struct responses *responses)
{
    static struct served served;
    struct worker *worker = &served.worker;
    const int narrow = NARROW;
    int ends[2];

    serve(&served, setting);
    responses->length = 0;
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    if (plan->narrow)
        setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &narrow, sizeof(narrow));
    if (plan->ending == AT_ONCE && send(ends[0], bytes, length, MSG_NOSIGNAL) > 0)
        shutdown(ends[0], SHUT_WR);
    FUZZ_CHECK(connection_open(worker, ends[1], &(struct address){ 0 }, TRACE_ACCEPT) != NULL);
    run(worker);
    if (plan->ending == AT_ONCE || give_pieces(worker, ends[0], plan, bytes, length, responses))
        finish(worker, ends[0], plan, responses);
    close(ends[0]);
    run(worker);
    end(&served);
}

/* --- what came back ----------------------------------------------------------------------- */

static void
check_same(const struct responses *a, const struct responses *b)
{
    if (a->length != b->length || memcmp(a->bytes, b->bytes, a->length) != 0)
        fprintf(stderr, "whole, %zu octets:\n%.*s\nin pieces, %zu octets:\n%.*s\n", a->length,
                (int)a->length, a->bytes, b->length, (int)b->length, b->bytes);
    FUZZ_CHECK(a->length == b->length);
    FUZZ_CHECK(memcmp(a->bytes, b->bytes, a->length) == 0);
}

/* The first octets of the input say how, the others are what the client sends. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct plan whole = { .ending = AT_THE_END, .portion = RESPONSES_MAX };
    struct fuzz_input input = { .at = data, .left = size };
    const unsigned how = fuzz_octet(&input);
    const unsigned reads = fuzz_octet(&input);
    struct plan plan = { .ending = (enum ending)(how >> 2 & 3),
                         .cuts = how >> 4,
                         .portion = 63 + ((size_t)1 << 2 * (reads & 7)),
                         .narrow = reads & 8 };

    begin();
    plan.lazy = plan.ending == RESET || plan.ending == TIMEOUT;
    for (unsigned i = 0; i < plan.cuts; i++)
        plan.lengths[i] = (uint8_t)fuzz_octet(&input);
    converse(how & 3, &plan, input.at, input.left, &outputs[0]);
    if (plan.ending != AT_THE_END && plan.ending != AT_ONCE)
        return 0;
    converse(how & 3, &whole, input.at, input.left, &outputs[1]);
    check_same(&outputs[1], &outputs[0]);
    return 0;
}
