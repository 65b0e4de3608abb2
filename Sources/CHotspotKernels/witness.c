#include "hotspot_kernels.h"
#include "kernel.h"

// A window is small and of one size, so that all loops over its rows have a known length.

enum { size = HOTSPOT_WITNESS_SIZE, reach = HOTSPOT_WITNESS_EDGE, tile = HOTSPOT_WITNESS_TILE, saturated = 250 };

static inline int32_t inside(int32_t at, int32_t count) { return at < 0 ? 0 : at >= count ? count - 1 : at; }

static inline int32_t within(int32_t at) { return at < 0 ? 0 : at > size ? size : at; }

KERNEL void hotspot_witness_window(const uint8_t *restrict plane, int32_t stride, int32_t width, int32_t height,
                                   int32_t left, int32_t top, int32_t shift, uint8_t *restrict window) {
    const int32_t factor = shift > 0 ? 1 << shift : 1, half = shift < 0;
    // What lies in the plane as a whole needs no limits.
    const int32_t first = within(-left), last = within((half ? 2 * width : width / factor) - left);
    for (int32_t y = 0; y < size; y++) {
        uint8_t *restrict out = window + y * size;
        uint16_t sums[size] = {0};
        for (int32_t part = 0; part < factor; part++) {
            const int32_t down = half ? (top + y) >> 1 : (top + y) * factor + part;
            const uint8_t *row = plane + (size_t)inside(down, height) * (size_t)stride;
            if (half)
                for (int32_t x = first; x < last; x++) sums[x] = row[(left + x) >> 1];
            else if (factor == 1)
                for (int32_t x = first; x < last; x++) sums[x] = row[left + x];
            else
                for (int32_t along = 0; along < factor; along++)
                    for (int32_t x = first; x < last; x++) sums[x] = (uint16_t)(sums[x] + row[(left + x) * factor + along]);
            for (int32_t x = 0; x < size; x += 1) {
                if (x == first) x = last > first ? last : first;
                for (int32_t along = 0; x < size && along < factor; along++) {
                    const int32_t at = half ? (left + x) >> 1 : (left + x) * factor + along;
                    sums[x] = (uint16_t)(sums[x] + row[inside(at, width)]);
                }
            }
        }
        const int32_t bits = shift > 0 ? 2 * shift : 0, rounding = shift > 0 ? 1 << (bits - 1) : 0;
        for (int32_t x = 0; x < size; x++) out[x] = (uint8_t)((sums[x] + rounding) >> bits);
    }
}

KERNEL void hotspot_witness_contrast(const uint8_t *restrict window, int16_t *restrict contrast) {
    uint16_t nine[size], five[size], three[size], threes[size];
    for (int32_t i = 0; i < size * size; i++) contrast[i] = 0;
    for (int32_t y = reach; y < size - reach; y++) {
        const uint8_t *middle = window + y * size;
        for (int32_t x = 0; x < size; x++) {
            const uint8_t *at = middle + x;
            three[x] = (uint16_t)(at[-size] + 2 * at[0] + at[size]);
            five[x] = (uint16_t)(at[-2 * size] + at[-size] + at[0] + at[size] + at[2 * size]);
            nine[x] = (uint16_t)(five[x] + at[-4 * size] + at[-3 * size] + at[3 * size] + at[4 * size]);
        }
        for (int32_t x = 0; x < size - 2; x++) threes[x] = (uint16_t)(nine[x] + nine[x + 1] + nine[x + 2]);
        int16_t *restrict out = contrast + y * size;
        for (int32_t x = reach; x < size - reach; x++) {
            const int32_t whole = threes[x - 4] + threes[x - 1] + threes[x + 2];
            const int32_t hole = five[x - 2] + five[x - 1] + five[x] + five[x + 1] + five[x + 2];
            const int32_t point = three[x - 1] + 2 * three[x] + three[x + 1];
            // Sixteen times the point against 56 times the ring: both 112 times a grey level.
            out[x] = (int16_t)((7 * point - 2 * (whole - hole)) >> 3);
        }
    }
}

KERNEL void hotspot_witness_tiles(const int16_t *restrict luma, const int16_t *restrict blue,
                                  const int16_t *restrict red, int64_t *restrict sums) {
    for (int32_t top = 0; top < size; top += tile)
        for (int32_t left = 0; left < size; left += tile, sums += HOTSPOT_WITNESS_SUMS) {
            int64_t all[HOTSPOT_WITNESS_SUMS] = {0};
            for (int32_t y = top; y < top + tile; y++) {
                // Sixteen products of 3570 by 3570 at most fit 32 bits.
                int32_t row[HOTSPOT_WITNESS_SUMS] = {0};
                for (int32_t x = left; x < left + tile; x++) {
                    const int32_t a = luma[y * size + x], b = blue[y * size + x], c = red[y * size + x];
                    row[0] += a * a;
                    row[1] += a * b;
                    row[2] += b * b;
                    row[3] += a * c;
                    row[4] += b * c;
                    row[5] += c * c;
                }
                for (int32_t i = 0; i < HOTSPOT_WITNESS_SUMS; i++) all[i] += row[i];
            }
            for (int32_t i = 0; i < HOTSPOT_WITNESS_SUMS; i++) sums[i] = all[i];
        }
}

static inline int32_t limited(int32_t value) { return value > 255 ? 255 : value < -255 ? -255 : value; }

KERNEL void hotspot_witness_whiten(const int16_t *restrict luma, const int16_t *restrict blue, const int16_t *restrict red,
                                   const int32_t *restrict weights, uint8_t *restrict dark, uint8_t *restrict bright,
                                   uint8_t *restrict colour) {
    const int32_t w0 = weights[0], w1 = weights[1], w2 = weights[2], w3 = weights[3], w4 = weights[4], w5 = weights[5];
    for (int32_t i = 0; i < size * size; i++) {
        const int32_t a = luma[i], b = blue[i], c = red[i];
        const int32_t first = limited((w0 * a) >> 12), second = limited((w1 * a + w2 * b) >> 12);
        const int32_t third = limited((w3 * a + w4 * b + w5 * c) >> 12);
        dark[i] = (uint8_t)(first < 0 ? -first : 0);
        bright[i] = (uint8_t)(first > 0 ? first : 0);
        const int32_t p = second < 0 ? -second : second, q = third < 0 ? -third : third;
        // Within 7 % of the root of the squares.
        const int32_t length = (p > q ? p : q) + ((3 * (p > q ? q : p)) >> 3);
        colour[i] = (uint8_t)(length > 255 ? 255 : length);
    }
}

KERNEL void hotspot_witness_glare(const uint8_t *restrict plane, int32_t stride, int32_t width, int32_t height,
                                  int32_t left, int32_t top, int32_t shift, uint8_t *restrict glare) {
    const int32_t factor = shift > 0 ? 1 << shift : 1;
    const int32_t first = within(-left), last = within(width / factor - left);
    for (int32_t y = 0; y < size; y++) {
        uint8_t *restrict out = glare + y * size;
        for (int32_t x = 0; x < size; x++) out[x] = 0;
        for (int32_t part = 0; part < factor; part++) {
            const uint8_t *row = plane + (size_t)inside((top + y) * factor + part, height) * (size_t)stride;
            for (int32_t along = 0; along < factor; along++) {
                for (int32_t x = first; x < last; x++) out[x] |= row[(left + x) * factor + along] >= saturated ? 255 : 0;
                for (int32_t x = 0; x < first; x++) out[x] |= row[inside((left + x) * factor + along, width)] >= saturated ? 255 : 0;
                for (int32_t x = last > first ? last : first; x < size; x++)
                    out[x] |= row[inside((left + x) * factor + along, width)] >= saturated ? 255 : 0;
            }
        }
    }
}

KERNEL void hotspot_witness_dilate(const uint8_t *restrict values, uint8_t *restrict most) {
    for (int32_t y = 0; y < size; y++) {
        uint8_t down[size + 4] = {0};
        for (int32_t near = y - 2; near <= y + 2; near++) {
            const uint8_t *row = values + inside(near, size) * size;
            for (int32_t x = 0; x < size; x++) down[x + 2] = down[x + 2] > row[x] ? down[x + 2] : row[x];
        }
        uint8_t *restrict out = most + y * size;
        for (int32_t x = 0; x < size; x++) out[x] = down[x];
        for (int32_t apart = 1; apart < 5; apart++)
            for (int32_t x = 0; x < size; x++) out[x] = out[x] > down[x + apart] ? out[x] : down[x + apart];
    }
}

KERNEL void hotspot_witness_mean(const uint8_t *restrict values, const uint8_t *restrict mask, int32_t weight,
                                 uint16_t *restrict mean) {
    for (int32_t i = 0; i < size * size; i++) {
        const int32_t value = (values[i] & ~mask[i] & 255) << 8, old = mean[i];
        mean[i] = (uint16_t)(old + (((value - old) * weight) >> 8));
    }
}

KERNEL uint16_t hotspot_witness_peak(const uint16_t *restrict mean, hotspot_area area) {
    uint16_t most = 0;
    for (int32_t y = area.top; y < area.bottom; y++) {
        const uint16_t *row = mean + y * size;
        for (int32_t x = area.left; x < area.right; x++) most = most > row[x] ? most : row[x];
    }
    return most;
}
