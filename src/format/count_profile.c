/* SPDX-License-Identifier: BSD-2-Clause */
/* count_profile: in the format of Go's "goroutine profile: total 3". */
#include "format/count_profile.h"

#include <inttypes.h>

#include "symbol/maps.h"

void
count_profile_begin(FILE *out, const char *name, uint64_t total)
{
    fprintf(out, "%s profile: total %" PRIu64 "\n", name, total);
}

void
count_profile_group(FILE *out, enum marker kind, const char *what, uint64_t count)
{
    if (count > 0)
        fprintf(out, "%" PRIu64 " @ 0x%" PRIxPTR "\n#\t%s\n", count, marker_pc(kind), what);
}

int
count_profile_end(FILE *out)
{
    struct maps maps;
    int error = maps_read(&maps);

    fputs("\n--- Memory map: ---\n", out);
    if (error == 0)
        maps_write(&maps, out);
    maps_free(&maps);
    return error;
}
