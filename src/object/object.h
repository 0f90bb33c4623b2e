/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object: an object, and the interface of the three variants. A variant sets either `map`, and
 * the sender writes from memory, or `read` and `verify`; all set the others. Code that serves
 * objects uses nothing else, not even the variant's name.
 */
#ifndef OBJECT_OBJECT_H
#define OBJECT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/report.h"
#include "config/config.h"
#include "http/field_lines.h"
#include "http/representation.h"
#include "object/mime_types.h"
#include "object/sealed.h"
#include "object/source.h"
#include "shared/load_progress.h"

#define OBJECT_DIGEST_SIZE 32 /* SHA-256 of the representation */

struct object;

struct object_ops {
    /* Master, before anything starts: can this asset be served? Reports what is wrong; leaves
     * nothing open and nothing changed. */
    void (*check)(const struct config_asset *asset, struct report *report);

    /* Opens what the object is made from, and sets length and last_modified. In the loader
     * where load is set, since a disk may be slow, else in the master. 0, or a negative errno
     * with a line in the log and nothing held. */
    int (*open)(struct object *object);

    /* Loader; unset where open does it all. Acquires the bytes and sets digest. previous is the
     * same file in the generation before, or NULL: when its bytes are the same, `unchanged` is
     * set, and none are held here. Any thread, one for each object. 0 or a negative errno, as
     * above. */
    int (*load)(struct object *object, const struct object *previous,
                struct load_progress *progress);

    /* Master, unset where load is: makes ready for workers what the loader has handed over. 0
     * or a negative errno, as above. */
    int (*attach)(struct object *object, const struct object *previous);

    /* Any process: gives back what these acquired. */
    void (*close)(struct object *object);

    /* Worker. The representation in memory, whole, for as long as the object is open. Unset
     * where the bytes are not in memory. */
    const char *(*map)(const struct object *object);

    /* Worker, any thread; set where map is not. Copies up to size bytes of the representation
     * from offset (inside it) into buffer; returns how many, at least 1. -EAGAIN: that would
     * mean to wait for a disk, and `wait` is false; -ESTALE: the file is no longer the one that
     * was announced; another negative errno: it can't be read. */
    ssize_t (*read)(const struct object *object, void *buffer, size_t size, uint64_t offset,
                    bool wait);

    /* Worker. A descriptor that holds the representation from *offset on, for sendfile(2); -1:
     * it has no such form. */
    int (*file)(const struct object *object, uint64_t *offset);

    /* Worker, set where map is not. Is the file still the one that was announced? 0; -ESTALE:
     * no; another negative errno: unknown. */
    int (*verify)(const struct object *object);
};

/* There may be hundreds of thousands: what object_describe() can derive is not stored. */
struct object {
    const struct object_ops *ops;
    const struct config_asset *asset; /* borrowed from the generation's configuration */
    const struct field_lines *lines;  /* of all objects with this asset */
    const char *content_type;
    const char *path;     /* normalised as a request's target is; NUL at the end */
    uint32_t path_length; /* without it */
    uint32_t forms;       /* in other codings, see encoded.h; 0: there are none */
    uint64_t length;      /* bytes of the representation: after base64, if encoded */
    time_t last_modified; /* 0: there is no such date */
    unsigned char digest[OBJECT_DIGEST_SIZE];

    /* Owned by the variants; each variant's file says which of them it uses. */
    struct source source;
    struct sealed memory;
    uint64_t memory_offset; /* of its bytes */
    const char *bytes;
    bool unchanged;       /* since the generation before: its bytes are to be shared */
    bool may_wait;        /* without room, until the generation before has gone */
    bool absent;          /* so it does: it has no bytes, and can't be served */
    bool ready;           /* all of it is there */
    bool made;            /* a form in a coding that was made when it was loaded */
    bool missing;         /* a form in a coding whose file is not there */
    unsigned char coding; /* enum coding; but for identity, no path leads to it */
};

/* What HTTP needs to know of an object, and the texts that this points to. */
struct object_description {
    struct representation representation;
    char etag[2 * 16 + 3];                                    /* half of the digest, quoted */
    char digest_text[4 * ((OBJECT_DIGEST_SIZE + 2) / 3) + 1]; /* in base64, with a NUL */
};

/* Valid as long as both. */
void object_describe(const struct object *object, struct object_description *description);

/* Has its file the digest that its section says? If not, a line is in the log. */
bool object_has_right_digest(const struct object *object);

/* Space that is enough for the head of any response with it, and a part's behind that. */
size_t object_head_max(const struct object *object);

/* What its section says, or else its file's name. */
const char *object_content_type(const struct object *object, const struct mime_types *types);

/* What its source tells of it. */
void object_set_length(struct object *object);

/* Opens the file of its asset, and sets what that tells. 0, or a negative errno with a line in
 * the log. */
int object_open_file(struct object *object) __attribute__((warn_unused_result));

/* Its SHA-256 digest in hexadecimal. */
void object_digest_text(const struct object *object,
                        char text[static 2 * OBJECT_DIGEST_SIZE + 1]);

static inline struct span
object_path(const struct object *object)
{
    return (struct span){ object->path, object->path_length };
}

#define OBJECT_NAME_SIZE 4096

/* For people: "asset /map.tif: /srv/map.tif", "tree /maps: /srv/maps/a.tif". What does not fit
 * is cut. */
void object_name(const struct object *object, char name[static OBJECT_NAME_SIZE]);

/* As object_ops.verify. What is in memory can't change. */
static inline int
object_verify(const struct object *object)
{
    return object->ops->verify ? object->ops->verify(object) : 0;
}

struct embed;

/* Is the file of this section embedded? */
bool embedded_has(const struct config_asset *asset);

/* What an object is made of is the embedded file of this section: sets its source and bytes. 0,
 * or -ENOENT with a line in the log. */
int embedded_source(struct object *object, const struct config_asset *asset)
    __attribute__((warn_unused_result));

/* Its bytes, and what is known of them, are those of an embedded file. */
void embedded_set(struct object *object, const struct embed *embed);

extern const struct object_ops object_cached;
extern const struct object_ops object_compressed; /* made from another, in its coding */
extern const struct object_ops object_embedded;
extern const struct object_ops object_streaming;
extern const struct object_ops object_streamed; /* streaming, of a tree */
extern const struct object_ops object_closed;   /* the same, but its file is not open */
extern const struct object_ops object_opened; /* a worker's copy of that, whose file is open */
extern const struct object_ops object_packed; /* cached, in a pack: see tree.h */

#endif
