/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * upgrade_text: what a master tells the program that is to replace it: lines of text, for the
 * other one is of another version and shares no struct.
 *
 *   tiffd-upgrade 1
 *   pid 4711                                   the master that speaks
 *   generation 3                               its newest one
 *   listen server configured 5 127.0.0.1:8080  a socket; "inherited": from the service manager
 *   listen debug configured 6 unix:/run/debug
 *   drains 7 4700                              a socket to a master that was replaced before
 *   end
 *
 * A later version may add lines, which are skipped; one that changes these has another number.
 */
#ifndef MASTER_UPGRADE_TEXT_H
#define MASTER_UPGRADE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "master/listeners.h"

enum upgrade_line_kind {
    UPGRADE_PID,
    UPGRADE_GENERATION,
    UPGRADE_LISTEN,
    UPGRADE_DRAINS,
    UPGRADE_LAST
};

struct upgrade_line {
    enum upgrade_line_kind kind;
    int fd;           /* UPGRADE_LISTEN, UPGRADE_DRAINS */
    pid_t pid;        /* UPGRADE_PID, UPGRADE_DRAINS */
    unsigned number;  /* UPGRADE_GENERATION */
    bool debug;       /* UPGRADE_LISTEN: of [debug] */
    bool inherited;   /* likewise */
    const char *name; /* a part of the text */
};

/* The first line and the next ones, one after the other. */
void upgrade_text_begin(FILE *out, pid_t pid, unsigned generation);
void upgrade_text_listen(FILE *out, const struct listeners *listeners, const char *section);
void upgrade_text_drains(FILE *out, int fd, pid_t pid);
void upgrade_text_end(FILE *out);

/* Does the text begin as one of this version? Then *text is moved to its second line. */
bool upgrade_text_known(char **text);

/* The next line that is known. Moves *text, and changes what it leaves behind. False: a line is
 * not as it should be, or the text ends without UPGRADE_LAST. */
bool upgrade_text_next(char **text, struct upgrade_line *line);

#endif
