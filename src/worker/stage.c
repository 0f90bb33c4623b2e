/* SPDX-License-Identifier: BSD-2-Clause */
/* stage: see stage.h. */
#include "worker/stage.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

size_t
stage_consume(struct stage *stage, size_t length)
{
    if (length > stage_length(stage))
        length = stage_length(stage);
    stage->start += length;
    if (stage->start == stage->end)
        stage_clear(stage);
    return length;
}

void
stage_append(struct stage *stage, const char *bytes, size_t length)
{
    assert(length <= stage_space(stage));
    memcpy(stage->bytes + stage->end, bytes, length);
    stage->end += length;
}

bool
stage_save(struct stage *stage, struct outbox **outbox)
{
    size_t length = stage_length(stage);

    *outbox = NULL;
    if (length == 0)
        return true;
    if ((*outbox = malloc(sizeof(**outbox) + length)) != NULL) {
        (*outbox)->length = length;
        memcpy((*outbox)->bytes, stage->bytes + stage->start, length);
    }
    stage_clear(stage);
    return *outbox != NULL;
}

void
stage_restore(struct stage *stage, struct outbox **outbox)
{
    if (*outbox == NULL)
        return;
    assert(stage_length(stage) == 0);
    stage_append(stage, (*outbox)->bytes, (*outbox)->length);
    free(*outbox);
    *outbox = NULL;
}
