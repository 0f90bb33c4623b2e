/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the access log, from any bytes of a request: one line, in printable ASCII, of
 * bounded length; and JSON is JSON. */
#include "fuzz.h"

#include <string.h>

#include <jansson.h>

#include "worker/access_line.h"

static const char *const formats[] = { "common", "combined", "extended", "json" };

static void
check_line(const char *line, size_t length, bool json)
{
    json_t *object;

    FUZZ_CHECK(length >= 1 && length <= ACCESS_LINE_MAX && line[length - 1] == '\n');
    for (size_t i = 0; i < length - 1; i++)
        FUZZ_CHECK(line[i] >= 0x20 && line[i] < 0x7f);
    if (!json)
        return;
    object = json_loadb(line, length, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    FUZZ_CHECK(object != NULL);
    json_decref(object);
}

static void
write_line(const struct access_format *format, const struct access_request *request)
{
    static char begun[ACCESS_LINE_MAX];
    static char line[ACCESS_LINE_MAX];
    struct access_time time;
    const struct access_response response = { .time = &time,
                                              .sent = UINT64_MAX,
                                              .body = UINT64_MAX,
                                              .duration = UINT64_MAX,
                                              .first_byte = UINT64_MAX };
    size_t length;

    access_line_time(&time, 0);
    length = access_line_begin(format, request, begun);
    FUZZ_CHECK(length < ACCESS_LINE_MAX);
    length = access_line_end(format, (struct span){ begun, length }, &response, line);
    check_line(line, length, format->json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    static struct range ranges[8];
    const struct address nobody = { .family = (uint8_t)fuzz_octet(&input) };
    const unsigned count = fuzz_octet(&input) % 8;
    struct access_format format;
    struct span found;
    char *bytes;
    struct span text;
    struct access_request request = { .client = &nobody,
                                      .peer = &nobody,
                                      .status = 999,
                                      .length = SIZE_MAX,
                                      .ranges = ranges,
                                      .range_count = count,
                                      .generation = UINT32_MAX,
                                      .worker = UINT32_MAX,
                                      .pid = INT32_MAX,
                                      .connection = UINT32_MAX,
                                      .number = UINT32_MAX };

    for (unsigned i = 0; i < count; i++)
        ranges[i] = (struct range){ fuzz_number(&input, 8), fuzz_number(&input, 8) };
    bytes = fuzz_copy(input.at, input.left);
    text = (struct span){ bytes, input.left };
    request.line = span_cut(&text, '\n');
    request.fields = text;
    request.asset = request.line;
    for (unsigned i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        FUZZ_CHECK(access_format_read(&format, formats[i], ACCESS_ESCAPE_DEFAULT, &found) ==
                   NULL);
        write_line(&format, &request);
    }
    free(bytes);
    return 0;
}
