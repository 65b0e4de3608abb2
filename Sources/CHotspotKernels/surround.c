#include "hotspot_kernels.h"
#include "kernel.h"

// Sums of nine and of five rows slide down the picture; along a row nine are three times three.

enum { outer = 9, inner = 5, reach = outer / 2, ringPixels = outer * outer - inner * inner };

static inline size_t stride_of(int32_t width) { return ((size_t)width + 2 * reach + 63) & ~(size_t)31; }

size_t hotspot_surround_workspace(int32_t width) { return outer * stride_of(width); }
size_t hotspot_surround_sums(int32_t width) { return 3 * stride_of(width); }

KERNEL void hotspot_surround(const uint16_t *restrict image, int32_t width, int32_t height, hotspot_area area,
                             uint16_t invert, uint16_t *restrict residual, uint16_t *restrict workspace,
                             uint32_t *restrict sums) {
    const int32_t left = area.left - reach, right = area.right + reach, count = area.right - area.left;
    const int32_t padded = right - left, first = left < 0 ? 0 : left, last = right > width ? width : right;
    const size_t stride = stride_of(width);
    uint32_t *restrict nine = sums, *restrict five = sums + stride, *restrict three = sums + 2 * stride;
    for (int32_t x = 0; x < padded; x++) nine[x] = five[x] = 0;
    for (int32_t now = 0, y = area.top - reach; y < area.bottom + reach; now++, y++) {
        const int32_t inside = y < 0 ? 0 : y >= height ? height - 1 : y;
        const uint16_t *row = image + (size_t)inside * (size_t)width;
        uint16_t *restrict line = workspace + stride * (size_t)(now % outer);
        if (now >= outer)
            for (int32_t x = 0; x < padded; x++) nine[x] -= line[x];
        if (now >= inner + 2) {
            const uint16_t *going = workspace + stride * (size_t)((now - inner - 2) % outer);
            for (int32_t x = 0; x < padded; x++) five[x] -= going[x];
        }
        for (int32_t x = first; x < last; x++) line[x - left] = row[x] ^ invert;
        for (int32_t x = left; x < first; x++) line[x - left] = row[0] ^ invert;
        for (int32_t x = last; x < right; x++) line[x - left] = row[width - 1] ^ invert;
        for (int32_t x = 0; x < padded; x++) nine[x] += line[x];
        if (now >= 2) {
            const uint16_t *coming = workspace + stride * (size_t)((now - 2) % outer);
            for (int32_t x = 0; x < padded; x++) five[x] += coming[x];
        }
        if (now < outer - 1) continue;
        const uint16_t *middle = workspace + stride * (size_t)((now - reach) % outer) + reach;
        uint16_t *restrict out = residual + (size_t)(y - reach) * (size_t)width + area.left;
        for (int32_t x = 0; x < padded - 2; x++) three[x] = nine[x] + nine[x + 1] + nine[x + 2];
        for (int32_t x = 0; x < count; x++) {
            const uint32_t whole = three[x] + three[x + 3] + three[x + 6];
            const uint32_t hole = five[x + 2] + five[x + 3] + five[x + 4] + five[x + 5] + five[x + 6];
            const int32_t excess = ringPixels * (int32_t)middle[x] - (int32_t)(whole - hole);
            // One multiplication, exactly rounded everywhere, and a cut.
            out[x] = excess > 0 ? (uint16_t)(int32_t)((float)excess * (1.0f / ringPixels)) : 0;
        }
    }
}
