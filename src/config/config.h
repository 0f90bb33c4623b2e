/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config: the settings of one generation. Built once by the master, read-only afterwards.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "base/coding.h"
#include "base/log.h"
#include "base/network.h"
#include "base/report.h"

#define SYSLOG_TAG_MAX 32

enum variant { VARIANT_CACHED, VARIANT_EMBEDDED, VARIANT_STREAMING };
enum encoding { ENCODING_IDENTITY, ENCODING_BASE64 };
enum transmit { TRANSMIT_AUTO, TRANSMIT_SEND, TRANSMIT_SENDFILE, TRANSMIT_VMSPLICE };
enum binding { BINDING_NONE, BINDING_CPU };
enum digest { DIGEST_REQUEST, DIGEST_ALWAYS };
enum reload_order { RELOAD_NEW_FIRST, RELOAD_OLD_FIRST };
enum choice { CHOICE_NO, CHOICE_YES };
enum missing { MISSING_ERROR, MISSING_SKIP };
enum autoindex { AUTOINDEX_OFF, AUTOINDEX_HTML, AUTOINDEX_JSON };
enum core { CORE_SYSTEM, CORE_OFF, CORE_ON };
enum registers_kept { REGISTERS_OFF, REGISTERS_ON };
enum request_id_use { REQUEST_ID_OFF, REQUEST_ID_LOG, REQUEST_ID_RESPONSE };
enum real_ip_header { REAL_IP_NONE, REAL_IP_FORWARDED, REAL_IP_X_FORWARDED_FOR };
enum access_escape { ACCESS_ESCAPE_DEFAULT, ACCESS_ESCAPE_JSON };
enum syslog_format { SYSLOG_RFC3164, SYSLOG_RFC5424 };
enum sandbox_mode { SANDBOX_MODE_ENFORCE, SANDBOX_MODE_LOG, SANDBOX_MODE_OFF };

/* One listen address, as written and as the kernel wants it. */
struct listen_address {
    char *text; /* "127.0.0.1:8080", "[::1]:8080", "*:8080", "unix:/run/tiffd.sock" */
    struct sockaddr_storage address;
    socklen_t length;
    struct origin origin;
    char *parameters;    /* as written behind the address; NULL: none */
    bool proxy_protocol; /* a proxy connects there, and tells for whom */
    unsigned mode;       /* of a Unix socket's file */
    uid_t user;          /* its owner; -1: who makes it */
    gid_t group;
};

struct listen_list {
    struct listen_address *items;
    size_t count;
};

/* Extra response fields of an asset, checked against RFC 9110 section 5. */
struct header_list {
    char **items; /* texts, such as "Name: value" */
    size_t count;
};

/* [server]. Sizes are bytes, times are milliseconds; 0 means no limit only where said. */
struct config_server {
    struct listen_list listen;
    unsigned workers; /* "auto" is already resolved */
    enum variant variant;
    struct header_list hosts; /* that requests may name; none: all */
    struct header_list cors;  /* origins; "*" stands alone */
    char *mime_types;         /* a list of media types; NULL: there is only the built-in one */
    char *charset;            /* of types of text; NULL: none is said */
    struct network_list trusted_proxies;
    enum real_ip_header real_ip_header; /* that tells for whom they ask */
    char *user;                         /* NULL: stay who we are */
    char *group;                        /* NULL: the user's own group */
    char *pid_file;
    char *control; /* NULL: no such socket */
    unsigned control_mode;
    char *control_user; /* NULL: who makes it */
    char *control_group;
    unsigned limit_connections; /* of a client address; 0: no limit */
    unsigned limit_requests;    /* under way, likewise */
    unsigned limit_prefix;      /* bits of an IPv6 address that tell a client */
    uint64_t limit_rate;        /* bytes a second of a connection; 0: no limit */
    unsigned backlog;
    uint64_t max_header_size;
    unsigned max_header_fields;
    uint64_t max_target_size;
    unsigned worker_connections; /* per worker */
    unsigned max_refused;        /* of those above it, per worker, that wait for their end */
    uint64_t keepalive_requests; /* per connection; 0: no limit */
    unsigned max_ranges;         /* per request; above it the whole object is sent */
    uint64_t header_timeout;
    uint64_t keepalive_timeout;
    uint64_t send_timeout;
    uint64_t linger_timeout;
    uint64_t drain_timeout;
    uint64_t drain_delay;
    uint64_t reload_timeout; /* 0: no limit */
    enum reload_order reload_order;
    uint64_t watch_delay; /* without changes of a watched file, before it is loaded */
    uint64_t upgrade_timeout;
    uint64_t drain_rate; /* bytes a second; 0: any */
    enum transmit transmit;
    enum binding affinity; /* of workers to CPUs */
    enum binding steering; /* of connections to workers */
    enum sandbox_mode sandbox;
    enum request_id_use request_id;
    unsigned max_senders;  /* large bodies sent at a time, per worker; 0: all */
    unsigned read_threads; /* threads of a worker and an object for reads that would wait */
    unsigned max_reads;    /* of an object that wait for them, per worker; above it: 503 */
    unsigned max_pieces;   /* that a worker keeps for clients whose sockets are full */
    uint64_t sndbuf;       /* of a socket on a short path; 0: the kernel's choice everywhere */
    uint64_t max_sndbuf;   /* of a socket whose buffer the kernel adjusts; 0: its own limit */
    uint64_t rcvbuf;       /* of each socket; the kernel doubles it, for its own needs */
    uint64_t send_max_chunk; /* bytes one connection may send before the next has its turn */
};

struct config_log {
    enum log_level level;
    unsigned client_lines; /* a second, in each process; 0: all */
    char *file;            /* NULL: standard error, or */
    char *syslog;          /* the socket of syslogd; NULL: none */
    enum syslog_format syslog_format;
    unsigned syslog_facility; /* RFC 5424, section 6.2.1 */
    char *syslog_tag;         /* of messages; at most SYSLOG_TAG_MAX bytes */
};

/* [access_log] */
struct config_access_log {
    char *file;   /* NULL: no requests are logged */
    char *format; /* see access_format.h */
    enum access_escape escape;
    unsigned status; /* classes of status codes: bit 0 is 1xx */
    unsigned sample; /* one in so many of those below 400 */
    uint64_t buffer; /* bytes, per worker */
    uint64_t flush;  /* ms that a line may wait there */
};

/* [profile] */
struct config_profile {
    char *cpu;  /* prefix of files, in dir unless it is absolute; NULL: none */
    char *heap; /* the same for heap profiles */
    char *dir;  /* NULL: where tiffd was started */
    unsigned hz;
    enum choice kernel; /* functions of the kernel are included */
    uint64_t sample_bytes;
    unsigned keep_files; /* files of processes that have ended, a worker and kind */
    uint64_t interval;   /* 0: only when something ends, or on demand */
    char *user;          /* NULL: the user who started tiffd */
    char *group;         /* NULL: the user's own */
    unsigned mode;
};

/* [debug] */
struct config_debug {
    struct listen_list listen; /* loopback and Unix sockets only */
    struct header_list hosts;  /* that a Host field may name besides loopback */
    unsigned max_clients;
    unsigned trace_events; /* kept a worker; 0: none are noted */
    uint64_t schedtrace;   /* 0: off */
    uint64_t alloctrace;   /* 0: off */
    enum core core;
    enum registers_kept registers;
};

/* [asset /path], which is one object, or [tree /path], which is those of a directory, or [error
 * 404], which is the object that is sent where there is none. */
struct config_asset {
    char *path; /* normalised as a request's target is; a tree's ends in / only at the root; an
                 * error's is its status */
    char *url;  /* the same as in a URL: percent-encoded, for people and for metrics */
    struct origin origin;
    unsigned section; /* its number among those that objects come from */
    bool tree;
    char *file; /* an asset's: absolute, or for embedded the name in the program */
    struct origin file_origin; /* or of the directory */
    enum variant variant;
    enum encoding encoding;
    char *content_type;  /* NULL: from the file's name */
    char *cache_control; /* NULL: no such field */
    struct header_list header;
    enum digest repr_digest;
    struct header_list cors;          /* as in [server], whose list is the default */
    char *sha256;                     /* of the file, in hexadecimal; NULL: any */
    struct coding_list compress;      /* to be made at load, with levels */
    struct coding_list precompressed; /* of which there may be files beside FILE: FILE.gz */

    uint64_t limit_rate;       /* as in [server], whose value is the default */
    uint64_t limit_total_rate; /* of all its connections together; 0: no limit */
    enum choice watch;         /* changes of its files lead to a reload */

    /* [tree] alone */
    char *directory;            /* absolute; NULL: embedded */
    struct header_list include; /* patterns, see pattern.h; none: all */
    struct header_list exclude;
    enum choice hidden;   /* files and directories whose names begin with a dot, too */
    enum choice follow;   /* symbolic links that stay within the directory */
    enum missing missing; /* what a file that can't be read comes to */
    unsigned max_files;
    unsigned max_open_files;  /* streamed ones; of more, each worker opens so many */
    char *index;              /* the file that stands for its directory; NULL: none does */
    enum autoindex autoindex; /* what does in directories without one */
    enum choice sha256sums;   /* a list of the files' digests is an object, too */
    struct header_list rule;  /* "PATTERN KEY VALUE", see rule.h */
};

struct config {
    unsigned shares; /* of generations besides one, see config_free.h */
    char *file;      /* as given with -c; origins borrow it */
    struct config_server server;
    struct config_log log;
    struct config_access_log access_log;
    struct config_profile profile;
    struct config_debug debug;
    struct config_asset *assets; /* in the order of the file */
    size_t asset_count;
    char **overrides; /* "-o section.key=value"; origins borrow them */
    size_t override_count;
};

/* A "-o section.key=value" of the command line. */
struct config_override {
    const char *text;
};

/* Asks whether the file of an asset can be served, and reports why not. */
typedef void config_asset_check(const struct config_asset *asset, struct report *report);

/* For one more generation, which frees it, too. */
struct config *config_share(struct config *config);

/* "cached", "embedded", "streaming". */
extern const char *const config_variants[]; /* by enum variant, then NULL */
const char *config_variant_name(enum variant variant);

#endif
