/* SPDX-License-Identifier: BSD-2-Clause */
/* rule: parses the value of a rule like that of a key, by the key's type. */
#include "config/rule.h"

#include <stddef.h>
#include <string.h>

#include "base/memory.h"
#include "config/pattern.h"
#include "config/setting.h"
#include "config/type.h"

static const char *const keys[] = { "variant", "encoding",    "content_type", "cache_control",
                                    "header",  "repr_digest", "precompressed" };

static bool
is_key(struct span key)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (span_equal(key, span_of(keys[i])))
            return true;
    return false;
}

static struct span
cut_word(struct span *rest)
{
    size_t length = 0;
    struct span word;

    while (length < rest->length && rest->at[length] != ' ' && rest->at[length] != '\t')
        length++;
    word = (struct span){ rest->at, length };
    *rest = span_trim((struct span){ rest->at + length, rest->length - length });
    return word;
}

const char *
rule_split(const char *text, struct span *pattern, struct span *key, struct span *value)
{
    *value = span_trim(span_of(text));
    *pattern = cut_word(value);
    *key = cut_word(value);
    if (pattern->length == 0 || pattern->length > PATTERN_MAX)
        return "does not begin with a pattern of at most 255 bytes";
    if (!is_key(*key))
        return "has no key after its pattern; keys are variant, encoding, content_type, "
               "cache_control, header, repr_digest, precompressed";
    return NULL;
}

uint64_t
rule_match(const struct config_asset *tree, const char *name)
{
    uint64_t rules = 0;

    for (size_t i = 0; i < tree->rule.count && i < RULES_MAX; i++) {
        char pattern[PATTERN_MAX + 1];
        struct span part;
        struct span key;
        struct span value;

        if (rule_split(tree->rule.items[i], &part, &key, &value))
            continue;
        memcpy(pattern, part.at, part.length);
        pattern[part.length] = '\0';
        if (pattern_matches(pattern, name))
            rules |= UINT64_C(1) << i;
    }
    return rules;
}

/* Rules were checked when they were read, so errors are not reported again. */
static void
apply_one(const char *text, struct config_asset *result)
{
    struct config config = { .assets = result, .asset_count = 1 };
    struct report report = { 0 };
    struct setting setting = { .section = "tree", .report = &report };
    struct span pattern;
    struct span part;
    struct span rest;
    char *key;
    char *value;

    if (rule_split(text, &pattern, &part, &rest))
        return;
    key = memory_copy_span(part);
    value = memory_copy_span(rest);
    setting.option = option_find(SECTION_TREE, key);
    setting.value = value;
    setting.option->type->parse(&setting, option_field(setting.option, &config, 0));
    report_free(&report);
    memory_free(key);
    memory_free(value);
}

void
rule_apply(const struct config_asset *tree, uint64_t rules, struct config_asset *result)
{
    *result = *tree;
    result->index = NULL;
    result->include = result->exclude = result->rule = (struct header_list){ 0 };
    result->header = (struct header_list){ 0 };
    result->content_type = tree->content_type ? memory_copy(tree->content_type) : NULL;
    result->cache_control = tree->cache_control ? memory_copy(tree->cache_control) : NULL;
    for (size_t i = 0; i < tree->header.count; i++)
        type_list_add(&result->header, memory_copy(tree->header.items[i]));
    for (size_t i = 0; i < tree->rule.count && i < RULES_MAX; i++)
        if (rules >> i & 1)
            apply_one(tree->rule.items[i], result);
}

void
rule_free(struct config_asset *result)
{
    memory_free(result->content_type);
    memory_free(result->cache_control);
    type_list_clear((union option_field){ .header = &result->header });
}
