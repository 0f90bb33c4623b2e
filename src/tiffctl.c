/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tiffctl: the command line of tiffctl(8). Each command finds a daemon by its control socket,
 * and the exit status is its outcome.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "base/flags.h"
#include "build.h"
#include "ctl/verbs.h"

#define USAGE_STATUS 2

static const struct flag ctl_flags[] = {
#define FLAG(letter, name, argument, help) { letter, name, argument, help },
#include "ctl/flag_list.h"
#undef FLAG
};

/* --- help --------------------------------------------------------------------------------- */

static void
print_usage(FILE *out)
{
    fputs("usage: tiffctl [-c FILE | -p FILE | -s SOCKET] [--json] COMMAND [ARGUMENT]\n", out);
    flags_print_help(ctl_flags, COUNT(ctl_flags), out);
    fputc('\n', out);
    for (size_t i = 0; i < verbs_count; i++) {
        const struct verb *verb = &verbs_table[i];
        const bool optional = verb->takes == ARGUMENT_OPTIONAL;
        char text[64];

        snprintf(text, sizeof(text), "%s %s%s%s", verb->name, optional ? "[" : "",
                 verb->argument, optional ? "]" : "");
        fprintf(out, "  %-30s %s\n", text, verb->help);
    }
    fputs("\nExit status: 0 done, 1 refused or failed, 2 wrong usage.\n", out);
}

static _Noreturn void
ctl_usage_error(const char *problem)
{
    fprintf(stderr, "tiffctl: %s\n", problem);
    print_usage(stderr);
    exit(USAGE_STATUS);
}

/* --- the command line --------------------------------------------------------------------- */

static unsigned
read_iterations(const char *text)
{
    char *end;
    const long number = strtol(text, &end, 10);

    if (*text == '\0' || *end != '\0' || number < 1 || number > 1000000000)
        ctl_usage_error("-n: accepted: 1 to 1000000000");
    return (unsigned)number;
}

/* Milliseconds. */
static uint64_t
read_delay(const char *text)
{
    char *end;
    const double seconds = strtod(text, &end);

    if (*text == '\0' || *end != '\0' || !(seconds >= 0.1 && seconds <= 86400))
        ctl_usage_error("-d: accepted: seconds, 0.1 to 86400");
    return (uint64_t)(seconds * 1000);
}

static _Noreturn void
print_and_end(int letter)
{
    if (letter == 'h')
        print_usage(stdout);
    else
        puts("tiffctl " PACKAGE_VERSION);
    exit(fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void
take_flag(struct task *task, int letter)
{
    switch (letter) {
    case 'c':
        task->file = optarg;
        break;
    case 'p':
        task->pid_file = optarg;
        break;
    case 's':
        task->socket = optarg;
        break;
    case 'j':
        task->json = true;
        break;
    case 'o':
        task->output = optarg;
        break;
    case 'b':
        task->batch = true;
        break;
    case 'd':
        task->delay = read_delay(optarg);
        break;
    case 'n':
        task->iterations = read_iterations(optarg);
        break;
    case 'h':
    case 'V':
        print_and_end(letter);
    default:
        ctl_usage_error("unknown option");
    }
}

/* The command that the words name. */
static const struct verb *
take_words(struct task *task, char *const *words, int count)
{
    const struct verb *verb;

    if (count == 0)
        ctl_usage_error("no command");
    if ((verb = verbs_find(words[0])) == NULL)
        ctl_usage_error("unknown command");
    if (count > (verb->takes == ARGUMENT_NONE ? 1 : 2))
        ctl_usage_error("too many arguments");
    if (count == 1 && verb->takes == ARGUMENT_REQUIRED)
        ctl_usage_error("an argument is missing");
    task->verb = verb->name;
    task->argument = words[1];
    return verb;
}

int
main(int argc, char **argv)
{
    struct flag_names names;
    struct task task = { 0 };
    const struct verb *verb;
    int letter;
    int status;

    flags_prepare(&names, ctl_flags, COUNT(ctl_flags));
    while ((letter = getopt_long(argc, argv, names.letters, names.names, NULL)) != -1)
        take_flag(&task, letter);
    verb = take_words(&task, argv + optind, argc - optind);
    status = verb->run(&task);
    return fflush(stdout) == 0 ? status : EXIT_FAILURE;
}
