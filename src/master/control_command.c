/* SPDX-License-Identifier: BSD-2-Clause */
/* control_command: one table. Commands that do the same as a signal call the same functions. */
#include "master/control_command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "base/log.h"
#include "config/config_dump.h"
#include "master/actions.h"
#include "master/control_peer.h"
#include "master/control_status.h"
#include "master/reload.h"
#include "master/shutdown.h"

#define NOT_SENT "the reply can't be sent whole"

/* NULL, or why it can't be done. The client waits for the outcome if there is none yet. */
typedef const char *control_command(struct master *master, struct control_client *client,
                                    const char *argument);

static const char *
begin_reload(struct master *master, struct control_client *client)
{
    if (master->stopping)
        return "the daemon is ending";
    client->waits = CONTROL_RELOAD;
    client->reload = master->control.reloads + 1;
    master->reload_wanted = true; /* the loop begins it */
    return NULL;
}

static const char *
do_reload(struct master *master, struct control_client *client, const char *argument)
{
    (void)argument;
    master->workers = 0;
    return begin_reload(master, client);
}

static const char *
do_workers(struct master *master, struct control_client *client, const char *argument)
{
    char *end;
    const long wanted = strtol(argument, &end, 10);

    if (*argument == '\0' || *end != '\0' || wanted < 1 || wanted > RELOAD_WORKERS_MAX)
        return "workers: accepted: a number from 1 to 1024";
    master->workers = (unsigned)wanted;
    return begin_reload(master, client);
}

static const char *
do_upgrade(struct master *master, struct control_client *client, const char *argument)
{
    const char *reason = upgrade_objection(master);

    (void)argument;
    if (reason)
        return reason;
    client->waits = CONTROL_UPGRADE;
    upgrade_ask(master, SIGUSR2);
    return NULL;
}

static const char *
do_reopen(struct master *master, struct control_client *client, const char *argument)
{
    (void)argument;
    if (!actions_reopen(master))
        return "the log can't be opened; its own lines say why";
    return control_say(client, CONTROL_OK, strlen(CONTROL_OK)) ? NULL : NOT_SENT;
}

static const char *
do_quit(struct master *master, struct control_client *client, const char *argument)
{
    (void)argument;
    client->waits = CONTROL_END;
    shutdown_begin(master, SIGQUIT);
    return NULL;
}

static const char *
do_stop(struct master *master, struct control_client *client, const char *argument)
{
    (void)argument;
    client->waits = CONTROL_END;
    shutdown_begin(master, SIGINT);
    return NULL;
}

/* A reply of several lines. */
static const char *
do_tell(const struct master *master, struct control_client *client,
        void (*print)(const struct master *master, FILE *out))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool sent = false;

    if (out) {
        print(master, out);
        fputs(CONTROL_OK, out);
        if (fclose(out) == 0)
            sent = control_say(client, text, size);
        free(text);
    }
    return sent ? NULL : NOT_SENT;
}

static const char *
do_status(struct master *master, struct control_client *client, const char *argument)
{
    (void)argument;
    return do_tell(master, client, control_status_print);
}

static void
print_config(const struct master *master, FILE *out)
{
    config_dump(state_serving(master)->shared.config, out);
}

static const char *
do_dump_config(struct master *master, struct control_client *client, const char *argument)
{
    (void)argument;
    if (state_serving(master) == NULL)
        return "no generation serves yet";
    return do_tell(master, client, print_config);
}

static const struct control_row {
    const char *name;
    control_command *run;
    bool takes_argument;
    const char *text; /* for the log; NULL: it changes nothing */
} commands[] = {
    { "status", do_status, false, NULL },
    { "dump-config", do_dump_config, false, NULL },
    { "reload", do_reload, false, "reload" },
    { "workers", do_workers, true, "another number of workers" },
    { "upgrade", do_upgrade, false, "upgrade" },
    { "reopen", do_reopen, false, "reopening the log" },
    { "quit", do_quit, false, "ending when all responses are sent" },
    { "stop", do_stop, false, "ending at once" },
};

/* NULL: there is none of this name. */
static const struct control_row *
find_command(const char *name)
{
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

/* Whoever asked is in the log, and what became of it if that was refused. */
static const char *
run_change(struct master *master, struct control_client *client,
           const struct control_row *command, const char *argument)
{
    const char *reason = "you may read the status, but not change anything; see control_mode";
    char peer[64];

    control_peer_write(client->fd, peer, sizeof(peer));
    log_notice("control socket: %s, for %s", command->text, peer);
    if (control_peer_may_change(client->fd, master->control.socket.path))
        reason = command->run(master, client, argument);
    if (reason)
        log_notice("control socket: refused: %s", reason);
    return reason;
}

const char *
control_command_run(struct master *master, struct control_client *client)
{
    char *argument = strchrnul(client->line, ' ');
    const struct control_row *command;

    if (*argument != '\0')
        *argument++ = '\0';
    if ((command = find_command(client->line)) == NULL)
        return "unknown command; accepted: status, dump-config, reload, workers N, upgrade, "
               "reopen, quit, stop";
    if (*argument != '\0' && !command->takes_argument)
        return "the command takes no argument";
    client->waits = CONTROL_REPLIED; /* unless it says that it waits */
    return command->text ? run_change(master, client, command, argument)
                         : command->run(master, client, argument);
}
