/* SPDX-License-Identifier: BSD-2-Clause */
/* Totals: what the pages with numbers say, over two generations and those that are gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/count.h"
#include "base/proc.h"
#include "observed.h"
#include "pages/health.h"
#include "pages/metrics.h"
#include "pages/totals.h"
#include "pages/vars.h"

enum { A, B, OBJECTS };

static struct observed newest;
static struct observed older;
static struct slot gone;
static struct slot_counters gone_counters[OBJECTS];
static struct slot_timing gone_timings[OBJECTS];
static struct config_asset assets[] = {
    { .path = (char[]){ "/a" }, .url = (char[]){ "/a" }, .variant = VARIANT_CACHED },
    { .path = (char[]){ "/b" },
      .url = (char[]){ "/b" },
      .section = B,
      .variant = VARIANT_STREAMING }
};
static struct config_asset old_assets[] = {
    { .path = (char[]){ "/b" }, .url = (char[]){ "/b" }, .variant = VARIANT_STREAMING }
};
static struct config_asset was_cached = { .path = (char[]){ "/b" },
                                          .url = (char[]){ "/b" },
                                          .variant = VARIANT_CACHED };
static struct object objects[] = { { .asset = &assets[A], .path = "/a", .path_length = 2 },
                                   { .asset = &assets[B], .path = "/b", .path_length = 2 } };
static struct object old_objects[] = {
    { .asset = &old_assets[0], .path = "/b", .path_length = 2 }
};

static void
give_objects(struct observed *observed, struct object *list, unsigned count)
{
    unsigned workers = observed->shared.slots.workers;

    slots_destroy(&observed->shared.slots);
    observed->catalogue =
        (struct catalogue){ .objects = list, .count = count, .assets = count };
    assert_int_equal(path_index_create(&observed->catalogue.index, list, count), 0);
    assert_int_equal(slots_create(&observed->shared.slots, workers, count), 0);
}

static int
set_up(void **state)
{
    (void)state;
    observed_create(&newest, 2);
    observed_create(&older, 1);
    give_objects(&newest, objects, OBJECTS);
    give_objects(&older, old_objects, 1);
    memset(&gone, 0, sizeof(gone));
    memset(gone_counters, 0, sizeof(gone_counters));
    memset(gone_timings, 0, sizeof(gone_timings));
    newest.shared.generation = 3;
    newest.view.older = &older.view;
    newest.view.gone = &gone;
    newest.view.gone_counters = gone_counters;
    newest.view.gone_timings = gone_timings;
    newest.config.assets = assets;
    newest.config.asset_count = OBJECTS;
    older.config.assets = old_assets;
    older.config.asset_count = 1;
    newest.shared.roster->entries[0].pid = getpid();
    newest.shared.roster->entries[1].pid = getpid();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    path_index_free(&newest.catalogue.index);
    path_index_free(&older.catalogue.index);
    observed_destroy(&newest);
    observed_destroy(&older);
    return 0;
}

/* What a page writes; free with free(3). */
static char *
show(void (*write)(struct page *), unsigned *status)
{
    char *text = NULL;
    size_t size;
    struct page page = { .view = &newest.view, .status = 200, .type = PAGE_TEXT };

    page.out = open_memstream(&text, &size);
    assert_non_null(page.out);
    write(&page);
    fclose(page.out);
    *status = page.status;
    return text;
}

static void
counters_of_all_generations(void **state)
{
    struct totals totals;

    (void)state;
    gone.accepted = 1;
    gone.retired_ns = 5000000000;
    gone.retired_user_ns = 1000000000;
    gone.retired_system_ns = 4000000000;
    gone.restarts = 2;
    slots_worker(&newest.shared.slots, 1)->accepted = 10;
    slots_worker(&older.shared.slots, 0)->accepted = 100;
    newest.shared.roster->entries[1].pid = 0;
    newest.shared.roster->entries[0].pid = 0;
    newest.shared.roster->entries[1].retired_ns = 7000000000;
    newest.shared.roster->entries[1].retired_user_ns = 5000000000;
    newest.shared.roster->entries[1].retired_system_ns = 2000000000;
    newest.shared.roster->entries[1].spawned = 4;
    newest.shared.roster->entries[0].spawned = 1;
    totals_take(&newest.view, &totals);
    assert_int_equal(totals.sum.accepted, 111);
    assert_int_equal(totals.cpu.all_ns, 12000000000);
    assert_int_equal(totals.cpu.user_ns, 6000000000);
    assert_int_equal(totals.cpu.system_ns, 6000000000);
    assert_int_equal(totals.restarts, 5);
}

static void
objects_by_path(void **state)
{
    (void)state;
    gone_counters[B].bytes = 1;
    slots_object(&newest.shared.slots, 0, B)->bytes = 10;
    slots_object(&newest.shared.slots, 1, B)->bytes = 20;
    slots_object(&older.shared.slots, 0, 0)->bytes = 100;
    assert_int_equal(totals_counters(&newest.view, B).bytes, 131);
    assert_int_equal(totals_counters(&newest.view, A).bytes, 0);
}

static void
sections_by_path(void **state)
{
    const struct slots *slots = &newest.shared.slots;

    (void)state;
    gone_timings[B].stall.sum = 1;
    slots_section(slots, 0, B)->stall.sum = 10;
    slots_section(slots, 1, B)->stall.sum = 20;
    slots_section(&older.shared.slots, 0, 0)->stall.sum = 100;
    assert_int_equal(totals_timing(&newest.view, B).stall.sum, 131);
    assert_int_equal(totals_timing(&newest.view, A).stall.sum, 0);
}

/* What was served at the same path in another variant is none of this object's. */
static void
objects_by_variant(void **state)
{
    (void)state;
    slots_object(&newest.shared.slots, 0, B)->bytes = 10;
    slots_object(&older.shared.slots, 0, 0)->bytes = 100;
    old_objects[0].asset = &was_cached;
    assert_int_equal(totals_counters(&newest.view, B).bytes, 10);
    old_objects[0].asset = &old_assets[0];
    assert_int_equal(totals_counters(&newest.view, B).bytes, 110);
}

/* An older generation is listed while one of its workers is there. */
static void
workers_of_the_living(void **state)
{
    unsigned count;
    struct totals_worker *workers = totals_workers(&newest.view, &count);

    struct proc_memory memory[2] = { 0 };

    (void)state;
    assert_int_equal(count, 2);
    assert_int_equal(workers[0].pss, 0); /* nothing tells it */
    free(workers);
    proc_memory_open(&memory[0], getpid());
    newest.view.memory = memory;
    older.shared.roster->entries[0].pid = getpid();
    slots_worker(&older.shared.slots, 0)->memory.in_use = 5;
    slots_worker(&newest.shared.slots, 0)->memory.in_use = 6;
    slots_worker(&newest.shared.slots, 1)->memory.in_use = 70;
    newest.shared.roster->entries[1].pid = 0; /* what it left does not count */
    workers = totals_workers(&newest.view, &count);
    assert_int_equal(count, 3);
    assert_ptr_equal(workers[2].view, &older.view);
    assert_true(workers[0].cpu.all_ns > 0);
    assert_true(workers[0].pss > 0);
    newest.view.memory = NULL;
    proc_memory_close(&memory[0]);
    assert_int_equal(workers[1].cpu.all_ns, 0);
    assert_int_equal(totals_memory(workers, count).in_use, 11);
    free(workers);
}

static void
metrics(void **state)
{
    static const char *const lines[] = {
        "\ntiffd_generation 3\n",
        "\ntiffd_processes 3\n",
        "\ntiffd_requests_total{class=\"2xx\"} 9\n",
        "\ntiffd_connections 4\n",
        "\ntiffd_worker_connections{generation=\"3\",worker=\"0\"} 4\n",
        "\ntiffd_body_bytes_bucket{le=\"256\"} 1\n",
        "\ntiffd_object_sent_bytes_total{path=\"/b\",variant=\"streaming\"} 10\n",
    };
    struct slot *slot = slots_worker(&newest.shared.slots, 0);
    unsigned status;
    char *text;

    (void)state;
    newest.shared.roster->entries[1].pid = 0;
    slots_worker(&newest.shared.slots, 1)->connections =
        100; /* of a process that is not there */
    slot->connections = 4;
    slot->served.status[1] = 9;
    histogram_add(&slot->timing.body, &histogram_bytes, 5);
    slots_object(&newest.shared.slots, 1, B)->bytes = 10;
    text = show(metrics_write, &status);
    assert_int_equal(status, 200);
    for (size_t i = 0; i < COUNT(lines); i++)
        if (strstr(text, lines[i]) == NULL)
            fail_msg("no line %s in %s", lines[i], text);
    assert_null(strstr(text, "tiffd_worker_connections{generation=\"3\",worker=\"1\"}"));
    assert_null(strstr(text, "\ntiffd_variant_cpu_seconds_per_byte"));
    free(text);
}

static json_int_t
member(json_t *value, const char *object, const char *name)
{
    json_t *found = json_object_get(json_object_get(value, object), name);

    assert_true(json_is_integer(found));
    return json_integer_value(found);
}

static void
vars(void **state)
{
    char *const arguments[] = { (char[]){ "t\xff" }, (char[]){ "\xc3\xa4\"" }, NULL };
    struct slot *slot = slots_worker(&newest.shared.slots, 1);
    unsigned status;
    json_t *value;
    char *text;

    (void)state;
    slot->memory =
        (struct slot_memory){ .in_use = 1, .heap = 100, .page_heap = 30, .released = 7 };
    newest.view.arguments = arguments;
    text = show(vars_write, &status);
    assert_int_equal(status, 200);
    value = json_loads(text, 0, NULL);
    free(text);
    assert_non_null(value);
    assert_int_equal(member(value, "memstats", "HeapAlloc"), 1);
    assert_int_equal(member(value, "memstats", "HeapSys"), 107);
    assert_int_equal(member(value, "memstats", "HeapIdle"), 37);
    assert_int_equal(member(value, "memstats", "HeapInuse"), 70);
    assert_int_equal(member(value, "memstats", "HeapReleased"), 7);
    assert_int_equal(member(value, "totals", "generation"), 3);
    assert_int_equal(json_array_size(json_object_get(value, "workers")), 2);
    assert_int_equal(json_object_size(json_object_get(value, "objects")), OBJECTS);
    text = json_dumps(json_object_get(value, "cmdline"), 0);
    json_decref(value);
    assert_string_equal(text, "[\"t?\", \"\xc3\xa4\\\"\"]");
    free(text);
}

static void
health(void **state)
{
    unsigned status;
    char *text = show(health_write, &status);

    (void)state;
    assert_int_equal(status, 200);
    assert_string_equal(text, "ok\n");
    free(text);
    newest.shared.roster->entries[1].pid = 0;
    text = show(health_write, &status);
    assert_int_equal(status, 503);
    assert_string_equal(text, "503 Service Unavailable: 1 of 2 workers have no process: 1\n");
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(counters_of_all_generations),
        TEST(objects_by_path),
        TEST(sections_by_path),
        TEST(objects_by_variant),
        TEST(workers_of_the_living),
        TEST(metrics),
        TEST(vars),
        TEST(health),
    };

    return cmocka_run_group_tests_name("totals", tests, NULL, NULL);
}
