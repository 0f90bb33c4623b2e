/* SPDX-License-Identifier: BSD-2-Clause */
/* status: the status codes that tiffd sends and their reason phrases (RFC 9110 section 15). */
#ifndef HTTP_STATUS_H
#define HTTP_STATUS_H

#include "base/span.h"

/* "404 Not Found". One that tiffd does not send is a bug of ours and asserts. */
struct span status_text(unsigned status);

#endif
