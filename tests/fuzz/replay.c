/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay: main() of a fuzz target where there is no libFuzzer: runs every seed, then changes
 * of them, the same ones each time. What it was at when the process died is left in a file.
 *
 * fuzz_TARGET [-runs=N] [-seed=N] [FILE|DIRECTORY...]; by default RUNS runs, and the seeds in
 * tests/fuzz/seeds/TARGET below $TOP_SRCDIR.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

enum {
    RUNS = 3000,
    SIZE_MAX_SEED = 4096, /* of a seed; what changes make of it may be larger */
    CAPACITY = 4 * SIZE_MAX_SEED,
    SEEDS_MAX = 4096,
    CPU_SECONDS = 300, /* after which the run must hang */
};

struct seed {
    uint8_t *bytes;
    size_t length;
};

static struct seed seeds[SEEDS_MAX];
static size_t seed_count;
static uint64_t random_state = 1;
static uint8_t current[CAPACITY];
static size_t current_length;
static char crash_file[256];

/* In newer sanitizers' libraries: called when they are about to end the process. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* --- when it dies ------------------------------------------------------------------------- */

static void
save_current(void)
{
    int fd = open(crash_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, current, current_length) < 0)
        return;
    close(fd);
    fprintf(stderr, "the input is in %s\n", crash_file);
}

static void
on_fatal_signal(int number)
{
    save_current();
    signal(number, SIG_DFL);
    raise(number);
}

static void
prepare_for_death(const char *name)
{
    static const int fatal[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGXCPU };
    const struct rlimit limit = { CPU_SECONDS, CPU_SECONDS + 10 };

    snprintf(crash_file, sizeof(crash_file), "%s.crash", name);
    setrlimit(RLIMIT_CPU, &limit);
    if (__sanitizer_set_death_callback) {
        __sanitizer_set_death_callback(save_current);
        signal(SIGXCPU, on_fatal_signal);
        signal(SIGABRT, on_fatal_signal);
        return;
    }
    for (size_t i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
        signal(fatal[i], on_fatal_signal);
}

/* --- seeds -------------------------------------------------------------------------------- */

static void
read_seed(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct seed *seed = &seeds[seed_count];

    if (file == NULL || seed_count == SEEDS_MAX ||
        (seed->bytes = malloc(SIZE_MAX_SEED)) == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(EXIT_FAILURE);
    }
    seed->length = fread(seed->bytes, 1, SIZE_MAX_SEED, file);
    if (fgetc(file) != EOF) {
        fprintf(stderr, "%s: larger than %d bytes\n", path, SIZE_MAX_SEED);
        exit(EXIT_FAILURE);
    }
    seed_count++;
    fclose(file);
}

static void
read_path(const char *path)
{
    struct dirent **entries;
    struct stat status;
    int count;

    if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
        read_seed(path);
        return;
    }
    if ((count = scandir(path, &entries, NULL, alphasort)) < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(EXIT_FAILURE);
    }
    for (int i = 0; i < count; i++) {
        char file[4096];

        snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            read_seed(file);
        free(entries[i]);
    }
    free(entries);
}

/* --- changes ------------------------------------------------------------------------------ */

/* xorshift64*: the same numbers on every machine. */
static size_t
draw(size_t below)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (size_t)((random_state * 0x2545f4914f6cdd1dU) >> 33) % below;
}

/* Puts length octets in place of those from `at` to `end`, as far as there is space. */
static void
replace(size_t at, size_t end, const uint8_t *bytes, size_t length)
{
    uint8_t copy[CAPACITY];

    if (current_length - (end - at) + length > CAPACITY)
        return;
    if (length > 0) /* bytes may be NULL then */
        memcpy(copy, bytes, length);
    memmove(current + at + length, current + end, current_length - end);
    memcpy(current + at, copy, length);
    current_length = current_length - (end - at) + length;
}

static void
change_once(void)
{
    static const char *const pieces[] = { "\r\n", "\r", "\n",          ",", ":",  "/..", "%2f",
                                          "0",    "-",  "99999999999", "=", "\t", "\"",  "[" };
    const struct seed *other = &seeds[draw(seed_count)];
    size_t at = draw(current_length + 1);
    size_t end = at + draw(12);
    const char *piece = pieces[draw(sizeof(pieces) / sizeof(*pieces))];
    uint8_t octet = (uint8_t)draw(256);
    size_t from;

    if (end > current_length)
        end = current_length;
    switch (draw(7)) {
    case 0:
        replace(at, end > at ? at + 1 : at, &octet, 1);
        break;
    case 1:
        replace(at, at, (const uint8_t *)piece, strlen(piece));
        break;
    case 2:
        replace(at, end, NULL, 0);
        break;
    case 3:
        replace(at, at, current + at, end - at);
        break;
    case 4:
        if (at < current_length)
            current[at] ^= (uint8_t)(1U << draw(8));
        break;
    default:
        from = draw(other->length + 1);
        replace(at, end, other->bytes + from, draw(other->length - from + 1));
        break;
    }
}

static void
run_changed(void)
{
    const struct seed *seed = &seeds[draw(seed_count)];

    memcpy(current, seed->bytes, seed->length);
    current_length = seed->length;
    for (size_t times = 1 + draw(8); times > 0; times--)
        change_once();
    LLVMFuzzerTestOneInput(current, current_length);
}

static void
read_default_seeds(const char *name)
{
    const char *top = getenv("TOP_SRCDIR");
    char directory[4096];

    snprintf(directory, sizeof(directory), "%s/tests/fuzz/seeds/%s", top ? top : ".",
             strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name);
    read_path(directory);
    if (seed_count > 0)
        return;
    fprintf(stderr, "%s: there are no seeds\n", directory);
    exit(EXIT_FAILURE);
}

int
main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash ? slash + 1 : argv[0];
    size_t runs = RUNS;

    prepare_for_death(name);
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "-runs=", 6) == 0)
            runs = strtoul(argv[i] + 6, NULL, 10);
        else if (strncmp(argv[i], "-seed=", 6) == 0)
            random_state = strtoul(argv[i] + 6, NULL, 10) | 1;
        else
            read_path(argv[i]);
    if (seed_count == 0)
        read_default_seeds(name);
    for (size_t i = 0; i < seed_count; i++) {
        memcpy(current, seeds[i].bytes, current_length = seeds[i].length);
        LLVMFuzzerTestOneInput(current, current_length);
    }
    for (size_t i = 0; i < runs; i++)
        run_changed();
    for (size_t i = 0; i < seed_count; i++)
        free(seeds[i].bytes);
    printf("%s: %zu seeds, %zu changes of them\n", name, seed_count, runs);
    return EXIT_SUCCESS;
}
