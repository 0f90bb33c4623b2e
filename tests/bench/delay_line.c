/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * delay_line: carries packets between two TUN devices and holds each back for a time, for
 * kernels that have no netem. The devices pass whole segments of up to 64 KiB, as a card with
 * segmentation offload does, so that one core carries more than a gigabit.
 *
 * Usage: delay_line MILLISECONDS FD FD: descriptors of the devices, with IFF_VNET_HDR. Ends
 * when standard input does. A queue that is full loses what comes.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PACKET_SIZE = 65536 + 64, QUEUE_BYTES = 64 * 1024 * 1024, BATCH = 64 };

struct packet {
    uint64_t due; /* ns */
    uint32_t size;
    char bytes[];
};

/* A ring of packets one after the other; one that would not fit before the end begins anew. */
struct queue {
    int from, to;
    char *ring;
    size_t head, tail; /* where the next one is taken from, and put */
    size_t end;        /* of what is used before the ring begins anew; 0: it has not */
};

static uint64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static size_t
room_of(size_t size)
{
    return (sizeof(struct packet) + size + 15) & ~(size_t)15;
}

/* Where the largest packet fits, or NULL. */
static struct packet *
next_place(struct queue *queue)
{
    const size_t most = room_of(PACKET_SIZE);

    if (queue->end == 0 && queue->tail + most > QUEUE_BYTES) {
        if (queue->head <= most)
            return NULL;
        queue->end = queue->tail;
        queue->tail = 0;
    }
    if (queue->end != 0 && queue->tail + most >= queue->head)
        return NULL;
    return (struct packet *)(void *)(queue->ring + queue->tail);
}

static struct packet *
first_packet(struct queue *queue)
{
    if (queue->end != 0 && queue->head == queue->end) {
        queue->head = 0;
        queue->end = 0;
    }
    if (queue->end == 0 && queue->head == queue->tail)
        return NULL;
    return (struct packet *)(void *)(queue->ring + queue->head);
}

static void
take_in(struct queue *queue, uint64_t delay)
{
    static char lost[PACKET_SIZE];

    for (int i = 0; i < BATCH; i++) {
        struct packet *packet = next_place(queue);
        ssize_t n = read(queue->from, packet ? packet->bytes : lost, PACKET_SIZE);

        if (n <= 0)
            return;
        if (!packet)
            continue;
        packet->due = now_ns() + delay;
        packet->size = (uint32_t)n;
        queue->tail += room_of(packet->size);
    }
}

/* Returns when the next packet is due; UINT64_MAX: there is none. */
static uint64_t
give_out(struct queue *queue, uint64_t now)
{
    struct packet *packet;

    while ((packet = first_packet(queue)) != NULL) {
        if (packet->due > now)
            return packet->due;
        if (write(queue->to, packet->bytes, packet->size) < 0 && errno == EAGAIN)
            return now;
        queue->head += room_of(packet->size);
    }
    return UINT64_MAX;
}

static void
wait_until(struct queue queues[2], uint64_t due)
{
    struct pollfd fds[] = {
        { .fd = queues[0].from, .events = POLLIN },
        { .fd = queues[1].from, .events = POLLIN },
        { .fd = STDIN_FILENO, .events = POLLIN },
    };
    const uint64_t now = now_ns();
    const uint64_t wait = due > now ? due - now : 0;
    const struct timespec timeout = { (time_t)(wait / 1000000000), (long)(wait % 1000000000) };

    ppoll(fds, 3, due == UINT64_MAX ? NULL : &timeout, NULL);
    if (fds[2].revents != 0)
        exit(0);
}

int
main(int argc, char **argv)
{
    struct queue queues[2] = { 0 };
    uint64_t delay;

    if (argc != 4) {
        fputs("usage: delay_line MILLISECONDS FD FD\n", stderr);
        return 2;
    }
    delay = (uint64_t)(atof(argv[1]) * 1e6);
    for (int i = 0; i < 2; i++) {
        queues[i].from = atoi(argv[2 + i]);
        queues[i].to = atoi(argv[3 - i]);
        queues[i].ring = malloc(QUEUE_BYTES);
        if (!queues[i].ring)
            return 1;
    }
    for (;;) {
        uint64_t due = UINT64_MAX;

        for (int i = 0; i < 2; i++)
            take_in(&queues[i], delay);
        for (int i = 0; i < 2; i++) {
            const uint64_t next = give_out(&queues[i], now_ns());

            due = next < due ? next : due;
        }
        wait_until(queues, due);
    }
}
