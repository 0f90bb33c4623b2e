/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check: the rules that span several keys. The caller passes a function that checks whether the
 * file of an asset can be served; without one, no file is looked at.
 */
#include "config/check.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/identity.h"
#include "base/memory.h"
#include "base/outlet.h"
#include "config/access_format.h"
#include "config/listen.h"

#define CONTROL_PATH_MAX 99 /* sun_path holds 108: with a dot, a process id and the end */

static void
check_target_length(const struct build *build)
{
    const struct config_server *server = &build->config->server;
    const struct config_option *option = option_find(SECTION_SERVER, "max_target_size");
    struct origin origin = *build_given(build, option, 0);

    /* A size of 0 is one that was refused. */
    if (server->max_header_size > 0 && server->max_target_size > server->max_header_size)
        report_error(build->report, origin,
                     "[server] max_target_size: %" PRIu64
                     " bytes do not fit in a request header; accepted: "
                     "at most max_header_size, %" PRIu64,
                     server->max_target_size, server->max_header_size);
}

/* A group alone is not a way to give up the rights of root. */
static void
check_group(const struct build *build, enum section_kind section, const char *name)
{
    const struct config_option *user = option_find(section, "user");
    const struct config_option *group = option_find(section, "group");

    if (name && build_given(build, user, 0)->file == NULL)
        report_error(build->report, *build_given(build, group, 0),
                     "[%s] group: \"%s\" without a user; accepted: user = NAME, too",
                     section_name(section), name);
}

/* Why a file can't be opened for writing, or made; NULL when it can. Leaves no trace. */
static const char *
unwritable(const char *path, uid_t trusted)
{
    const char *slash = strrchr(path, '/');
    char directory[PATH_MAX] = "/";
    struct stat status;
    int error = 0;

    if (lstat(path, &status) == 0)
        error = outlet_check(&status, trusted);
    if (error < 0)
        return outlet_problem(error);
    if (eaccess(path, W_OK) == 0)
        return NULL;
    if (errno == ENOENT && (size_t)(slash - path) < sizeof(directory)) {
        memcpy(directory, path, slash > path ? (size_t)(slash - path) : 1);
        if (eaccess(directory, W_OK | X_OK) == 0)
            return NULL;
    }
    return strerror(errno);
}

/* A file that the start must be able to write. Paths are absolute by now. */
static void
check_written(const struct build *build, enum section_kind section, const char *key,
              const char *path)
{
    const uid_t trusted = identity_user(build->config->server.user);
    const char *reason = path != NULL ? unwritable(path, trusted) : NULL;

    if (reason)
        report_error(build->report, *build_given(build, option_find(section, key), 0),
                     "[%s] %s: \"%s\": %s; accepted: a file that can be written or created",
                     section_name(section), key, path, reason);
}

/* The default file need not be there. */
static void
check_mime_types(const struct build *build, const char *path)
{
    const struct origin *given =
        build_given(build, option_find(SECTION_SERVER, "mime_types"), 0);

    if (given->file && path && eaccess(path, R_OK) < 0)
        report_error(build->report, *given,
                     "[server] mime_types: \"%s\": %s; accepted: a file that can be read", path,
                     strerror(errno));
}

/* A standard stream is there already. */
static void
check_access_log(const struct build *build, const char *path)
{
    if (path && access_format_stream(path) == 0)
        check_written(build, SECTION_ACCESS_LOG, "file", path);
}

/* Why there can be no syslogd at a path; NULL when there can: it may come later. */
static const char *
no_socket(const char *path)
{
    struct stat status;

    if (strlen(path) > LISTEN_PATH_MAX)
        return strerror(ENAMETOOLONG);
    return stat(path, &status) == 0 && !S_ISSOCK(status.st_mode) ? "is no socket" : NULL;
}

static void
check_syslog(const struct build *build)
{
    const struct config_log *log = &build->config->log;
    const char *reason = log->syslog ? no_socket(log->syslog) : NULL;

    if (reason)
        report_error(build->report, *build_given(build, option_find(SECTION_LOG, "syslog"), 0),
                     "[log] syslog: \"%s\": %s; accepted: the path of a socket, of at most %zu "
                     "bytes",
                     log->syslog, reason, LISTEN_PATH_MAX);
}

/* Lines go to one place. */
static void
check_log(const struct build *build)
{
    const struct config_log *log = &build->config->log;

    if (log->syslog && log->file)
        report_error(build->report, *build_given(build, option_find(SECTION_LOG, "syslog"), 0),
                     "[log] syslog: \"%s\" beside file; accepted: one of the two", log->syslog);
}

/* It is bound beside its path, with the process id added, and renamed. */
static void
check_control(const struct build *build, const char *path)
{
    char directory[PATH_MAX];
    const size_t parent = path ? (size_t)(strrchr(path, '/') - path) : 0;
    const char *reason = NULL;

    if (path == NULL)
        return;
    if (strlen(path) > CONTROL_PATH_MAX)
        reason = strerror(ENAMETOOLONG);
    else if (snprintf(directory, sizeof(directory), "%.*s/", (int)parent, path) > 0 &&
             eaccess(directory, W_OK | X_OK) < 0)
        reason = strerror(errno);
    if (reason)
        report_error(build->report,
                     *build_given(build, option_find(SECTION_SERVER, "control"), 0),
                     "[server] control: \"%s\": %s; accepted: a path of at most %d bytes in a "
                     "directory that can be written",
                     path, reason, CONTROL_PATH_MAX);
}

static bool
is_loopback(const struct listen_address *item)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)&item->address;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&item->address;

    switch (item->address.ss_family) {
    case AF_UNIX:
        return true;
    case AF_INET:
        return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    default:
        return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
    }
}

/* The debug pages have no passwords, and some take time. */
static void
check_debug_listen(const struct build *build)
{
    const struct listen_list *list = &build->config->debug.listen;

    for (size_t i = 0; i < list->count; i++) {
        const struct listen_address *item = &list->items[i];

        if (!is_loopback(item))
            report_error(build->report, item->origin,
                         "[debug] listen: \"%s\" can be reached from other machines; "
                         "accepted: 127.0.0.1:PORT, [::1]:PORT, unix:/PATH",
                         item->text);
        if (listen_find(&build->config->server.listen, item))
            report_error(build->report, item->origin,
                         "[debug] listen: \"%s\" is where [server] listens", item->text);
    }
}

/* Whoever connects there could tell anything. */
static void
check_proxies(const struct build *build)
{
    const struct config *config = build->config;

    for (size_t i = 0; i < config->server.listen.count; i++)
        if (config->server.listen.items[i].proxy_protocol &&
            config->server.trusted_proxies.count == 0)
            report_error(build->report, config->server.listen.items[i].origin,
                         "[server] listen: \"%s\" has proxy_protocol, and no proxy is trusted; "
                         "accepted: trusted_proxies = ADDRESS, too",
                         config->server.listen.items[i].text);
    for (size_t i = 0; i < config->debug.listen.count; i++)
        if (config->debug.listen.items[i].proxy_protocol)
            report_error(build->report, config->debug.listen.items[i].origin,
                         "[debug] listen: \"%s\" has proxy_protocol; accepted: in [server]",
                         config->debug.listen.items[i].text);
}

static void
check_asset(const struct build *build, size_t index, config_asset_check *check)
{
    const struct config_asset *asset = &build->config->assets[index];

    if (asset->tree && asset->directory == NULL && asset->variant != VARIANT_EMBEDDED)
        report_error(build->report, asset->file_origin,
                     "[tree %s] directory: is missing; accepted: directory = the path of the "
                     "directory",
                     asset->path);
    else if (!asset->tree && asset->file == NULL)
        report_error(build->report, asset->file_origin,
                     "[%s %s] file: is missing; accepted: file = the path of the object",
                     section_name(section_of_asset(asset)), asset->path);
    else if (asset->encoding == ENCODING_BASE64 &&
             (asset->precompressed.count > 0 || asset->compress.count > 0 || asset->sha256))
        report_error(build->report, asset->file_origin,
                     "[%s %s] %s: is set with encoding = base64; accepted: one of them",
                     section_name(section_of_asset(asset)), asset->path,
                     asset->sha256                    ? "sha256"
                     : asset->precompressed.count > 0 ? "precompressed"
                                                      : "compress");
    else if (check)
        check(asset, build->report);
}

/* By path, then as they stand in the file. */
static int
compare_assets(const void *a, const void *b)
{
    const struct config_asset *const *first = a;
    const struct config_asset *const *second = b;
    int order = (int)(*first)->tree - (int)(*second)->tree;

    if (order == 0)
        order = strcmp((*first)->path, (*second)->path);
    if (order != 0)
        return order;
    return ((*first)->origin.line > (*second)->origin.line) -
           ((*first)->origin.line < (*second)->origin.line);
}

/* Refuses a second section for a path. Sorting finds it also among thousands. */
static void
check_twins(const struct build *build)
{
    const struct config *config = build->config;
    size_t count = config->asset_count;
    const struct config_asset **sorted = memory_alloc(count * sizeof(*sorted));
    const struct config_asset *first = NULL;

    for (size_t i = 0; i < count; i++)
        sorted[i] = &config->assets[i];
    if (count > 0)
        qsort(sorted, count, sizeof(*sorted), compare_assets);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || first->tree != sorted[i]->tree ||
            strcmp(first->path, sorted[i]->path) != 0)
            first = sorted[i];
        else
            report_error(build->report, sorted[i]->origin,
                         "[%s %s]: a second %s for this path; the first is at %s:%u",
                         section_name(section_of_asset(first)), first->path,
                         section_name(section_of_asset(first)), first->origin.file,
                         first->origin.line);
    }
    memory_free(sorted);
}

void
check_whole(const struct build *build, config_asset_check *check)
{
    const struct config *config = build->config;

    check_target_length(build);
    check_group(build, SECTION_SERVER, config->server.group);
    check_group(build, SECTION_PROFILE, config->profile.group);
    check_log(build);
    check_debug_listen(build);
    check_proxies(build);
    if (check) {
        check_written(build, SECTION_SERVER, "pid_file", config->server.pid_file);
        check_written(build, SECTION_LOG, "file", config->log.file);
        check_mime_types(build, config->server.mime_types);
        check_syslog(build);
        check_access_log(build, config->access_log.file);
        check_control(build, config->server.control);
    }
    check_twins(build);
    for (size_t i = 0; i < config->asset_count; i++)
        check_asset(build, i, check);
    if (config->asset_count == 0 && build->report->count == build->errors)
        report_error(build->report, (struct origin){ .file = config->file },
                     "no asset; accepted: at least one section [asset /path] or [tree /path]");
}
