/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proxy_protocol: as strict as the specification permits. Bytes that can't begin a valid header
 * are refused at the first wrong byte. Pure.
 */
#include "http/proxy_protocol.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/network.h"
#include "http/octet.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define TEXT_MAX  107 /* bytes of a version 1 line, including its end */

enum { SIGNATURE_LENGTH = 12, FIXED_LENGTH = 16 };

/* --- version 1: a line -------------------------------------------------------------------- */

/* 0 to 65535, without leading zeros. */
static bool
read_port(struct span text, uint16_t *port)
{
    unsigned number = 0;

    if (text.length == 0 || text.length > 5 || (text.length > 1 && text.at[0] == '0'))
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!octet_is(text.at[i], OCTET_DIGIT))
            return false;
        number = number * 10 + (unsigned)(text.at[i] - '0');
    }
    *port = (uint16_t)number;
    return number <= UINT16_MAX;
}

static bool
read_line(struct span line, struct address *client)
{
    const struct span family = span_cut(&line, ' ');
    const int wanted = span_equal(family, SPAN("TCP4")) ? AF_INET : AF_INET6;
    struct address server;
    struct span from;
    struct span to;

    if (span_equal(family, SPAN("UNKNOWN")))
        return true;
    if (wanted == AF_INET6 && !span_equal(family, SPAN("TCP6")))
        return false;
    from = span_cut(&line, ' ');
    to = span_cut(&line, ' ');
    if (!network_parse_address(from, client) || !network_parse_address(to, &server) ||
        client->family != wanted || server.family != wanted)
        return false;
    from = span_cut(&line, ' ');
    return read_port(from, &client->port) && line.at && read_port(line, &server.port);
}

static enum proxy_protocol
proxy_protocol_text(const char *bytes, size_t length, size_t *consumed, struct address *client)
{
    const size_t prefix = strlen("PROXY ");
    const size_t limit = length < TEXT_MAX ? length : TEXT_MAX;
    const char *end;

    if (memcmp(bytes, "PROXY ", length < prefix ? length : prefix) != 0)
        return PROXY_PROTOCOL_BAD;
    end = memchr(bytes, '\n', limit);
    if (end == NULL)
        return length < TEXT_MAX ? PROXY_PROTOCOL_MORE : PROXY_PROTOCOL_BAD;
    *consumed = (size_t)(end + 1 - bytes);
    if (*consumed < prefix + 2 || end[-1] != '\r' ||
        !read_line((struct span){ bytes + prefix, *consumed - prefix - 2 }, client))
        return PROXY_PROTOCOL_BAD;
    return PROXY_PROTOCOL_DONE;
}

/* --- version 2: binary -------------------------------------------------------------------- */

static uint16_t
read_number(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* Ignores what follows the addresses (TLVs). */
static bool
read_addresses(const uint8_t *bytes, size_t length, unsigned family, struct address *client)
{
    switch (family) {
    case 0x00: /* AF_UNSPEC */
        return true;
    case 0x11: /* TCP over IPv4: both addresses, both ports */
        if (length < 12)
            return false;
        client->family = AF_INET;
        memcpy(client->bytes, bytes, 4);
        client->port = read_number(bytes + 8);
        return true;
    case 0x21: /* TCP over IPv6 */
        if (length < 36)
            return false;
        client->family = AF_INET6;
        memcpy(client->bytes, bytes, 16);
        client->port = read_number(bytes + 32);
        return true;
    case 0x31: /* a Unix stream */
        client->family = AF_UNIX;
        return length >= 216;
    default:
        return false;
    }
}

static enum proxy_protocol
read_binary(const char *bytes, size_t length, size_t *consumed, struct address *client)
{
    const uint8_t *octets = (const uint8_t *)bytes;
    const size_t known = length < SIGNATURE_LENGTH ? length : SIGNATURE_LENGTH;

    if (memcmp(bytes, SIGNATURE, known) != 0)
        return PROXY_PROTOCOL_BAD;
    if (length > SIGNATURE_LENGTH && octets[12] != 0x20 && octets[12] != 0x21)
        return PROXY_PROTOCOL_BAD; /* the version, and LOCAL or PROXY */
    if (length < FIXED_LENGTH)
        return PROXY_PROTOCOL_MORE;
    *consumed = FIXED_LENGTH + (size_t)read_number(octets + 14);
    if (*consumed > PROXY_PROTOCOL_MAX)
        return PROXY_PROTOCOL_BAD;
    if (length < *consumed)
        return PROXY_PROTOCOL_MORE;
    if (octets[12] == 0x21 &&
        !read_addresses(octets + FIXED_LENGTH, *consumed - FIXED_LENGTH, octets[13], client))
        return PROXY_PROTOCOL_BAD;
    return PROXY_PROTOCOL_DONE;
}

enum proxy_protocol
proxy_protocol_read(const char *bytes, size_t length, size_t *consumed, struct address *client)
{
    *client = (struct address){ .family = AF_UNSPEC };
    *consumed = 0;
    if (length == 0)
        return PROXY_PROTOCOL_MORE;
    return bytes[0] == 'P' ? proxy_protocol_text(bytes, length, consumed, client)
                           : read_binary(bytes, length, consumed, client);
}
