#include <string.h>

#include "hotspot_kernels.h"
#include "kernel.h"

// Planes have a frame of zeros, so that no pixel is a special case: `margin` on each side, and on the right so much more that a
// whole block can be read. Blocks of outputs stay in registers while inputs and taps go by.

enum { margin = 2, block = 16, group = HOTSPOT_CONVOLVE_GROUP };

static inline size_t plane_stride(int32_t width) { return ((size_t)width + 2 * margin + block - 1) / block * block + block; }
static inline size_t plane_size(int32_t width, int32_t height) { return plane_stride(width) * ((size_t)height + 2 * margin); }

size_t hotspot_plane_stride(int32_t width) { return plane_stride(width); }
size_t hotspot_plane_size(int32_t width, int32_t height) { return plane_size(width, height); }
size_t hotspot_plane_origin(int32_t width) { return margin * plane_stride(width) + margin; }

// Vectors of the compiler's own: it splits them into what the processor has.
typedef int16_t pixels_t __attribute__((vector_size(2 * block)));
typedef int32_t sums_t __attribute__((vector_size(4 * block)));

KERNEL void hotspot_convolve(const int16_t *restrict source, int32_t inputs, int32_t width, int32_t height,
                             const hotspot_layer *layer, int16_t *restrict target) {
    const size_t stride = plane_stride(width), plane = plane_size(width, height), origin = margin * stride + margin;
    const int32_t taps = layer->kernel * layer->kernel, reach = layer->kernel / 2;
    ptrdiff_t offsets[9];
    for (int32_t tap = 0; tap < taps; tap++)
        offsets[tap] = (tap / layer->kernel - reach) * layer->dilation * (ptrdiff_t)stride
            + (tap % layer->kernel - reach) * layer->dilation;
    const int32_t least = layer->isRectified ? 0 : -32768, most = layer->isRectified ? 255 : 32767;
    for (int32_t first = 0; first < layer->outputs; first += group) {
        const int16_t *weights = layer->weights + (size_t)first * (size_t)inputs * (size_t)taps;
        const int32_t live = layer->outputs - first < group ? layer->outputs - first : group;
        for (int32_t y = 0; y < height; y++)
            for (int32_t x = 0; x < width; x += block) {
                sums_t sums[group];
                for (int32_t o = 0; o < group; o++) sums[o] = (sums_t){0} + (o < live ? layer->bias[first + o] : 0);
                const int16_t *weight = weights;
                for (int32_t c = 0; c < inputs; c++) {
                    const int16_t *middle = source + (size_t)c * plane + origin + (size_t)y * stride + (size_t)x;
                    for (int32_t tap = 0; tap < taps; tap++, weight += group) {
                        pixels_t near;
                        memcpy(&near, middle + offsets[tap], sizeof near);
                        const sums_t wide = __builtin_convertvector(near, sums_t);
                        for (int32_t o = 0; o < group; o++) sums[o] += (int32_t)weight[o] * wide;
                    }
                }
                const int32_t count = width - x < block ? width - x : block;
                for (int32_t o = 0; o < live; o++) {
                    int16_t *out = target + (size_t)(first + o) * plane + origin + (size_t)y * stride + (size_t)x;
                    const int64_t multiplier = layer->multipliers[first + o];
                    const int32_t shift = layer->shifts[first + o];
                    const int64_t half = (int64_t)1 << (shift - 1);
                    for (int32_t i = 0; i < count; i++) {
                        const int64_t scaled = (sums[o][i] * multiplier + half) >> shift;
                        out[i] = (int16_t)(scaled < least ? least : scaled > most ? most : scaled);
                    }
                }
            }
    }
}

KERNEL void hotspot_pool(const int16_t *restrict source, int32_t planes, int32_t width, int32_t height,
                         int16_t *restrict target) {
    const int32_t columns = width / 2, rows = height / 2;
    const size_t stride = plane_stride(width), coarse = plane_stride(columns);
    for (int32_t c = 0; c < planes; c++)
        for (int32_t y = 0; y < rows; y++) {
            const int16_t *above = source + (size_t)c * plane_size(width, height) + (size_t)(2 * y + margin) * stride + margin;
            const int16_t *below = above + stride;
            int16_t *out = target + (size_t)c * plane_size(columns, rows) + (size_t)(y + margin) * coarse + margin;
            for (int32_t x = 0; x < columns; x++) {
                const int16_t one = above[2 * x] > above[2 * x + 1] ? above[2 * x] : above[2 * x + 1];
                const int16_t two = below[2 * x] > below[2 * x + 1] ? below[2 * x] : below[2 * x + 1];
                out[x] = one > two ? one : two;
            }
        }
}

KERNEL void hotspot_double(const int16_t *restrict source, int32_t planes, int32_t width, int32_t height,
                           int16_t *restrict target) {
    const size_t stride = plane_stride(width), fine = plane_stride(2 * width);
    for (int32_t c = 0; c < planes; c++)
        for (int32_t y = 0; y < 2 * height; y++) {
            const int16_t *row = source + (size_t)c * plane_size(width, height) + (size_t)(y / 2 + margin) * stride + margin;
            int16_t *out = target + (size_t)c * plane_size(2 * width, 2 * height) + (size_t)(y + margin) * fine + margin;
            for (int32_t x = 0; x < width; x++) out[2 * x] = out[2 * x + 1] = row[x];
        }
}
