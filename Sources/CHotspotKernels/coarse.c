#include "hotspot_kernels.h"
#include "kernel.h"

#include <string.h>

// The temporal way for pictures of few pixels. Whole numbers but for one exactly rounded division and a cut.

enum { reach = 3 };

size_t hotspot_contrast_workspace(int32_t width) { return 3 * ((size_t)width + 2 * reach); }

/// Index `at` of `count` values, mirrored about the first and the last.
static inline int32_t mirrored(int32_t at, int32_t count) {
    return at < 0 ? -at : at >= count ? 2 * count - 2 - at : at;
}

/// The columns on both sides of the `width` values behind `row + reach`, mirrored.
static inline void mirror_ends(int32_t *row, int32_t width) {
    for (int32_t i = 1; i <= reach; i++) {
        row[reach - i] = row[reach + i];
        row[reach + width - 1 + i] = row[reach + width - 1 - i];
    }
}

KERNEL void hotspot_contrast(const uint16_t *restrict image, int32_t width, int32_t height, int32_t *restrict contrast,
                             int32_t *restrict workspace) {
    const size_t padded = (size_t)width + 2 * reach;
    int32_t *restrict blend = workspace, *restrict three = workspace + padded, *restrict seven = workspace + 2 * padded;
    for (int32_t y = 0; y < height; y++) {
        const uint16_t *l[2 * reach + 1];
        for (int32_t i = 0; i <= 2 * reach; i++) l[i] = image + (size_t)mirrored(y + i - reach, height) * (size_t)width;
        for (int32_t x = 0; x < width; x++) {
            const int32_t near = l[2][x] + l[3][x] + l[4][x];
            blend[x + reach] = near + l[3][x];
            three[x + reach] = near;
            seven[x + reach] = near + l[0][x] + l[1][x] + l[5][x] + l[6][x];
        }
        mirror_ends(blend, width);
        mirror_ends(three, width);
        mirror_ends(seven, width);
        int32_t *restrict out = contrast + (size_t)y * (size_t)width;
        for (int32_t x = 0; x < width; x++) {
            const int32_t middle = blend[x + 2] + 2 * blend[x + 3] + blend[x + 4];
            const int32_t hole = three[x + 2] + three[x + 3] + three[x + 4];
            const int32_t whole =
                seven[x] + seven[x + 1] + seven[x + 2] + seven[x + 3] + seven[x + 4] + seven[x + 5] + seven[x + 6];
            out[x] = 5 * middle - 2 * (whole - hole);
        }
    }
}

KERNEL void hotspot_standing(const int32_t *restrict contrast, int32_t count, int32_t floor, int32_t widening,
                             const int16_t *restrict warm, const int16_t *restrict cold, int16_t hold,
                             int32_t *restrict background, int32_t *restrict deviation, int16_t *restrict standing,
                             hotspot_standing_sums *restrict sums) {
    int64_t off = 0, sigmas = 0;
    int32_t squares = 0, products = 0;
    for (int32_t i = 0; i < count; i++) {
        const int32_t measured = (int32_t)((uint32_t)(deviation[i] >> 4) * 321u >> 12) * widening >> 8;
        const int32_t sigma = measured > floor ? measured : floor, limit = 4 * sigma;
        const int32_t difference = contrast[i] - (background[i] >> 8);
        const int32_t cut = difference > limit ? limit : difference < -limit ? -limit : difference;
        const int32_t before = standing[i], now = (int32_t)((float)(16 * cut) / (float)sigma);
        standing[i] = (int16_t)now;
        squares += now * now;
        products += now * before;
        const int32_t size = cut < 0 ? -cut : cut;
        const int32_t isHeld = (warm[i] >= hold) | (cold[i] >= hold);
        background[i] += isHeld ? cut >> 4 : cut * 2;
        const int32_t grown = deviation[i] + (isHeld ? 0 : (size * 256 - deviation[i]) >> 7);
        deviation[i] = grown > 1 << 26 ? 1 << 26 : grown;
        off += size;
        sigmas += sigma;
    }
    sums->off = off;
    sums->sigmas = sigmas;
    sums->squares = squares;
    sums->products = products;
}

KERNEL void hotspot_halfway(const int16_t *restrict plane, int32_t width, int32_t height, int16_t *restrict across,
                            int16_t *restrict down, int16_t *restrict both) {
    for (int32_t y = 0; y < height; y++) {
        const size_t row = (size_t)y * (size_t)width;
        const int16_t *here = plane + row, *below = y + 1 < height ? here + width : here;
        for (int32_t x = 0; x + 1 < width; x++) {
            across[row + (size_t)x] = (int16_t)((here[x] + here[x + 1]) * 9 >> 4);
            both[row + (size_t)x] = (int16_t)((here[x] + here[x + 1] + below[x] + below[x + 1]) * 5 >> 4);
        }
        for (int32_t x = 0; x < width; x++) down[row + (size_t)x] = (int16_t)((here[x] + below[x]) * 9 >> 4);
        across[row + (size_t)width - 1] = both[row + (size_t)width - 1] = 0;
    }
    const size_t last = (size_t)(height - 1) * (size_t)width;
    memset(down + last, 0, 2 * (size_t)width);
    memset(both + last, 0, 2 * (size_t)width);
}

KERNEL void hotspot_add_evidence(const int16_t *restrict standing, int32_t count, int16_t slack, int16_t cap,
                                 int16_t *restrict warm, int16_t *restrict cold, int16_t *restrict warmest,
                                 int16_t *restrict coldest) {
    for (int32_t i = 0; i < count; i++) {
        int16_t up = (int16_t)(warm[i] + standing[i] - slack), down = (int16_t)(cold[i] - standing[i] - slack);
        up = up < 0 ? 0 : up > cap ? cap : up;
        down = down < 0 ? 0 : down > cap ? cap : down;
        warm[i] = up;
        cold[i] = down;
        warmest[i] = up > warmest[i] ? up : warmest[i];
        coldest[i] = down > coldest[i] ? down : coldest[i];
    }
}

KERNEL int16_t hotspot_highest(const int16_t *restrict plane, int32_t count) {
    int16_t highest = INT16_MIN;
    for (int32_t i = 0; i < count; i++) highest = plane[i] > highest ? plane[i] : highest;
    return highest;
}

KERNEL void hotspot_extremes(const uint16_t *restrict image, int32_t count, uint16_t *lowest, uint16_t *highest) {
    uint16_t least = UINT16_MAX, most = 0;
    for (int32_t i = 0; i < count; i++) {
        least = image[i] < least ? image[i] : least;
        most = image[i] > most ? image[i] : most;
    }
    *lowest = least;
    *highest = most;
}

void hotspot_move(int16_t *plane, int32_t width, int32_t height, int32_t right, int32_t down) {
    const int32_t across = right < 0 ? -right : right, along = down < 0 ? -down : down;
    const int32_t count = width * height;
    if (across >= width || along >= height) {
        memset(plane, 0, 2 * (size_t)count);
        return;
    }
    // All rows at once; what wraps around lands in the columns that come in.
    const int32_t by = down * width + right, size = by < 0 ? -by : by;
    if (by > 0) {
        memmove(plane + size, plane, 2 * (size_t)(count - size));
        memset(plane, 0, 2 * (size_t)size);
    } else {
        memmove(plane, plane + size, 2 * (size_t)(count - size));
        memset(plane + count - size, 0, 2 * (size_t)size);
    }
    const int32_t first = right > 0 ? 0 : width - across;
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = first; x < first + across; x++) plane[y * width + x] = 0;
}
