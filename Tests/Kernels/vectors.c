// Runs the detector's kernels over seeded pictures of every kind and size, and prints one hash of all they give. Built for
// several processors by scripts/test-kernels: the same hash means the same bits.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hotspot_kernels.h"

static uint64_t state;

static uint64_t next(void) {  // SplitMix64 (Steele, Lea, Flood 2014)
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}
static int32_t below(int32_t limit) { return (int32_t)(next() % (uint64_t)limit); }

static uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a

static void take(const void *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001B3u;
}

enum { longest = 700 };

// A layer of random weights over planes of random values, and the pooled and doubled result.
static void learned(uint64_t seed) {
    enum { side = 70, most = 9 };
    static int16_t weights[12 * most * 9], source[most * 8000], target[12 * 8000], other[12 * 24000];
    static int32_t bias[12], multipliers[12], shifts[12];
    state = seed;
    const int32_t width = 2 * (1 + below(side / 2)), height = 2 * (1 + below(16)), inputs = 1 + below(most);
    const int32_t outputs = 1 + below(12), kernel = below(2) ? 3 : 1;
    const size_t plane = hotspot_plane_size(width, height), stride = hotspot_plane_stride(width);
    if (plane > 8000 || hotspot_plane_size(2 * width, 2 * height) > 24000) return;
    memset(source, 0, sizeof source);
    memset(target, 0, sizeof target);
    memset(other, 0, sizeof other);
    for (int32_t c = 0; c < inputs; c++)
        for (int32_t y = 0; y < height; y++)
            for (int32_t x = 0; x < width; x++)
                source[(size_t)c * plane + hotspot_plane_origin(width) + (size_t)y * stride + (size_t)x] =
                    (int16_t)(below(384) - 128);
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) weights[i] = (int16_t)(below(255) - 127);
    for (int32_t o = 0; o < 12; o++) {
        bias[o] = below(200000) - 100000;
        multipliers[o] = below(65536);
        shifts[o] = 1 + below(40);
    }
    const hotspot_layer layer = {outputs, kernel, 1 + below(2), below(2), weights, bias, multipliers, shifts};
    hotspot_convolve(source, inputs, width, height, &layer, target);
    take(target, 2 * plane * (size_t)outputs);
    hotspot_pool(target, outputs, width, height, other);
    take(other, 2 * hotspot_plane_size(width / 2, height / 2) * (size_t)outputs);
    memset(other, 0, sizeof other);
    hotspot_double(target, 1, width, height, other);
    take(other, 2 * hotspot_plane_size(2 * width, 2 * height));
}

/// The passes for pictures of few pixels, one after the other over a few pictures.
static void coarse(uint64_t seed) {
    enum { most = 80 * 80 };
    static uint16_t image[most];
    static int32_t contrast[most], background[most], deviation[most], workspace[3 * (80 + 6)];
    static int16_t standing[most], halves[3][most], sums[4][most];
    state = seed;
    const int32_t width = 4 + below(77), height = 4 + below(77), count = width * height;
    const size_t size = (size_t)count;
    memset(standing, 0, sizeof standing);
    memset(sums, 0, sizeof sums);
    for (int32_t i = 0; i < count; i++) {
        background[i] = 0;
        deviation[i] = 1 + below(1 << 20);
    }
    for (int32_t picture = 0; picture < 6; picture++) {
        uint16_t lowest, highest;
        hotspot_standing_sums all;
        for (int32_t i = 0; i < count; i++) image[i] = (uint16_t)(seed % 5 ? 29000 + below(300) : below(65536));
        hotspot_contrast(image, width, height, contrast, workspace);
        take(contrast, 4 * size);
        const int32_t floor = 1 + below(500), widening = 256 + below(200), right = below(5) - 2, down = below(5) - 2;
        hotspot_standing(contrast, count, floor, widening, sums[2], sums[3], 100, background, deviation, standing, &all);
        take(&all, sizeof all);
        take(standing, 2 * size);
        take(background, 4 * size);
        take(deviation, 4 * size);
        hotspot_halfway(standing, width, height, halves[0], halves[1], halves[2]);
        for (int32_t i = 0; i < 3; i++) take(halves[i], 2 * size);
        hotspot_move(sums[0], width, height, right, down);
        hotspot_add_evidence(halves[picture % 3], count, (int16_t)below(20), 200, sums[0], sums[1], sums[2], sums[3]);
        for (int32_t i = 0; i < 4; i++) take(sums[i], 2 * size);
        hotspot_extremes(image, count, &lowest, &highest);
        const int16_t ends[3] = {(int16_t)lowest, (int16_t)highest, hotspot_highest(sums[2], count)};
        take(ends, sizeof ends);
    }
}

// A window out of random planes, and what is made of it.
static void witnessed(uint64_t seed) {
    enum { size = HOTSPOT_WITNESS_SIZE, count = size * size, tiles = (size / HOTSPOT_WITNESS_TILE) * (size / HOTSPOT_WITNESS_TILE) };
    static uint8_t plane[300 * 200], window[3][count], one[count], other[count], third[count];
    static int16_t contrast[3][count];
    static uint16_t mean[count];
    int64_t sums[tiles * HOTSPOT_WITNESS_SUMS];
    state = seed;
    const int32_t width = 1 + below(300), height = 1 + below(200), kind = below(3);
    for (int32_t i = 0; i < width * height; i++) {
        const uint8_t value = (uint8_t)next();
        plane[i] = kind == 0 ? value : kind == 1 ? 80 + value % 12 : value % 20 ? 0 : 255;
    }
    for (int32_t i = 0; i < 3; i++) {
        const int32_t left = below(400) - 150, top = below(300) - 100, shift = below(4) - 1;
        hotspot_witness_window(plane, width, width, height, left, top, shift, window[i]);
        take(window[i], count);
        hotspot_witness_contrast(window[i], contrast[i]);
        take(contrast[i], 2 * count);
    }
    hotspot_witness_tiles(contrast[0], contrast[1], contrast[2], sums);
    take(sums, sizeof sums);
    int32_t weights[6];
    for (int32_t i = 0; i < 6; i++) weights[i] = below(16384) - 8192;
    hotspot_witness_whiten(contrast[0], contrast[1], contrast[2], weights, one, other, third);
    take(one, count);
    take(other, count);
    take(third, count);
    const int32_t left = below(400) - 150, top = below(300) - 100, shift = below(3);
    hotspot_witness_glare(plane, width, width, height, left, top, shift, other);
    take(other, count);
    hotspot_witness_dilate(third, one);
    take(one, count);
    for (int32_t i = 0; i < count; i++) mean[i] = (uint16_t)(255 * 256 - below(60000));
    hotspot_witness_mean(one, other, 1 + below(256), mean);
    take(mean, 2 * count);
    hotspot_area area = {below(size), below(size), 0, 0};
    area.right = area.left + 1 + below(size - area.left);
    area.bottom = area.top + 1 + below(size - area.top);
    const uint16_t peak = hotspot_witness_peak(mean, area);
    take(&peak, 2);
}

int main(void) {
    static uint16_t image[longest * 200], residual[longest * 200], half[longest * 200], row[longest], thresholds[longest * 200];
    static uint16_t lowest[longest * 30], highest[longest * 30], space[4 * longest];
    static uint32_t differences[longest * 30], sums[longest * 30], down[longest], indices[longest * 200];
    static uint32_t smoothing[3 * longest];
    static int32_t firsts[200], lasts[200], pattern[longest * 200];
    uint16_t *workspace = malloc(2 * hotspot_workspace(longest, 63, 15));
    uint16_t *surround = malloc(2 * (hotspot_surround_workspace(longest) + hotspot_pattern_workspace(longest)));
    uint32_t *surroundSums = malloc(4 * (hotspot_surround_sums(longest) + hotspot_pattern_sums(longest)));
    if (!workspace || !surround || !surroundSums) return 1;
    const int32_t rings[] = {5, 7, 9, 13, 17, 21, 33, 63}, erosions[] = {1, 3, 5, 7, 9, 15};
    for (uint64_t seed = 0; seed < 400; seed++) {
        state = seed;
        const int32_t width = 1 + below(seed % 4 == 0 ? longest : 90), height = 1 + below(seed % 4 == 0 ? 200 : 60), kind = below(4);
        const size_t count = (size_t)width * (size_t)height;
        for (size_t i = 0; i < count; i++) {
            const uint16_t value = (uint16_t)next();
            image[i] = kind == 0 ? value : kind == 1 ? 29000 + value % 40 : kind == 2 ? (value % 50 ? 0 : 65535) : value % 3;
        }
        const int32_t ring = rings[below(8)], erosion = erosions[below(6)];
        const uint16_t invert = below(2) ? 65535 : 0;
        hotspot_area area = {below(width), below(height), 0, 0};
        area.right = area.left + 1 + below(width - area.left);
        area.bottom = area.top + 1 + below(height - area.top);
        memset(residual, 0, 2 * count);
        hotspot_ring_top_hat(image, width, height, area, ring, erosion, invert, below(2), residual, workspace);
        take(residual, 2 * count);
        const int32_t columns = (width + 7) / 8, rows = (height + 7) / 8;
        const size_t tiles = (size_t)columns * (size_t)rows;
        memset(residual, 0, 2 * count);
        for (size_t i = 0; i < tiles; i++) thresholds[i] = (uint16_t)(next() >> below(50));
        const int32_t apart = hotspot_surround(image, width, height, thresholds, indices, half, surround, surroundSums);
        take(indices, 4 * (size_t)apart);
        take(half, 2 * (size_t)apart);
        for (size_t i = 0; i < count; i++) pattern[i] = below(2000000) - 1000000;
        const int32_t limit = 1 + below(255), weight = 1 + below(256);
        hotspot_pattern(image, width, height, limit, weight, pattern, half, surround, surroundSums);
        take(pattern, 4 * count);
        take(half, 2 * count);
        hotspot_curvature(image, width, height, differences);
        take(differences, 4 * tiles);
        hotspot_tiles(image, width, height, differences, lowest, highest);
        take(differences, 4 * tiles);
        take(lowest, 2 * tiles);
        take(highest, 2 * tiles);
        hotspot_box_sums(differences, columns, rows, below(9), sums, down);
        take(sums, 4 * tiles);
        for (size_t i = 0; i < tiles; i++) thresholds[i] = (uint16_t)(next() >> below(50));
        hotspot_active_columns(lowest, highest, thresholds, columns, rows, below(5), invert, firsts, lasts, space);
        take(firsts, 4 * (size_t)rows);
        take(lasts, 4 * (size_t)rows);
        const int32_t found = hotspot_exceeding(residual, width, area, thresholds, row, indices);
        take(indices, 4 * (size_t)found);
        for (int32_t i = 0; i < 20; i++) {
            const int32_t x = below(width), y = below(height), colder = hotspot_is_colder(image, width, height, x, y);
            const hotspot_ring around = hotspot_ring_around(image, width, height, x, y, invert);
            take(&colder, sizeof colder);
            take(&around.sum, sizeof around.sum);
            take(&around.count, sizeof around.count);
        }
        hotspot_smooth(image, width, height, half, smoothing);
        take(half, 2 * count);
        hotspot_halve(image, width, height, half);
        take(half, 2 * (size_t)(width / 2) * (size_t)(height / 2));
    }
    for (uint64_t seed = 1000; seed < 1300; seed++) learned(seed);
    for (uint64_t seed = 2000; seed < 2200; seed++) coarse(seed);
    for (uint64_t seed = 2000; seed < 2100; seed++) witnessed(seed);
    printf("%016llx\n", (unsigned long long)hash);
    free(surroundSums);
    free(surround);
    free(workspace);
    return 0;
}
