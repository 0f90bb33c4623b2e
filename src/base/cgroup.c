/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup: reads /proc/self/mountinfo and /proc/self/cgroup, see proc_pid_mountinfo(5) and
 * cgroups(7). A system can have both versions, and memory in either: each hierarchy is looked
 * at, and one without memory files has no groups here.
 */
#include "base/cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/span.h"

#define STAT_SIZE 16384

/* What the files of a version are called. */
static const struct {
    const char *limit;
    const char *usage;
    const char *active;
    const char *inactive;
} names[] = {
    [false] = { "memory.max", "memory.current", "active_file", "inactive_file" },
    [true] = { "memory.limit_in_bytes", "memory.usage_in_bytes", "total_active_file",
               "total_inactive_file" },
};

/* --- finding ------------------------------------------------------------------------------ */

static bool
has_word(struct span list, struct span word)
{
    while (list.at)
        if (span_equal(span_cut(&list, ','), word))
            return true;
    return false;
}

/* The n-th part of a line, counted from 0. */
static struct span
part_of(struct span line, char separator, unsigned n)
{
    struct span part = { NULL, 0 };

    for (unsigned i = 0; i <= n; i++)
        part = span_cut(&line, separator);
    return part;
}

/* A line "ID:CONTROLLERS:PATH" of /proc/self/cgroup; that of version 2 has no controllers. */
static bool
is_path_of(struct span line, bool first)
{
    const struct span controllers = part_of(line, ':', 1);

    if (first)
        return has_word(controllers, SPAN("memory"));
    return controllers.length == 0 && span_equal(part_of(line, ':', 0), SPAN("0"));
}

/* Reads lines until the callback accepts one. */
static bool
find_line(const char *root, const char *file, bool (*take)(char *line, void *argument),
          void *argument)
{
    char path[512];
    char *line = NULL;
    size_t size = 0;
    bool taken = false;
    FILE *in;

    snprintf(path, sizeof(path), "%s%s", root, file);
    if ((in = fopen(path, "re")) == NULL)
        return false;
    while (!taken && getline(&line, &size, in) > 0) {
        line[strcspn(line, "\n")] = '\0';
        taken = take(line, argument);
    }
    free(line);
    fclose(in);
    return taken;
}

struct membership {
    bool first;
    char *path; /* allocated */
};

static bool
take_membership(char *line, void *argument)
{
    struct membership *membership = argument;
    const struct span text = span_of(line);
    struct span rest = text;

    if (!is_path_of(text, membership->first))
        return false;
    span_cut(&rest, ':');
    span_cut(&rest, ':');
    membership->path = rest.at ? strndup(rest.at, rest.length) : NULL;
    return true;
}

static int
cgroup_open_file(const char *folder, const char *name)
{
    char path[4096];

    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
        return -1;
    return open(path, O_RDONLY | O_CLOEXEC);
}

static void
close_files(struct cgroup *cgroup)
{
    const int files[] = { cgroup->limit, cgroup->usage, cgroup->stat };

    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        if (files[i] >= 0)
            close(files[i]);
    free(cgroup->path);
}

/* The root of a hierarchy has no limit, and so no such files in version 2. */
static void
add_group(struct cgroups *cgroups, const char *folder, bool first)
{
    struct cgroup cgroup = { .path = strdup(folder),
                             .first = first,
                             .limit = cgroup_open_file(folder, names[first].limit),
                             .usage = cgroup_open_file(folder, names[first].usage),
                             .stat = cgroup_open_file(folder, "memory.stat") };

    if (cgroup.path && cgroup.limit >= 0 && cgroup.usage >= 0 && cgroups->count < CGROUP_MAX)
        cgroups->items[cgroups->count++] = cgroup;
    else
        close_files(&cgroup);
}

/* The folder, and those above it as far as the mount. Takes the folder apart. */
static void
add_groups(struct cgroups *cgroups, char *folder, size_t mount, bool first)
{
    size_t length = strlen(folder);

    for (;;) {
        while (length > mount && folder[length - 1] == '/')
            folder[--length] = '\0';
        add_group(cgroups, folder, first);
        if (length <= mount)
            return;
        while (length > mount && folder[length - 1] != '/')
            folder[--length] = '\0';
    }
}

/* Spaces and the like are octal numbers there. */
static void
unescape(char *text)
{
    char *out = text;

    for (; *text; out++)
        if (text[0] == '\\' && text[1] && text[2] && text[3]) {
            *out = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
            text += 4;
        } else {
            *out = *text++;
        }
    *out = '\0';
}

/* What of the group's path lies below the mount; NULL: it is elsewhere. */
static const char *
path_below(const char *path, const char *root)
{
    const size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);

    if (strncmp(path, root, length) != 0 || (path[length] != '/' && path[length] != '\0'))
        return NULL;
    return strstr(path + length, "/..") ? NULL : path + length;
}

struct hierarchy {
    struct cgroups *cgroups;
    const char *root;
};

static void
search_mount(const struct hierarchy *hierarchy, const char *point, const char *top, bool first)
{
    struct membership membership = { .first = first };
    const char *below;
    char *folder;

    if (!find_line(hierarchy->root, "/proc/self/cgroup", take_membership, &membership) ||
        membership.path == NULL)
        return;
    below = path_below(membership.path, top);
    if (below && asprintf(&folder, "%s%s%s", hierarchy->root, point, below) >= 0) {
        add_groups(hierarchy->cgroups, folder, strlen(hierarchy->root) + strlen(point), first);
        free(folder);
    }
    free(membership.path);
}

/* "ID PARENT DEVICE TOP POINT OPTIONS [TAGS] - TYPE SOURCE OPTIONS" */
static bool
take_mount(char *line, void *argument)
{
    char *behind = strstr(line, " - ");
    const struct span type = behind ? part_of(span_of(behind + 3), ' ', 0) : SPAN("");
    const bool first = span_equal(type, SPAN("cgroup")) &&
                       has_word(part_of(span_of(behind + 3), ' ', 2), SPAN("memory"));
    char top[1024];
    char point[1024];

    if ((first || span_equal(type, SPAN("cgroup2"))) &&
        sscanf(line, "%*s %*s %*s %1023s %1023s", top, point) == 2) {
        unescape(top);
        unescape(point);
        search_mount(argument, point, top, first);
    }
    return false;
}

void
cgroup_find(struct cgroups *cgroups, const char *root)
{
    struct hierarchy hierarchy = { .cgroups = cgroups, .root = root };

    cgroups->count = 0;
    (void)find_line(root, "/proc/self/mountinfo", take_mount, &hierarchy);
}

void
cgroup_close(struct cgroups *cgroups)
{
    for (unsigned i = 0; i < cgroups->count; i++)
        close_files(&cgroups->items[i]);
    cgroups->count = 0;
}

/* --- reading ------------------------------------------------------------------------------ */

static bool
read_text(int fd, char *text, size_t size)
{
    const ssize_t length = fd < 0 ? -1 : pread(fd, text, size - 1, 0);

    if (length <= 0)
        return false;
    text[length] = '\0';
    return true;
}

/* "max" means none, and so does the huge number that version 1 has instead. */
static bool
read_bytes(int fd, uint64_t *bytes)
{
    char text[64];
    char *end;

    if (!read_text(fd, text, sizeof(text)))
        return false;
    *bytes = strncmp(text, "max", 3) == 0 ? CGROUP_NONE : strtoull(text, &end, 10);
    if (*bytes >= UINT64_C(1) << 62)
        *bytes = CGROUP_NONE;
    return *bytes == CGROUP_NONE || end > text;
}

/* The number in a line "NAME NUMBER"; 0 where there is none. */
static uint64_t
cgroup_number(struct span text, const char *name)
{
    while (text.at) {
        struct span line = span_cut(&text, '\n');

        if (span_equal(span_cut(&line, ' '), span_of(name)) && line.at)
            return strtoull(line.at, NULL, 10);
    }
    return 0;
}

bool
cgroup_read(const struct cgroup *cgroup, struct cgroup_memory *memory)
{
    char text[STAT_SIZE];

    if (!read_bytes(cgroup->limit, &memory->limit) ||
        !read_bytes(cgroup->usage, &memory->usage) ||
        !read_text(cgroup->stat, text, sizeof(text)))
        return false;
    memory->cache = cgroup_number(span_of(text), names[cgroup->first].active) +
                    cgroup_number(span_of(text), names[cgroup->first].inactive);
    return true;
}
