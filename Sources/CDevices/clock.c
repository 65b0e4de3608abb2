#include "CDevices.h"
#include <time.h>

int64_t lb_clock_nanoseconds(int wall) {
  struct timespec now;
  clock_gettime(wall ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
