/* SPDX-License-Identifier: BSD-2-Clause */
/* boot: see boot.h. The caller decides which errors end the program. */
#include "master/boot.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/identity.h"
#include "base/log.h"
#include "base/outlet.h"
#include "base/sink.h"
#include "master/detach.h"
#include "master/syslog_target.h"

#define WORKER_DESCRIPTORS 7   /* a doorbell, a handoff's ends, to tell it, its memory */
#define OBJECT_DESCRIPTORS 1   /* its file or its memory; in the loader its file */
#define TREE_DESCRIPTORS   16  /* its directory and its memory */
#define OPENER_DESCRIPTORS 2   /* a worker: the ends of a socket */
#define RESERVE            128 /* for all that does not depend on the configuration */

/* What a generation with this configuration holds open, see generation.c. */
static rlim_t
descriptors_of(const struct config *config)
{
    rlim_t wanted = (rlim_t)config->server.workers * WORKER_DESCRIPTORS;

    for (size_t i = 0; i < config->asset_count; i++)
        wanted += config->assets[i].tree ? TREE_DESCRIPTORS + config->assets[i].max_open_files +
                                               config->server.workers * OPENER_DESCRIPTORS
                                         : OBJECT_DESCRIPTORS;
    return wanted;
}

void
boot_raise_descriptor_limit(const struct config *config, const struct generation *living)
{
    struct rlimit limit;
    rlim_t wanted = RESERVE + config->server.worker_connections + config->server.listen.count +
                    config->debug.listen.count + descriptors_of(config);

    for (; living; living = living->older)
        wanted += descriptors_of(living->shared.config);
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < wanted)
        log_notice("descriptors are limited to %llu, too few for server.worker_connections",
                   (unsigned long long)limit.rlim_cur);
}

void
boot_leave_terminal(bool detach)
{
    if (!detach)
        return;
    sink_keep_standard();
    detach_streams();
    sink_open_standard();
}

void
boot_probe_syslog(const struct config_log *config)
{
    struct syslog_target target;
    int error;

    if (config->syslog == NULL)
        return;
    target = syslog_target_of(config);
    if ((error = syslog_target_probe(&target)) < 0)
        log_warning("syslog %s: %s; lines wait until it can be reached", config->syslog,
                    strerror(-error));
}

int
boot_open_log(const struct config *config)
{
    const char *path = config->log.file;
    int error;

    tzset(); /* gmtime_r(3) does at its first call, and reads a file; sandboxes refuse that */
    log_set_level(config->log.level);
    log_set_client_lines(config->log.client_lines);
    sink_share();
    sink_open_standard();
    sink_trust(identity_user(config->server.user));
    boot_probe_syslog(&config->log);
    if (path == NULL)
        return 0;
    if ((error = sink_open(path)) < 0)
        log_error("log %s: %s", path, outlet_problem(error));
    return error;
}
