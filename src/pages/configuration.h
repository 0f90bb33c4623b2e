/* SPDX-License-Identifier: BSD-2-Clause */
/* configuration: the settings of the generation that serves, as an ini file; see
 * config_dump.h. */
#ifndef PAGES_CONFIGURATION_H
#define PAGES_CONFIGURATION_H

#include "observer/page.h"

void configuration_write(struct page *page);

#endif
