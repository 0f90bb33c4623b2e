/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type: what the values of options can be. One small vtable per type; the numbers are in
 * type_number.c, words from a fixed set in type_word.c, text in type_text.c, lists in
 * type_list.c, type_host.c, type_coding.c and type_tree.c, what the access log needs in
 * type_access.c.
 */
#ifndef CONFIG_TYPE_H
#define CONFIG_TYPE_H

#include <stdbool.h>
#include <stdio.h>

#include "config/option.h"

struct setting;

/* Space for what type_accepted() may write. */
#define TYPE_TEXT_SIZE 192

struct option_type {
    /* May be written more than once in a file; each value is added. */
    bool list;

    /* Checks the value and stores it in place of the one before (a list: after it); or reports
     * every error and leaves the field alone. */
    void (*parse)(const struct setting *setting, union option_field field);

    /* Writes the field as whole lines "key = value" that parse() reads back to the same. */
    void (*print)(const struct config_option *option, union option_view field, FILE *out);

    /* Frees what the field owns and makes it empty. Unset where it owns nothing. */
    void (*clear)(union option_field field);

    /* What parse() takes: "printable ASCII". NULL: it depends on the option, and describe()
     * says it: "1k to 64k". */
    const char *accepts;
    void (*describe)(const struct config_option *option, char text[static TYPE_TEXT_SIZE]);

    /* Words from a fixed set: what the values 0, 1, ... are called; NULL at the end. */
    const char *const *words;
};

/* What the option accepts, in words. They may be in buffer, which is the caller's. */
static inline const char *
type_accepted(const struct config_option *option, char buffer[static TYPE_TEXT_SIZE])
{
    if (option->type->accepts)
        return option->type->accepts;
    option->type->describe(option, buffer);
    return buffer;
}

extern const struct option_type type_number;        /* a whole number */
extern const struct option_type type_count;         /* the same, 64 bits wide */
extern const struct option_type type_size;          /* bytes, with units */
extern const struct option_type type_time;          /* milliseconds, with units */
extern const struct option_type type_workers;       /* a number or auto */
extern const struct option_type type_mode;          /* permissions of a file, octal */
extern const struct option_type type_variant;       /* enum variant */
extern const struct option_type type_encoding;      /* enum encoding */
extern const struct option_type type_transmit;      /* enum transmit */
extern const struct option_type type_binding;       /* enum binding */
extern const struct option_type type_digest;        /* enum digest */
extern const struct option_type type_order;         /* enum reload_order */
extern const struct option_type type_sandbox;       /* enum sandbox_mode */
extern const struct option_type type_request_id;    /* enum request_id_use */
extern const struct option_type type_core;          /* enum core */
extern const struct option_type type_registers;     /* enum registers_kept */
extern const struct option_type type_level;         /* enum log_level */
extern const struct option_type type_escape;        /* enum access_escape */
extern const struct option_type type_syslog_format; /* enum syslog_format */
extern const struct option_type type_facility;      /* of syslog, by its name */
extern const struct option_type type_tag;           /* of syslog */
extern const struct option_type type_format;        /* a line of the access log */
extern const struct option_type type_statuses;      /* classes of status codes */
extern const struct option_type type_path;          /* a file's name, not yet resolved */
extern const struct option_type type_prefix;   /* how the names of files begin, not resolved */
extern const struct option_type type_user;     /* a user that exists */
extern const struct option_type type_group;    /* a group that exists */
extern const struct option_type type_media;    /* a media type, RFC 9110 section 8.3.1 */
extern const struct option_type type_value;    /* a field value, RFC 9110 section 5.5 */
extern const struct option_type type_listen;   /* listen addresses */
extern const struct option_type type_header;   /* "Name: value" */
extern const struct option_type type_hosts;    /* names and addresses of hosts */
extern const struct option_type type_choice;   /* enum choice */
extern const struct option_type type_missing;  /* enum missing */
extern const struct option_type type_segment;  /* a file's name without a directory */
extern const struct option_type type_patterns; /* patterns of files, see pattern.h */
extern const struct option_type type_rule;     /* "PATTERN KEY VALUE", see rule.h */
extern const struct option_type type_networks; /* sets of addresses */
extern const struct option_type type_real_ip_header; /* enum real_ip_header */
extern const struct option_type type_origins;        /* origins of web pages, RFC 6454 */
extern const struct option_type type_token;          /* a token, RFC 9110 section 5.6.2 */
extern const struct option_type type_sha256;         /* a digest in hexadecimal */
extern const struct option_type type_autoindex;      /* enum autoindex */
extern const struct option_type type_compress;       /* content codings with levels */
extern const struct option_type type_codings;        /* content codings */

/* What lists of text have in common; added text is taken over. */
void type_list_add(struct header_list *list, char *text);
void type_list_print(const struct config_option *option, union option_view field, FILE *out);
void type_list_clear(union option_field field);

/* The C type of the field that each of them fills. */
#define TYPE_FIELD_number         unsigned
#define TYPE_FIELD_count          uint64_t
#define TYPE_FIELD_size           uint64_t
#define TYPE_FIELD_time           uint64_t
#define TYPE_FIELD_workers        unsigned
#define TYPE_FIELD_variant        enum variant
#define TYPE_FIELD_encoding       enum encoding
#define TYPE_FIELD_transmit       enum transmit
#define TYPE_FIELD_binding        enum binding
#define TYPE_FIELD_digest         enum digest
#define TYPE_FIELD_order          enum reload_order
#define TYPE_FIELD_sandbox        enum sandbox_mode
#define TYPE_FIELD_mode           unsigned
#define TYPE_FIELD_request_id     enum request_id_use
#define TYPE_FIELD_core           enum core
#define TYPE_FIELD_registers      enum registers_kept
#define TYPE_FIELD_prefix         char *
#define TYPE_FIELD_level          enum log_level
#define TYPE_FIELD_escape         enum access_escape
#define TYPE_FIELD_syslog_format  enum syslog_format
#define TYPE_FIELD_facility       unsigned
#define TYPE_FIELD_tag            char *
#define TYPE_FIELD_format         char *
#define TYPE_FIELD_statuses       unsigned
#define TYPE_FIELD_path           char *
#define TYPE_FIELD_user           char *
#define TYPE_FIELD_group          char *
#define TYPE_FIELD_media          char *
#define TYPE_FIELD_value          char *
#define TYPE_FIELD_listen         struct listen_list
#define TYPE_FIELD_header         struct header_list
#define TYPE_FIELD_hosts          struct header_list
#define TYPE_FIELD_origins        struct header_list
#define TYPE_FIELD_choice         enum choice
#define TYPE_FIELD_missing        enum missing
#define TYPE_FIELD_patterns       struct header_list
#define TYPE_FIELD_segment        char *
#define TYPE_FIELD_rule           struct header_list
#define TYPE_FIELD_networks       struct network_list
#define TYPE_FIELD_real_ip_header enum real_ip_header
#define TYPE_FIELD_token          char *
#define TYPE_FIELD_sha256         char *
#define TYPE_FIELD_autoindex      enum autoindex
#define TYPE_FIELD_compress       struct coding_list
#define TYPE_FIELD_codings        struct coding_list

#endif
