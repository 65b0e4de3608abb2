#include "hotspot_kernels.h"
#include "kernel.h"

// Rows stream through: each row of the picture is read once, and what later rows need of it stays in a few rows of workspace.
//
//   padded row ─▶ maxima along it (upper and lower side of the ring)
//              └▶ maxima down the columns by doubling: 2, 4, 8 … rows (left and right side)
//   ring maximum ─▶ minima along it ─▶ minima down ─▶ value − minimum

enum { side = 2, historyLimit = 6 };

static inline size_t row_stride(int32_t width, int32_t ring) { return ((size_t)(width + 2 * (ring / 2)) + 63) & ~(size_t)31; }

size_t hotspot_workspace(int32_t width, int32_t ring, int32_t erosion) {
    // Histories of 2, 3, 5, 9, 17 and 33 rows, a ring of rows of maxima, the erosion's rows, and five rows besides.
    size_t rows = 2 + 3 + 5 + 9 + 17 + 33 + (size_t)ring + (size_t)erosion + 5;
    return rows * row_stride(width + 16, ring);
}

/// out[x] = extremum of in[x + offset] over two to five offsets.
static inline __attribute__((always_inline)) void combine(uint16_t *restrict out, const uint16_t *restrict in, int32_t count,
                                                          const int32_t *offsets, int32_t number, int isMinimum) {
#define PICK(a, b) (isMinimum ? ((a) < (b) ? (a) : (b)) : ((a) > (b) ? (a) : (b)))
    const uint16_t *a = in + offsets[0], *b = in + offsets[1], *c = in + offsets[number > 2 ? 2 : 1];
    const uint16_t *d = in + offsets[number > 3 ? 3 : 1], *e = in + offsets[number > 4 ? 4 : 1];
    if (number <= 2) {
        for (int32_t x = 0; x < count; x++) out[x] = PICK(a[x], b[x]);
    } else if (number == 3) {
        for (int32_t x = 0; x < count; x++) {
            uint16_t first = PICK(a[x], b[x]);
            out[x] = PICK(first, c[x]);
        }
    } else if (number == 4) {
        for (int32_t x = 0; x < count; x++) {
            uint16_t first = PICK(a[x], b[x]), second = PICK(c[x], d[x]);
            out[x] = PICK(first, second);
        }
    } else {
        for (int32_t x = 0; x < count; x++) {
            uint16_t first = PICK(a[x], b[x]), second = PICK(c[x], d[x]), third = PICK(first, second);
            out[x] = PICK(third, e[x]);
        }
    }
#undef PICK
}

/// out[x] = extremum of in[x ... x + window - 1]; `in` has count + window - 1 values, `spare` as many.
static inline __attribute__((always_inline)) void along(uint16_t *restrict out, uint16_t *restrict spare,
                                                        const uint16_t *restrict in, int32_t count, int32_t window,
                                                        int isMinimum) {
    if (window <= 5) {
        int32_t offsets[5] = {0};
        for (int32_t i = 0; i < window; i++) offsets[i] = i;
        combine(out, in, count, offsets, window, isMinimum);
        return;
    }
    // Twice: first over `step` values, then over as many of those as cover the window. Wide windows take a third time.
    int32_t step = window <= 9 ? 3 : window <= 16 ? 4 : 5;
    int32_t offsets[5] = {0};
    for (int32_t i = 0; i < step; i++) offsets[i] = i;
    combine(spare, in, count + window - step, offsets, step, isMinimum);
    int32_t covered = step;
    while (covered * 5 < window) {
        // In place: what is read lies at or behind what is written.
        for (int32_t x = 0; x < count + window - 2 * covered; x++) {
            uint16_t a = spare[x], b = spare[x + covered];
            spare[x] = isMinimum ? (a < b ? a : b) : (a > b ? a : b);
        }
        covered *= 2;
    }
    int32_t number = (window + covered - 1) / covered;
    for (int32_t i = 0; i < number; i++) offsets[i] = i * covered < window - covered ? i * covered : window - covered;
    combine(out, spare, count, offsets, number, isMinimum);
}

/// out[x] = least of five rows; some may be the same.
static inline __attribute__((always_inline)) void least(uint16_t *restrict out, const uint16_t *a, const uint16_t *b,
                                                        const uint16_t *c, const uint16_t *d, const uint16_t *e,
                                                        int32_t width) {
    for (int32_t x = 0; x < width; x++) {
        uint16_t first = a[x] < b[x] ? a[x] : b[x], second = c[x] < d[x] ? c[x] : d[x];
        first = first < e[x] ? first : e[x];
        out[x] = first < second ? first : second;
    }
}

/// Columns `left` ... `right` - 1 of a row, continued at the picture's edges.
static inline __attribute__((always_inline)) void pad(uint16_t *restrict out, const uint16_t *restrict row, int32_t width,
                                                      int32_t left, int32_t right, uint16_t invert) {
    const int32_t first = left < 0 ? 0 : left, last = right > width ? width : right;
    for (int32_t x = first; x < last; x++) out[x - left] = row[x] ^ invert;
    for (int32_t x = left; x < first; x++) out[x - left] = row[0] ^ invert;
    for (int32_t x = last; x < right; x++) out[x - left] = row[width - 1] ^ invert;
}

KERNEL void hotspot_ring_top_hat(const uint16_t *restrict image, int32_t width, int32_t height, hotspot_area area,
                                 int32_t ring, int32_t erosion, uint16_t invert, int32_t raise,
                                 uint16_t *restrict residual, uint16_t *restrict workspace) {
    const int32_t reach = ring / 2, eroded = erosion / 2, outWidth = area.right - area.left;
    // The ring's maximum is wanted a little further than the result, as far as the picture goes.
    const int32_t left = area.left < eroded ? 0 : area.left - eroded;
    const int32_t right = area.right + eroded > width ? width : area.right + eroded;
    const int32_t top = area.top < eroded ? 0 : area.top - eroded;
    const int32_t bottom = area.bottom + eroded > height ? height : area.bottom + eroded;
    const int32_t count = right - left, padded = count + 2 * reach;
    const size_t stride = row_stride(width + 16, ring);
    uint16_t *free = workspace;
    // history[k] keeps the maxima over 2^k rows that end at a row.
    uint16_t *history[historyLimit];
    int32_t length[historyLimit], levels = 0;
    for (int32_t covered = 1; covered <= ring; covered *= 2) {
        history[levels] = free;
        length[levels] = covered + 1;
        free += stride * (size_t)length[levels];
        levels++;
    }
    const int32_t covered = 1 << (levels - 1);
    uint16_t *sides = free;
    free += stride * (size_t)ring;
    uint16_t *minima = free;
    free += stride * (size_t)erosion;
    uint16_t *spare = free, *columns = spare + stride, *maximum = columns + stride;

    // `now` counts the rows read, `y` is the row whose ring is complete, `out` the one whose erosion is.
    for (int32_t now = 0, y = top - 2 * reach; y < bottom + eroded; now++, y++) {
        if (y < bottom) {
            const int32_t row = y + reach, inside = row < 0 ? 0 : row >= height ? height - 1 : row;
            uint16_t *line = history[0] + stride * (size_t)(now % length[0]);
            pad(line, image + (size_t)inside * (size_t)width, width, left - reach, right + reach, invert);
            along(sides + stride * (size_t)(now % ring), spare, line, count, ring, 0);
            for (int32_t k = 1; k < levels; k++) {
                const int32_t back = 1 << (k - 1);
                const uint16_t *newer = history[k - 1] + stride * (size_t)(now % length[k - 1]);
                const uint16_t *older =
                    history[k - 1] + stride * (size_t)((now + length[k - 1] - back) % length[k - 1]);
                uint16_t *restrict both = history[k] + stride * (size_t)(now % length[k]);
                for (int32_t x = 0; x < padded; x++) both[x] = newer[x] > older[x] ? newer[x] : older[x];
            }
            if (y < top) continue;
            const int32_t last = levels - 1;
            const uint16_t *newer = history[last] + stride * (size_t)(now % length[last]);
            const uint16_t *older =
                history[last] + stride * (size_t)((now + length[last] - (ring - covered)) % length[last]);
            for (int32_t x = 0; x < padded; x++) columns[x] = newer[x] > older[x] ? newer[x] : older[x];
            const uint16_t *first = sides + stride * (size_t)((now + 1) % ring);
            const uint16_t *second = sides + stride * (size_t)((now + 2) % ring);
            const uint16_t *third = sides + stride * (size_t)((now + ring - 1) % ring);
            const uint16_t *fourth = sides + stride * (size_t)(now % ring);
            // The erosion reads from area.left - eroded on; beyond the picture its edge goes on.
            const int32_t before = left - (area.left - eroded), after = area.right + eroded - right;
            uint16_t *restrict whole = maximum + before;
            const uint16_t *far = columns + ring - side;
            for (int32_t x = 0; x < count; x++) {
                uint16_t a = first[x] > second[x] ? first[x] : second[x];
                uint16_t b = third[x] > fourth[x] ? third[x] : fourth[x];
                uint16_t c = columns[x] > columns[x + 1] ? columns[x] : columns[x + 1];
                uint16_t d = far[x] > far[x + 1] ? far[x] : far[x + 1];
                a = a > b ? a : b;
                c = c > d ? c : d;
                whole[x] = a > c ? a : c;
            }
            for (int32_t x = 0; x < before; x++) maximum[x] = whole[0];
            for (int32_t x = 0; x < after; x++) whole[count + x] = whole[count - 1];
            along(minima + stride * (size_t)(y % erosion), spare, maximum, outWidth, erosion, 1);
        }
        const int32_t out = y - eroded;
        if (out < area.top || out >= area.bottom) continue;
        const int32_t begin = out - eroded < 0 ? 0 : out - eroded;
        const int32_t end = out + eroded >= height ? height - 1 : out + eroded;
        const uint16_t *lowest = minima + stride * (size_t)(begin % erosion);
        // Five rows a time; the second and third time the minimum so far is one of them.
        for (int32_t at = begin + 1, turn = 0; at <= end; at += 4, turn++) {
            const uint16_t *rows[4];
            for (int32_t i = 0; i < 4; i++)
                rows[i] = minima + stride * (size_t)((at + i < end ? at + i : end) % erosion);
            uint16_t *target = turn % 2 == 0 ? columns : maximum;
            least(target, lowest, rows[0], rows[1], rows[2], rows[3], outWidth);
            lowest = target;
        }
        const uint16_t *line = image + (size_t)out * (size_t)width + area.left;
        uint16_t *restrict result = residual + (size_t)out * (size_t)width + area.left;
        if (raise) {
            for (int32_t x = 0; x < outWidth; x++) {
                uint16_t value = line[x] ^ invert, excess = value > lowest[x] ? value - lowest[x] : 0;
                result[x] = result[x] > excess ? result[x] : excess;
            }
        } else {
            for (int32_t x = 0; x < outWidth; x++) {
                uint16_t value = line[x] ^ invert;
                result[x] = value > lowest[x] ? value - lowest[x] : 0;
            }
        }
    }
}
