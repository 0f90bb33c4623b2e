/* SPDX-License-Identifier: BSD-2-Clause */
/* admission: two lists, each in the order of time, so that nothing is searched for. */
#include "worker/admission.h"

#include "worker/worker.h"

void
admission_start(struct worker *worker)
{
    TAILQ_INIT(&worker->admissions.waiting);
    TAILQ_INIT(&worker->admissions.holding);
}

static void
hold(struct worker *worker, struct connection *connection)
{
    connection->admission.standing = ADMISSION_HOLDING;
    connection->admission.progress = worker->now;
    TAILQ_INSERT_TAIL(&worker->admissions.holding, connection, admission.entry);
    worker->admissions.held++;
}

static bool
has_slot(const struct worker *worker)
{
    return worker->server->max_senders == 0 ||
           worker->admissions.held < worker->server->max_senders;
}

/* The next connection gets the slot, and a turn in this round of the loop. */
static void
admit_next(struct worker *worker)
{
    struct connection *next = TAILQ_FIRST(&worker->admissions.waiting);

    if (next == NULL || !has_slot(worker))
        return;
    TAILQ_REMOVE(&worker->admissions.waiting, next, admission.entry);
    hold(worker, next);
    turns_add(worker, next);
}

static void
release_slot(struct worker *worker, struct connection *connection)
{
    TAILQ_REMOVE(&worker->admissions.holding, connection, admission.entry);
    worker->admissions.held--;
    admit_next(worker);
}

bool
admission_ask(struct worker *worker, struct connection *connection)
{
    struct admission *admission = &connection->admission;

    if (admission->standing == ADMISSION_NONE && has_slot(worker)) {
        hold(worker, connection);
    } else if (admission->standing == ADMISSION_NONE) {
        admission->standing = ADMISSION_WAITING;
        TAILQ_INSERT_TAIL(&worker->admissions.waiting, connection, admission.entry);
    }
    return admission->standing != ADMISSION_WAITING;
}

void
admission_progress(struct worker *worker, struct connection *connection)
{
    struct admission *admission = &connection->admission;

    if (admission->standing != ADMISSION_HOLDING || admission->progress == worker->now)
        return;
    admission->progress = worker->now;
    TAILQ_REMOVE(&worker->admissions.holding, connection, admission.entry);
    TAILQ_INSERT_TAIL(&worker->admissions.holding, connection, admission.entry);
}

void
admission_leave(struct worker *worker, struct connection *connection)
{
    enum admission_standing standing = connection->admission.standing;

    connection->admission.standing = ADMISSION_NONE;
    if (standing == ADMISSION_HOLDING)
        release_slot(worker, connection);
    else if (standing == ADMISSION_WAITING)
        TAILQ_REMOVE(&worker->admissions.waiting, connection, admission.entry);
}

static bool
is_over(const struct worker *worker, const struct connection *connection)
{
    return worker->now - connection->admission.progress >= ADMISSION_PATIENCE;
}

void
admission_expire(struct worker *worker)
{
    struct connection *oldest;

    while (!TAILQ_EMPTY(&worker->admissions.waiting) &&
           (oldest = TAILQ_FIRST(&worker->admissions.holding)) != NULL &&
           is_over(worker, oldest)) {
        oldest->admission.standing = ADMISSION_FREE;
        release_slot(worker, oldest);
    }
}

int
admission_wait(const struct worker *worker, int wait)
{
    if (TAILQ_EMPTY(&worker->admissions.waiting))
        return wait;
    return wait < 0 || wait > ADMISSION_PATIENCE ? ADMISSION_PATIENCE : wait;
}
