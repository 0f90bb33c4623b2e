/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * versus: two programs' runs of one benchmark, in turn.
 *
 * Exports versus_run(). Each run is a process of its own, for both alike. The other program may
 * be older: it is only given options that there have always been.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "versus.h"

static void
exec_benchmark(const struct versus *versus, const char *program, const char *name, int output)
{
    char run[256], benchtime[64];

    snprintf(run, sizeof(run), "-run=%s", name);
    snprintf(benchtime, sizeof(benchtime), "-benchtime=%s",
             versus->benchtime ? versus->benchtime : "");
    dup2(output, STDOUT_FILENO);
    execl(program, program, run, "-count=1", versus->benchtime ? benchtime : NULL,
          (char *)NULL);
    fprintf(stderr, "bench: %s: %s\n", program, strerror(errno));
    _exit(127);
}

/* Prints the lines about this benchmark; -run may have chosen others as well. How many there
 * were. */
static unsigned
copy_lines(FILE *from, const char *version, const char *name)
{
    char *line = NULL;
    size_t size = 0, length = strlen(name);
    unsigned found = 0;

    while (getline(&line, &size, from) > 0) {
        if (strncmp(line, "Benchmark", 9) != 0 || strncmp(line + 9, name, length) != 0 ||
            line[9 + length] != '-')
            continue;
        printf("version: %s\n%s", version, line);
        found++;
    }
    free(line);
    fflush(stdout);
    return found;
}

static bool
run_one(const struct versus *versus, const char *program, const char *version, const char *name)
{
    int ends[2], status = 0;
    unsigned found;
    pid_t child;
    FILE *from;

    if (pipe(ends) != 0 || (child = fork()) < 0) {
        perror("bench: fork");
        return false;
    }
    if (child == 0)
        exec_benchmark(versus, program, name, ends[1]);
    close(ends[1]);
    from = fdopen(ends[0], "r");
    found = from ? copy_lines(from, version, name) : 0;
    if (from)
        fclose(from);
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fprintf(stderr, "bench: %s: failed in Benchmark%s\n", program, name);
    else if (found == 0)
        fprintf(stderr, "bench: %s: has no Benchmark%s\n", program, name);
    else
        return true;
    return false;
}

bool
versus_run(const struct versus *versus, const char *name)
{
    for (unsigned i = 0; i < versus->count; i++) {
        bool old_first = i % 2 == 0;

        for (int turn = 0; turn < 2; turn++) {
            bool old = (turn == 0) == old_first;

            if (!run_one(versus, old ? versus->old : versus->new, old ? "old" : "new", name))
                return false;
        }
    }
    return true;
}
