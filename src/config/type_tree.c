/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type_tree: options of trees that are lists: patterns of files, separated by commas, and
 * rules, one a line. Exports type_patterns and type_rule.
 */
#include <string.h>

#include "base/memory.h"
#include "config/pattern.h"
#include "config/rule.h"
#include "config/setting.h"
#include "config/type.h"

static const char *
pattern_problem(struct span text)
{
    if (text.length == 0)
        return "is an empty pattern";
    if (text.length > PATTERN_MAX)
        return "is a pattern of more than 255 bytes";
    return NULL;
}

static void
parse_patterns(const struct setting *setting, union option_field field)
{
    struct span rest = span_of(setting->value);

    while (rest.at && rest.length > 0) {
        const struct span text = span_trim(span_cut(&rest, ','));
        const char *reason = pattern_problem(text);

        if (reason)
            setting_refuse(setting, text, reason);
        else
            type_list_add(field.header, memory_copy_span(text));
    }
}

/* The value is read into a section of its own, by the type of its key. */
static const char *
value_problem(const struct setting *rule, struct span key, struct span value)
{
    char *name = memory_copy_span(key);
    char *text = memory_copy_span(value);
    struct config_asset asset = { .tree = true };
    struct config config = { .assets = &asset, .asset_count = 1 };
    struct setting setting = *rule;
    const size_t errors = rule->report->count;
    const char *reason = NULL;

    setting.option = option_find(SECTION_TREE, name);
    setting.value = text;
    setting.option->type->parse(&setting, option_field(setting.option, &config, 0));
    if (rule->report->count == errors && strcmp(name, "variant") == 0 &&
        asset.variant == VARIANT_EMBEDDED)
        reason = "makes files embedded, which only a whole tree can be";
    rule_free(&asset);
    memory_free(text);
    memory_free(name);
    return reason;
}

static void
parse_rule(const struct setting *setting, union option_field field)
{
    struct span pattern;
    struct span key;
    struct span value;
    const size_t errors = setting->report->count;
    const char *reason;

    if (setting->value[0] == '\0')
        return;
    reason = rule_split(setting->value, &pattern, &key, &value);
    if (reason == NULL && field.header->count == RULES_MAX)
        reason = "is one rule too many";
    if (reason == NULL)
        reason = value_problem(setting, key, value);
    if (reason)
        setting_refuse(setting, span_of(setting->value), reason);
    else if (setting->report->count == errors)
        type_list_add(field.header, memory_copy(setting->value));
}

const struct option_type type_patterns = {
    .list = true,
    .parse = parse_patterns,
    .print = type_list_print,
    .clear = type_list_clear,
    .accepts = "patterns as in glob(7), separated by commas; empty for none",
};

const struct option_type type_rule = {
    .list = true,
    .parse = parse_rule,
    .print = type_list_print,
    .clear = type_list_clear,
    .accepts = "PATTERN KEY VALUE, at most 64 times; empty for none",
};
