/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole configurations: defaults, values, overrides, errors, and the dump that reads back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/count.h"
#include "config/config_free.h"
#include "config/config_load.h"
#include "config/line.h"
#include "config_text.h"

#define ASSET "[asset /a]\nfile=/x\n"

static void
has_defaults(void **state)
{
    struct loaded loaded = config_text(ASSET);
    const struct config_server *server;
    const struct config_asset *asset;

    (void)state;
    assert_non_null(loaded.config);
    server = &loaded.config->server;
    assert_int_equal(server->listen.count, 1);
    assert_string_equal(server->listen.items[0].text, "127.0.0.1:8080");
    assert_in_range(server->workers, 1, 1024);
    assert_int_equal(server->variant, VARIANT_CACHED);
    assert_null(server->user);
    assert_null(server->group);
    assert_null(server->pid_file);
    assert_int_equal(server->backlog, 1024);
    assert_int_equal(server->max_header_size, 16384);
    assert_int_equal(server->max_header_fields, 100);
    assert_int_equal(server->max_target_size, 8192);
    assert_int_equal(server->worker_connections, 16384);
    assert_int_equal(server->keepalive_requests, 0);
    assert_int_equal(server->max_ranges, 16);
    assert_int_equal(server->header_timeout, 10000);
    assert_int_equal(server->keepalive_timeout, 60000);
    assert_int_equal(server->send_timeout, 30000);
    assert_int_equal(server->linger_timeout, 2000);
    assert_int_equal(server->drain_timeout, 30000);
    assert_int_equal(server->sndbuf, 65536);
    assert_int_equal(server->rcvbuf, 32768);
    assert_int_equal(server->send_max_chunk, 1048576);
    assert_int_equal(loaded.config->log.level, LOG_LEVEL_NOTICE);
    assert_null(loaded.config->log.file);
    asset = &loaded.config->assets[0];
    assert_int_equal(asset->variant, VARIANT_CACHED);
    assert_int_equal(asset->encoding, ENCODING_IDENTITY);
    assert_null(asset->content_type);
    assert_null(asset->cache_control);
    assert_int_equal(asset->header.count, 0);
    config_text_free(&loaded);
}

static const char full[] =
    "[asset /a]\nfile=a b.tif\nheader = X-A:1\nheader = Link: <b>; rel=c\n"
    "cache_control = max-age=3, x=\"#\"\ncontent_type = text/plain; charset=utf-8\n"
    "[server]\nlisten = *:1 , [::1]:2\nlisten=unix:/run/x\nworkers = 7\nvariant = streaming\n"
    "user = root\ngroup = root\npid_file = ../run/pid\nbacklog = 5\nmax_header_size = 4k\n"
    "keepalive_requests = 9\nkeepalive_timeout = 1500ms\nsend_max_chunk = 65536\n"
    "[log]\nlevel = debug\nfile = log\n"
    "[asset /b]\nvariant = embedded\nencoding = base64\nfile = "
    "../x/b.tif\n[debug]\nlisten = [::1]:6060, unix:/run/d\ncore = on\n"
    "[profile]\ncpu = x/cpu\nmode = 600\nsample_bytes = 1m\n";

static void
takes_values(void **state)
{
    struct loaded loaded = config_text(full);
    const struct config *config = loaded.config;

    (void)state;
    assert_non_null(config);
    assert_int_equal(config->server.listen.count, 3);
    assert_string_equal(config->server.listen.items[1].text, "[::1]:2");
    assert_int_equal(config->server.listen.items[2].address.ss_family, AF_UNIX);
    assert_int_equal(config->server.workers, 7);
    assert_string_equal(config->server.user, "root");
    assert_string_equal(config->server.group, "root");
    assert_string_equal(config->server.pid_file, "/tmp/run/pid");
    assert_int_equal(config->server.max_header_size, 4096);
    assert_int_equal(config->server.max_target_size, 4096);
    assert_int_equal(config->server.keepalive_timeout, 1500);
    assert_int_equal(config->log.level, LOG_LEVEL_DEBUG);
    assert_string_equal(config->log.file, scratch_path("log"));
    assert_int_equal(config->asset_count, 2);
    assert_string_equal(config->assets[0].file, scratch_path("a b.tif"));
    assert_int_equal(config->assets[0].variant, VARIANT_STREAMING);
    assert_string_equal(config->assets[0].header.items[0], "X-A: 1");
    assert_string_equal(config->assets[0].header.items[1], "Link: <b>; rel=c");
    assert_string_equal(config->assets[0].cache_control, "max-age=3, x=\"#\"");
    assert_string_equal(config->assets[0].content_type, "text/plain; charset=utf-8");
    assert_int_equal(config->assets[1].variant, VARIANT_EMBEDDED);
    assert_int_equal(config->assets[1].encoding, ENCODING_BASE64);
    assert_string_equal(config->assets[1].file, "../x/b.tif");
    assert_int_equal(config->debug.listen.count, 2);
    assert_int_equal(config->debug.core, CORE_ON);
    assert_string_equal(config->profile.cpu, "x/cpu");
    assert_null(config->profile.heap);
    assert_int_equal(config->profile.mode, 0600);
    assert_int_equal(config->profile.sample_bytes, 1048576);
    config_text_free(&loaded);
}

static void
overrides_replace(void **state)
{
    static const struct config_override overrides[] = {
        { "server.workers=2" },        { "server.workers=4" }, { "server.listen=*:8" },
        { "server.listen=*:9" },       { "log.file=" },        { "asset /a.header=X: y" },
        { "asset /b.variant=cached" }, { "asset /c.file=/c" }, { "asset /c.header=A: b" },
        { "asset /c.header=C: d" },    { "log.level = info" },
    };
    struct loaded loaded = config_text_load(full, strlen(full), overrides, COUNT(overrides));
    const struct config *config = loaded.config;

    (void)state;
    assert_non_null(config);
    assert_int_equal(config->server.workers, 4);
    assert_int_equal(config->server.listen.count, 2);
    assert_string_equal(config->server.listen.items[1].text, "*:9");
    assert_string_equal(config->server.listen.items[1].origin.file, "-o server.listen=*:9");
    assert_int_equal(config->server.listen.items[1].origin.line, 0);
    assert_null(config->log.file);
    assert_int_equal(config->log.level, LOG_LEVEL_INFO);
    assert_int_equal(config->assets[0].header.count, 1);
    assert_string_equal(config->assets[1].file, "/tmp/x/b.tif");
    assert_int_equal(config->asset_count, 3);
    assert_string_equal(config->assets[2].path, "/c");
    assert_int_equal(config->assets[2].header.count, 2);
    assert_string_equal(config->assets[2].file_origin.file, "-o asset /c.file=/c");
    config_text_free(&loaded);
}

static const struct {
    const char *text;
    const char *error; /* how the only line of the report begins or what it holds */
} bad[] = {
    { ASSET "[server]\nworkers = 1025\n",
      "4: [server] workers: \"1025\" is above the maximum; accepted: 1 to 1024 or auto\n" },
    { ASSET "[server]\nworkers =\n", "4: [server] workers: \"\" is not a number" },
    { ASSET "[server]\nmax_header_size = 65537\n", "above the maximum; accepted: 1k to 64k" },
    { ASSET "[server]\nmax_header_size = 1023\n", "below the minimum; accepted: 1k to 64k" },
    { ASSET "[server]\nkeepalive_timeout = 9ms\n", "accepted: 10ms to 24h" },
    { ASSET "[server]\nmax_header_size = 4k\nmax_target_size = 8k\n",
      "5: [server] max_target_size: 8192 bytes do not fit" },
    { ASSET "[server]\nmax_header_size = x\nmax_target_size = 8k\n",
      "4: [server] max_header_size" },
    { ASSET "[server]\nworkers=2\n[log]\n[server]\n",
      "6: [server]: a second section of this name; the first is at" },
    { ASSET "[server]\nworkers=2\nworkers=3\n",
      "5: [server] workers: a second value for this key; the first is at" },
    { ASSET "[server]\nlisten=*:1,*:1\n", "\"*:1\" is listed twice" },
    { ASSET "[server]\nlisten=*:1,\n", "\"\" is empty" },
    { ASSET "[server]\nlisten=\n", "\"\" is empty" },
    { ASSET "[server]\nuser=no such user\n", "is not a user of this system" },
    { ASSET "[server]\ngroup=no such group\n", "is not a group of this system" },
    { ASSET "[server]\ngroup=root\n", "4: [server] group: \"root\" without a user" },
    { ASSET "[profile]\ngroup=root\n", "4: [profile] group: \"root\" without a user" },
    { ASSET "[profile]\ncpu=a/\n", "4: [profile] cpu: \"a/\" ends in /" },
    { ASSET "[profile]\nmode=rw\n", "\"rw\" is not a file mode; accepted: up to 0777" },
    { ASSET "[profile]\nmode=1644\n", "\"1644\" is not a file mode; accepted: up to 0777" },
    { ASSET "[profile]\nhz=1001\n", "\"1001\" is above the maximum; accepted: 1 to 1000" },
    { ASSET "[debug]\nlisten=*:6060\n", "\"*:6060\" can be reached from other machines" },
    { ASSET "[debug]\nlisten=[::2]:6060\n",
      "4: [debug] listen: \"[::2]:6060\" can be reached" },
    { ASSET "[debug]\nlisten=127.0.0.1:8080\n",
      "\"127.0.0.1:8080\" is where [server] listens" },
    { ASSET "[debug]\ncore=yes\n", "\"yes\" is unknown; accepted: system, off or on" },
    { ASSET "[server]\nlisten=\n", "4: [server] listen: \"\"" },
    { ASSET "[server]\nvariant=Cached\n",
      "\"Cached\" is unknown; accepted: cached, embedded or streaming\n" },
    { ASSET "variant=\n", "3: [asset /a] variant: \"\" is unknown" },
    { ASSET "encoding=gzip\n", "accepted: identity or base64\n" },
    { ASSET "[log]\nlevel=warn\n", "accepted: error, warning, notice, info or debug\n" },
    { ASSET "header=Date: x\n",
      "3: [asset /a] header: \"Date: x\" names a field that tiffd writes itself" },
    { ASSET "cache_control=a\xc3\xa9\n", "printable ASCII" },
    { ASSET "cache_control=;a\n", "begins a comment" },
    { ASSET ASSET, "3: [asset /a]: a second asset for this path; the first is at" },
    { "[asset /a]\n", "1: [asset /a] file: is missing" },
    { "[asset /a]\nfile =\n", "2: [asset /a] file: is missing" },
    { "[server]\n", " no asset; accepted: at least one section" },
};

static void
refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct loaded loaded = config_text(bad[i].text);

        assert_int_equal(loaded.report.count, 1);
        if (strstr(loaded.report.text, bad[i].error) == NULL)
            fail_msg("row %zu: %s", i, loaded.report.text);
        config_text_free(&loaded);
    }
}

static const struct {
    const char *override;
    const char *error;
} bad_overrides[] = {
    { "workers", "-o workers: is not section.key=value\n" },
    { "server.workers=x", "-o server.workers=x: [server] workers: \"x\" is not a number" },
    { "server.wokers=3",
      "-o server.wokers=3: [server] wokers: unknown key; did you mean workers?\n" },
    { "sever.workers=3",
      "-o sever.workers=3: [sever]: unknown section; did you mean [server]?\n" },
    { "asset /z.variant=cached", "-o asset /z.variant=cached: [asset /z] file: is missing" },
    { "asset /a.cache_control=a ;b", "begins a comment" },
    { "asset /a.cache_control=a\nb", "control byte" },
    { "asset z.file=b", "does not begin with /" },
};

static void
refuses_overrides(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad_overrides); i++) {
        struct config_override override = { bad_overrides[i].override };
        struct loaded loaded = config_text_load(ASSET, strlen(ASSET), &override, 1);

        assert_int_equal(loaded.report.count, 1);
        if (strstr(loaded.report.text, bad_overrides[i].error) == NULL)
            fail_msg("row %zu: %s", i, loaded.report.text);
        config_text_free(&loaded);
    }
}

static void
reports_all_errors_in_order(void **state)
{
    struct loaded loaded =
        config_text("x\n[server]\nbacklog=0\nworkers=0\n[log]\nlvel=1\n[asset /a]\n");
    static const char *const lines[] = { "1:", "3:", "4:", "6:", "7:" };
    const char *at = loaded.report.text;

    (void)state;
    assert_int_equal(loaded.report.count, COUNT(lines));
    for (size_t i = 0; i < COUNT(lines); i++) {
        assert_memory_equal(at, lines[i], 2);
        at = strchr(at, '\n') + 1;
    }
    config_text_free(&loaded);
}

static void
refuses_a_path_that_is_too_long(void **state)
{
    char text[LINE_VALUE_MAX + 100];
    char name[LINE_VALUE_MAX + 1];
    struct loaded loaded;

    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    snprintf(text, sizeof(text), "[asset /a]\nfile=%s\n", name);
    loaded = config_text(text);
    assert_int_equal(loaded.report.count, 1);
    assert_non_null(strstr(loaded.report.text, "2: [asset /a] file: \"/tmp/"));
    assert_non_null(strstr(loaded.report.text, "/nnn"));
    assert_non_null(strstr(loaded.report.text, "too long"));
    config_text_free(&loaded);
}

static void
refuse_asset(const struct config_asset *asset, struct report *report)
{
    report_error(report, asset->file_origin, "checked %s", asset->file);
}

static void
has_files_checked_beside_other_errors(void **state)
{
    struct report report = { 0 };
    static const char text[] = "[server]\nbacklog=0\n[asset /a]\nfile=/x\n[asset /b]\n";
    const char *path = scratch_write("config.ini", text, sizeof(text) - 1);

    (void)state;
    assert_null(config_load_checked(path, NULL, 0, refuse_asset, &report));
    config_text_shorten(report.text, path);
    assert_int_equal(report.count, 3);
    assert_non_null(strstr(report.text, "2: [server] backlog"));
    assert_non_null(strstr(report.text, "\n4: checked /x\n"));
    assert_non_null(strstr(report.text, "\n5: [asset /b] file: is missing"));
    report_free(&report);
}

static void
dumps_what_reads_back(void **state)
{
    static const char *const texts[] = { ASSET, full };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct loaded first = config_text(texts[i]);
        struct loaded second;
        char *once;
        char *twice;

        assert_non_null(first.config);
        once = config_text_dump(first.config);
        second = config_text(once);
        assert_non_null(second.config);
        twice = config_text_dump(second.config);
        assert_string_equal(once, twice);
        assert_string_equal(first.config->assets[0].file, second.config->assets[0].file);
        free(once);
        free(twice);
        config_text_free(&first);
        config_text_free(&second);
    }
}

static void
dump_has_values(void **state)
{
    struct loaded loaded = config_text(full);
    char *dump = config_text_dump(loaded.config);

    (void)state;
    assert_non_null(strstr(dump, "\nlisten = *:1\nlisten = [::1]:2\nlisten = unix:/run/x\n"));
    assert_non_null(strstr(dump, "\nkeepalive_timeout = 1500ms\n"));
    assert_non_null(strstr(dump, "\nsend_max_chunk = 64k\n"));
    assert_non_null(strstr(dump, "\nheader = X-A: 1\nheader = Link: <b>; rel=c\n"));
    assert_non_null(strstr(dump, "\nmode = 0600\n"));
    assert_non_null(strstr(dump, scratch_path("a b.tif\n")));
    free(dump);
    config_text_free(&loaded);
}

static void
names_variants(void **state)
{
    (void)state;
    assert_string_equal(config_variant_name(VARIANT_CACHED), "cached");
    assert_string_equal(config_variant_name(VARIANT_EMBEDDED), "embedded");
    assert_string_equal(config_variant_name(VARIANT_STREAMING), "streaming");
    config_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(takes_values),
        cmocka_unit_test(overrides_replace),
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_overrides),
        cmocka_unit_test(reports_all_errors_in_order),
        cmocka_unit_test(refuses_a_path_that_is_too_long),
        cmocka_unit_test(has_files_checked_beside_other_errors),
        cmocka_unit_test(dumps_what_reads_back),
        cmocka_unit_test(dump_has_values),
        cmocka_unit_test(names_variants),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
