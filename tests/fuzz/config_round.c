/* SPDX-License-Identifier: BSD-2-Clause */
/* config_round: see config_round.h. Files are in memory, and have a path all the same. */
#include "config_round.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/config_dump.h"
#include "config/config_free.h"
#include "config/config_load.h"
#include "fuzz.h"

struct file {
    int fd;
    char path[64];
};

static const struct file *
write_file(struct file *file, const void *text, size_t length)
{
    if (file->fd == 0) {
        file->fd = memfd_create("fuzz", MFD_CLOEXEC);
        FUZZ_CHECK(file->fd > 0);
        snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
    }
    FUZZ_CHECK(ftruncate(file->fd, 0) == 0);
    FUZZ_CHECK(pwrite(file->fd, text, length, 0) == (ssize_t)length);
    return file;
}

static char *
dump(const struct config *config)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    config_dump(config, out);
    fclose(out);
    FUZZ_CHECK(strlen(text) == size);
    return text;
}

static void
check_report(const struct report *report)
{
    size_t lines = 0;

    FUZZ_CHECK(report->count > 0 && report->text != NULL);
    for (const char *at = report->text; *at; at++)
        lines += *at == '\n';
    FUZZ_CHECK(lines >= report->count);
}

static void
check_accepted(const struct config *config)
{
    static struct file file;
    struct report report = { 0 };
    char *before = dump(config);
    char *after;
    struct config *again =
        config_load(write_file(&file, before, strlen(before))->path, NULL, 0, &report);

    if (again == NULL)
        fprintf(stderr, "%s%s", before, report.text);
    FUZZ_CHECK(again != NULL && report.count == 0);
    after = dump(again);
    FUZZ_CHECK(strcmp(before, after) == 0);
    free(after);
    free(before);
    config_free(again);
    report_free(&report);
}

void
config_round(const void *text, size_t length, const struct config_override *overrides,
             size_t count)
{
    static struct file file;
    struct report report = { 0 };
    struct config *config =
        config_load(write_file(&file, text, length)->path, overrides, count, &report);

    if (config == NULL) {
        check_report(&report);
    } else {
        FUZZ_CHECK(report.count == 0);
        check_accepted(config);
    }
    config_free(config);
    report_free(&report);
}
