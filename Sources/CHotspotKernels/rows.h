#ifndef LAGEBILD_ROWS_H
#define LAGEBILD_ROWS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { tile = 8 };

/// A row with its edges continued outward by `reach` pixels.
INLINE void continue_row(const uint16_t *restrict row, int32_t width, int32_t reach, uint16_t *restrict line) {
    memcpy(line + reach, row, (size_t)width * sizeof *row);
    for (int32_t x = 0; x < reach; x++) {
        line[x] = row[0];
        line[reach + width + x] = row[width - 1];
    }
}

/// The thresholds of a row's pixels from those of its tiles.
INLINE void spread_thresholds(const uint16_t *restrict tiles, int32_t left, int32_t right, uint16_t *restrict limits) {
    for (int32_t x = left; x < right; x++) limits[x] = tiles[x / tile];
}

/// Appends `base` + x of each pixel above its limit; returns how many there are then.
INLINE int32_t gather_exceeding(const uint16_t *restrict line, const uint16_t *restrict limits, int32_t left, int32_t right,
                                uint32_t base, uint32_t *restrict indices, int32_t found) {
    enum { block = 64 };
    for (int32_t start = left; start < right; start += block) {
        const int32_t end = start + block < right ? start + block : right;
        // Hardly any block holds one: ask all of it at once first.
        uint16_t any = 0;
        if (end - start == block)
            for (int32_t x = 0; x < block; x++) any |= line[start + x] > limits[start + x];
        else
            for (int32_t x = start; x < end; x++) any |= line[x] > limits[x];
        if (!any) continue;
        for (int32_t x = start; x < end; x++)
            if (line[x] > limits[x]) indices[found++] = base + (uint32_t)x;
    }
    return found;
}

#endif
