/* SPDX-License-Identifier: BSD-2-Clause */
/* type_coding: options that are lists of content codings, separated by commas. Exports
 * type_codings. */
#include "config/setting.h"
#include "config/type.h"

static const char *
coding_problem(const struct coding_list *list, enum coding coding)
{
    if (coding == CODING_IDENTITY || coding == CODING_COUNT)
        return "is unknown";
    return coding_listed(list, coding) ? "is listed twice" : NULL;
}

static void
parse_codings(const struct setting *setting, union option_field field)
{
    struct span rest = span_of(setting->value);
    struct coding_list list = { .count = 0 };

    while (rest.at && setting->value[0] != '\0') {
        const struct span text = span_trim(span_cut(&rest, ','));
        const enum coding coding = coding_find(text);
        const char *reason = coding_problem(&list, coding);

        if (reason) {
            setting_refuse(setting, text, reason);
            return;
        }
        list.items[list.count++] = (struct coding_item){ .coding = coding };
    }
    *field.codings = list;
}

static void
print_codings(const struct config_option *option, union option_view field, FILE *out)
{
    fprintf(out, "%s =", option->key);
    for (unsigned i = 0; i < field.codings->count; i++)
        fprintf(out, "%s %s", i > 0 ? "," : "",
                coding_info(field.codings->items[i].coding)->name);
    fputc('\n', out);
}

const struct option_type type_codings = {
    .parse = parse_codings,
    .print = print_codings,
    .accepts = "br, zstd and gzip, separated by commas; empty for none",
};
