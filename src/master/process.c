/* SPDX-License-Identifier: BSD-2-Clause */
/* process: opens, uses and closes the channel to it. */
#include "master/process.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

int
process_open(struct process *process, int *theirs)
{
    return channel_open(&process->channel, theirs);
}

void
process_close(struct process *process)
{
    if (process->channel > 0)
        close(process->channel);
    process->channel = 0;
}

void
process_send(const struct process *process, const struct channel_message *message,
             int descriptor)
{
    int error = 0;

    if (process->child.pid != 0 && process->channel > 0)
        error = channel_send(process->channel, message, descriptor);
    if (error == -EPIPE || error == -ECONNRESET)
        return; /* its end will be noticed and logged later */
    if (error < 0)
        log_warning("message to process %d: %s", (int)process->child.pid, strerror(-error));
}
