#include <png.h>
#include <string.h>

// libpng's simplified interface (png.h, "Simplified API"); its constants are macros that Swift cannot import.
static const png_uint_32 LB_PNG_IMAGE_VERSION = PNG_IMAGE_VERSION;
static const png_uint_32 LB_PNG_FORMAT_GRAY = PNG_FORMAT_GRAY;
static const png_uint_32 LB_PNG_FORMAT_RGB = PNG_FORMAT_RGB;
static const png_uint_32 LB_PNG_FORMAT_FLAG_ALPHA = PNG_FORMAT_FLAG_ALPHA;
static const png_uint_32 LB_PNG_FORMAT_FLAG_COLOR = PNG_FORMAT_FLAG_COLOR;
static const png_uint_32 LB_PNG_IMAGE_FLAG_16BIT_sRGB = PNG_IMAGE_FLAG_16BIT_sRGB;
static const png_uint_32 LB_PNG_FORMAT_LINEAR_Y = PNG_FORMAT_LINEAR_Y;
