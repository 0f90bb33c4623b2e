/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of proc_pid_maps(5). */
#include "fuzz.h"

#include <string.h>

#include "symbol/maps.h"

static void
check_line(const char *line)
{
    struct map map = { 0 };

    if (!maps_parse(line, &map))
        return;
    FUZZ_CHECK(map.path != NULL && map.path[0] != '\0');
    FUZZ_CHECK(strlen(map.path) <= strlen(line));
    FUZZ_CHECK(map.start < map.end);
    free(map.path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    char *rest = text;

    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        check_line(line);
    free(text);
    return 0;
}
