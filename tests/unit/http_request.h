/* SPDX-License-Identifier: BSD-2-Clause */
/* http_request: makes a struct request from text, for the tests of what is decided about it. */
#ifndef TESTS_HTTP_REQUEST_H
#define TESTS_HTTP_REQUEST_H

#include "http/request.h"

/* The refusal, or REFUSAL_NONE and a request that borrows text and a static scratch. A head
 * that is not complete fails the test. */
enum refusal http_request(struct request *request, const char *text);

/* "METHOD /tiff HTTP/1.1" with a Host and more field lines; must be accepted. */
void http_request_with(struct request *request, const char *method, const char *fields);

#endif
