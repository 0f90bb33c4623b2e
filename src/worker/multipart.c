/* SPDX-License-Identifier: BSD-2-Clause */
/* multipart: see multipart.h. Memory per connection grows with the number of ranges alone. */
#include "worker/multipart.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http/byteranges.h"
#include "worker/worker.h"

struct multipart {
    size_t count;
    size_t next;
    struct range ranges[];
};

size_t
multipart_size(size_t count)
{
    return sizeof(struct multipart) + count * sizeof(struct range);
}

struct multipart *
multipart_create(const struct range *ranges, size_t count)
{
    struct multipart *multipart = malloc(multipart_size(count));

    if (multipart == NULL)
        return NULL;
    multipart->count = count;
    multipart->next = 0;
    memcpy(multipart->ranges, ranges, count * sizeof(*ranges));
    return multipart;
}

void
multipart_free(struct multipart *multipart)
{
    free(multipart);
}

bool
multipart_next(struct worker *worker, struct connection *connection)
{
    struct object_description description;
    const struct representation *representation = &description.representation;
    struct multipart *multipart = connection->multipart;
    struct stage *stage = &worker->stage;
    struct range range;

    if (multipart == NULL)
        return false;
    object_describe(connection->object, &description);
    assert(stage_space(stage) >= byteranges_head_max(representation));
    if (multipart->next == multipart->count) {
        stage->end += byteranges_close(stage->bytes + stage->end, representation);
        return false;
    }
    range = multipart->ranges[multipart->next++];
    stage->end += byteranges_part_head(stage->bytes + stage->end, representation, range);
    connection->position = range.first;
    connection->end = range.last + 1;
    return true;
}
