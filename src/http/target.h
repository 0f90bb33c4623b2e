/* SPDX-License-Identifier: BSD-2-Clause */
/* target: the request target (RFC 9112 section 3.2) and the path that it names. */
#ifndef HTTP_TARGET_H
#define HTTP_TARGET_H

#include "base/span.h"
#include "http/method.h"
#include "http/refusal.h"

/*
 * Whether the target has a form that the method allows: origin-form and absolute-form (http and
 * https) for all but CONNECT, "*" for OPTIONS alone, authority-form for CONNECT alone; and
 * holds only what RFC 3986 lets a path and a query hold. No fragment, no userinfo, no %00.
 */
enum refusal target_check(struct span target, enum method method);

/* The path of a target in origin-form or absolute-form that passed target_check(): still
 * encoded, without the query; empty for "http://host". */
struct span target_path(struct span target);

/* The authority of a target in absolute-form that passed target_check(); else empty. */
struct span target_authority(struct span target);

/*
 * The one normalisation (RFC 3986 sections 6.2.2 and 5.2.4) of a path that passed
 * target_check(): every percent-encoding decoded once, then "." and ".." segments removed,
 * never above the root; "//" is kept; an empty path is "/". An encoded slash is not a
 * separator: it becomes NUL, an octet that no catalogue path holds. The result lies in path
 * itself, when there is nothing to do, or in scratch, which has space for path.length octets.
 */
struct span target_normalise(struct span path, char *scratch);

#endif
