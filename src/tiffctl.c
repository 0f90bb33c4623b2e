/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tiffctl: the command line of tiffctl(8). Finds the control socket of a daemon, by -s or by
 * its configuration, sends one command, and waits for the outcome, which is its exit status.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "build.h"
#include "config/config_free.h"
#include "config/config_load.h"
#include "ctl/overview.h"
#include "ctl/session.h"

#define USAGE_STATUS 2
#define LOOK_NS      500000000 /* between the two looks of status */

static const char usage[] =
    "usage: tiffctl [-c FILE | -s SOCKET] COMMAND\n"
    "  -c, --config FILE    the daemon of this configuration (default " SYSCONFDIR
    "/tiffd/tiffd.ini)\n"
    "  -s, --socket SOCKET  its control socket\n"
    "  -h, --help           print this and exit\n"
    "  -V, --version        print the version and exit\n"
    "\n"
    "  status [--json]      show workers, connections, rates and the last reload\n"
    "  reload               read the configuration again, and wait until it serves\n"
    "  workers N            the same with N workers, until the next reload\n"
    "  upgrade              start the program on disk, and wait until it serves\n"
    "  reopen               open the log again, after a rotation\n"
    "  quit                 shut down when all responses are complete, and wait\n"
    "  stop                 shut down at once\n"
    "\n"
    "Exit status: 0 done, 1 refused or failed, 2 wrong usage.\n";

static const struct option long_options[] = {
    { "config", required_argument, NULL, 'c' }, { "socket", required_argument, NULL, 's' },
    { "help", no_argument, NULL, 'h' },         { "version", no_argument, NULL, 'V' },
    { "json", no_argument, NULL, 'j' },         { NULL, 0, NULL, 0 },
};

struct ctl_options {
    const char *file;
    const char *socket; /* NULL: as the file says */
    bool json;
};

static _Noreturn void
ctl_usage_error(const char *problem)
{
    fprintf(stderr, "tiffctl: %s\n%s", problem, usage);
    exit(USAGE_STATUS);
}

/* What the configuration says; the caller's to free. */
static char *
socket_of(const char *file)
{
    struct report report = { 0 };
    struct config *config = config_load(file, NULL, 0, &report);
    char *path;

    if (config == NULL) {
        fputs(report.text ? report.text : "", stderr);
        exit(EXIT_FAILURE);
    }
    if (config->server.control == NULL) {
        fprintf(stderr, "tiffctl: %s: [server] control is not set, so there is no socket\n",
                file);
        exit(EXIT_FAILURE);
    }
    path = memory_copy(config->server.control);
    config_free(config);
    report_free(&report);
    return path;
}

/* The text of the reply, the caller's to free; ends the program without one. */
static char *
ctl_ask(const char *path, const char *command)
{
    struct session session;
    const int error = session_run(&session, path, command);
    char *text = session.text;

    if (error == -ECONNRESET)
        fprintf(stderr, "tiffctl: %s: the daemon ended or closed the connection\n", path);
    else if (error < 0)
        fprintf(stderr, "tiffctl: %s: %s\n", path, strerror(-error));
    else if (session.error)
        fprintf(stderr, "tiffctl: %s\n", session.error);
    if (error < 0 || session.error)
        exit(EXIT_FAILURE);
    session.text = NULL;
    session_free(&session);
    return text;
}

static void
show_status(const char *path, bool json)
{
    const struct timespec pause = { .tv_nsec = LOOK_NS };
    char *first = ctl_ask(path, "status");
    char *second;

    if (json) {
        overview_print_json(first, stdout);
        free(first);
        return;
    }
    nanosleep(&pause, NULL);
    second = ctl_ask(path, "status");
    overview_print(first, second, stdout);
    free(first);
    free(second);
}

static void
ctl_run(const struct ctl_options *options, char *const *words, int count)
{
    char *path = options->socket ? memory_copy(options->socket) : socket_of(options->file);
    char *command =
        count > 1 ? memory_format("%s %s", words[0], words[1]) : memory_copy(words[0]);

    if (strcmp(command, "status") == 0)
        show_status(path, options->json);
    else
        free(ctl_ask(path, command));
    memory_free(command);
    memory_free(path);
}

int
main(int argc, char **argv)
{
    struct ctl_options options = { .file = SYSCONFDIR "/tiffd/tiffd.ini" };
    int option;

    while ((option = getopt_long(argc, argv, "c:s:hV", long_options, NULL)) != -1)
        switch (option) {
        case 'c':
            options.file = optarg;
            break;
        case 's':
            options.socket = optarg;
            break;
        case 'j':
            options.json = true;
            break;
        case 'h':
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        case 'V':
            puts("tiffctl " PACKAGE_VERSION);
            return EXIT_SUCCESS;
        default:
            ctl_usage_error("unknown option");
        }
    if (optind == argc)
        ctl_usage_error("no command");
    if (argc - optind > 2)
        ctl_usage_error("too many arguments");
    ctl_run(&options, argv + optind, argc - optind);
    return EXIT_SUCCESS;
}
