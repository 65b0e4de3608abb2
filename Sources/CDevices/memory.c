#include "CDevices.h"
#include <malloc.h>

void lb_memory_release(void) { malloc_trim(0); }
