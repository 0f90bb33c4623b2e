/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps: lines of proc(5), this process's own, and the form they are written in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/count.h"
#include "symbol/maps.h"

static void
lines_are_read(void **state)
{
    static const struct {
        const char *line;
        const char *path; /* NULL: not wanted */
    } rows[] = {
        { "55d0-66d0 r-xp 00002000 fe:00 123   /usr/sbin/tiffd\n", "/usr/sbin/tiffd" },
        { "55d0-66d0 r-xp 00002000 fe:00 123 /a b (deleted)\n", "/a b" },
        { "55d0-66d0 r-xp 00002000 fe:00 123 (deleted)\n", "(deleted)" },
        { "7ffd-7fff r-xp 00000000 00:00 0 [vdso]\n", "[vdso]" },
        { "ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0 [vsyscall]\n", NULL },
        { "55d0-66d0 r--p 00000000 fe:00 123 /usr/sbin/tiffd\n", NULL },
        { "55d0-66d0 --xp 00000000 fe:00 123 /usr/sbin/tiffd\n", NULL },
        { "55d0-66d0 rwxp 00000000 00:00 0\n", NULL },
        { "66d0-55d0 r-xp 00002000 fe:00 123 /usr/sbin/tiffd\n", NULL },
        { "", NULL },
        { "nonsense\n", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct map map;

        assert_int_equal(maps_parse(rows[i].line, &map), rows[i].path != NULL);
        if (rows[i].path)
            assert_string_equal(map.path, rows[i].path);
        free(map.path);
    }
}

static void
numbers_are_read(void **state)
{
    struct map map;

    (void)state;
    assert_true(maps_parse("55d0-66d0 r-xp 00002000 fe:00 123 /x\n", &map));
    assert_int_equal(map.start, 0x55d0);
    assert_int_equal(map.end, 0x66d0);
    assert_int_equal(map.offset, 0x2000);
    assert_int_equal(map.inode, 123);
    free(map.path);
}

static void
this_process_is_described(void **state)
{
    const struct map *map;
    struct maps maps;

    (void)state;
    assert_int_equal(maps_read(&maps), 0);
    assert_true(maps.count > 1);
    assert_true(maps.items[0].program);
    map = maps_find(&maps, (uintptr_t)this_process_is_described);
    assert_ptr_equal(map, &maps.items[0]);
    assert_in_range(strlen(map->build_id), 8, 64);
    assert_non_null(strstr(map->path, "test_maps"));
    map = maps_find(&maps, (uintptr_t)printf);
    assert_non_null(map);
    assert_false(map->program);
    assert_null(maps_find(&maps, 1));
    maps_free(&maps);
}

static void
what_is_written_is_read_again(void **state)
{
    struct map one = { .start = 0x55d0, .end = 0x66d0, .offset = 0x2000, .inode = 9 };
    struct maps maps = { .items = &one, .count = 1 };
    struct map map;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    one.path = strdup("/usr/sbin/tiffd");
    maps_write(&maps, out);
    fclose(out);
    assert_string_equal(text, "55d0-66d0 r-xp 00002000 00:00 9 /usr/sbin/tiffd\n");
    assert_true(maps_parse(text, &map));
    assert_int_equal(map.start, one.start);
    free(map.path);
    free(one.path);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(this_process_is_described),
        cmocka_unit_test(what_is_written_is_read_again),
    };

    return cmocka_run_group_tests_name("maps", tests, NULL, NULL);
}
