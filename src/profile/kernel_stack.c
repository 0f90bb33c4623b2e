/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_stack: the thread's own counter, which the handler of the thread's signal reads. */
#include "profile/kernel_stack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECOND     1000000000u
#define RING_PAGES 8 /* a power of 2; a stack takes up to a quarter of a page */
#define CONTEXT    ((uint64_t)PERF_CONTEXT_MAX) /* from here on: marks in a stack */

/* Static, because a signal handler gets no argument of its own. */
static struct {
    int fd;
    struct perf_event_mmap_page *page; /* NULL: not open; the ring follows */
    size_t page_size;
} counter;

/* --- the ring ----------------------------------------------------------------------------- */

static void
copy_out(const char *ring, size_t size, uint64_t from, void *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ((char *)to)[i] = ring[(from + i) & (size - 1)];
}

/* The stack in a record of the type PERF_SAMPLE_CALLCHAIN: their number, then addresses. */
static unsigned
parse_chain(const char *ring, size_t size, uint64_t at, uint64_t end, uintptr_t *pcs,
            unsigned max)
{
    unsigned found = 0;
    uint64_t address;
    uint64_t count;

    if (end - at < sizeof(count))
        return 0;
    copy_out(ring, size, at, &count, sizeof(count));
    at += sizeof(count);
    for (; count > 0 && end - at >= sizeof(address); count--, at += sizeof(address)) {
        copy_out(ring, size, at, &address, sizeof(address));
        if (address == (uint64_t)PERF_CONTEXT_USER)
            break;
        if (address < CONTEXT && found < max)
            pcs[found++] = (uintptr_t)address;
    }
    return found;
}

unsigned
kernel_stack_parse(const char *ring, size_t size, uint64_t tail, uint64_t head, uintptr_t *pcs,
                   unsigned max)
{
    struct perf_event_header header;
    unsigned found = 0;

    if (head - tail > size)
        return 0;
    while (head - tail >= sizeof(header)) {
        copy_out(ring, size, tail, &header, sizeof(header));
        if (header.size < sizeof(header) || header.size > head - tail)
            break;
        if (header.type == PERF_RECORD_SAMPLE)
            found =
                parse_chain(ring, size, tail + sizeof(header), tail + header.size, pcs, max);
        tail += header.size;
    }
    return found;
}

/* --- the counter -------------------------------------------------------------------------- */

static int
open_counter(unsigned hz)
{
    struct perf_event_attr attribute = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof(attribute),
        .config = PERF_COUNT_SW_TASK_CLOCK,
        .sample_period = SECOND / hz,
        .sample_type = PERF_SAMPLE_CALLCHAIN,
        .disabled = 1,
        .exclude_callchain_user = 1,
        .wakeup_events = 1,
    };

    return (int)syscall(SYS_perf_event_open, &attribute, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static bool
request_signals(int fd)
{
    const struct f_owner_ex owner = { .type = F_OWNER_TID, .pid = gettid() };

    return fcntl(fd, F_SETSIG, SIGPROF) == 0 && fcntl(fd, F_SETOWN_EX, &owner) == 0 &&
           fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK) == 0;
}

int
kernel_stack_open(unsigned hz)
{
    const size_t page_size = (size_t)sysconf(_SC_PAGESIZE);
    const int fd = open_counter(hz);
    void *page = MAP_FAILED;
    int error;

    if (fd >= 0 && request_signals(fd))
        page =
            mmap(NULL, (1 + RING_PAGES) * page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED) {
        error = -errno;
        if (fd >= 0)
            close(fd);
        return error;
    }
    counter.fd = fd;
    counter.page_size = page_size;
    counter.page = page;
    return 0;
}

bool
kernel_stack_is_open(void)
{
    return counter.page != NULL;
}

void
kernel_stack_arm(bool on)
{
    (void)ioctl(counter.fd, on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0);
}

bool
kernel_stack_sent(const siginfo_t *info)
{
    return counter.page && info->si_code > 0 && info->si_fd == counter.fd;
}

unsigned
kernel_stack_take(uintptr_t *pcs, unsigned max)
{
    const char *ring = (const char *)counter.page + counter.page_size;
    const uint64_t head = __atomic_load_n(&counter.page->data_head, __ATOMIC_ACQUIRE);
    const uint64_t tail = counter.page->data_tail;
    const unsigned found =
        kernel_stack_parse(ring, RING_PAGES * counter.page_size, tail, head, pcs, max);

    __atomic_store_n(&counter.page->data_tail, head, __ATOMIC_RELEASE);
    return found;
}
