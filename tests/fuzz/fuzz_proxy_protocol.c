/* SPDX-License-Identifier: BSD-2-Clause */
/* Headers of the PROXY protocol, and fields that name clients: what comes in pieces means the
 * same, and what is refused stays refused. */
#include "fuzz.h"

#include <string.h>

#include "http/forwarded.h"
#include "http/proxy_protocol.h"

/* Every beginning, in memory of its own. */
static void
check_beginnings(const uint8_t *data, size_t size)
{
    enum proxy_protocol before = PROXY_PROTOCOL_MORE;
    size_t header = 0;

    for (size_t length = 0; length <= size && length <= PROXY_PROTOCOL_MAX + 1; length++) {
        char *bytes = fuzz_copy(data, length);
        struct address client;
        size_t consumed;
        const enum proxy_protocol now = proxy_protocol_read(bytes, length, &consumed, &client);

        FUZZ_CHECK(before == PROXY_PROTOCOL_MORE || now == before);
        FUZZ_CHECK(now != PROXY_PROTOCOL_MORE || length < PROXY_PROTOCOL_MAX);
        FUZZ_CHECK(now != PROXY_PROTOCOL_DONE ||
                   (consumed > 0 && consumed <= length && (header == 0 || consumed == header)));
        if (now == PROXY_PROTOCOL_DONE)
            header = consumed;
        before = now;
        free(bytes);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct network everybody[2];
    const struct network_list trusted = { everybody, 2 };
    const struct address connected = { .bytes = { 10 }, .family = 2 };
    char *bytes = fuzz_copy(data, size);
    struct address client;

    check_beginnings(data, size);
    FUZZ_CHECK(network_parse(SPAN("0.0.0.0/0"), &everybody[0]) == NULL);
    FUZZ_CHECK(network_parse(SPAN("::/0"), &everybody[1]) == NULL);
    client = forwarded_client(&connected, (struct span){ bytes, size }, FORWARDED_X, &trusted);
    FUZZ_CHECK(client.family != 0);
    client = forwarded_client(&connected, (struct span){ bytes, size }, FORWARDED_STANDARD,
                              &trusted);
    FUZZ_CHECK(client.family != 0);
    free(bytes);
    return 0;
}
