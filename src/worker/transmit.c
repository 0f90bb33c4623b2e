/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transmit: see transmit.h. A window ends with the first wait after its time, so the worker
 * need not wake up for it; a worker that sleeps long has waited for all of it.
 */
#include "worker/transmit.h"

void
transmit_waited(struct transmit_load *load, uint64_t from, uint64_t to)
{
    uint64_t elapsed;

    load->waited += to - from;
    elapsed = to - load->began;
    if (elapsed < TRANSMIT_WINDOW)
        return;
    load->busy = load->began != 0 && load->waited < elapsed / TRANSMIT_IDLE;
    load->began = to;
    load->waited = 0;
}

enum transmit_way
transmit_choose(enum transmit transmit, struct transmit_choice choice, bool busy)
{
    const bool pages = choice.mapped && choice.pipe && choice.large;

    switch (transmit) {
    case TRANSMIT_SENDFILE:
        return choice.file ? TRANSMIT_FILE : TRANSMIT_COPY;
    case TRANSMIT_VMSPLICE:
        return pages ? TRANSMIT_PAGES : TRANSMIT_COPY;
    case TRANSMIT_AUTO:
        return pages && choice.loopback && busy ? TRANSMIT_PAGES : TRANSMIT_COPY;
    case TRANSMIT_SEND:
        break;
    }
    return TRANSMIT_COPY;
}
