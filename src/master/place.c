/* SPDX-License-Identifier: BSD-2-Clause */
/* place: see place.h. */
#include "master/place.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

int
place_open(struct place *place, int *process)
{
    return control_open(&place->control, process);
}

void
place_close(struct place *place)
{
    if (place->control > 0)
        close(place->control);
    place->control = 0;
}

void
place_tell(const struct place *place, const struct control_message *message, int descriptor)
{
    int error = 0;

    if (place->child.pid != 0 && place->control > 0)
        error = control_send(place->control, message, descriptor);
    if (error == -EPIPE || error == -ECONNRESET)
        return; /* its end has not been seen yet, and has a line then */
    if (error < 0)
        log_warning("control message to process %d: %s", (int)place->child.pid,
                    strerror(-error));
}
