/* SPDX-License-Identifier: BSD-2-Clause */
/* Overrides: each line of the input is an option -o, on top of a small configuration. */
#include <string.h>

#include "config/override.h"
#include "config_round.h"
#include "fuzz.h"

enum { OVERRIDES = 8 };

static const char BASE[] = "[server]\nlisten = *:80\n[asset /a]\nfile = /b\n";

static void
check_split(const char *text)
{
    const char *end = text + strlen(text);
    struct override override;

    if (!override_split(text, &override))
        return;
    FUZZ_CHECK(override.section.length > 0 && override.key.length > 0);
    FUZZ_CHECK(override.section.at >= text);
    FUZZ_CHECK(override.section.at + override.section.length < override.key.at);
    FUZZ_CHECK(override.key.at + override.key.length < override.value.at + 1);
    FUZZ_CHECK(override.value.at + override.value.length <= end);
    FUZZ_CHECK(memchr(override.key.at, '=', override.key.length) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_override overrides[OVERRIDES];
    char *text = fuzz_text(data, size);
    char *rest = text;
    size_t count = 0;

    for (char *line; count < OVERRIDES && (line = strsep(&rest, "\n")) != NULL; count++) {
        overrides[count].text = line;
        check_split(line);
    }
    config_round(BASE, strlen(BASE), overrides, count);
    free(text);
    return 0;
}
