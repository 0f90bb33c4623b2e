/* SPDX-License-Identifier: BSD-2-Clause */
/* progress: SIOCOUTQ (tcp(7)) is how many bytes the client's kernel has not acknowledged. */
#include "worker/progress.h"

#include <limits.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "base/log.h"
#include "worker/worker.h"

void
progress_blocked(struct connection *connection)
{
    int queued = 0;

    if (ioctl(connection->watch.fd, SIOCOUTQ, &queued) == 0)
        connection->progress.unacknowledged = (uint32_t)queued;
}

enum outcome
progress_expired(struct worker *worker, struct connection *connection)
{
    struct progress *progress = &connection->progress;
    int queued = 0;

    if (connection->admission.standing == ADMISSION_WAITING)
        return OUTCOME_QUEUED;
    if (ioctl(connection->watch.fd, SIOCOUTQ, &queued) == 0 &&
        (uint32_t)queued < progress->unacknowledged) {
        progress->unacknowledged = (uint32_t)queued;
        return OUTCOME_BLOCKED;
    }
    log_client(LOG_LEVEL_INFO, "client took no data for %llu ms: connection reset",
               (unsigned long long)worker->server->send_timeout);
    connection->termination = TERMINATION_TIMEOUT;
    return OUTCOME_BROKEN;
}

/* How many bytes the client's kernel has received in all, plus the most that a socket can hold,
 * as long as only the client is waited for; 0: it is not. */
static uint64_t
taken_by_client(const struct connection *connection)
{
    int queued = 0;

    if (connection->admission.standing == ADMISSION_WAITING ||
        ioctl(connection->watch.fd, SIOCOUTQ, &queued) < 0)
        return 0;
    return connection->progress.given + INT_MAX - (uint32_t)queued;
}

bool
progress_is_slow(const struct worker *worker, struct connection *connection)
{
    const uint64_t wanted = worker->server->drain_rate * worker->server->send_timeout / 1000;
    const uint64_t before = connection->progress.measured;
    const uint64_t now = taken_by_client(connection);

    connection->progress.measured = now;
    return before != 0 && now != 0 && now - before < wanted;
}
