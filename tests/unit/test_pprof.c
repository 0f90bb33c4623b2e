/* SPDX-License-Identifier: BSD-2-Clause */
/* Pprof: a small profile, written, unpacked and decoded; every reference must lead somewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/pprof.h"
#include "profile/heap.h"
#include "profile/marker.h"
#include "profile/sampler.h"
#include "profile/stacks.h"
#include "profile_load.h"
#include "profile_wire.h"

enum { MANY = 64 };

/* What of a profile.proto the tests look at. */
struct decoded {
    unsigned char *memory;
    char strings[512][256];
    unsigned string_count;
    struct wire samples[MANY];
    unsigned sample_count;
    struct wire locations[MANY]; /* by id, less one */
    unsigned location_count;
    struct wire functions[MANY]; /* likewise */
    unsigned function_count;
    struct wire mappings[MANY];
    unsigned mapping_count;
    struct wire types[4];
    unsigned type_count;
    uint64_t numbers[16]; /* fields that are numbers */
};

static void
keep(struct wire *list, unsigned *count, unsigned capacity, struct wire bytes)
{
    assert_true(*count < capacity);
    list[(*count)++] = bytes;
}

static void
keep_string(struct decoded *decoded, struct wire bytes)
{
    size_t length = (size_t)(bytes.end - bytes.at);

    assert_true(decoded->string_count < 512 && length < 256);
    memcpy(decoded->strings[decoded->string_count++], bytes.at, length);
}

static void
decode(struct decoded *decoded, const void *packed, size_t size)
{
    struct wire_field field;
    struct wire wire;

    memset(decoded, 0, sizeof(*decoded));
    decoded->memory = wire_unpack(packed, size, &wire);
    while (wire_next(&wire, &field))
        switch (field.number) {
        case 1:
            keep(decoded->types, &decoded->type_count, 4, field.bytes);
            break;
        case 2:
            keep(decoded->samples, &decoded->sample_count, MANY, field.bytes);
            break;
        case 3:
            keep(decoded->mappings, &decoded->mapping_count, MANY, field.bytes);
            break;
        case 4:
            keep(decoded->locations, &decoded->location_count, MANY, field.bytes);
            break;
        case 5:
            keep(decoded->functions, &decoded->function_count, MANY, field.bytes);
            break;
        case 6:
            keep_string(decoded, field.bytes);
            break;
        default:
            assert_true(field.number < 16);
            decoded->numbers[field.number] = field.value;
        }
}

static uint64_t
number_in(struct wire message, unsigned number)
{
    struct wire_field field;

    while (wire_next(&message, &field))
        if (field.number == number)
            return field.value;
    return 0;
}

static const char *
text_in(const struct decoded *decoded, struct wire message, unsigned number)
{
    uint64_t index = number_in(message, number);

    assert_true(index < decoded->string_count);
    return decoded->strings[index];
}

static const struct label_name label_items[] = { { "/a.tif", "cached" } };
static const struct label_names labels = { label_items, 1 };
static struct tables tables;
static struct maps maps;
static struct symbols *symbols;
static struct decoded decoded;

static int
set_up(void **state)
{
    (void)state;
    if (maps_read(&maps) < 0 || (symbols = symbol_open(&maps)) == NULL)
        return -1;
    return tables_create(&tables, &(struct tables_plan){ .workers = 2 });
}

static int
tear_down(void **state)
{
    (void)state;
    free(decoded.memory);
    symbol_close(symbols);
    maps_free(&maps);
    tables_destroy(&tables);
    return 0;
}

static void
write_and_decode(enum profile_kind kind, int preferred)
{
    struct profile *profile = profile_take(&tables, kind, 0, 2, &labels);
    char *packed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&packed, &size);

    assert_int_equal(pprof_write(profile, preferred, &maps, symbols, out), 0);
    fclose(out);
    decode(&decoded, packed, size);
    assert_int_equal(decoded.numbers[9], profile->begin);
    assert_int_equal(decoded.numbers[10], profile->duration);
    free(packed);
    profile_free(profile);
}

static void
add_samples(void)
{
    const uintptr_t pcs[] = { marker_pc(MARKER_WAIT_DISK), marker_pc(MARKER_WAIT_CLIENT) };

    tables_cpu(&tables, 0)->hz = 1000;
    load_table(load_stacks(&tables, PROFILE_CPU, 0), 1, pcs, 2, 3, 12000000);
    load_table(load_stacks(&tables, PROFILE_CPU, 1), 0, pcs + 1, 1, 1, 4000000);
}

static void
the_kind_is_described(void **state)
{
    (void)state;
    add_samples();
    write_and_decode(PROFILE_CPU, -1);
    assert_string_equal(decoded.strings[0], "");
    assert_int_equal(decoded.type_count, 4);
    assert_string_equal(text_in(&decoded, decoded.types[0], 1), "samples");
    assert_string_equal(text_in(&decoded, decoded.types[0], 2), "count");
    assert_string_equal(text_in(&decoded, decoded.types[1], 1), "cpu");
    assert_string_equal(text_in(&decoded, decoded.types[1], 2), "nanoseconds");
    assert_string_equal(text_in(&decoded, decoded.types[2], 1), "user");
    assert_string_equal(text_in(&decoded, decoded.types[3], 1), "system");
    assert_int_equal(decoded.numbers[12], 4000000);
    assert_string_equal(decoded.strings[decoded.numbers[13]],
                        "Rate: 250 samples a second of CPU time, 1000 asked for");
    assert_string_equal(decoded.strings[decoded.numbers[14]], "cpu");
}

static void
the_value_to_show_can_be_chosen(void **state)
{
    const uintptr_t pcs[] = { marker_pc(MARKER_WAIT_DISK) };

    (void)state;
    load_table(load_stacks(&tables, PROFILE_HEAP, 0), 0, pcs, 1, 2 * HEAP_UNIT, 2000);
    write_and_decode(PROFILE_HEAP, -1);
    assert_int_equal(decoded.type_count, 4);
    assert_string_equal(decoded.strings[decoded.numbers[14]], "inuse_space");
    free(decoded.memory);
    write_and_decode(PROFILE_HEAP, profile_type_index(PROFILE_HEAP, "alloc_space"));
    assert_string_equal(decoded.strings[decoded.numbers[14]], "alloc_space");
}

static bool
has_label(struct wire sample, const char *key, const char *value)
{
    struct wire_field field;

    while (wire_next(&sample, &field))
        if (field.number == 3 && strcmp(text_in(&decoded, field.bytes, 1), key) == 0)
            return value && strcmp(text_in(&decoded, field.bytes, 2), value) == 0;
    return value == NULL;
}

static struct wire
packed_in(struct wire message, unsigned number)
{
    struct wire_field field;

    while (wire_next(&message, &field))
        if (field.number == number)
            return field.bytes;
    fail();
    return message;
}

static void
samples_have_values_and_labels(void **state)
{
    struct wire values;
    uint64_t number;

    (void)state;
    add_samples();
    write_and_decode(PROFILE_CPU, -1);
    assert_int_equal(decoded.sample_count, 2);
    values = packed_in(decoded.samples[0], 2);
    assert_true(wire_number(&values, &number) && number == 3);
    assert_true(wire_number(&values, &number) && number == 12000000);
    assert_true(wire_number(&values, &number) && number == 0); /* of unknown parts */
    assert_true(wire_number(&values, &number) && number == 0);
    assert_false(wire_number(&values, &number));
    assert_true(has_label(decoded.samples[0], "worker", "0"));
    assert_true(has_label(decoded.samples[0], "variant", "cached"));
    assert_true(has_label(decoded.samples[0], "object", "/a.tif"));
    assert_true(has_label(decoded.samples[1], "worker", "1"));
    assert_true(has_label(decoded.samples[1], "variant", NULL));
}

/* location -> line -> function -> name */
static const char *
function_of(uint64_t location_id)
{
    struct wire location;
    uint64_t function_id;

    assert_in_range(location_id, 1, decoded.location_count);
    location = decoded.locations[location_id - 1];
    assert_int_equal(number_in(location, 1), location_id);
    assert_in_range(number_in(location, 2), 1, decoded.mapping_count);
    function_id = number_in(packed_in(location, 4), 1);
    assert_in_range(function_id, 1, decoded.function_count);
    assert_int_equal(number_in(decoded.functions[function_id - 1], 1), function_id);
    return text_in(&decoded, decoded.functions[function_id - 1], 2);
}

static void
stacks_resolve_without_the_program(void **state)
{
    struct wire ids;
    uint64_t id;

    (void)state;
    add_samples();
    write_and_decode(PROFILE_CPU, -1);
    ids = packed_in(decoded.samples[0], 1);
    assert_true(wire_number(&ids, &id));
    assert_string_equal(function_of(id), "wait_for_disk");
    assert_true(wire_number(&ids, &id));
    assert_string_equal(function_of(id), "wait_for_client");
    assert_false(wire_number(&ids, &id));
    assert_int_equal(decoded.mapping_count, maps.count);
    assert_string_equal(text_in(&decoded, decoded.mappings[0], 6), maps.items[0].build_id);
    assert_int_equal(number_in(decoded.mappings[0], 7), 1);
}

static void
an_empty_profile_is_valid(void **state)
{
    (void)state;
    write_and_decode(PROFILE_BLOCK, -1);
    assert_int_equal(decoded.sample_count, 0);
    assert_int_equal(decoded.type_count, 2);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_kind_is_described),          TEST(the_value_to_show_can_be_chosen),
        TEST(samples_have_values_and_labels), TEST(stacks_resolve_without_the_program),
        TEST(an_empty_profile_is_valid),
    };

    return cmocka_run_group_tests_name("pprof", tests, NULL, NULL);
}
