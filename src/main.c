/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main: the command line and the boot order: options, configuration, then the master.
 *
 * Exit status: 0 done, 1 the configuration or the start failed, 2 the command line is wrong.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/count.h"
#include "base/flags.h"
#include "base/memory.h"
#include "base/title.h"
#include "build.h"
#include "config/config.h"
#include "config/config_dump.h"
#include "config/config_free.h"
#include "config/config_load.h"
#include "config/debug_env.h"
#include "config/override.h"
#include "master/footprint.h"
#include "master/generation.h"
#include "master/master.h"
#include "master/remote.h"
#include "version.h"

#define DEFAULT_FILE  SYSCONFDIR "/tiffd/tiffd.ini"
#define EXIT_USAGE    2
#define OVERRIDES_MAX 64

/* Options without a letter. */
enum { OPTION_CPU_PROFILE = 256, OPTION_HEAP_PROFILE };

enum mode { MODE_RUN, MODE_TEST, MODE_DUMP, MODE_SIGNAL, MODE_VERSION, MODE_HELP };

struct command_line {
    struct master_options options;
    struct config_override overrides[OVERRIDES_MAX];
    enum mode mode;
    int signal; /* MODE_SIGNAL */
};

static const struct flag main_flags[] = {
#define FLAG(letter, name, argument, help) { letter, name, argument, help },
#include "flag_list.h"
#undef FLAG
};

static const char usage[] = "usage: tiffd [-dhtTV] [-c FILE] [-o SECTION.KEY=VALUE] ... "
                            "[-s SIGNAL] [--cpuprofile PREFIX] [--memprofile PREFIX]\n";

static _Noreturn void
usage_error(const char *message)
{
    if (message)
        fprintf(stderr, "tiffd: %s\n", message);
    fputs(usage, stderr);
    exit(EXIT_USAGE);
}

/* Owns the text from now on. */
static void
add_override(struct command_line *line, char *text)
{
    struct override parts;

    if (line->options.override_count == OVERRIDES_MAX)
        usage_error("more than 64 options -o");
    if (!override_split(text, &parts))
        usage_error("an option -o is not section.key=value");
    line->overrides[line->options.override_count++].text = text;
}

/* The same as an option -o, but a relative prefix begins here, whatever profile.dir says. */
static void
add_profile(struct command_line *line, const char *key, const char *prefix)
{
    char *directory = prefix[0] == '/' || prefix[0] == '\0' ? NULL : realpath(".", NULL);

    add_override(line, memory_format("profile.%s=%s%s%s", key, directory ? directory : "",
                                     directory ? "/" : "", prefix));
    free(directory);
}

/* Before the command line, which has the last word. */
static void
add_debug_settings(struct command_line *line)
{
    struct debug_env debug;
    char error[DEBUG_ENV_ERROR_SIZE];

    if (!debug_env_read(&debug, getenv(DEBUG_ENV_NAME), error))
        usage_error(error);
    for (size_t i = 0; i < debug.count; i++)
        add_override(line, memory_copy(debug.overrides[i]));
}

static void
set_signal(struct command_line *line, const char *word)
{
    line->mode = MODE_SIGNAL;
    if ((line->signal = remote_signal_of(word)) == 0)
        usage_error("an option -s is unknown; accepted: " REMOTE_SIGNALS);
}

/* One option, or what getopt_long(3) has said of it already. */
static void
take_option(struct command_line *line, int letter)
{
    switch (letter) {
    case 'c':
        line->options.file = optarg;
        break;
    case 'o':
        add_override(line, memory_copy(optarg));
        break;
    case OPTION_CPU_PROFILE:
        add_profile(line, "cpu", optarg);
        break;
    case OPTION_HEAP_PROFILE:
        add_profile(line, "heap", optarg);
        break;
    case 'd':
        line->options.detach = true;
        break;
    case 's':
        set_signal(line, optarg);
        break;
    case 't':
    case 'T':
    case 'V':
    case 'h':
        line->mode = letter == 't'   ? MODE_TEST
                     : letter == 'T' ? MODE_DUMP
                     : letter == 'V' ? MODE_VERSION
                                     : MODE_HELP;
        break;
    default:
        usage_error(NULL);
    }
}

static void
parse(struct command_line *line, int argc, char **argv)
{
    struct flag_names names;
    int letter;

    flags_prepare(&names, main_flags, COUNT(main_flags));
    while ((letter = getopt_long(argc, argv, names.letters, names.names, NULL)) != -1)
        take_option(line, letter);
    if (optind < argc)
        usage_error("unexpected argument");
}

static struct config *
configure(const struct master_options *options)
{
    struct report report = { 0 };
    struct config *config =
        generation_configure(options->file, options->overrides, options->override_count,
                             catalogue_check, &report);

    if (report.text)
        fputs(report.text, stderr);
    if (config == NULL)
        fprintf(stderr, "tiffd: %s: %zu error%s, nothing started\n", options->file,
                report.count, report.count == 1 ? "" : "s");
    report_free(&report);
    return config;
}

static void
print_valid(const char *file, const struct config *config)
{
    char memory[FOOTPRINT_TEXT_SIZE];

    footprint_text(memory, config);
    printf("%s: configuration is valid\nmemory: %s\n", file, memory);
}

/* -t and -T: what the configuration says, without acting on it. */
static int
main_show(const struct command_line *line, struct config *config)
{
    if (line->mode == MODE_DUMP)
        config_dump(config, stdout);
    else
        print_valid(line->options.file, config);
    config_free(config);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Started with a standard stream closed, the next file opened would be taken for it, and log
 * lines would go there. */
static void
open_standard_streams(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* gperftools begins to profile before main() where these are set, and forked processes would
 * then overwrite the master's file. Begins anew without them. */
static void
drop_foreign_profilers(char **argv)
{
    static const char *const names[] = { "CPUPROFILE", "HEAPPROFILE", "HEAPCHECK" };
    bool found = false;

    for (size_t i = 0; i < COUNT(names); i++) {
        if (getenv(names[i]) == NULL)
            continue;
        fprintf(stderr, "tiffd: %s is ignored; see --cpuprofile and --memprofile\n", names[i]);
        unsetenv(names[i]);
        found = true;
    }
    if (found)
        execv("/proc/self/exe", argv);
}

static int
print_help(void)
{
    printf("%s\n", usage);
    flags_print_help(main_flags, COUNT(main_flags), stdout);
    puts("\nSee tiffd(8), tiffd.ini(5), tiffctl(8), tiffd-debug(7), tiffd-trace(7) and "
         "tiffd-metrics(7).");
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* -s: whether the files that the configuration names are there does not matter. */
static int
send_signal(const struct command_line *line)
{
    const struct master_options *options = &line->options;
    struct report report = { 0 };
    struct config *config =
        config_load(options->file, options->overrides, options->override_count, &report);
    const int error = config ? remote_signal(config, line->signal) : -1;

    if (report.text)
        fputs(report.text, stderr);
    report_free(&report);
    config_free(config);
    return error < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void
free_overrides(struct command_line *line)
{
    for (size_t i = 0; i < line->options.override_count; i++)
        memory_free((void *)(uintptr_t)line->overrides[i].text);
}

int
main(int argc, char **argv)
{
    struct command_line line = { .options.file = DEFAULT_FILE };
    int status = EXIT_FAILURE;
    struct config *config;

    open_standard_streams();
    drop_foreign_profilers(argv);
    title_init(argv);
    line.options.arguments = argv;
    line.options.overrides = line.overrides;
    add_debug_settings(&line);
    parse(&line, argc, argv);
    if (line.mode == MODE_VERSION)
        status = version_print(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    else if (line.mode == MODE_HELP)
        status = print_help();
    else if (line.mode == MODE_SIGNAL)
        status = send_signal(&line);
    else if ((config = configure(&line.options)) != NULL)
        status = line.mode == MODE_RUN ? master_run(&line.options, config)
                                       : main_show(&line, config);
    free_overrides(&line);
    return status;
}
