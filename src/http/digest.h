/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * digest: does a request ask for the digest of the representation (RFC 9530; before it, RFC
 * 3230)? Pure.
 */
#ifndef HTTP_DIGEST_H
#define HTTP_DIGEST_H

#include <stdbool.h>

#include "http/request.h"

/* Whether a field Want-Repr-Digest names sha-256 with a preference above 0. */
bool digest_wanted(const struct request *request) __attribute__((pure));

/* The same of the obsolete Want-Digest. */
bool digest_wanted_formerly(const struct request *request) __attribute__((pure));

#endif
