/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pprof: writes samples at once and numbers their strings, functions and locations; the tables
 * of these follow when they are complete. Fields may be in any order.
 */
#include "format/pprof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/saturate.h"
#include "format/gzip.h"
#include "format/proto.h"
#include "profile/stacks.h"

/* Field numbers of profile.proto. */
enum {
    PROFILE_SAMPLE_TYPE = 1,
    PROFILE_SAMPLE,
    PROFILE_MAPPING,
    PROFILE_LOCATION,
    PROFILE_FUNCTION,
    PROFILE_STRING_TABLE,
    PROFILE_TIME_NANOS = 9,
    PROFILE_DURATION_NANOS,
    PROFILE_PERIOD_TYPE,
    PROFILE_PERIOD,
    PROFILE_COMMENT,
    PROFILE_DEFAULT_SAMPLE_TYPE
};
enum { VALUE_TYPE = 1, VALUE_UNIT };
enum { SAMPLE_LOCATION = 1, SAMPLE_VALUE, SAMPLE_LABEL };
enum { LABEL_KEY = 1, LABEL_STRING };
enum {
    MAPPING_ID = 1,
    MAPPING_START,
    MAPPING_LIMIT,
    MAPPING_OFFSET,
    MAPPING_FILENAME,
    MAPPING_BUILD_ID,
    MAPPING_HAS_FUNCTIONS,
    MAPPING_HAS_FILENAMES,
    MAPPING_HAS_LINE_NUMBERS,
    MAPPING_HAS_INLINE_FRAMES
};
enum { LOCATION_ID = 1, LOCATION_MAPPING, LOCATION_ADDRESS, LOCATION_LINE };
enum { LINE_FUNCTION = 1, LINE_LINE };
enum { FUNCTION_ID = 1, FUNCTION_NAME, FUNCTION_SYSTEM_NAME, FUNCTION_FILENAME };

/* What is known about the code of a mapping, as bits. Readers that have the file look up only
 * what is unknown. */
enum { KNOWN_FUNCTIONS = 1, KNOWN_FILES = 2, KNOWN_LINES = 4, KNOWN_INLINED = 8 };

/* Key of a function: numbers of strings. */
struct function {
    size_t name;
    size_t file;
};

struct writer {
    const struct profile *profile;
    const struct maps *maps;
    struct symbols *symbols;
    struct proto whole;
    struct proto part; /* a message within the profile */
    struct proto leaf; /* a message within part */
    struct intern *strings;
    struct intern *functions;
    struct intern *locations; /* by address */
    unsigned char *known;     /* by mapping */
    int64_t samples;          /* sums of the first two values */
    int64_t time;
};

static uint64_t
pprof_string(struct writer *writer, const char *text)
{
    return intern_number(writer->strings, text, strlen(text));
}

/* Ends a message of the profile. */
static void
finish(struct writer *writer, unsigned field)
{
    proto_message(&writer->whole, field, &writer->part);
    proto_clear(&writer->part);
}

/* --- samples ------------------------------------------------------------------------------ */

static void
add_label(struct writer *writer, const char *key, const char *value)
{
    if (value == NULL)
        return;
    proto_clear(&writer->leaf);
    proto_number(&writer->leaf, LABEL_KEY, pprof_string(writer, key));
    proto_number(&writer->leaf, LABEL_STRING, pprof_string(writer, value));
    proto_message(&writer->part, SAMPLE_LABEL, &writer->leaf);
}

static void
pprof_add_sample(void *argument, const struct profile_sample *sample)
{
    struct writer *writer = argument;
    enum profile_kind kind = writer->profile->kind;
    uint64_t numbers[STACKS_DEPTH];
    char worker[16];

    for (unsigned i = 0; i < sample->depth; i++) {
        uintptr_t address = profile_address(kind, sample, i);

        numbers[i] = intern_number(writer->locations, &address, sizeof(address)) + 1;
    }
    proto_numbers(&writer->part, SAMPLE_LOCATION, numbers, sample->depth);
    for (unsigned i = 0; i < PROFILE_VALUES; i++)
        numbers[i] = (uint64_t)sample->values[i];
    proto_numbers(&writer->part, SAMPLE_VALUE, numbers, profile_meaning(kind)->count);
    snprintf(worker, sizeof(worker), "%u", sample->worker);
    add_label(writer, "worker", sample->worker == PROFILE_NO_WORKER ? NULL : worker);
    add_label(writer, "variant", sample->label->variant);
    add_label(writer, "object", sample->label->object);
    finish(writer, PROFILE_SAMPLE);
    writer->samples = saturate_add(writer->samples, sample->values[0]);
    writer->time = saturate_add(writer->time, sample->values[1]);
}

/* --- what samples refer to ---------------------------------------------------------------- */

static uint64_t
function_id(struct writer *writer, const struct symbol *symbol)
{
    const struct function function = { .name = pprof_string(writer, symbol->function),
                                       .file = pprof_string(writer,
                                                            symbol->file ? symbol->file : "") };

    return intern_number(writer->functions, &function, sizeof(function)) + 1;
}

/* 0: none. */
static size_t
mapping_id(const struct writer *writer, uintptr_t address)
{
    const struct map *map = maps_find(writer->maps, address);

    return map ? (size_t)(map - writer->maps->items) + 1 : 0;
}

/* Addresses in the program count as it was linked, not as it was loaded: `go tool pprof` before
 * Go 1.20 disassembles nothing else. */
static uint64_t
linked(const struct map *map, uintptr_t address)
{
    return map && map->program ? address - map->bias : address;
}

static void
note_known(struct writer *writer, size_t mapping, const struct symbol *frames, size_t count)
{
    unsigned known = count > 1 ? KNOWN_INLINED : 0;

    for (size_t i = 0; i < count; i++)
        known |= (frames[i].known ? KNOWN_FUNCTIONS : 0) | (frames[i].file ? KNOWN_FILES : 0) |
                 (frames[i].line > 0 ? KNOWN_LINES : 0);
    if (mapping > 0)
        writer->known[mapping - 1] |= (unsigned char)known;
}

static void
add_location(struct writer *writer, size_t number)
{
    uintptr_t address;
    const struct symbol *frames;
    size_t mapping;
    size_t count;

    memcpy(&address, intern_key(writer->locations, number, NULL), sizeof(address));
    mapping = mapping_id(writer, address);
    count = symbol_find(writer->symbols, address, &frames);
    note_known(writer, mapping, frames, count);
    proto_number(&writer->part, LOCATION_ID, number + 1);
    proto_number(&writer->part, LOCATION_MAPPING, mapping);
    proto_number(&writer->part, LOCATION_ADDRESS,
                 linked(maps_find(writer->maps, address), address));
    for (size_t i = 0; i < count; i++) {
        proto_clear(&writer->leaf);
        proto_number(&writer->leaf, LINE_FUNCTION, function_id(writer, &frames[i]));
        proto_number(&writer->leaf, LINE_LINE, frames[i].line);
        proto_message(&writer->part, LOCATION_LINE, &writer->leaf);
    }
    finish(writer, PROFILE_LOCATION);
}

static void
add_function(struct writer *writer, size_t number)
{
    struct function function;

    memcpy(&function, intern_key(writer->functions, number, NULL), sizeof(function));
    proto_number(&writer->part, FUNCTION_ID, number + 1);
    proto_number(&writer->part, FUNCTION_NAME, function.name);
    proto_number(&writer->part, FUNCTION_SYSTEM_NAME, function.name);
    proto_number(&writer->part, FUNCTION_FILENAME, function.file);
    finish(writer, PROFILE_FUNCTION);
}

static void
add_mapping(struct writer *writer, size_t number)
{
    const struct map *map = &writer->maps->items[number];
    const unsigned known = writer->known[number];

    proto_number(&writer->part, MAPPING_ID, number + 1);
    proto_number(&writer->part, MAPPING_START, linked(map, map->start));
    proto_number(&writer->part, MAPPING_LIMIT, linked(map, map->end));
    proto_number(&writer->part, MAPPING_OFFSET, map->offset);
    proto_number(&writer->part, MAPPING_FILENAME, pprof_string(writer, map->path));
    proto_number(&writer->part, MAPPING_BUILD_ID, pprof_string(writer, map->build_id));
    proto_number(&writer->part, MAPPING_HAS_FUNCTIONS, (known & KNOWN_FUNCTIONS) != 0);
    proto_number(&writer->part, MAPPING_HAS_FILENAMES, (known & KNOWN_FILES) != 0);
    proto_number(&writer->part, MAPPING_HAS_LINE_NUMBERS, (known & KNOWN_LINES) != 0);
    proto_number(&writer->part, MAPPING_HAS_INLINE_FRAMES, (known & KNOWN_INLINED) != 0);
    finish(writer, PROFILE_MAPPING);
}

/* --- the whole ---------------------------------------------------------------------------- */

static void
add_type(struct writer *writer, unsigned field, const char *name, const char *unit)
{
    proto_number(&writer->part, VALUE_TYPE, pprof_string(writer, name));
    proto_number(&writer->part, VALUE_UNIT, pprof_string(writer, unit));
    finish(writer, field);
}

/* Adds the rate that was reached, because the kernel's tick limits the rate that was
 * configured. */
static void
add_cpu_rate(struct writer *writer)
{
    char text[128];

    if (writer->samples <= 0 || writer->time <= 0)
        return;
    proto_number(&writer->whole, PROFILE_PERIOD, (uint64_t)(writer->time / writer->samples));
    snprintf(text, sizeof(text), "Rate: %.0f samples a second of CPU time, %llu asked for",
             1e9 * (double)writer->samples / (double)writer->time,
             (unsigned long long)writer->profile->rate);
    proto_number(&writer->whole, PROFILE_COMMENT, pprof_string(writer, text));
}

static void
add_period(struct writer *writer)
{
    const struct profile_type *kind_type = profile_meaning(writer->profile->kind)->types;

    switch (writer->profile->kind) {
    case PROFILE_CPU:
        add_type(writer, PROFILE_PERIOD_TYPE, "cpu", "nanoseconds");
        add_cpu_rate(writer);
        break;
    case PROFILE_HEAP:
        add_type(writer, PROFILE_PERIOD_TYPE, "space", "bytes");
        proto_number(&writer->whole, PROFILE_PERIOD, writer->profile->rate);
        break;
    default:
        add_type(writer, PROFILE_PERIOD_TYPE, kind_type->name, kind_type->unit);
        proto_number(&writer->whole, PROFILE_PERIOD, 1);
    }
}

static void
add_head(struct writer *writer, int preferred)
{
    const struct profile *profile = writer->profile;
    const struct profile_meaning *meaning = profile_meaning(profile->kind);
    unsigned shown = preferred < 0 ? meaning->preferred : (unsigned)preferred;

    for (unsigned i = 0; i < meaning->count; i++)
        add_type(writer, PROFILE_SAMPLE_TYPE, meaning->types[i].name, meaning->types[i].unit);
    proto_number(&writer->whole, PROFILE_DEFAULT_SAMPLE_TYPE,
                 pprof_string(writer, meaning->types[shown].name));
    proto_number(&writer->whole, PROFILE_TIME_NANOS, profile->begin);
    proto_number(&writer->whole, PROFILE_DURATION_NANOS, profile->duration);
}

/* The string table comes last, because everything else adds to it; its first entry must be
 * "". */
static void
encode(struct writer *writer, int preferred)
{
    pprof_string(writer, "");
    add_head(writer, preferred);
    profile_each(writer->profile, pprof_add_sample, writer);
    add_period(writer);
    for (size_t i = 0; i < intern_count(writer->locations); i++)
        add_location(writer, i);
    for (size_t i = 0; i < writer->maps->count; i++)
        add_mapping(writer, i);
    for (size_t i = 0; i < intern_count(writer->functions); i++)
        add_function(writer, i);
    for (size_t i = 0; i < intern_count(writer->strings); i++) {
        size_t length;
        const char *text = intern_key(writer->strings, i, &length);

        proto_bytes(&writer->whole, PROFILE_STRING_TABLE, text, length);
    }
}

int
pprof_write(const struct profile *profile, int preferred, const struct maps *maps,
            struct symbols *symbols, FILE *out)
{
    struct writer writer = { .profile = profile,
                             .maps = maps,
                             .symbols = symbols,
                             .strings = intern_create(),
                             .functions = intern_create(),
                             .locations = intern_create(),
                             .known = calloc(maps->count + 1, 1) };
    int error = -ENOMEM;

    if (writer.known)
        encode(&writer, preferred);
    if (writer.known && !writer.whole.failed && !intern_failed(writer.strings) &&
        !intern_failed(writer.functions) && !intern_failed(writer.locations))
        error = gzip_write(writer.whole.bytes, writer.whole.size, out);
    proto_free(&writer.whole);
    proto_free(&writer.part);
    proto_free(&writer.leaf);
    free(writer.known);
    intern_free(writer.strings);
    intern_free(writer.functions);
    intern_free(writer.locations);
    return error;
}
