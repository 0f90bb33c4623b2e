/* SPDX-License-Identifier: BSD-2-Clause */
/* process: see place.h. */
#include "master/process.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

int
place_open(struct place *place, int *process)
{
    return channel_open(&place->channel, process);
}

void
place_close(struct place *place)
{
    if (place->channel > 0)
        close(place->channel);
    place->channel = 0;
}

void
place_tell(const struct place *place, const struct channel_message *message, int descriptor)
{
    int error = 0;

    if (place->child.pid != 0 && place->channel > 0)
        error = channel_send(place->channel, message, descriptor);
    if (error == -EPIPE || error == -ECONNRESET)
        return; /* its end has not been seen yet, and has a line then */
    if (error < 0)
        log_warning("message to process %d: %s", (int)place->child.pid, strerror(-error));
}
