/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open_file: each file is in the chain of its number and in one queue of its tree: to be asked
 * for, asked for, or open and unused, in the order of last use. One that is used is in none.
 * Few requests are under way at a time, so that a socket always takes them. An opener that has
 * been replaced says so, and what its predecessor had taken is asked for again.
 */
#include "worker/open_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "object/tree.h"
#include "opener/passing.h"
#include "worker/worker.h"

#define ASKED_MAX 64 /* requests under way */

TAILQ_HEAD(open_file_queue, open_file);

enum open_file_state { OPEN_FILE_WANTED, OPEN_FILE_ASKED, OPEN_FILE_OPEN };

struct open_file {
    struct object object; /* first: a copy of the catalogue's, whose source is open */
    uint32_t number;      /* of that one */
    enum open_file_state state;
    unsigned users; /* open: connections and reads */
    struct open_file_tree *tree;
    LIST_ENTRY(open_file) chain;
    TAILQ_ENTRY(open_file) place; /* in a queue of the tree; open and used: in none */
    SLIST_HEAD(, connection) waiting;
};

struct open_file_tree {
    struct watch watch; /* first: the loop finds the tree by it */
    const struct tree *tree;
    struct slot *slot;
    unsigned limit;
    unsigned count; /* of files, in any state */
    unsigned asked;
    unsigned waiting; /* connections */
    struct open_file_queue wanted;
    struct open_file_queue under_way;
    struct open_file_queue unused; /* that was used longest ago first */
};

/* --- finding ------------------------------------------------------------------------------ */

static struct open_file *
open_file_of(const struct object *object)
{
    return object->ops == &object_opened ? (struct open_file *)(uintptr_t)object : NULL;
}

uint32_t
open_file_number(const struct worker *worker, const struct object *object)
{
    const struct open_file *file = open_file_of(object);

    return file ? file->number : (uint32_t)(object - worker->shared->catalogue->objects);
}

static struct open_file_chain *
chain_of(const struct open_files *files, uint32_t number)
{
    return &files->chains[number & (files->chain_count - 1)];
}

static struct open_file *
find_open_file(const struct open_files *files, uint32_t number)
{
    struct open_file *file;

    LIST_FOREACH(file, chain_of(files, number), chain)
    if (file->number == number)
        break;
    return file;
}

static struct open_file_tree *
find_opener(const struct open_files *files, const struct object *object)
{
    for (size_t i = 0; i < files->tree_count; i++)
        if (tree_has_closed(files->trees[i].tree, object))
            return &files->trees[i];
    return NULL;
}

/* --- holding ------------------------------------------------------------------------------ */

void
open_file_hold(const struct object *object)
{
    struct open_file *file = open_file_of(object);

    if (file && file->users++ == 0)
        TAILQ_REMOVE(&file->tree->unused, file, place);
}

void
open_file_let_go(const struct object *object)
{
    struct open_file *file = open_file_of(object);

    if (file && --file->users == 0)
        TAILQ_INSERT_TAIL(&file->tree->unused, file, place);
}

static void
stop_waiting(struct connection *connection)
{
    struct open_file *file = connection->file;

    SLIST_REMOVE(&file->waiting, connection, connection, next_waiting);
    file->tree->waiting--;
    connection->file = NULL;
    connection->opening = false;
}

void
open_file_leave(struct connection *connection)
{
    if (connection->opening)
        stop_waiting(connection);
    else if (connection->file)
        open_file_let_go(&connection->file->object);
    connection->file = NULL;
}

bool
open_file_time_out(struct worker *worker, struct connection *connection)
{
    if (!connection->opening)
        return false;
    log_client(LOG_LEVEL_WARNING,
               "tree %s: a file was not opened within %llu ms; answered with 503",
               connection->file->tree->tree->asset->path,
               (unsigned long long)worker->server->send_timeout);
    stop_waiting(connection);
    connection->open_error = -ETIMEDOUT;
    return true;
}

/* --- asking ------------------------------------------------------------------------------- */

/* It is in no queue any more. */
static void
free_open_file(struct open_file *file)
{
    LIST_REMOVE(file, chain);
    file->tree->count--;
    if (file->object.source.fd >= 0)
        slot_add(&file->tree->slot->open_files, (uint64_t)-1);
    file->object.ops->close(&file->object);
    free(file);
}

static void
ask_more(struct open_file_tree *tree)
{
    struct open_file *file;

    while (tree->asked < ASKED_MAX && (file = TAILQ_FIRST(&tree->wanted)) != NULL) {
        if (passing_ask(tree->watch.fd, file->number) < 0)
            return; /* tried again after the next reply */
        TAILQ_REMOVE(&tree->wanted, file, place);
        TAILQ_INSERT_TAIL(&tree->under_way, file, place);
        file->state = OPEN_FILE_ASKED;
        tree->asked++;
    }
}

static void
ask_again(struct open_file_tree *tree)
{
    struct open_file *file;

    while ((file = TAILQ_LAST(&tree->under_way, open_file_queue)) != NULL) {
        TAILQ_REMOVE(&tree->under_way, file, place);
        TAILQ_INSERT_HEAD(&tree->wanted, file, place);
        file->state = OPEN_FILE_WANTED;
    }
    tree->asked = 0;
}

/* Is there a place for one more file? Closes the one that was used longest ago. */
static bool
make_place(struct open_file_tree *tree)
{
    struct open_file *oldest = TAILQ_FIRST(&tree->unused);

    if (tree->count < tree->limit)
        return true;
    if (oldest == NULL)
        return false;
    TAILQ_REMOVE(&tree->unused, oldest, place);
    free_open_file(oldest);
    return true;
}

static struct open_file *
want_file(struct open_files *files, struct open_file_tree *tree, const struct object *object,
          uint32_t number)
{
    struct open_file *file = make_place(tree) ? calloc(1, sizeof(*file)) : NULL;

    if (file == NULL)
        return NULL;
    *file = (struct open_file){ .object = *object, .number = number, .tree = tree };
    file->object.ops = &object_opened;
    SLIST_INIT(&file->waiting);
    LIST_INSERT_HEAD(chain_of(files, number), file, chain);
    TAILQ_INSERT_TAIL(&tree->wanted, file, place);
    tree->count++;
    ask_more(tree);
    return file;
}

static int
wait_for_file(const struct worker *worker, struct connection *connection,
              struct open_file *file)
{
    if (file->tree->waiting >= worker->server->max_reads)
        return -EBUSY;
    connection->file = file;
    connection->opening = true;
    SLIST_INSERT_HEAD(&file->waiting, connection, next_waiting);
    file->tree->waiting++;
    return -EAGAIN;
}

static int
find_or_ask(struct worker *worker, struct connection *connection, const struct object *object)
{
    struct open_files *files = &worker->open_files;
    const uint32_t number = open_file_number(worker, object);
    struct open_file_tree *tree = find_opener(files, object);
    struct open_file *file = tree ? find_open_file(files, number) : NULL;

    if (tree == NULL)
        return -ENOENT;
    if (file == NULL && tree->waiting < worker->server->max_reads)
        file = want_file(files, tree, object, number);
    if (file == NULL)
        return -EBUSY;
    if (file->state != OPEN_FILE_OPEN)
        return wait_for_file(worker, connection, file);
    open_file_hold(&file->object);
    connection->file = file;
    return 0;
}

int
open_file_get(struct worker *worker, struct connection *connection,
              const struct object **object)
{
    int error = connection->open_error;

    if ((*object)->ops != &object_closed)
        return 0;
    connection->open_error = 0;
    if (error == 0 && connection->opening)
        return -EAGAIN;
    if (error == 0 && connection->file == NULL)
        error = find_or_ask(worker, connection, *object);
    if (error == 0)
        *object = &connection->file->object;
    return error;
}

/* --- replies ------------------------------------------------------------------------------ */

/* Those who waited hold the file, or learn the error. */
static void
wake_waiting(struct worker *worker, struct open_file *file, int error)
{
    struct connection *connection;

    while ((connection = SLIST_FIRST(&file->waiting)) != NULL) {
        stop_waiting(connection);
        connection->open_error = error;
        if (error == 0) {
            connection->file = file;
            open_file_hold(&file->object);
        }
        progress_begin(&connection->progress);
        connection_settle(worker, connection, OUTCOME_READY);
    }
}

/* There is no regular file of that name any more, see beneath_open_file(). */
static bool
is_gone(int error)
{
    return error == -ENOENT || error == -ENOTDIR || error == -ELOOP || error == -EISDIR ||
           error == -EINVAL;
}

/* Is it what the catalogue says? A file that is gone has changed, too. */
static int
judge(const struct open_file *file, const struct passing_reply *reply, int fd)
{
    if (is_gone(reply->error))
        return -ESTALE;
    if (reply->error < 0 || fd < 0)
        return reply->error < 0 ? reply->error : -EIO;
    return source_identify(&file->object.source, fd);
}

static void
open_file_take(struct worker *worker, struct open_file *file, const struct passing_reply *reply,
               int fd)
{
    const int error = judge(file, reply, fd);

    TAILQ_REMOVE(&file->tree->under_way, file, place);
    file->tree->asked--;
    if (error < 0) {
        if (fd >= 0)
            close(fd);
        wake_waiting(worker, file, error);
        free_open_file(file);
        return;
    }
    file->object.source.fd = fd;
    file->state = OPEN_FILE_OPEN;
    TAILQ_INSERT_TAIL(&file->tree->unused, file, place);
    slot_add(&worker->slot->opened, 1);
    slot_add(&worker->slot->open_files, 1);
    wake_waiting(worker, file, 0);
}

static void
open_file_ready(struct worker *worker, struct watch *watch, uint32_t events)
{
    struct open_file_tree *tree = (struct open_file_tree *)watch;
    struct passing_reply reply;
    struct open_file *file;
    int fd;

    (void)events;
    while (passing_take_reply(watch->fd, &reply, &fd) == 1) {
        file = find_open_file(&worker->open_files, reply.number);
        if (file && file->tree == tree && file->state == OPEN_FILE_ASKED)
            open_file_take(worker, file, &reply, fd);
        else if (fd >= 0)
            close(fd);
        if (reply.number == PASSING_BEGUN)
            ask_again(tree);
    }
    ask_more(tree);
}

/* --- begin and end ------------------------------------------------------------------------ */

static size_t
power_above(size_t number)
{
    size_t power = 1;

    while (power < number)
        power *= 2;
    return power;
}

static void
begin_tree(struct worker *worker, struct open_file_tree *tree,
           const struct open_file_line *line)
{
    *tree = (struct open_file_tree){ .watch = { .ready = open_file_ready, .fd = line->fd },
                                     .tree = line->tree,
                                     .slot = worker->slot,
                                     .limit = line->tree->asset->max_open_files };
    TAILQ_INIT(&tree->wanted);
    TAILQ_INIT(&tree->under_way);
    TAILQ_INIT(&tree->unused);
}

int
open_file_start(struct worker *worker)
{
    struct open_files *files = &worker->open_files;
    const size_t count = worker->inherit->line_count;
    size_t limit = 0;

    slot_set(&worker->slot->open_files, 0);
    if (count == 0)
        return 0;
    if ((files->trees = calloc(count, sizeof(*files->trees))) == NULL)
        return -ENOMEM;
    for (; files->tree_count < count; files->tree_count++) {
        begin_tree(worker, &files->trees[files->tree_count],
                   &worker->inherit->lines[files->tree_count]);
        limit += files->trees[files->tree_count].limit;
    }
    files->chains = calloc(power_above(limit), sizeof(*files->chains));
    if (files->chains == NULL)
        return -ENOMEM;
    files->chain_count = power_above(limit);
    return 0;
}

int
open_file_watch(struct worker *worker)
{
    struct open_files *files = &worker->open_files;
    int error = 0;

    for (size_t i = 0; error == 0 && i < files->tree_count; i++)
        error = watch_begin(&worker->watches, &files->trees[i].watch, EPOLLIN);
    return error;
}

void
open_file_release(struct worker *worker)
{
    struct open_files *files = &worker->open_files;
    struct open_file *file;

    for (size_t i = 0; i < files->chain_count; i++)
        while ((file = LIST_FIRST(&files->chains[i])) != NULL)
            free_open_file(file);
    free(files->chains);
    free(files->trees);
    *files = (struct open_files){ 0 };
}
