#include <png.h>
#include <string.h>

// libpng's simplified interface (png.h, "Simplified API"), for writing; its constants are macros that Swift cannot import.
static const png_uint_32 LB_PNG_IMAGE_VERSION = PNG_IMAGE_VERSION;
static const png_uint_32 LB_PNG_FORMAT_GRAY = PNG_FORMAT_GRAY;
