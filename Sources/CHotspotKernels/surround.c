#include "hotspot_kernels.h"
#include "kernel.h"
#include "rows.h"

// Sums of nine and of five rows slide down the picture; along a row nine are three times three.

enum { outer = 9, inner = 5, reach = outer / 2, ringPixels = outer * outer - inner * inner };
// The rows of the sums, and the one that leaves them.
enum { lines = outer + 1 };

static inline size_t stride_of(int32_t width) { return ((size_t)width + 2 * reach + 63) & ~(size_t)31; }

size_t hotspot_surround_workspace(int32_t width) { return (lines + 2) * stride_of(width); }
size_t hotspot_surround_sums(int32_t width) { return 3 * stride_of(width); }

KERNEL int32_t hotspot_surround(const uint16_t *restrict image, int32_t width, int32_t height,
                                const uint16_t *restrict thresholds, uint32_t *restrict indices,
                                uint16_t *restrict differences, uint16_t *restrict workspace, uint32_t *restrict sums) {
    int32_t found = 0;
    const int32_t padded = width + 2 * reach;
    const size_t stride = stride_of(width);
    uint32_t *restrict nine = sums, *restrict five = sums + stride, *restrict three = sums + 2 * stride;
    // A row of differences, and the thresholds of its pixels.
    uint16_t *restrict out = workspace + lines * stride, *restrict limits = workspace + (lines + 1) * stride;
    for (int32_t x = 0; x < padded; x++) nine[x] = five[x] = 0;
    // As many rows of nothing leave the sums as rows of the picture come in first.
    memset(workspace, 0, lines * stride * sizeof *workspace);
    for (int32_t now = 0, y = -reach; y < height + reach; now++, y++) {
        const uint16_t *row = image + (size_t)(y < 0 ? 0 : y >= height ? height - 1 : y) * (size_t)width;
        continue_row(row, width, reach, workspace + stride * (size_t)(now % lines));
        const uint16_t *comesToNine = workspace + stride * (size_t)(now % lines);
        const uint16_t *leavesNine = workspace + stride * (size_t)((now + lines - outer) % lines);
        const uint16_t *comesToFive = workspace + stride * (size_t)((now + lines - 2) % lines);
        const uint16_t *leavesFive = workspace + stride * (size_t)((now + lines - 2 - inner) % lines);
        for (int32_t x = 0; x < padded; x++) {
            nine[x] += (uint32_t)comesToNine[x] - leavesNine[x];
            five[x] += (uint32_t)comesToFive[x] - leavesFive[x];
        }
        if (now < outer - 1) continue;
        const uint16_t *middle = workspace + stride * (size_t)((now - reach) % lines) + reach;
        if ((y - reach) % tile == 0)
            spread_thresholds(thresholds + (y - reach) / tile * ((width + tile - 1) / tile), 0, width, limits);
        for (int32_t x = 0; x < padded - 2; x++) three[x] = nine[x] + nine[x + 1] + nine[x + 2];
        for (int32_t x = 0; x < width; x++) {
            const uint32_t whole = three[x] + three[x + 3] + three[x + 6];
            const uint32_t hole = five[x + 2] + five[x + 3] + five[x + 4] + five[x + 5] + five[x + 6];
            const int32_t excess = ringPixels * (int32_t)middle[x] - (int32_t)(whole - hole);
            // One multiplication, exactly rounded everywhere, and a cut.
            const int32_t size = excess < 0 ? -excess : excess;
            out[x] = (uint16_t)(int32_t)((float)size * (1.0f / ringPixels));
        }
        const uint32_t base = (uint32_t)(y - reach) * (uint32_t)width;
        const int32_t before = found;
        found = gather_exceeding(out, limits, 0, width, base, indices, found);
        for (int32_t i = before; i < found; i++) differences[i] = out[indices[i] - base];
    }
    return found;
}

int32_t hotspot_is_colder(const uint16_t *image, int32_t width, int32_t height, int32_t x, int32_t y) {
    int32_t excess = 0;
    for (int32_t dy = -reach; dy <= reach; dy++) {
        const int32_t nearY = y + dy < 0 ? 0 : y + dy >= height ? height - 1 : y + dy;
        for (int32_t dx = -reach; dx <= reach; dx++) {
            if (dy >= -inner / 2 && dy <= inner / 2 && dx >= -inner / 2 && dx <= inner / 2) continue;
            const int32_t nearX = x + dx < 0 ? 0 : x + dx >= width ? width - 1 : x + dx;
            excess += (int32_t)image[(size_t)y * (size_t)width + (size_t)x] - image[(size_t)nearY * (size_t)width + (size_t)nearX];
        }
    }
    return excess < 0;
}

hotspot_ring hotspot_ring_around(const uint16_t *image, int32_t width, int32_t height, int32_t x, int32_t y, uint16_t invert) {
    enum { near = 7, far = 9 };
    const int32_t left = x < far ? 0 : x - far, right = x + far >= width ? width - 1 : x + far;
    const int32_t top = y < far ? 0 : y - far, bottom = y + far >= height ? height - 1 : y + far;
    hotspot_ring ring = {0, 0};
    for (int32_t nearY = top; nearY <= bottom; nearY++) {
        const uint16_t *row = image + (size_t)nearY * (size_t)width;
        const int32_t isWhole = nearY <= y - near || nearY >= y + near;
        // Of other rows what lies between the two sides stays out.
        const int32_t endOfLeft = isWhole ? right : x - near, startOfRight = isWhole ? right + 1 : x + near;
        uint32_t sum = 0;
        for (int32_t nearX = left; nearX <= endOfLeft; nearX++) sum += (uint16_t)(row[nearX] ^ invert);
        for (int32_t nearX = startOfRight; nearX <= right; nearX++) sum += (uint16_t)(row[nearX] ^ invert);
        ring.sum += sum;
        ring.count += endOfLeft >= left ? endOfLeft - left + 1 : 0;
        ring.count += right >= startOfRight ? right - startOfRight + 1 : 0;
    }
    return ring;
}
