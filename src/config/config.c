/* SPDX-License-Identifier: BSD-2-Clause */
/* config: names of variants, as the configuration and the pages have them; sharing. */
#include "config/config.h"

const char *const config_variants[] = {
    [VARIANT_CACHED] = "cached",
    [VARIANT_EMBEDDED] = "embedded",
    [VARIANT_STREAMING] = "streaming",
    NULL,
};

const char *
config_variant_name(enum variant variant)
{
    return config_variants[variant];
}

struct config *
config_share(struct config *config)
{
    config->shares++;
    return config;
}
