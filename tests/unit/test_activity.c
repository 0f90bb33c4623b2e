/* SPDX-License-Identifier: BSD-2-Clause */
/* Activity: whom the loop works for, as a crash would tell it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stack/label.h"
#include "worker/worker.h"

static const struct config_server server = { .send_max_chunk = 1 };
static struct slot slot;
static struct trace off;
static struct worker worker = { .server = &server, .slot = &slot, .activities.trace = &off };

static void
assert_serves(uint32_t connection, uint32_t request)
{
    assert_int_equal(label_request().connection, connection);
    assert_int_equal(label_request().number, request);
}

static void
a_request_is_known_by_its_head(void **state)
{
    struct connection connection = { .state = CONNECTION_IDLE,
                                     .requests = 2,
                                     .activity.id = 12 };
    uint32_t id = activity_turn(&worker, &connection);

    (void)state;
    assert_serves(12, 0);
    connection.requests++;
    activity_response(&worker, &connection, NULL, 404);
    assert_serves(12, 3);
    activity_head(&connection);
    assert_serves(12, 0);
    activity_turn_end(&worker, id);
    assert_serves(0, 0);
}

static void
a_response_under_way_is_for_its_request(void **state)
{
    struct connection connection = { .requests = 3, .activity.id = 12 };

    (void)state;
    for (enum connection_state each = 0; each < CONNECTION_STATES; each++) {
        uint32_t id;

        connection.state = each;
        id = activity_turn(&worker, &connection);
        assert_serves(12, each == CONNECTION_SEND || each == CONNECTION_READ ? 3 : 0);
        activity_turn_end(&worker, id);
        assert_serves(0, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_known_by_its_head),
        cmocka_unit_test(a_response_under_way_is_for_its_request),
    };

    return cmocka_run_group_tests_name("activity", tests, NULL, NULL);
}
