#ifndef LAGEBILD_CPICTUREFILES_H
#define LAGEBILD_CPICTUREFILES_H

#include <stddef.h>
#include <stdint.h>

// PNG and TIFF files in memory, read by Debian's libraries. In C, because libpng reports errors by longjmp, which must not
// pass through Swift, and because libtiff hands out its tags through functions with variable arguments. Nothing here prints.

/// Room that each `message` must have, for what a library said with its zero at the end.
enum { LB_MESSAGE_SIZE = 160 };

/// What a PNG file says of its picture.
typedef struct {
  uint32_t width, height;
  /// Bits a channel in the file: 1, 2, 4, 8 or 16.
  uint8_t depth;
} lb_png_head;

/// Reads the head. Returns 0, or -1 with `message` filled.
int lb_png_read_head(const uint8_t *bytes, size_t count, lb_png_head *head, char *message);

/// Reads `head->width * head->height` values of brightness: 0…65,535 where the depth is 16, else 0…255. Grey values stand as in
/// the file (1, 2 and 4 bits spread over 0…255); colour and palettes become ITU-R BT.601 luma; alpha is left out. Nothing else
/// changes a value: no gamma, profile, significant bits, background or transparency. Returns 0, or -1 with `message` filled.
int lb_png_read_grey(
    const uint8_t *bytes, size_t count, const lb_png_head *head, uint16_t *values, char *message);

/// A TIFF file being read.
typedef struct lb_tiff lb_tiff;

/// What a TIFF directory says of its picture. Strings and tables are the library's and valid until the next call.
typedef struct {
  uint32_t width, height;
  /// Bits of a sample; its format: 1 unsigned, 2 signed, 3 floating point, 4 not said, 5 and 6 complex.
  uint16_t bits, format;
  /// Samples of a pixel.
  uint16_t samples;
  /// 0 white is zero, 1 black is zero, 2 RGB, 3 palette, others; 65535 where the file does not say.
  uint16_t photometric;
  /// 1…8 as in Exif.
  uint16_t orientation;
  uint16_t compression;
  /// Whether it is a smaller copy of another picture, or a mask of one.
  uint8_t is_reduced, is_mask;
  /// Samples beyond those of the colour, and what the first of them is: 0 not said, 1 and 2 alpha (multiplied in, not).
  uint16_t extra_samples, extra_kind;
  /// Tag 42113, or NULL: the value that stands for none, as text.
  const char *no_data;
  /// Tag 42112, or NULL: XML with scale, offset and unit.
  const char *metadata;
  /// Of 2^bits entries each, or NULL.
  const uint16_t *red, *green, *blue;
} lb_tiff_head;

/// Opens a file of `count` bytes, which must outlive it. No allocation of the library is larger than `allocation_limit` bytes.
/// NULL with `message` filled where it is none.
lb_tiff *lb_tiff_open(
    const uint8_t *bytes, size_t count, size_t allocation_limit, char *message);
/// The current directory's head. Returns 0, or -1 with `message` filled.
int lb_tiff_read_head(lb_tiff *file, lb_tiff_head *head, char *message);
/// Moves to the next directory: 1, or 0 where there is none, or -1 with `message` filled.
int lb_tiff_next(lb_tiff *file, char *message);
/// Reads the first `samples` samples of each pixel, one plane of `width * height` values behind the other, in this machine's
/// byte order. `out_bytes` must be exactly that. For samples of 8, 16, 32 or 64 bits. Returns 0, or -1 with `message` filled.
int lb_tiff_read_planes(
    lb_tiff *file, const lb_tiff_head *head, uint16_t samples, void *out, size_t out_bytes,
    char *message);
void lb_tiff_close(lb_tiff *file);

#endif
