#ifndef LAGEBILD_HOTSPOT_KERNELS_H
#define LAGEBILD_HOTSPOT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// The dense passes of the detector over rows of 16-bit values. On x86-64 each is compiled for AVX-512, AVX2 and the baseline,
// and the loader takes what the processor has; on arm64 NEON is always there. All give the same bits. The callers check sizes.

/// Columns `left` ... `right` - 1 of rows `top` ... `bottom` - 1, inside the picture and not empty.
typedef struct {
    int32_t left, top, right, bottom;
} hotspot_area;

/// 16-bit values that `hotspot_ring_top_hat` needs as workspace.
size_t hotspot_workspace(int32_t width, int32_t ring, int32_t erosion);

/// Excess of each pixel of `area` over the brightest of a square ring two pixels wide with the outer edge `ring` (odd, 5...63),
/// that maximum eroded over `erosion` (odd, 1...15) pixels square. The picture's edges continue outward. Every value is taken
/// `^ invert`, so that 0xFFFF finds what is colder. With `raise` nonzero `residual` (of the whole picture) only grows, else it
/// is overwritten; outside `area` it stays.
void hotspot_ring_top_hat(const uint16_t *image, int32_t width, int32_t height, hotspot_area area, int32_t ring,
                          int32_t erosion, uint16_t invert, int32_t raise, uint16_t *residual, uint16_t *workspace);

/// 16-bit values that `hotspot_surround` needs as workspace, and 32-bit ones.
size_t hotspot_surround_workspace(int32_t width);
size_t hotspot_surround_sums(int32_t width);

/// The pixels that are further from the mean of the pixels 3 and 4 away (in the larger of both directions) than the threshold of their
/// 8 by 8 tile, up or down: their indices in reading order and how far, cut to whole numbers; returns how many. The picture's edges
/// continue outward. `indices` and `differences` hold as many as the picture has pixels.
int32_t hotspot_surround(const uint16_t *image, int32_t width, int32_t height, const uint16_t *thresholds, uint32_t *indices,
                         uint16_t *differences, uint16_t *workspace, uint32_t *sums);

/// Whether a pixel is below the mean that `hotspot_surround` compares it with.
int32_t hotspot_is_colder(const uint16_t *image, int32_t width, int32_t height, int32_t x, int32_t y);

/// Sum of the values `^ invert` of the pixels 7 to 9 away from one (in the larger of both directions) that the picture has, and how
/// many these are.
typedef struct {
    uint64_t sum;
    int32_t count;
} hotspot_ring;
hotspot_ring hotspot_ring_around(const uint16_t *image, int32_t width, int32_t height, int32_t x, int32_t y, uint16_t invert);

/// 16-bit values that `hotspot_pattern` needs as workspace, and 32-bit ones.
size_t hotspot_pattern_workspace(int32_t width);
size_t hotspot_pattern_sums(int32_t width);

/// Takes out of each pixel what `pattern` says, rounded, and then learns: `pattern` (in 1/5184) moves by `weight` 256ths (1...256)
/// towards the pixel's excess over the mean of the 9 by 9 around it, cut to `limit` (1...255) either way. The picture's edges continue
/// outward. `pattern` and `corrected` are of the picture's size.
void hotspot_pattern(const uint16_t *image, int32_t width, int32_t height, int32_t limit, int32_t weight, int32_t *pattern,
                     uint16_t *corrected, uint16_t *workspace, uint32_t *sums);

/// Of each tile of 8 by 8 pixels the lowest and highest value, and the sum of |I(x) - I(x + 2)| over those of its pixels that have
/// such a neighbour; one difference counts 8191 at most.
void hotspot_tiles(const uint16_t *image, int32_t width, int32_t height, uint32_t *differences, uint16_t *lowest,
                   uint16_t *highest);

/// The same sums of |(I(x) + I(x + 4) + 1) / 2 - I(x + 2)|, which a slope leaves at zero.
void hotspot_curvature(const uint16_t *image, int32_t width, int32_t height, uint32_t *differences);

/// For each value of a grid the sum of those up to `reach` away in both directions, as far as the grid goes. `down` holds
/// `columns` values of workspace; the sums must fit.
void hotspot_box_sums(const uint32_t *values, int32_t columns, int32_t rows, int32_t reach, uint32_t *sums, uint32_t *down);

/// For each row of tiles the first and last one that can hold a pixel above its threshold: where the tile's brightest less the
/// darkest of the tiles up to `reach` away is more than it; `columns` and -1 or less where there is none. `workspace` holds
/// 2 * (`columns` + 2 * `reach`) values.
void hotspot_active_columns(const uint16_t *darkest, const uint16_t *brightest, const uint16_t *thresholds, int32_t columns,
                            int32_t rows, int32_t reach, uint16_t invert, int32_t *firsts, int32_t *lasts,
                            uint16_t *workspace);

/// Indices of the pixels of `area` above the threshold of their 8 by 8 tile, in reading order; returns how many. `row` holds
/// `width` values of workspace, `indices` as many as `area` has pixels.
int32_t hotspot_exceeding(const uint16_t *residual, int32_t width, hotspot_area area, const uint16_t *thresholds,
                          uint16_t *row, uint32_t *indices);

/// Whether any byte of `area` is not zero.
int32_t hotspot_is_occupied(const uint8_t *occupied, int32_t width, hotspot_area area);

/// Means of 2 by 2 pixels, rounded half up; an odd last row or column is left out. `half` holds (width / 2) * (height / 2).
void hotspot_halve(const uint16_t *image, int32_t width, int32_t height, uint16_t *half);

/// Each pixel's mean with its eight neighbours, weighted 1 2 1 / 2 4 2 / 1 2 1, rounded half up; the picture's edges continue
/// outward. `rows` holds 3 * `width` values of workspace.
void hotspot_smooth(const uint16_t *image, int32_t width, int32_t height, uint16_t *smooth, uint32_t *rows);

// The learned second stage. A picture of the network is a row of planes of 16-bit values, each with a frame of zeros around it
// that the kernels never write to; a buffer that held planes of another size has to be cleared first.

/// Outputs that are computed together: weights come in such groups, those without an output zero.
enum { HOTSPOT_CONVOLVE_GROUP = 4 };

/// A convolution (correlation, stride 1) with what brings its sums back to 16 bits. The caller sees to it that no sum can leave
/// 32 bits.
typedef struct {
    int32_t outputs, kernel /* 1 or 3 */, dilation /* 1 or 2 */, isRectified;
    /// [output / group][input][row][column][output % group]
    const int16_t *weights;
    /// One for each output: (sum * multiplier + 2^(shift - 1)) >> shift, then cut to 0...255 where rectified, else to 16 bits.
    const int32_t *bias, *multipliers;
    const int32_t *shifts /* 1...40 */;
} hotspot_layer;

/// Values between two rows of a plane, of a whole plane, and before its upper left pixel.
size_t hotspot_plane_stride(int32_t width);
size_t hotspot_plane_size(int32_t width, int32_t height);
size_t hotspot_plane_origin(int32_t width);

/// `inputs` planes to `layer->outputs` planes of the same size.
void hotspot_convolve(const int16_t *source, int32_t inputs, int32_t width, int32_t height, const hotspot_layer *layer,
                      int16_t *target);

/// The highest of each 2 by 2 pixels; an odd last row or column is left out.
void hotspot_pool(const int16_t *source, int32_t planes, int32_t width, int32_t height, int16_t *target);

/// The network file for small targets, written by scripts/train/embed.py, and its bytes.
const uint8_t *hotspot_small_targets(void);
size_t hotspot_small_targets_size(void);

/// The same for persons on land.
const uint8_t *hotspot_persons(void);
size_t hotspot_persons_size(void);

/// Each pixel as 2 by 2 pixels.
void hotspot_double(const int16_t *source, int32_t planes, int32_t width, int32_t height, int16_t *target);

// The temporal way for pictures of few pixels.

/// 32-bit values that `hotspot_contrast` needs as workspace.
size_t hotspot_contrast_workspace(int32_t width);

/// Eighty times what each pixel, blended 1 2 1 / 2 4 2 / 1 2 1 with its neighbours, has more than the mean of the 40 pixels two and
/// three away (in the larger of both directions). The picture is mirrored about its outermost pixels, so that what changes alike for
/// all, or alternately like a chessboard, gives zero everywhere. Both edges at least 4.
void hotspot_contrast(const uint16_t *image, int32_t width, int32_t height, int32_t *contrast, int32_t *workspace);

/// Over a picture: distances from the background, cut at four sigmas, and sigmas; squares of what stands out, and its products with what
/// stood out in the picture before.
typedef struct {
    int64_t off, sigmas;
    int32_t squares, products;
} hotspot_standing_sums;

/// How many sixteenths of a sigma each contrast stands above its background, within +-64. `background` and `deviation` (mean
/// distance from it, cut to 0...2^26) are in 1/256 of the contrast's unit. A sigma is `widening` / 256 (256...1024) of what the deviation
/// says, but no less than `floor` (1...2^18). Background and deviation follow with 1/128 of the difference, which counts four
/// sigmas at most; where `warm` or `cold` reaches `hold`, the background follows with 1/4096 and the deviation stays. `standing` comes
/// with that of the picture before. Contrasts are within +-80 * 65535; 2^18 pixels at most.
void hotspot_standing(const int32_t *contrast, int32_t count, int32_t floor, int32_t widening, const int16_t *warm,
                      const int16_t *cold, int16_t hold, int32_t *background, int32_t *deviation, int16_t *standing,
                      hotspot_standing_sums *sums);

/// The same half a pixel to the right, half a pixel down, and both, with the noise brought back to what it was before; zero where a
/// neighbour is missing. Values within +-64.
void hotspot_halfway(const int16_t *plane, int32_t width, int32_t height, int16_t *across, int16_t *down, int16_t *both);

/// Cumulative sums of both signs: what stands out less `slack` is added, and the sum cut to 0...`cap`; `warmest` and `coldest` grow to
/// them. All magnitudes below 8192.
void hotspot_add_evidence(const int16_t *standing, int32_t count, int16_t slack, int16_t cap, int16_t *warm, int16_t *cold,
                          int16_t *warmest, int16_t *coldest);

/// The highest value of a plane.
int16_t hotspot_highest(const int16_t *plane, int32_t count);

/// The lowest and the highest value of a picture.
void hotspot_extremes(const uint16_t *image, int32_t count, uint16_t *lowest, uint16_t *highest);

/// Moves what a plane holds by whole pixels; what comes in is zero. Magnitudes below 2^30.
void hotspot_move(int16_t *plane, int32_t width, int32_t height, int32_t right, int32_t down);

// The visible camera as witness: windows of one size around places, row by row without padding.

/// Edge of a window, of what is left out along its sides, of its tiles; sums of a tile.
enum { HOTSPOT_WITNESS_SIZE = 128, HOTSPOT_WITNESS_EDGE = 4, HOTSPOT_WITNESS_TILE = 16, HOTSPOT_WITNESS_SUMS = 6 };

/// The window of a plane that begins at (`left`, `top`), counted in the window's pixels: with `shift` -1 each value is two by two
/// of them, with 0 one, with 1 and 2 each is the mean of 2 by 2 and 4 by 4 values, rounded half up. The plane's edges continue
/// outward.
void hotspot_witness_window(const uint8_t *plane, int32_t stride, int32_t width, int32_t height, int32_t left, int32_t top,
                            int32_t shift, uint8_t *window);

/// What each pixel, smoothed 1 2 1 both ways, has more than the mean of those 3 and 4 away: fourteenths of a step, rounded
/// down; zero in the window's outer four pixels.
void hotspot_witness_contrast(const uint8_t *window, int16_t *contrast);

/// Of each tile of 16 by 16 pixels the sums of products aa, ab, bb, ac, bc, cc of three windows of values within +-3570.
void hotspot_witness_tiles(const int16_t *luma, const int16_t *blue, const int16_t *red, int64_t *sums);

/// Three values turned into three that are independent: (w0 a, w1 a + w2 b, w3 a + w4 b + w5 c) >> 12, each cut to +-255; the
/// first as what is below and above zero, the length of the other two within 7 %. No product's sum may leave 32 bits.
void hotspot_witness_whiten(const int16_t *luma, const int16_t *blue, const int16_t *red, const int32_t *weights,
                            uint8_t *dark, uint8_t *bright, uint8_t *colour);

/// 255 where one of the values that the window's pixel is made of is 250 or more, else 0; as `hotspot_witness_window`, `shift` 0 to 2.
void hotspot_witness_glare(const uint8_t *plane, int32_t stride, int32_t width, int32_t height, int32_t left, int32_t top,
                           int32_t shift, uint8_t *glare);

/// The highest within 5 by 5 pixels, as far as the window goes.
void hotspot_witness_dilate(const uint8_t *values, uint8_t *most);

/// Moves `mean`, 1/256 of a step, by `weight` / 256 (1...256) of the way to `values`; where `mask` is 255, to zero.
void hotspot_witness_mean(const uint8_t *values, const uint8_t *mask, int32_t weight, uint16_t *mean);

/// The highest of an area of a window.
uint16_t hotspot_witness_peak(const uint16_t *mean, hotspot_area area);

#endif
