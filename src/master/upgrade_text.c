/* SPDX-License-Identifier: BSD-2-Clause */
/* upgrade_text: see upgrade_text.h. */
#include "master/upgrade_text.h"

#include <string.h>

#include "base/count.h"

#define FIRST_LINE "tiffd-upgrade 1"

void
upgrade_text_begin(FILE *out, pid_t pid, unsigned generation)
{
    fprintf(out, "%s\npid %d\ngeneration %u\n", FIRST_LINE, (int)pid, generation);
}

void
upgrade_text_listen(FILE *out, const struct listeners *listeners, const char *section)
{
    for (size_t i = 0; i < listeners->count; i++)
        fprintf(out, "listen %s %s %d %s\n", section,
                listeners->inherited ? "inherited" : "configured", listeners->fds[i],
                listeners->names[i]);
}

void
upgrade_text_drains(FILE *out, int fd, pid_t pid)
{
    fprintf(out, "drains %d %d\n", fd, (int)pid);
}

void
upgrade_text_end(FILE *out)
{
    fputs("end\n", out);
}

/* --- reading ------------------------------------------------------------------------------ */

/* Cuts the first line off. NULL: there is no whole one. */
static char *
cut_line(char **text)
{
    char *line = *text;
    char *end = strchr(line, '\n');

    if (end == NULL)
        return NULL;
    *end = '\0';
    *text = end + 1;
    return line;
}

bool
upgrade_text_known(char **text)
{
    const char *line = cut_line(text);

    return line && strcmp(line, FIRST_LINE) == 0;
}

static bool
read_pid(const char *values, struct upgrade_line *line)
{
    return sscanf(values, "%d", &line->pid) == 1;
}

static bool
read_generation(const char *values, struct upgrade_line *line)
{
    return sscanf(values, "%u", &line->number) == 1;
}

static bool
read_listen(const char *values, struct upgrade_line *line)
{
    char section[8];
    char origin[16];
    int length = 0;

    if (sscanf(values, "%7s %15s %d %n", section, origin, &line->fd, &length) != 3 ||
        length == 0)
        return false;
    line->debug = strcmp(section, "debug") == 0;
    line->inherited = strcmp(origin, "inherited") == 0;
    line->name = values + length;
    return line->name[0] != '\0' && (line->debug || strcmp(section, "server") == 0) &&
           (line->inherited || strcmp(origin, "configured") == 0);
}

static bool
read_drains(const char *values, struct upgrade_line *line)
{
    return sscanf(values, "%d %d", &line->fd, &line->pid) == 2;
}

static bool
read_nothing(const char *values, struct upgrade_line *line)
{
    (void)line;
    return values[0] == '\0';
}

static const struct {
    const char *word;
    bool (*read)(const char *values, struct upgrade_line *line);
    enum upgrade_line_kind kind;
} kinds[] = {
    { "pid", read_pid, UPGRADE_PID },
    { "generation", read_generation, UPGRADE_GENERATION },
    { "listen", read_listen, UPGRADE_LISTEN },
    { "drains", read_drains, UPGRADE_DRAINS },
    { "end", read_nothing, UPGRADE_LAST },
};

bool
upgrade_text_next(char **text, struct upgrade_line *line)
{
    char *at;

    while ((at = cut_line(text)) != NULL) {
        const size_t length = strcspn(at, " ");
        const char *values = at[length] == ' ' ? at + length + 1 : at + length;

        for (size_t i = 0; i < COUNT(kinds); i++)
            if (strlen(kinds[i].word) == length && memcmp(at, kinds[i].word, length) == 0) {
                *line = (struct upgrade_line){ .kind = kinds[i].kind, .fd = -1 };
                return kinds[i].read(values, line);
            }
    }
    return false;
}
