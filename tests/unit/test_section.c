/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of sections and paths of assets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/count.h"
#include "config/section.h"

static const struct {
    const char *name;
    enum section_kind kind;
    const char *path; /* NULL: none */
} good[] = {
    { "server", SECTION_SERVER, NULL },
    { "log", SECTION_LOG, NULL },
    { "profile", SECTION_PROFILE, NULL },
    { "debug", SECTION_DEBUG, NULL },
    { "asset /", SECTION_ASSET, "/" },
    { "asset \t /tiff", SECTION_ASSET, "/tiff" },
    { "asset /a/b.c/", SECTION_ASSET, "/a/b.c/" },
    { "asset /.../..a/.b", SECTION_ASSET, "/.../..a/.b" },
    { "asset /a;b=c&d", SECTION_ASSET, "/a;b=c&d" },
    { "asset /a b\"c'%20?#[x]y", SECTION_ASSET, "/a b\"c'%20?#[x]y" },
    { "tree /\xc3\xa9\xff", SECTION_TREE, "/\xc3\xa9\xff" },
    { "error 404", SECTION_ERROR, "404" },
};

static const struct {
    const char *name;
    const char *words;
} bad[] = {
    { "servr", "did you mean [server]?" },
    { "Server", "did you mean [server]?" },
    { "aset /tiff", "did you mean [asset]?" },
    { "nothing", "accepted: server, log, access_log, profile, debug, asset /path" },
    { "server 1", "text after the section's name" },
    { "asset", "without a path" },
    { "asset tiff", "does not begin with /" },
    { "asset /a\tb", "a control byte" },
    { "asset /a\x7f", "a control byte" },
    { "asset /a ", "ends in a space" },
    { "asset /a] # b", "a ] that would end" },
    { "error", "a status that has no page here; accepted: [error 404]" },
    { "error 500", "a status that has no page here; accepted: [error 404]" },
    { "asset //a", "empty segment" },
    { "asset /a//", "empty segment" },
    { "asset /a/./b", "segment that is . or .." },
    { "asset /a/..", "segment that is . or .." },
    { "asset /.", "segment that is . or .." },
};

static void
reads_names(void **state)
{
    struct report report = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        enum section_kind kind;
        const char *path;

        assert_true(
            section_parse(good[i].name, (struct origin){ .file = "f" }, &report, &kind, &path));
        assert_int_equal(kind, good[i].kind);
        if (good[i].path == NULL)
            assert_null(path);
        else
            assert_string_equal(path, good[i].path);
    }
    assert_int_equal(report.count, 0);
}

static void
refuses_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct report report = { 0 };
        enum section_kind kind;
        const char *path;

        assert_false(section_parse(bad[i].name, (struct origin){ .file = "f", .line = 4 },
                                   &report, &kind, &path));
        assert_int_equal(report.count, 1);
        assert_non_null(strstr(report.text, bad[i].words));
        assert_memory_equal(report.text, "f:4: [", strlen("f:4: ["));
        report_free(&report);
    }
}

static void
limits_the_length_of_paths(void **state)
{
    char path[SECTION_PATH_MAX + 2];

    (void)state;
    memset(path, 'x', sizeof(path));
    path[0] = '/';
    path[SECTION_PATH_MAX] = '\0';
    assert_null(section_path_problem(path));
    path[SECTION_PATH_MAX] = 'x';
    path[SECTION_PATH_MAX + 1] = '\0';
    assert_string_equal(section_path_problem(path), "is longer than 4096 bytes");
}

static void
finds_the_fields(void **state)
{
    struct config_asset assets[2] = { 0 };
    struct config config = { .assets = assets, .asset_count = 2 };

    (void)state;
    assert_ptr_equal(section_fields(&config, SECTION_SERVER, 0), &config.server);
    assert_ptr_equal(section_view(&config, SECTION_LOG, 0), &config.log);
    assert_ptr_equal(section_fields(&config, SECTION_ASSET, 1), &assets[1]);
    assert_ptr_equal(section_view(&config, SECTION_ASSET, 1), &assets[1]);
    assert_ptr_equal(section_fields(&config, SECTION_DEBUG, 0), &config.debug);
    assert_ptr_equal(section_view(&config, SECTION_PROFILE, 0), &config.profile);
    assert_ptr_equal(section_view(&config, SECTION_DEBUG, 0), &config.debug);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names),
        cmocka_unit_test(refuses_names),
        cmocka_unit_test(limits_the_length_of_paths),
        cmocka_unit_test(finds_the_fields),
    };

    return cmocka_run_group_tests_name("section", tests, NULL, NULL);
}
