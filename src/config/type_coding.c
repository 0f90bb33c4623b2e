/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type_coding: options that are lists of content codings, separated by commas, with or without
 * a level of compression. Exports type_codings and type_compress.
 */
#include "config/setting.h"
#include "config/type.h"

static const char *
coding_problem(const struct coding_list *list, enum coding coding)
{
    if (coding == CODING_IDENTITY || coding == CODING_COUNT)
        return "is unknown";
    return coding_listed(list, coding) ? "is listed twice" : NULL;
}

/* "19"; at NULL: none is said. */
static const char *
parse_level(struct span text, struct coding_item *item)
{
    const struct coding_info *info = coding_info(item->coding);
    int level = 0;

    if (!info->built_in)
        return "is a coding that this program was built without";
    item->level = info->level;
    if (text.at == NULL)
        return NULL;
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || i == 2)
            return "has no level that is a number of at most two digits";
        level = 10 * level + (text.at[i] - '0');
    }
    if (text.length == 0 || level < info->level_min || level > info->level_max)
        return "has a level outside of its range";
    item->level = level;
    return NULL;
}

static void
parse_coding_list(const struct setting *setting, bool levels, struct coding_list *field)
{
    struct span rest = span_of(setting->value);
    struct coding_list list = { .count = 0 };

    while (rest.at && setting->value[0] != '\0') {
        const struct span text = span_trim(span_cut(&rest, ','));
        struct span level = text;
        const struct span name = levels ? span_cut(&level, ':') : text;
        struct coding_item item = { .coding = coding_find(name) };
        const char *reason = coding_problem(&list, item.coding);

        if (reason == NULL && levels)
            reason = parse_level(level, &item);
        if (reason) {
            setting_refuse(setting, text, reason);
            return;
        }
        list.items[list.count++] = item;
    }
    *field = list;
}

static void
parse_codings(const struct setting *setting, union option_field field)
{
    parse_coding_list(setting, false, field.codings);
}

static void
parse_compress(const struct setting *setting, union option_field field)
{
    parse_coding_list(setting, true, field.codings);
}

static void
print_coding_list(const struct config_option *option, const struct coding_list *list,
                  bool levels, FILE *out)
{
    fprintf(out, "%s =", option->key);
    for (unsigned i = 0; i < list->count; i++) {
        fprintf(out, "%s %s", i > 0 ? "," : "", coding_info(list->items[i].coding)->name);
        if (levels)
            fprintf(out, ":%d", list->items[i].level);
    }
    fputc('\n', out);
}

static void
print_codings(const struct config_option *option, union option_view field, FILE *out)
{
    print_coding_list(option, field.codings, false, out);
}

static void
print_compress(const struct config_option *option, union option_view field, FILE *out)
{
    print_coding_list(option, field.codings, true, out);
}

const struct option_type type_codings = {
    .parse = parse_codings,
    .print = print_codings,
    .accepts = "br, zstd and gzip, separated by commas; empty for none",
};

const struct option_type type_compress = {
    .parse = parse_compress,
    .print = print_compress,
    .accepts = "br:0 to br:11, zstd:1 to zstd:19, gzip:1 to gzip:9, separated by commas; empty "
               "for none",
};
