/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe: static probes (USDT) at the events of trace.h, for bpftrace, perf and SystemTap.
 * Without a listener, a probe is one instruction that does nothing. Where the compiler knows
 * the kind, only the probe of that kind remains. The arguments are the connection, the request
 * and the argument that trace.h documents for the kind.
 */
#ifndef WORKER_PROBE_H
#define WORKER_PROBE_H

#include <stdint.h>

#include "build.h"
#include "shared/trace.h"

#if HAVE_SYS_SDT_H
#include <sys/sdt.h>
#else
#define STAP_PROBE3(provider, name, connection, request, argument)                             \
    (void)(connection), (void)(request), (void)(argument)
#endif

/* PROBE(kind, name): two underscores are a hyphen where tools show them. */
#define PROBES(PROBE)                                                                          \
    PROBE(ACCEPT, accept)                                                                      \
    PROBE(TAKE, take)                                                                          \
    PROBE(GIVE, give)                                                                          \
    PROBE(HEAD, head)                                                                          \
    PROBE(ROUTE, route)                                                                        \
    PROBE(FIRST_BYTE, first__byte)                                                             \
    PROBE(TURN, turn)                                                                          \
    PROBE(TURN_END, turn__end)                                                                 \
    PROBE(WOULD_BLOCK, would__block)                                                           \
    PROBE(RESUME, resume)                                                                      \
    PROBE(READ, read)                                                                          \
    PROBE(READ_END, read__end)                                                                 \
    PROBE(DONE, done)                                                                          \
    PROBE(RESET, reset)                                                                        \
    PROBE(CLOSE, close)                                                                        \
    PROBE(TIMER, timer)                                                                        \
    PROBE(SIGNAL, signal)                                                                      \
    PROBE(START, start)

#define PROBE_CASE(kind, name)                                                                 \
    case TRACE_##kind:                                                                         \
        STAP_PROBE3(tiffd, name, connection, request, argument);                               \
        break;

static inline __attribute__((always_inline)) void
probe_fire(enum trace_kind kind, uint32_t connection, uint32_t request, uint64_t argument)
{
    switch (kind) {
        PROBES(PROBE_CASE)
    default:
        break;
    }
}

#endif
