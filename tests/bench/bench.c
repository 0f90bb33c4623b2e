/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench: runs the micro-benchmarks: each with more and more operations until it takes long
 * enough for its time to be worth printing.
 *
 * Exports bench_reset(). Bad options are fatal.
 */
#include <math.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "allocations.h"
#include "bench.h"
#include "versus.h"

static const struct benchmark *const tables[] = {
    bench_request,   bench_access_line, bench_response_head, bench_range,   bench_catalogue,
    bench_histogram, bench_trace,       bench_base64,        bench_sampler, bench_filter,
};

enum { N_MAX = 1000000000 };

struct options {
    double seconds; /* -benchtime */
    unsigned count;
    const char *run;      /* an extended regular expression; NULL: all */
    regex_t pattern;      /* the same */
    struct versus versus; /* old: NULL, or the other program */
};

static struct {
    double begun;
    struct allocations before;
} timer;

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void
bench_reset(void)
{
    timer.before = allocations_total();
    timer.begun = now();
}

struct measured {
    struct bench bench;
    double seconds;
    struct allocations allocations;
};

static struct measured
run_once(const struct benchmark *benchmark, uint64_t n)
{
    struct measured measured = { .bench = { .n = n } };

    bench_reset();
    benchmark->run(&measured.bench);
    measured.seconds = now() - timer.begun;
    measured.allocations = allocations_total();
    measured.allocations.count -= timer.before.count;
    measured.allocations.bytes -= timer.before.bytes;
    return measured;
}

/* How many operations to try next: a fifth more than should do, at most 100 times as many. */
static uint64_t
next_n(const struct measured *last, double wanted)
{
    double n = (double)last->bench.n;
    double guess = 1.2 * n * wanted / (last->seconds > 1e-9 ? last->seconds : 1e-9);

    return (uint64_t)fmin(fmin(fmax(guess, n + 1), 100 * n), N_MAX);
}

static void
print(const char *name, const struct measured *measured)
{
    double n = (double)measured->bench.n;

    printf("Benchmark%s-1\t%10ju\t%10.2f ns/op", name, (uintmax_t)measured->bench.n,
           measured->seconds * 1e9 / n);
    if (measured->bench.bytes > 0)
        printf("\t%8.2f MB/s", (double)measured->bench.bytes * n / measured->seconds / 1e6);
    if (allocations_counted())
        printf("\t%8ju B/op\t%8ju allocs/op",
               (uintmax_t)(measured->allocations.bytes / measured->bench.n),
               (uintmax_t)(measured->allocations.count / measured->bench.n));
    printf("\n");
    fflush(stdout);
}

static void
run(const struct benchmark *benchmark, const struct options *options)
{
    struct measured measured = run_once(benchmark, 1);

    while (measured.seconds < options->seconds && measured.bench.n < N_MAX)
        measured = run_once(benchmark, next_n(&measured, options->seconds));
    print(benchmark->name, &measured);
}

/* False if the other program or ours can't be run. */
static bool
run_table(const struct benchmark *benchmark, const struct options *options)
{
    for (; benchmark->name; benchmark++) {
        if (options->run && regexec(&options->pattern, benchmark->name, 0, NULL, 0) != 0)
            continue;
        if (options->versus.old && !versus_run(&options->versus, benchmark->name))
            return false;
        for (unsigned i = 0; !options->versus.old && i < options->count; i++)
            run(benchmark, options);
    }
    return true;
}

/* The value of -NAME=VALUE or -NAME VALUE, or NULL. */
static const char *
option_value(char **arguments, int *at, const char *name)
{
    const char *argument = arguments[*at] + strspn(arguments[*at], "-");
    size_t length = strlen(name);

    if (argument == arguments[*at] || strncmp(argument, name, length) != 0)
        return NULL;
    if (argument[length] == '=')
        return argument + length + 1;
    return argument[length] == '\0' && arguments[*at + 1] ? arguments[++*at] : NULL;
}

static bool
read_options(struct options *options, char **arguments)
{
    for (int i = 1; arguments[i]; i++) {
        const char *value;

        if ((value = option_value(arguments, &i, "benchtime")))
            options->versus.benchtime = value;
        else if ((value = option_value(arguments, &i, "count")))
            options->count = (unsigned)atoi(value);
        else if ((value = option_value(arguments, &i, "run")))
            options->run = value;
        else if ((value = option_value(arguments, &i, "vs")))
            options->versus.old = value;
        else
            return false;
    }
    if (options->versus.benchtime)
        options->seconds = atof(options->versus.benchtime);
    options->versus.new = "/proc/self/exe";
    options->versus.count = options->count;
    return options->seconds > 0 && options->count > 0 &&
           (!options->run ||
            regcomp(&options->pattern, options->run, REG_EXTENDED | REG_NOSUB) == 0);
}

/* The lines by which Go's tools tell machines apart; the cpu where the kernel knows its name.
 */
static void
print_machine(void)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    struct utsname name;
    char line[256];

    uname(&name);
    printf("goos: linux\ngoarch: %s\npkg: tiffd\n", name.machine);
    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
            printf("cpu%s", strchr(line, ':'));
            break;
        }
    }
    if (file)
        fclose(file);
}

/* Another definition of malloc(3) before ours would make every "0 allocs/op" a lie. */
static void
check_allocations(void)
{
    uint64_t before = allocations_total().count;
    void *volatile memory = malloc(1);

    free(memory);
    if (allocations_counted() && allocations_total().count != before + 1) {
        fputs("bench: allocations are not counted\n", stderr);
        exit(1);
    }
}

int
main(int argc, char **argv)
{
    struct options options = { .seconds = 1, .count = 1 };

    if (argc < 1 || !read_options(&options, argv)) {
        fputs("usage: bench [-run=REGULAR-EXPRESSION] [-benchtime=SECONDS] [-count=N] [--vs "
              "PROGRAM]\n"
              "--vs: the same benchmarks of another build in turn with ours; see "
              "scripts/benchcmp\n",
              stderr);
        return 2;
    }
    check_allocations();
    print_machine();
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
        if (!run_table(tables[i], &options))
            return 1;
    return 0;
}
