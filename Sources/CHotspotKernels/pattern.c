#include "hotspot_kernels.h"
#include "kernel.h"
#include "rows.h"

// Sums of nine rows slide down the picture; along a row nine are three times three.

enum { edge = 9, reach = edge / 2, pixels = edge * edge, lines = edge + 1, fine = 64, unit = pixels * fine };

static inline size_t stride_of(int32_t width) { return ((size_t)width + 2 * reach + 63) & ~(size_t)31; }

size_t hotspot_pattern_workspace(int32_t width) { return lines * stride_of(width); }
size_t hotspot_pattern_sums(int32_t width) { return 2 * stride_of(width); }

KERNEL void hotspot_pattern(const uint16_t *restrict image, int32_t width, int32_t height, int32_t limit, int32_t weight,
                            int32_t *restrict pattern, uint16_t *restrict corrected, uint16_t *restrict workspace,
                            uint32_t *restrict sums) {
    const int32_t padded = width + 2 * reach, most = limit * pixels;
    const size_t stride = stride_of(width);
    uint32_t *restrict nine = sums, *restrict three = sums + stride;
    for (int32_t x = 0; x < padded; x++) nine[x] = 0;
    memset(workspace, 0, lines * stride * sizeof *workspace);
    for (int32_t now = 0, y = -reach; y < height + reach; now++, y++) {
        const uint16_t *row = image + (size_t)(y < 0 ? 0 : y >= height ? height - 1 : y) * (size_t)width;
        uint16_t *line = workspace + stride * (size_t)(now % lines);
        continue_row(row, width, reach, line);
        const uint16_t *leaving = workspace + stride * (size_t)((now + 1) % lines);
        for (int32_t x = 0; x < padded; x++) nine[x] += (uint32_t)line[x] - leaving[x];
        if (now < edge - 1) continue;
        const size_t place = (size_t)(y - reach) * (size_t)width;
        const uint16_t *middle = image + place;
        int32_t *restrict known = pattern + place;
        uint16_t *restrict out = corrected + place;
        for (int32_t x = 0; x < padded - 2; x++) three[x] = nine[x] + nine[x + 1] + nine[x + 2];
        for (int32_t x = 0; x < width; x++) {
            // What earlier pictures say; one product, so that no compiler can round it otherwise.
            const int32_t rounded = known[x] + (known[x] < 0 ? -unit / 2 : unit / 2);
            const int32_t value = (int32_t)middle[x] - (int32_t)((float)rounded * (1.0f / unit));
            out[x] = (uint16_t)(value < 0 ? 0 : value > UINT16_MAX ? UINT16_MAX : value);
            const int32_t excess = pixels * (int32_t)middle[x] - (int32_t)(three[x] + three[x + 3] + three[x + 6]);
            const int32_t cut = excess < -most ? -most : excess > most ? most : excess;
            known[x] += (cut * fine - known[x]) * weight / 256;
        }
    }
}
