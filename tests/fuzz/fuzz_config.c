/* SPDX-License-Identifier: BSD-2-Clause */
/* Configurations: any bytes as tiffd.ini. */
#include "config_round.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    config_round(data, size, NULL, 0);
    return 0;
}
