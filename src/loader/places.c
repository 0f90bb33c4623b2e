/* SPDX-License-Identifier: BSD-2-Clause */
/* places: watches are only added. What they were added for ends with the process. */
#include "loader/places.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define NAMES  (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)
#define BYTES  (IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB)
#define EVENTS 65536 /* bytes that are read at a time */

struct place {
    unsigned section;
    uint32_t next; /* of the same watch, counted from 1; 0: none */
    char *name;    /* NULL: every name */
};

int
places_open(struct places *places)
{
    *places = (struct places){ .fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC) };
    return places->fd < 0 ? -errno : 0;
}

static bool
grow_watches(struct places *places, size_t watch)
{
    const size_t wanted = watch + 1 > 2 * places->watches ? watch + 1 : 2 * places->watches;
    uint32_t *more;

    if (watch < places->watches)
        return true;
    if ((more = reallocarray(places->first, wanted, sizeof(*more))) == NULL)
        return false;
    memset(more + places->watches, 0, (wanted - places->watches) * sizeof(*more));
    places->first = more;
    places->watches = wanted;
    return true;
}

static bool
grow_items(struct places *places)
{
    const size_t wanted = places->capacity > 0 ? 2 * places->capacity : 256;
    struct place *more;

    if (places->count < places->capacity)
        return true;
    if ((more = reallocarray(places->items, wanted, sizeof(*more))) == NULL)
        return false;
    places->items = more;
    places->capacity = wanted;
    return true;
}

static bool
is_same_name(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
has_place(const struct places *places, size_t watch, unsigned section, const char *name)
{
    uint32_t at = places->first[watch];

    while (at != 0 && (places->items[at - 1].section != section ||
                       !is_same_name(places->items[at - 1].name, name)))
        at = places->items[at - 1].next;
    return at != 0;
}

static int
enter_place(struct places *places, size_t watch, unsigned section, const char *name)
{
    char *copy = NULL;

    if (!grow_watches(places, watch) || !grow_items(places))
        return -ENOMEM;
    if (has_place(places, watch, section, name))
        return 0;
    if (name && (copy = strdup(name)) == NULL)
        return -ENOMEM;
    places->items[places->count++] =
        (struct place){ .section = section, .next = places->first[watch], .name = copy };
    places->first[watch] = (uint32_t)places->count;
    return 0;
}

int
places_add(struct places *places, const char *directory, unsigned section, const char *name)
{
    const int watch =
        inotify_add_watch(places->fd, directory, NAMES | BYTES | IN_ONLYDIR | IN_MASK_ADD);

    return watch < 0 ? -errno : enter_place(places, (size_t)watch, section, name);
}

int
places_add_way(struct places *places, const char *path, unsigned section)
{
    char copy[PATH_MAX];
    char name[NAME_MAX + 1];
    int error = 0;

    if (strlen(path) >= sizeof(copy))
        return -ENAMETOOLONG;
    for (const char *slash = path; error == 0 && slash; slash = strchr(slash + 1, '/')) {
        const size_t length = strcspn(slash + 1, "/");
        const size_t above = slash == path ? 1 : (size_t)(slash - path);

        if (length == 0 || length > NAME_MAX)
            continue;
        memcpy(copy, path, above);
        copy[above] = '\0';
        memcpy(name, slash + 1, length);
        name[length] = '\0';
        error = places_add(places, copy, section, name);
        if (error == -ENOENT || error == -ENOTDIR || error == -EACCES)
            error = 0; /* it can't be seen; what is on the way to it can */
    }
    return error;
}

static void
places_note(const struct places *places, const struct inotify_event *event, bool *concerned)
{
    uint32_t at =
        event->wd >= 0 && (size_t)event->wd < places->watches ? places->first[event->wd] : 0;

    for (; at != 0; at = places->items[at - 1].next) {
        const struct place *place = &places->items[at - 1];

        if (place->name == NULL || (event->len > 0 && strcmp(place->name, event->name) == 0))
            concerned[place->section] = true;
    }
}

bool
places_read(struct places *places, bool *concerned)
{
    static char buffer[EVENTS] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool whole = true;
    ssize_t n;

    while ((n = read(places->fd, buffer, sizeof(buffer))) > 0)
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *event = (const void *)(buffer + at);

            if (event->mask & IN_Q_OVERFLOW)
                whole = false;
            places_note(places, event, concerned);
            at += (ssize_t)(sizeof(*event) + event->len);
        }
    return whole;
}
