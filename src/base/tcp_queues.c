/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp_queues: the kernel lists all connections, so they are sorted once. */
#include "base/tcp_queues.h"

#include <inttypes.h>
#include <stdlib.h>

#define BUFFER_SIZE 65536

/* "0: local remote state tx:rx timer:when retransmits uid timeout inode ..." */
static bool
parse_line(const char *line, struct tcp_queue *queue)
{
    return sscanf(line, " %*d: %*s %*s %*x %" SCNx64 ":%*x %*x:%*x %*x %*u %*u %" SCNu64,
                  &queue->bytes, &queue->inode) == 2 &&
           queue->inode != 0;
}

static int
compare_inodes(const void *a, const void *b)
{
    const uint64_t x = ((const struct tcp_queue *)a)->inode;
    const uint64_t y = ((const struct tcp_queue *)b)->inode;

    return (x > y) - (x < y);
}

bool
tcp_queues_parse(struct tcp_queues *queues, FILE *in)
{
    size_t capacity = queues->count;
    struct tcp_queue queue;
    struct tcp_queue *items;
    char line[256];

    while (fgets(line, sizeof(line), in)) {
        if (!parse_line(line, &queue))
            continue;
        if (queues->count == capacity) {
            capacity = capacity > 0 ? 2 * capacity : 64;
            if ((items = reallocarray(queues->items, capacity, sizeof(*items))) == NULL)
                return false;
            queues->items = items;
        }
        queues->items[queues->count++] = queue;
    }
    if (queues->count > 0)
        qsort(queues->items, queues->count, sizeof(*queues->items), compare_inodes);
    return true;
}

static bool
tcp_queues_read_file(struct tcp_queues *queues, const char *name)
{
    FILE *in = fopen(name, "re");
    bool done;

    if (in == NULL)
        return false;
    (void)setvbuf(in, NULL, _IOFBF, BUFFER_SIZE);
    done = tcp_queues_parse(queues, in);
    fclose(in);
    return done;
}

/* Without IPv6 the second file is missing. */
bool
tcp_queues_read(struct tcp_queues *queues)
{
    if (!tcp_queues_read_file(queues, "/proc/net/tcp"))
        return false;
    (void)tcp_queues_read_file(queues, "/proc/net/tcp6");
    return true;
}

void
tcp_queues_free(struct tcp_queues *queues)
{
    free(queues->items);
    *queues = (struct tcp_queues){ 0 };
}

const struct tcp_queue *
tcp_queues_find(const struct tcp_queues *queues, uint64_t inode)
{
    const struct tcp_queue key = { .inode = inode };

    if (queues->count == 0)
        return NULL;
    return bsearch(&key, queues->items, queues->count, sizeof(key), compare_inodes);
}
