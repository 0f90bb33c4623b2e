/* SPDX-License-Identifier: BSD-2-Clause */
/* sealed: see sealed.h. Large memory is made of large pages where there are any (hugepage.h).
 */
#include "object/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "object/headroom.h"
#include "object/hugepage.h"

static int
sealed_failed(const struct sealed *sealed, const char *name, const char *what, int error)
{
    log_error("%s: %s %llu bytes of memory: %s", name, what, (unsigned long long)sealed->size,
              strerror(error));
    return -error;
}

/* Memory of ordinary pages, or of larger ones that the kernel makes on request. */
static int
allocate(struct sealed *sealed, const char *name)
{
    const uint64_t rounded = hugepage_round(sealed->size);
    int error;

    if (rounded >= HUGEPAGE_SIZE && hugepage_ask(sealed->fd, rounded))
        sealed->size = rounded;
    error = posix_fallocate(sealed->fd, 0, (off_t)sealed->size);
    return error != 0 ? sealed_failed(sealed, name, "reserving", error) : 0;
}

/* Exceeding the limit of a cgroup kills, so the limit is checked first. */
static int
reserve_shared(struct sealed *sealed, const char *name, bool may_wait)
{
    int error;

    sealed->fd = memfd_create("tiffd-object", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (sealed->fd < 0)
        return sealed_failed(sealed, name, "creating", errno);
    error = headroom_take(may_wait ? NULL : name, hugepage_round(sealed->size));
    if (error < 0)
        return error;
    error = allocate(sealed, name);
    headroom_taken();
    return error;
}

int
sealed_reserve(struct sealed *sealed, const char *name, uint64_t length, bool may_wait)
{
    const uint64_t rounded = hugepage_round(length);
    int fd = rounded < HUGEPAGE_SIZE ? -1 : hugepage_memfd(rounded);
    int error;

    *sealed = (struct sealed){ .fd = fd, .reserved = fd >= 0, .size = rounded };
    if (fd >= 0)
        return 0;
    sealed->size = length > 0 ? length : 1;
    if ((error = reserve_shared(sealed, name, may_wait)) < 0)
        sealed_close(sealed);
    return error;
}

/* The digest is made from what was written, so the mapping is readable, too: mmap(2) does not
 * promise it of one that is writable only. */
char *
sealed_fill(const struct sealed *sealed, const char *name)
{
    void *memory = hugepage_map(sealed->fd, sealed->size, PROT_READ | PROT_WRITE);

    if (memory != MAP_FAILED)
        return memory;
    (void)sealed_failed(sealed, name, "filling", errno);
    return NULL;
}

static int
seal(const struct sealed *sealed, const char *name)
{
    if (fcntl(sealed->fd, F_ADD_SEALS, SEALED_SEALS) < 0)
        return sealed_failed(sealed, name, "sealing", errno);
    return 0;
}

/* F_SEAL_WRITE wants no writable mapping to exist. */
int
sealed_finish(const struct sealed *sealed, const char *name, char *filled)
{
    munmap(filled, sealed->size);
    return seal(sealed, name);
}

/* Reserved pages are given back whole. */
int
sealed_finish_at(struct sealed *sealed, const char *name, char *filled, uint64_t length)
{
    const uint64_t size = sealed->reserved
                              ? (length + HUGEPAGE_SIZE - 1) / HUGEPAGE_SIZE * HUGEPAGE_SIZE
                              : length;

    munmap(filled, sealed->size);
    sealed->size = size;
    if (ftruncate(sealed->fd, (off_t)size) < 0)
        return sealed_failed(sealed, name, "cutting to", errno);
    return seal(sealed, name);
}

const char *
sealed_map(const struct sealed *sealed, const char *name)
{
    void *memory = hugepage_map(sealed->fd, sealed->size, PROT_READ);

    if (memory == MAP_FAILED) {
        (void)sealed_failed(sealed, name, "mapping", errno);
        return NULL;
    }
    madvise(memory, sealed->size, MADV_DONTDUMP);
    return memory;
}

void
sealed_unmap(const struct sealed *sealed, const char *bytes)
{
    if (bytes)
        munmap((void *)(uintptr_t)bytes, sealed->size);
}

int
sealed_share(struct sealed *sealed, const struct sealed *with, const char *name)
{
    *sealed = *with;
    sealed->fd = fcntl(with->fd, F_DUPFD_CLOEXEC, 0);
    return sealed->fd < 0 ? sealed_failed(sealed, name, "sharing", errno) : 0;
}

void
sealed_close(struct sealed *sealed)
{
    if (sealed->fd >= 0)
        close(sealed->fd);
    sealed->fd = -1;
}

bool
sealed_check(const struct sealed *sealed)
{
    struct stat status;

    return (fcntl(sealed->fd, F_GET_SEALS) & SEALED_SEALS) == SEALED_SEALS &&
           fstat(sealed->fd, &status) == 0 && (uint64_t)status.st_size == sealed->size;
}
