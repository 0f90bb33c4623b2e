/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * draw: writes assets/sample.tif, a mountain lake at dawn, to standard output.
 *
 * The picture is what the server serves out of the box, so it is kept in the repository; this
 * program is where it comes from, and `make check` draws it anew and compares. Hence integers
 * only: every machine gets the same bytes. The file is a baseline TIFF 6.0 (RGB, 8 bits a
 * sample, strips, no compression), little-endian.
 *
 * Numbers are fixed point, ONE is 1: lengths in pixels, and shares between 0 and ONE.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 1024, HEIGHT = 768, SAMPLES = 3, SHORE = 508, STRIP_ROWS = 16 };

#define ONE ((int64_t)1 << 16)

static const int64_t SUN_X = 640 * ONE;
static const int64_t SUN_Y = 402 * ONE;

/* Components from 0 to 255 * ONE; above it the picture is simply white. */
struct colour {
    int64_t red, green, blue;
};

#define RGB(hex)                                                                               \
    {                                                                                          \
        ((hex) >> 16 & 255) * ONE, ((hex) >> 8 & 255) * ONE, ((hex)&255) * ONE                 \
    }

static int64_t
times(int64_t a, int64_t b)
{
    return a * b / ONE;
}

static int64_t
clamp(int64_t share)
{
    return share < 0 ? 0 : share > ONE ? ONE : share;
}

/* 0 below from, ONE above to, smooth between. */
static int64_t
step(int64_t from, int64_t to, int64_t value)
{
    int64_t t = clamp((value - from) * ONE / (to - from));

    return times(times(t, t), 3 * ONE - 2 * t);
}

static struct colour
mix(struct colour a, struct colour b, int64_t share)
{
    return (struct colour){ a.red + times(b.red - a.red, share),
                            a.green + times(b.green - a.green, share),
                            a.blue + times(b.blue - a.blue, share) };
}

static struct colour
add(struct colour a, struct colour b, int64_t share)
{
    return (struct colour){ a.red + times(b.red, share), a.green + times(b.green, share),
                            a.blue + times(b.blue, share) };
}

/* A random number for a point of a lattice: multiply and fold, twice. */
static uint32_t
hash(int64_t x, int64_t y, uint32_t seed)
{
    uint32_t h = (uint32_t)x * 0x9e3779b1u ^ (uint32_t)y * 0x85ebca77u ^ seed * 0xc2b2ae3du;

    h = (h ^ h >> 15) * 0x2c1b3c6du;
    h = (h ^ h >> 12) * 0x297a2d39u;
    return h ^ h >> 15;
}

static int64_t
lattice(int64_t x, int64_t y, uint32_t seed)
{
    return hash(x, y, seed) >> 16;
}

/* Floor of a fixed point number, as an integer. */
static int64_t
whole(int64_t value)
{
    return value >= 0 ? value / ONE : -((-value + ONE - 1) / ONE);
}

/* Value noise: random at whole points, smooth between. */
static int64_t
noise(int64_t x, int64_t y, uint32_t seed)
{
    int64_t i = whole(x), j = whole(y);
    int64_t u = step(0, ONE, x - i * ONE), v = step(0, ONE, y - j * ONE);
    int64_t above = lattice(i, j, seed), below = lattice(i, j + 1, seed);

    above += times(lattice(i + 1, j, seed) - above, u);
    below += times(lattice(i + 1, j + 1, seed) - below, u);
    return above + times(below - above, v);
}

/* Octaves of noise, each twice as fine and half as strong. */
static int64_t
cloud(int64_t x, int64_t y, uint32_t seed, unsigned octaves)
{
    int64_t sum = 0;

    for (unsigned i = 0; i < octaves; i++)
        sum += noise(x * (1 << i), y * (1 << i), seed + i) / (2 << i);
    return sum;
}

/* As cloud(), of one dimension and folded at the middle: sharp crests. */
static int64_t
crest(int64_t x, uint32_t seed, unsigned octaves)
{
    int64_t sum = 0;

    for (unsigned i = 0; i < octaves; i++)
        sum += (ONE - llabs(2 * noise(x * (1 << i), 0, seed + i) - ONE)) / (2 << i);
    return sum;
}

/* Squared distance to the sun, in whole pixels. */
static int64_t
sun_distance(int64_t x, int64_t y)
{
    return times(x - SUN_X, x - SUN_X) / ONE + times(y - SUN_Y, y - SUN_Y) / ONE;
}

static struct colour
sky_gradient(int64_t y)
{
    static const struct {
        int64_t y;
        struct colour colour;
    } stops[] = {
        { 0, RGB(0x0b1033) },           { 130 * ONE, RGB(0x24245e) },
        { 240 * ONE, RGB(0x5c3d80) },   { 330 * ONE, RGB(0xb55a83) },
        { 395 * ONE, RGB(0xee8d6f) },   { 450 * ONE, RGB(0xffc27d) },
        { SHORE * ONE, RGB(0xffe0a3) },
    };
    unsigned i = 1;

    while (i + 1 < sizeof(stops) / sizeof(stops[0]) && y > stops[i].y)
        i++;
    return mix(stops[i - 1].colour, stops[i].colour,
               clamp((y - stops[i - 1].y) * ONE / (stops[i].y - stops[i - 1].y)));
}

/* At most one star in a cell of 11 pixels; they fade towards the light. */
static int64_t
star(int64_t x, int64_t y)
{
    const int64_t cell = 11 * ONE;
    int64_t i = x / cell, j = y / cell;
    uint32_t h = hash(i, j, 77);
    int64_t dx = x - i * cell - (2 + h % 8) * ONE;
    int64_t dy = y - j * cell - (2 + h / 8 % 8) * ONE;
    int64_t size = ONE / 4 + (h / 64 % 16) * ONE / 16;

    if (h >> 16 > 8000 || times(dx, dx) + times(dy, dy) > size)
        return 0;
    return times(step(300 * ONE, 40 * ONE, y), ONE / 4 + (h / 64 % 16) * ONE / 20);
}

static struct colour
sky(int64_t x, int64_t y)
{
    static const struct colour white = RGB(0xfff6e0), gold = RGB(0xffb45e),
                               rose = RGB(0xff9a8c), dusk = RGB(0x4a3a78);
    int64_t distance = sun_distance(x, y);
    int64_t near = 9000 * ONE / (9000 + distance), far = 90000 * ONE / (90000 + distance);
    int64_t streak = cloud(x / 230 + y / 90, y / 26, 5, 5);
    int64_t veil =
        times(step(ONE * 47 / 100, ONE * 70 / 100, streak), step(60 * ONE, 200 * ONE, y));
    struct colour c = add(sky_gradient(y), white, star(x, y));

    c = mix(c, mix(dusk, rose, clamp(far + far / 3)), times(veil, ONE * 3 / 4));
    c = add(c, gold, times(near, ONE * 55 / 100) + far / 8);
    return add(c, white, step(1750 * ONE, 1550 * ONE, distance * ONE));
}

/* Mountains, far to near. Height in pixels above the shore. */
struct ridge {
    int64_t foot, height, length;
    uint32_t seed;
    unsigned octaves;
    int64_t snow; /* share of the sun's colour on slopes that face it */
    struct colour colour, mist;
};

static const struct ridge ridges[] = {
    { 92 * ONE, 150 * ONE, 300, 21, 7, ONE * 60 / 100, RGB(0xa8688c), RGB(0xf0a386) },
    { 52 * ONE, 175 * ONE, 350, 40, 8, ONE * 55 / 100, RGB(0x6b4a7c), RGB(0xe59c8a) },
    { 22 * ONE, 120 * ONE, 260, 63, 7, ONE * 25 / 100, RGB(0x453866), RGB(0xb87c8c) },
    { 4 * ONE, 62 * ONE, 180, 84, 7, 0, RGB(0x241f45), RGB(0x75557c) },
};

static int64_t
ridge_top(const struct ridge *ridge, int64_t x)
{
    int64_t shape = crest(x / ridge->length, ridge->seed, ridge->octaves);

    /* The valley the sun rises from. */
    shape = times(shape, ONE * 45 / 100 + step(0, 330 * ONE, llabs(x - SUN_X)) * 55 / 100);
    return SHORE * ONE - ridge->foot - times(ridge->height, shape);
}

/* Slopes that rise away from the sun catch its light; folds run down the face. */
static int64_t
ridge_light(const struct ridge *ridge, int64_t x, int64_t y, int64_t top)
{
    int64_t depth = y - top;
    int64_t fold = x + times(depth, 2 * cloud(x / 34, y / 60, ridge->seed + 9, 4) - ONE);
    int64_t slope = ridge_top(ridge, fold + 3 * ONE) - ridge_top(ridge, fold - 3 * ONE);
    int64_t facing = x < SUN_X ? slope : -slope;

    return times(step(-ONE, 5 * ONE, facing), step(120 * ONE, 0, depth));
}

static struct colour
ridge_colour(const struct ridge *ridge, int64_t x, int64_t y, int64_t top)
{
    static const struct colour light = RGB(0xffc9a0);
    int64_t thick = ONE * 3 / 4 + cloud(x / 120, y / 30, ridge->seed + 3, 4) / 2;
    int64_t haze = step(top + 15 * ONE, SHORE * ONE - ridge->foot + 30 * ONE, y);
    struct colour c = ridge->colour;

    if (ridge->snow)
        c = mix(c, light, times(ridge->snow, ridge_light(ridge, x, y, top)));
    return mix(c, ridge->mist, clamp(times(haze, thick)));
}

/* What stands above the water: also what the water reflects. */
static struct colour
land(int64_t x, int64_t y)
{
    static const struct colour glow = RGB(0xff9c50);
    int64_t near = 5000 * ONE / (5000 + sun_distance(x, y));

    for (unsigned i = sizeof(ridges) / sizeof(ridges[0]); i-- > 0;) {
        int64_t top = ridge_top(&ridges[i], x);

        if (y >= top)
            return add(ridge_colour(&ridges[i], x, y, top), glow, times(near, ONE * 2 / 5));
    }
    return sky(x, y);
}

static struct colour
water(int64_t x, int64_t y)
{
    static const struct colour deep = RGB(0x1a1b45), spark = RGB(0xffdf9e);
    int64_t depth = y - SHORE * ONE;
    int64_t shrink = 400 * ONE * ONE / (depth + 400 * ONE); /* nearer waves look larger */
    int64_t u = times(x - SUN_X, shrink), v = times(depth, shrink);
    int64_t wave = cloud(u / 26, v / 4, 101, 3) - ONE / 2;
    int64_t mirror_x = x + times(wave, 3 * ONE + depth / 9);
    int64_t mirror_y = SHORE * ONE - depth * 13 / 10 + times(wave, 4 * ONE + depth / 6);
    int64_t path = step(26 * ONE + depth / 3, 0, llabs(x - SUN_X + times(wave, depth / 3)));
    int64_t glint = step(ONE * 50 / 100, ONE * 80 / 100, noise(u / 11, v * 10 / 22, 131));
    struct colour c = land(mirror_x, mirror_y > SHORE * ONE ? SHORE * ONE : mirror_y);

    c = mix(c, deep, ONE * 18 / 100 + step(0, 300 * ONE, depth) * 35 / 100);
    return add(c, spark, times(path, glint) * 3 / 4);
}

/* The bank in front: low where the lake opens, high at both sides. */
static int64_t
bank_top(int64_t x)
{
    int64_t side = llabs(x - 590 * ONE);

    return 762 * ONE - times(step(180 * ONE, 640 * ONE, side), 150 * ONE) -
           cloud(x / 70, 0, 151, 5) * 16;
}

/* Is there a pine of one row? One in each cell, its needles in tiers. */
static bool
pine(int64_t x, int64_t y, int64_t cell, int64_t height, uint32_t seed)
{
    for (int64_t i = x / (cell * ONE) - 2; i <= x / (cell * ONE) + 2; i++) {
        uint32_t h = hash(i, 0, seed);
        int64_t stem = i * cell * ONE + h % (uint32_t)cell * ONE;
        int64_t share = step(150 * ONE, 560 * ONE, llabs(stem - 590 * ONE));
        int64_t size = times(height * ONE / 2 + h / 256 % 64 * height * ONE / 128, share);
        int64_t depth = y - (bank_top(stem) + 8 * ONE - size);
        int64_t tier = size / 9 + ONE;
        int64_t ragged = noise(x / 2, y / 2, seed + 1) * 2;

        if (depth > 0 && llabs(x - stem) < depth / 9 + depth % tier / 3 + ragged - ONE)
            return true;
    }
    return false;
}

static struct colour
scene(int64_t x, int64_t y)
{
    static const struct colour shade = RGB(0x0c0d22), bank = RGB(0x141430);

    if (pine(x, y, 34, 210, 171))
        return shade;
    if (y > bank_top(x) || pine(x, y, 21, 120, 191))
        return bank;
    return y < SHORE * ONE ? land(x, y) : water(x, y);
}

/* The mean of four points in the pixel, and a dither of one step against bands. */
static void
pixel(unsigned char out[SAMPLES], int64_t x, int64_t y)
{
    struct colour sum = { 0, 0, 0 };
    int64_t parts[SAMPLES];

    for (int i = 0; i < 4; i++)
        sum =
            add(sum,
                scene(x * ONE + ONE / 4 + i % 2 * ONE / 2, y * ONE + ONE / 4 + i / 2 * ONE / 2),
                ONE / 4);
    parts[0] = sum.red;
    parts[1] = sum.green;
    parts[2] = sum.blue;
    for (int i = 0; i < SAMPLES; i++) {
        int64_t value = whole(parts[i] + lattice(x, y, 200));

        out[i] = (unsigned char)(value > 255 ? 255 : value);
    }
}

/* Fields of the TIFF's directory; where a value does not fit, its offset stands for it. */
enum { SHORT = 3, LONG = 4, RATIONAL = 5 };
enum { STRIPS = HEIGHT / STRIP_ROWS, ENTRIES = 13, STRIP_SIZE = WIDTH * SAMPLES * STRIP_ROWS };
enum {
    DIRECTORY = 8,
    BITS = DIRECTORY + 2 + ENTRIES * 12 + 4,
    RESOLUTION = BITS + SAMPLES * 2,
    OFFSETS = RESOLUTION + 8,
    COUNTS = OFFSETS + STRIPS * 4,
    PIXELS = COUNTS + STRIPS * 4
};

static void
put(uint32_t value, int size)
{
    for (; size > 0; size--, value >>= 8)
        putchar((int)(value & 255));
}

static void
put_header(void)
{
    static const struct {
        uint16_t tag, type;
        uint32_t count, value;
    } entries[ENTRIES] = {
        { 256, SHORT, 1, WIDTH },         /* ImageWidth */
        { 257, SHORT, 1, HEIGHT },        /* ImageLength */
        { 258, SHORT, SAMPLES, BITS },    /* BitsPerSample */
        { 259, SHORT, 1, 1 },             /* Compression: none */
        { 262, SHORT, 1, 2 },             /* PhotometricInterpretation: RGB */
        { 273, LONG, STRIPS, OFFSETS },   /* StripOffsets */
        { 277, SHORT, 1, SAMPLES },       /* SamplesPerPixel */
        { 278, SHORT, 1, STRIP_ROWS },    /* RowsPerStrip */
        { 279, LONG, STRIPS, COUNTS },    /* StripByteCounts */
        { 282, RATIONAL, 1, RESOLUTION }, /* XResolution */
        { 283, RATIONAL, 1, RESOLUTION }, /* YResolution */
        { 284, SHORT, 1, 1 },             /* PlanarConfiguration: chunky */
        { 296, SHORT, 1, 2 },             /* ResolutionUnit: inch */
    };

    put(0x002a4949, 4); /* "II", 42 */
    put(DIRECTORY, 4);
    put(ENTRIES, 2);
    for (int i = 0; i < ENTRIES; i++) {
        put(entries[i].tag, 2);
        put(entries[i].type, 2);
        put(entries[i].count, 4);
        put(entries[i].value, 4);
    }
    put(0, 4); /* no further directory */
    for (int i = 0; i < SAMPLES; i++)
        put(8, 2);
    put(72, 4);
    put(1, 4);
    for (uint32_t i = 0; i < STRIPS; i++)
        put(PIXELS + i * STRIP_SIZE, 4);
    for (int i = 0; i < STRIPS; i++)
        put(STRIP_SIZE, 4);
}

int
main(void)
{
    unsigned char row[WIDTH * SAMPLES];

    put_header();
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++)
            pixel(row + x * SAMPLES, x, y);
        fwrite(row, sizeof(row), 1, stdout);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("draw");
        return 1;
    }
    return 0;
}
