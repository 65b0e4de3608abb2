#include "CPictureFiles.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

// Tags of GDAL, which libtiff does not know by itself.
enum { TAG_GDAL_METADATA = 42112, TAG_GDAL_NODATA = 42113 };

struct lb_tiff {
  TIFF *tiff;
  const uint8_t *bytes;
  uint64_t count, position;
  size_t allocation_limit;
  char message[LB_MESSAGE_SIZE];
};

static TIFFExtendProc next_extender;
static void add_tags(TIFF *tiff) {
  static const TIFFFieldInfo fields[] = {
      {TAG_GDAL_METADATA, -1, -1, TIFF_ASCII, FIELD_CUSTOM, 1, 0, (char *)"GDALMetadata"},
      {TAG_GDAL_NODATA, -1, -1, TIFF_ASCII, FIELD_CUSTOM, 1, 0, (char *)"GDALNoDataValue"},
  };
  TIFFMergeFieldInfo(tiff, fields, 2);
  if (next_extender) next_extender(tiff);
}
static void extend(void) { next_extender = TIFFSetTagExtender(add_tags); }
static pthread_once_t extended = PTHREAD_ONCE_INIT;

static int keep_error(TIFF *tiff, void *user, const char *module, const char *format, va_list values) {
  (void)tiff;
  (void)module;
  lb_tiff *self = user;
  // The first error is the cause; later ones follow from it.
  if (self->message[0] == 0) vsnprintf(self->message, LB_MESSAGE_SIZE, format, values);
  return 1;
}
static int drop_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list values) {
  (void)tiff;
  (void)user;
  (void)module;
  (void)format;
  (void)values;
  return 1;
}

static tmsize_t take(thandle_t handle, void *out, tmsize_t wanted) {
  lb_tiff *self = (lb_tiff *)handle;
  if (wanted <= 0 || self->position >= self->count) return 0;
  const uint64_t left = self->count - self->position;
  const uint64_t given = (uint64_t)wanted < left ? (uint64_t)wanted : left;
  memcpy(out, self->bytes + self->position, given);
  self->position += given;
  return (tmsize_t)given;
}
static tmsize_t refuse(thandle_t handle, void *bytes, tmsize_t count) {
  (void)handle;
  (void)bytes;
  (void)count;
  return -1;
}
static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  lb_tiff *self = (lb_tiff *)handle;
  uint64_t base = whence == SEEK_CUR ? self->position : whence == SEEK_END ? self->count : 0;
  self->position = base + offset;
  return self->position;
}
static int close_nothing(thandle_t handle) {
  (void)handle;
  return 0;
}
static toff_t size(thandle_t handle) { return ((lb_tiff *)handle)->count; }

static int told(lb_tiff *self, char *message, const char *otherwise) {
  strncpy(message, self->message[0] ? self->message : otherwise, LB_MESSAGE_SIZE - 1);
  message[LB_MESSAGE_SIZE - 1] = 0;
  self->message[0] = 0;
  return -1;
}

lb_tiff *lb_tiff_open(const uint8_t *bytes, size_t count, size_t allocation_limit, char *message) {
  pthread_once(&extended, extend);
  lb_tiff *self = calloc(1, sizeof *self);
  TIFFOpenOptions *options = self ? TIFFOpenOptionsAlloc() : NULL;
  if (!options) {
    free(self);
    strcpy(message, "the TIFF reader cannot be set up");
    return NULL;
  }
  self->bytes = bytes;
  self->count = count;
  self->allocation_limit = allocation_limit;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)allocation_limit);
  TIFFOpenOptionsSetErrorHandlerExtR(options, keep_error, self);
  TIFFOpenOptionsSetWarningHandlerExtR(options, drop_warning, self);
  // m: the bytes are copied, not mapped, so that the library cannot change them.
  self->tiff = TIFFClientOpenExt(
      "memory", "rm", (thandle_t)self, take, refuse, seek, close_nothing, size, NULL, NULL, options);
  TIFFOpenOptionsFree(options);
  if (!self->tiff) {
    told(self, message, "not a TIFF file");
    free(self);
    return NULL;
  }
  return self;
}

void lb_tiff_close(lb_tiff *self) {
  if (!self) return;
  TIFFClose(self->tiff);
  free(self);
}

int lb_tiff_next(lb_tiff *self, char *message) {
  self->message[0] = 0;
  if (TIFFLastDirectory(self->tiff)) return 0;
  if (TIFFReadDirectory(self->tiff)) return 1;
  return told(self, message, "the next directory cannot be read");
}

int lb_tiff_read_head(lb_tiff *self, lb_tiff_head *head, char *message) {
  memset(head, 0, sizeof *head);
  TIFF *tiff = self->tiff;
  self->message[0] = 0;
  if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &head->width) || !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &head->height))
    return told(self, message, "a picture without width or height");
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &head->bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &head->format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &head->samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &head->orientation);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &head->compression);
  if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &head->photometric)) head->photometric = 65535;
  uint32_t kind = 0;
  uint16_t old_kind = 0;
  if (TIFFGetField(tiff, TIFFTAG_SUBFILETYPE, &kind)) {
    head->is_reduced = (kind & FILETYPE_REDUCEDIMAGE) != 0;
    head->is_mask = (kind & FILETYPE_MASK) != 0;
  } else if (TIFFGetField(tiff, TIFFTAG_OSUBFILETYPE, &old_kind)) {
    head->is_reduced = old_kind == OFILETYPE_REDUCEDIMAGE;
  }
  uint16_t extras = 0;
  uint16_t *kinds = NULL;
  if (TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds) && extras > 0 && kinds) {
    head->extra_samples = extras;
    head->extra_kind = kinds[0];
  }
  char *text = NULL;
  if (TIFFGetField(tiff, TAG_GDAL_NODATA, &text)) head->no_data = text;
  text = NULL;
  if (TIFFGetField(tiff, TAG_GDAL_METADATA, &text)) head->metadata = text;
  uint16_t *red = NULL, *green = NULL, *blue = NULL;
  if (head->photometric == PHOTOMETRIC_PALETTE && TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue)) {
    head->red = red;
    head->green = green;
    head->blue = blue;
  }
  return 0;
}

// One block (strip or tile) of `rows` lines of `line` pixels, of which `width` belong to the picture from (x, y) on. `step`
// samples lie between two pixels of a plane, `first` is where the plane's begin.
static void spread(
    const uint8_t *block, size_t line, size_t step, size_t first, size_t bytes, uint8_t *plane, size_t picture_width,
    size_t x, size_t y, size_t width, size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    const uint8_t *from = block + (row * line * step + first) * bytes;
    uint8_t *to = plane + ((y + row) * picture_width + x) * bytes;
    if (step == 1) {
      memcpy(to, from, width * bytes);
      continue;
    }
    for (size_t column = 0; column < width; column++) memcpy(to + column * bytes, from + column * step * bytes, bytes);
  }
}

int lb_tiff_read_planes(
    lb_tiff *self, const lb_tiff_head *head, uint16_t samples, void *out, size_t out_bytes, char *message) {
  TIFF *tiff = self->tiff;
  self->message[0] = 0;
  const size_t bytes = head->bits / 8, width = head->width, height = head->height;
  if ((head->bits != 8 && head->bits != 16 && head->bits != 32 && head->bits != 64) || samples == 0 ||
      samples > head->samples || width == 0 || height == 0 || width > SIZE_MAX / height / bytes / samples ||
      out_bytes != width * height * bytes * samples)
    return told(self, message, "the picture has another size than expected");
  uint16_t planar = PLANARCONFIG_CONTIG;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
  const int is_separate = planar == PLANARCONFIG_SEPARATE;
  const size_t step = is_separate ? 1 : head->samples;
  const int is_tiled = TIFFIsTiled(tiff);
  uint32_t across = head->width, down = head->height;
  if (is_tiled) {
    if (!TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &across) || !TIFFGetField(tiff, TIFFTAG_TILELENGTH, &down))
      return told(self, message, "tiles without a size");
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &down);
    if (down > head->height) down = head->height;
  }
  if (across == 0 || down == 0 || across > self->allocation_limit / down / step / bytes)
    return told(self, message, "a strip or tile is too large");
  const size_t block_bytes = (size_t)across * down * step * bytes;
  if (is_tiled && TIFFTileSize(tiff) != (tmsize_t)block_bytes) return told(self, message, "tiles of another layout");
  if (!is_tiled && TIFFScanlineSize(tiff) != (tmsize_t)(across * step * bytes))
    return told(self, message, "rows of another layout");
  uint8_t *block = malloc(block_bytes);
  if (!block) return told(self, message, "no memory for the picture");

  const uint16_t reads = is_separate ? samples : 1;
  for (uint16_t plane = 0; plane < reads; plane++) {
    for (size_t y = 0; y < height; y += down) {
      const size_t rows = y + down <= height ? down : height - y;
      for (size_t x = 0; x < width; x += across) {
        const size_t columns = x + across <= width ? across : width - x;
        // Tiles are always whole, the last strip is not.
        const tmsize_t wanted = (tmsize_t)(is_tiled ? block_bytes : across * rows * step * bytes);
        const tmsize_t got =
            is_tiled ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, plane), block, wanted)
                     : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, plane), block, wanted);
        if (got != wanted) {
          free(block);
          return told(self, message, "the picture is cut off");
        }
        for (uint16_t sample = 0; sample < (is_separate ? 1 : samples); sample++) {
          const size_t to = is_separate ? plane : sample;
          spread(
              block, across, step, is_separate ? 0 : sample, bytes, (uint8_t *)out + to * width * height * bytes,
              width, x, y, columns, rows);
        }
      }
    }
  }
  free(block);
  return 0;
}
