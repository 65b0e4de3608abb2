#ifndef LAGEBILD_VIDEO_NODE_H
#define LAGEBILD_VIDEO_NODE_H

#include <stdint.h>

// The other end of a camera under test: vivid's controls, its fault injection and its video output. All return 0 or more, or
// -errno. Plain ioctls, past libv4l2, so that a fault in our use of that library cannot hide itself.

/// Sets a control. A button fires whatever the value.
int lb_control_set(int fd, uint32_t id, int32_t value);
/// Reads a control.
int lb_control_get(int fd, uint32_t id, int32_t *value);
/// Sets the `index`-th digital video timing the node offers; both ends of a loop need the same.
int lb_timings_set(int fd, uint32_t index, uint32_t *width, uint32_t *height);
/// A video output that streams from mapped buffers.
struct lb_output {
  int fd;
  uint32_t size;    // bytes of a picture
  uint32_t count;   // buffers
  uint32_t queued;  // how many were given out for the first time
  struct { void *memory; uint32_t length; } buffers[4];
};
/// Sets pixels and buffers; -EINVAL when the driver chooses other pixels.
int lb_output_open(int fd, uint32_t width, uint32_t height, uint32_t fourcc, struct lb_output *output);
/// A buffer to fill: its number and memory. Waits a second at most for the driver to have shown one.
int lb_output_take(struct lb_output *output, void **memory);
/// Shows a filled buffer.
int lb_output_show(struct lb_output *output, int index);
/// Stops and gives the buffers back.
void lb_output_close(struct lb_output *output);

#endif
