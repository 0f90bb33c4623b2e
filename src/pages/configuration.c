/* SPDX-License-Identifier: BSD-2-Clause */
/* configuration: all keys, since none of them is a secret. */
#include "pages/configuration.h"

#include "config/config_dump.h"

void
configuration_write(struct page *page)
{
    config_dump(page->view->shared->config, page->out);
}
