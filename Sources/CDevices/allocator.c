#include "CDevices.h"
#include <malloc.h>

void lb_bound_allocator(void) {
    // Pictures are asked for by one thread and given back by another. With an arena for each thread every arena keeps what it once held.
    mallopt(M_ARENA_MAX, 2);
    // Set by hand, both stay: else glibc raises them to the largest picture it has seen, and gives less and less back.
    mallopt(M_MMAP_THRESHOLD, 64 << 10);
    mallopt(M_TRIM_THRESHOLD, 256 << 10);
}
