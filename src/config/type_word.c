/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type_word: options that are one word of a fixed set.
 *
 * The fields are enums without negative values, which gcc and clang store as unsigned.
 */
#include <string.h>

#include "config/type.h"

#include "config/setting.h"

static void
parse_word(const struct setting *setting, union option_field field)
{
    const char *const *words = setting->option->type->words;

    for (unsigned i = 0; words[i]; i++)
        if (strcmp(words[i], setting->value) == 0) {
            *field.number = i;
            return;
        }
    setting_refuse(setting, span_of(setting->value), "is unknown");
}

static void
print_word(const struct config_option *option, union option_view field, FILE *out)
{
    fprintf(out, "%s = %s\n", option->key, option->type->words[*field.number]);
}

static void
describe_word(const struct config_option *option, char text[static TYPE_TEXT_SIZE])
{
    size_t used = 0;

    for (const char *const *word = option->type->words; *word; word++) {
        const char *joint = word == option->type->words ? "" : word[1] == NULL ? " or " : ", ";
        int length = snprintf(text + used, TYPE_TEXT_SIZE - used, "%s%s", joint, *word);

        if (length < 0 || used + (size_t)length >= TYPE_TEXT_SIZE)
            return;
        used += (size_t)length;
    }
}

static const char *const encodings[] = {
    [ENCODING_IDENTITY] = "identity",
    [ENCODING_BASE64] = "base64",
    NULL,
};

static const char *const transmits[] = {
    [TRANSMIT_AUTO] = "auto",
    [TRANSMIT_SEND] = "send",
    [TRANSMIT_SENDFILE] = "sendfile",
    [TRANSMIT_VMSPLICE] = "vmsplice",
    NULL,
};

static const char *const bindings[] = {
    [BINDING_NONE] = "none",
    [BINDING_CPU] = "cpu",
    NULL,
};

static const char *const digests[] = {
    [DIGEST_REQUEST] = "request",
    [DIGEST_ALWAYS] = "always",
    NULL,
};

static const char *const orders[] = {
    [RELOAD_NEW_FIRST] = "new_first",
    [RELOAD_OLD_FIRST] = "old_first",
    NULL,
};

static const char *const flags[] = {
    [CHOICE_NO] = "no",
    [CHOICE_YES] = "yes",
    NULL,
};

static const char *const autoindexes[] = {
    [AUTOINDEX_OFF] = "off",
    [AUTOINDEX_HTML] = "html",
    [AUTOINDEX_JSON] = "json",
    NULL,
};

static const char *const missings[] = {
    [MISSING_ERROR] = "error",
    [MISSING_SKIP] = "skip",
    NULL,
};

static const char *const sandbox_modes[] = {
    [SANDBOX_MODE_ENFORCE] = "enforce",
    [SANDBOX_MODE_LOG] = "log",
    [SANDBOX_MODE_OFF] = "off",
    NULL,
};

static const char *const registers_kept[] = {
    [REGISTERS_OFF] = "off",
    [REGISTERS_ON] = "on",
    [REGISTERS_ON + 1] = NULL,
};

static const char *const request_ids[] = {
    [REQUEST_ID_OFF] = "off",
    [REQUEST_ID_LOG] = "log",
    [REQUEST_ID_RESPONSE] = "response",
    NULL,
};

static const char *const real_ip_headers[] = {
    [REAL_IP_NONE] = "none",
    [REAL_IP_FORWARDED] = "forwarded",
    [REAL_IP_X_FORWARDED_FOR] = "x-forwarded-for",
    NULL,
};

static const char *const cores[] = {
    [CORE_SYSTEM] = "system",
    [CORE_OFF] = "off",
    [CORE_ON] = "on",
    NULL,
};

static const char *const escapes[] = {
    [ACCESS_ESCAPE_DEFAULT] = "default",
    [ACCESS_ESCAPE_JSON] = "json",
    NULL,
};

static const char *const levels[] = {
    [LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARNING] = "warning", [LOG_LEVEL_NOTICE] = "notice",
    [LOG_LEVEL_INFO] = "info",   [LOG_LEVEL_DEBUG] = "debug",     NULL,
};

static const char *const syslog_formats[] = {
    [SYSLOG_RFC3164] = "rfc3164",
    [SYSLOG_RFC5424] = "rfc5424",
    NULL,
};

/* By their numbers, RFC 5424, section 6.2.1; named as in syslog.conf(5) where it has names. */
static const char *const facilities[] = {
    "kern",   "user",     "mail",   "daemon", "auth",   "syslog", "lpr",   "news",   "uucp",
    "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock", "local0", "local1",
    "local2", "local3",   "local4", "local5", "local6", "local7", NULL,
};

/* What all of them have in common. */
#define WORD_TYPE(set)                                                                         \
    {                                                                                          \
        .parse = parse_word, .print = print_word, .describe = describe_word, .words = (set)    \
    }

const struct option_type type_variant = WORD_TYPE(config_variants);
const struct option_type type_encoding = WORD_TYPE(encodings);
const struct option_type type_transmit = WORD_TYPE(transmits);
const struct option_type type_binding = WORD_TYPE(bindings);
const struct option_type type_digest = WORD_TYPE(digests);
const struct option_type type_order = WORD_TYPE(orders);
const struct option_type type_choice = WORD_TYPE(flags);
const struct option_type type_missing = WORD_TYPE(missings);
const struct option_type type_autoindex = WORD_TYPE(autoindexes);
const struct option_type type_sandbox = WORD_TYPE(sandbox_modes);
const struct option_type type_request_id = WORD_TYPE(request_ids);
const struct option_type type_real_ip_header = WORD_TYPE(real_ip_headers);
const struct option_type type_core = WORD_TYPE(cores);
const struct option_type type_registers = WORD_TYPE(registers_kept);
const struct option_type type_level = WORD_TYPE(levels);
const struct option_type type_escape = WORD_TYPE(escapes);
const struct option_type type_syslog_format = WORD_TYPE(syslog_formats);
const struct option_type type_facility = WORD_TYPE(facilities);
