#include "hotspot_kernels.h"
#include "kernel.h"
#include "rows.h"

enum { largestDifference = 8191 };

enum { chunk = 128 };

/// Of each eight columns the first gathers all: 4 apart, 2 apart, 1 apart. The others gather something that nobody reads.
#define GATHER(values, step)                                     \
    for (int32_t apart = tile / 2; apart > 0; apart /= 2)        \
        for (int32_t x = 0; x < chunk; x++) {                    \
            const uint32_t a = values[x], b = values[x + apart]; \
            values[x] = step;                                    \
        }

/// Differences of up to `chunk` columns of a row of tiles.
INLINE void differences_of(const uint16_t *restrict line, size_t width, int32_t rows,
                                                                 int32_t count, int32_t pairs, int32_t curved,
                                                                 uint32_t *restrict differences) {
    // Eight differences of 8191 at most fit 16 bits.
    uint16_t sums[chunk];
    uint32_t wide[chunk + tile] = {0};
    for (int32_t x = 0; x < chunk; x++) sums[x] = 0;
    for (int32_t y = 0; y < rows; y++, line += width) {
        for (int32_t x = 0; x < pairs; x++) {
            uint16_t a = curved ? (uint16_t)(((uint32_t)line[x] + line[x + 4] + 1) >> 1) : line[x], b = line[x + 2];
            uint16_t difference = a > b ? a - b : b - a;
            sums[x] += difference < largestDifference ? difference : largestDifference;
        }
    }
    for (int32_t x = 0; x < chunk; x++) wide[x] = sums[x];
    GATHER(wide, a + b)
    for (int32_t x = 0; x < count; x += tile) *differences++ = wide[x];
}

/// Lowest and highest values of up to `chunk` columns of a row of tiles.
INLINE void extremes_of(const uint16_t *restrict line, size_t width, int32_t rows,
                                                              int32_t count, uint16_t *restrict lowest,
                                                              uint16_t *restrict highest) {
    uint16_t least[chunk + tile], most[chunk + tile];
    for (int32_t x = 0; x < chunk + tile; x++) {
        least[x] = UINT16_MAX;
        most[x] = 0;
    }
    for (int32_t y = 0; y < rows; y++, line += width) {
        for (int32_t x = 0; x < count; x++) {
            least[x] = least[x] < line[x] ? least[x] : line[x];
            most[x] = most[x] > line[x] ? most[x] : line[x];
        }
    }
    GATHER(least, (uint16_t)(a < b ? a : b))
    GATHER(most, (uint16_t)(a > b ? a : b))
    for (int32_t x = 0; x < count; x += tile) {
        *lowest++ = least[x];
        *highest++ = most[x];
    }
}

/// All tiles; without `lowest` no extremes.
INLINE void all_tiles(const uint16_t *restrict image, int32_t width, int32_t height,
                                                            int32_t curved, uint32_t *restrict differences,
                                                            uint16_t *restrict lowest, uint16_t *restrict highest) {
    for (int32_t top = 0; top < height; top += tile) {
        const int32_t rows = height - top < tile ? height - top : tile;
        for (int32_t left = 0; left < width; left += chunk) {
            const uint16_t *first = image + (size_t)top * (size_t)width + left;
            const int32_t count = width - left < chunk ? width - left : chunk, made = (count + tile - 1) / tile;
            const int32_t after = width - (curved ? 4 : 2) - left, pairs = after < 0 ? 0 : after < count ? after : count;
            if (pairs == chunk && rows == tile)
                differences_of(first, (size_t)width, tile, chunk, chunk, curved, differences);
            else
                differences_of(first, (size_t)width, rows, count, pairs, curved, differences);
            differences += made;
            if (!lowest) continue;
            if (count == chunk && rows == tile)
                extremes_of(first, (size_t)width, tile, chunk, lowest, highest);
            else
                extremes_of(first, (size_t)width, rows, count, lowest, highest);
            lowest += made;
            highest += made;
        }
    }
}

KERNEL void hotspot_tiles(const uint16_t *restrict image, int32_t width, int32_t height, uint32_t *restrict differences,
                          uint16_t *restrict lowest, uint16_t *restrict highest) {
    all_tiles(image, width, height, 0, differences, lowest, highest);
}

KERNEL void hotspot_curvature(const uint16_t *restrict image, int32_t width, int32_t height,
                              uint32_t *restrict differences) {
    all_tiles(image, width, height, 1, differences, 0, 0);
}

KERNEL void hotspot_box_sums(const uint32_t *restrict values, int32_t columns, int32_t rows, int32_t reach,
                             uint32_t *restrict sums, uint32_t *restrict down) {
    for (int32_t x = 0; x < columns; x++) down[x] = 0;
    for (int32_t y = 0; y < reach && y < rows; y++)
        for (int32_t x = 0; x < columns; x++) down[x] += values[y * columns + x];
    for (int32_t y = 0; y < rows; y++) {
        if (y + reach < rows) {
            const uint32_t *coming = values + (y + reach) * columns;
            for (int32_t x = 0; x < columns; x++) down[x] += coming[x];
        }
        if (y > reach) {
            const uint32_t *going = values + (y - reach - 1) * columns;
            for (int32_t x = 0; x < columns; x++) down[x] -= going[x];
        }
        uint32_t sum = 0;
        for (int32_t x = 0; x < reach && x < columns; x++) sum += down[x];
        for (int32_t x = 0; x < columns; x++) {
            if (x + reach < columns) sum += down[x + reach];
            if (x > reach) sum -= down[x - reach - 1];
            sums[y * columns + x] = sum;
        }
    }
}

KERNEL void hotspot_active_columns(const uint16_t *restrict darkest, const uint16_t *restrict brightest,
                                   const uint16_t *restrict thresholds, int32_t columns, int32_t rows, int32_t reach,
                                   uint16_t invert, int32_t *restrict firsts, int32_t *restrict lasts,
                                   uint16_t *restrict workspace) {
    uint16_t *restrict down = workspace, *restrict active = workspace + columns + 2 * reach;
    for (int32_t y = 0; y < rows; y++) {
        const int32_t begin = y < reach ? 0 : y - reach, end = y + reach >= rows ? rows - 1 : y + reach;
        uint16_t *restrict middle = down + reach;
        for (int32_t x = 0; x < columns; x++) middle[x] = darkest[begin * columns + x] ^ invert;
        for (int32_t near = begin + 1; near <= end; near++) {
            const uint16_t *line = darkest + near * columns;
            for (int32_t x = 0; x < columns; x++) {
                uint16_t value = line[x] ^ invert;
                middle[x] = middle[x] < value ? middle[x] : value;
            }
        }
        for (int32_t x = 0; x < reach; x++) down[x] = middle[columns + x] = UINT16_MAX;
        const uint16_t *bright = brightest + y * columns, *limit = thresholds + y * columns;
        for (int32_t x = 0; x < columns; x++) active[x] = down[x];
        for (int32_t near = 1; near <= 2 * reach; near++)
            for (int32_t x = 0; x < columns; x++) active[x] = active[x] < down[x + near] ? active[x] : down[x + near];
        for (int32_t x = 0; x < columns; x++) {
            uint16_t value = bright[x] ^ invert, excess = value > active[x] ? value - active[x] : 0;
            active[x] = excess > limit[x];
        }
        int32_t first = 0, last = columns - 1;
        while (first < columns && !active[first]) first++;
        while (last >= first && !active[last]) last--;
        firsts[y] = first;
        lasts[y] = last;
    }
}

KERNEL int32_t hotspot_exceeding(const uint16_t *restrict residual, int32_t width, hotspot_area area,
                                 const uint16_t *restrict thresholds, uint16_t *restrict row,
                                 uint32_t *restrict indices) {
    const int32_t tiles = (width + tile - 1) / tile;
    int32_t found = 0;
    for (int32_t y = area.top; y < area.bottom; y++) {
        if (y % tile == 0 || y == area.top)
            spread_thresholds(thresholds + (size_t)(y / tile) * (size_t)tiles, area.left, area.right, row);
        found = gather_exceeding(residual + (size_t)y * (size_t)width, row, area.left, area.right,
                                 (uint32_t)y * (uint32_t)width, indices, found);
    }
    return found;
}

int32_t hotspot_is_occupied(const uint8_t *occupied, int32_t width, hotspot_area area) {
    for (int32_t y = area.top; y < area.bottom; y++) {
        const uint8_t *row = occupied + (size_t)y * (size_t)width;
        uint8_t any = 0;
        for (int32_t x = area.left; x < area.right; x++) any |= row[x];
        if (any) return 1;
    }
    return 0;
}

KERNEL void hotspot_halve(const uint16_t *restrict image, int32_t width, int32_t height, uint16_t *restrict half) {
    const int32_t halfWidth = width / 2, halfHeight = height / 2;
    for (int32_t y = 0; y < halfHeight; y++) {
        const uint16_t *upper = image + (size_t)(2 * y) * (size_t)width, *lower = upper + width;
        uint16_t *line = half + (size_t)y * (size_t)halfWidth;
        for (int32_t x = 0; x < halfWidth; x++) {
            uint32_t sum = (uint32_t)upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
            line[x] = (uint16_t)((sum + 2) >> 2);
        }
    }
}

KERNEL void hotspot_smooth(const uint16_t *restrict image, int32_t width, int32_t height, uint16_t *restrict smooth,
                           uint32_t *restrict rows) {
    for (int32_t y = -1; y <= height; y++) {
        const int32_t inside = y < 0 ? 0 : y >= height ? height - 1 : y;
        const uint16_t *line = image + (size_t)inside * (size_t)width;
        uint32_t *restrict along = rows + (size_t)((y + 3) % 3) * (size_t)width;
        for (int32_t x = 1; x < width - 1; x++) along[x] = (uint32_t)line[x - 1] + 2 * (uint32_t)line[x] + line[x + 1];
        along[0] = 3 * (uint32_t)line[0] + line[width > 1 ? 1 : 0];
        along[width - 1] = (uint32_t)line[width > 1 ? width - 2 : 0] + 3 * (uint32_t)line[width - 1];
        if (y < 1) continue;
        const uint32_t *upper = rows + (size_t)((y + 1) % 3) * (size_t)width;
        const uint32_t *middle = rows + (size_t)((y + 2) % 3) * (size_t)width;
        uint16_t *restrict out = smooth + (size_t)(y - 1) * (size_t)width;
        for (int32_t x = 0; x < width; x++) out[x] = (uint16_t)((upper[x] + 2 * middle[x] + along[x] + 8) >> 4);
    }
}
