#include "CPictureFiles.h"
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// A picture of several passes is held whole meanwhile.
static const size_t interlaced_limit = (size_t)256 << 20;
static const size_t chunk_limit = (size_t)4 << 20;
static const uint32_t chunks_limit = 256;

// Lives outside the function that calls setjmp, so that nothing in it is lost by the jump.
typedef struct {
  const uint8_t *bytes;
  size_t count, position;
  png_structp png;
  png_infop info;
  uint8_t *rows;
  png_bytep *row_pointers;
  char *message;
} job;

static void fail(png_structp png, png_const_charp text) {
  job *self = png_get_error_ptr(png);
  strncpy(self->message, text ? text : "unknown", LB_MESSAGE_SIZE - 1);
  self->message[LB_MESSAGE_SIZE - 1] = 0;
  png_longjmp(png, 1);
}
// Warnings are about what is not read here.
static void warn(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}
static void take(png_structp png, png_bytep out, png_size_t wanted) {
  job *self = png_get_io_ptr(png);
  if (wanted > self->count - self->position) png_error(png, "the file ends inside the picture");
  memcpy(out, self->bytes + self->position, wanted);
  self->position += wanted;
}

static void release(job *self) {
  free(self->rows);
  free(self->row_pointers);
  if (self->png) png_destroy_read_struct(&self->png, &self->info, NULL);
}

// After this, what fails jumps; callers have called setjmp by then.
static void begin(job *self) {
  png_set_read_fn(self->png, self, take);
  png_set_user_limits(self->png, 0x7fffffff, 0x7fffffff);  // Sizes are checked by the caller, before anything is held.
  png_set_chunk_cache_max(self->png, chunks_limit);
  png_set_chunk_malloc_max(self->png, chunk_limit);
  png_set_crc_action(self->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_read_info(self->png, self->info);
}

static int create(job *self) {
  self->message[0] = 0;
  self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, fail, warn);
  if (self->png) self->info = png_create_info_struct(self->png);
  if (self->png && self->info) return 0;
  strcpy(self->message, "the PNG reader cannot be set up");
  release(self);
  return -1;
}

static uint32_t luma(uint32_t red, uint32_t green, uint32_t blue) {
  // 0.299, 0.587 and 0.114 in 65,536ths, rounded; the three make 65,536, so grey stays what it is.
  return (uint32_t)(((uint64_t)19595 * red + (uint64_t)38470 * green + (uint64_t)7471 * blue + 32768) >> 16);
}
static uint32_t sample(const uint8_t *row, uint32_t index, int depth) {
  if (depth == 16) return (uint32_t)row[2 * (size_t)index] << 8 | row[2 * (size_t)index + 1];
  if (depth == 8) return row[index];
  const uint32_t in_byte = 8 / depth;
  const uint32_t shift = 8 - depth * (index % in_byte + 1);
  return (row[index / in_byte] >> shift) & ((1u << depth) - 1);
}

typedef struct {
  int depth, type, channels;
  uint32_t width;
  png_colorp palette;
  int colours;
} layout;

static void convert(const layout *form, const uint8_t *row, uint16_t *out) {
  const uint32_t white = form->depth < 8 ? (1u << form->depth) - 1 : 255;
  for (uint32_t x = 0; x < form->width; x++) {
    const uint32_t at = x * form->channels;
    const uint32_t first = sample(row, at, form->depth);
    if (form->type == PNG_COLOR_TYPE_PALETTE) {
      // An index without a colour is black, as decoders have it.
      const png_color none = {0, 0, 0};
      const png_color colour = (int)first < form->colours ? form->palette[first] : none;
      out[x] = luma(colour.red, colour.green, colour.blue);
    } else if (form->type & PNG_COLOR_MASK_COLOR) {
      out[x] = luma(first, sample(row, at + 1, form->depth), sample(row, at + 2, form->depth));
    } else {
      out[x] = form->depth < 8 ? first * 255 / white : first;
    }
  }
}

static void read_rows(job *self, const lb_png_head *head, uint16_t *values) {
  layout form = {
      .depth = head->depth,
      .type = png_get_color_type(self->png, self->info),
      .channels = png_get_channels(self->png, self->info),
      .width = head->width};
  if (form.type == PNG_COLOR_TYPE_PALETTE) png_get_PLTE(self->png, self->info, &form.palette, &form.colours);
  const int passes = png_set_interlace_handling(self->png);
  png_read_update_info(self->png, self->info);
  const size_t row_bytes = png_get_rowbytes(self->png, self->info);
  const size_t held = passes > 1 ? head->height : 1;
  if (held > interlaced_limit / (row_bytes ? row_bytes : 1)) png_error(self->png, "interlaced and too large");
  self->rows = calloc(held, row_bytes);
  if (!self->rows) png_error(self->png, "no memory for the picture");
  if (passes == 1) {
    for (uint32_t y = 0; y < head->height; y++) {
      png_read_row(self->png, self->rows, NULL);
      convert(&form, self->rows, values + (size_t)y * head->width);
    }
  } else {
    self->row_pointers = malloc(held * sizeof(png_bytep));
    if (!self->row_pointers) png_error(self->png, "no memory for the picture");
    for (size_t y = 0; y < held; y++) self->row_pointers[y] = self->rows + y * row_bytes;
    png_read_image(self->png, self->row_pointers);
    for (size_t y = 0; y < held; y++) convert(&form, self->row_pointers[y], values + y * head->width);
  }
  png_read_end(self->png, NULL);
}

// The only function that calls setjmp: nothing of its own changes after that. `values` NULL: the head alone.
static int run(job *self, lb_png_head *head, const lb_png_head *expected, uint16_t *values) {
  if (setjmp(png_jmpbuf(self->png))) return -1;
  begin(self);
  head->width = png_get_image_width(self->png, self->info);
  head->height = png_get_image_height(self->png, self->info);
  head->depth = png_get_bit_depth(self->png, self->info);
  if (!values) return 0;
  // What the caller has room for must be what is read.
  if (head->width != expected->width || head->height != expected->height || head->depth != expected->depth)
    png_error(self->png, "the head has changed");
  read_rows(self, head, values);
  return 0;
}

int lb_png_read_head(const uint8_t *bytes, size_t count, lb_png_head *head, char *message) {
  job self = {.bytes = bytes, .count = count, .message = message};
  if (create(&self) != 0) return -1;
  const int status = run(&self, head, NULL, NULL);
  release(&self);
  return status;
}

int lb_png_read_grey(const uint8_t *bytes, size_t count, const lb_png_head *head, uint16_t *values, char *message) {
  job self = {.bytes = bytes, .count = count, .message = message};
  if (create(&self) != 0) return -1;
  lb_png_head found;
  const int status = run(&self, &found, head, values);
  release(&self);
  return status;
}
