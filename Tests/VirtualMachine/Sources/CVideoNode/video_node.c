#include "video_node.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static int call(int fd, unsigned long request, void *argument) {
  int result;
  do result = ioctl(fd, request, argument);
  while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : result;
}

int lb_control_set(int fd, uint32_t id, int32_t value) {
  struct v4l2_control control = {.id = id, .value = value};
  return call(fd, VIDIOC_S_CTRL, &control);
}

int lb_control_get(int fd, uint32_t id, int32_t *value) {
  struct v4l2_control control = {.id = id};
  int result = call(fd, VIDIOC_G_CTRL, &control);
  *value = control.value;
  return result;
}

int lb_timings_set(int fd, uint32_t index, uint32_t *width, uint32_t *height) {
  struct v4l2_enum_dv_timings offered;
  memset(&offered, 0, sizeof offered);
  offered.index = index;
  int result = call(fd, VIDIOC_ENUM_DV_TIMINGS, &offered);
  if (result < 0) return result;
  *width = offered.timings.bt.width;
  *height = offered.timings.bt.height;
  return call(fd, VIDIOC_S_DV_TIMINGS, &offered.timings);
}

static struct v4l2_buffer output_buffer(uint32_t index) {
  struct v4l2_buffer buffer;
  memset(&buffer, 0, sizeof buffer);
  buffer.index = index;
  buffer.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
  buffer.memory = V4L2_MEMORY_MMAP;
  return buffer;
}

int lb_output_open(int fd, uint32_t width, uint32_t height, uint32_t fourcc, struct lb_output *output) {
  memset(output, 0, sizeof *output);
  output->fd = fd;
  struct v4l2_format format;
  memset(&format, 0, sizeof format);
  format.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
  format.fmt.pix.width = width;
  format.fmt.pix.height = height;
  format.fmt.pix.pixelformat = fourcc;
  format.fmt.pix.field = V4L2_FIELD_NONE;
  int result = call(fd, VIDIOC_S_FMT, &format);
  if (result < 0) return result;
  if (format.fmt.pix.width != width || format.fmt.pix.height != height || format.fmt.pix.pixelformat != fourcc) return -EINVAL;
  output->size = format.fmt.pix.sizeimage;

  struct v4l2_requestbuffers request = {.count = 4, .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .memory = V4L2_MEMORY_MMAP};
  result = call(fd, VIDIOC_REQBUFS, &request);
  if (result < 0) return result;
  for (uint32_t index = 0; index < request.count && index < 4; index++) {
    struct v4l2_buffer buffer = output_buffer(index);
    result = call(fd, VIDIOC_QUERYBUF, &buffer);
    if (result < 0) return result;
    void *memory = mmap(NULL, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, buffer.m.offset);
    if (memory == MAP_FAILED) return -errno;
    output->buffers[index].memory = memory;
    output->buffers[index].length = buffer.length;
    output->count = index + 1;
  }
  return 0;
}

int lb_output_take(struct lb_output *output, void **memory) {
  uint32_t index = output->queued;
  if (index < output->count) {
    output->queued++;
  } else {
    struct pollfd entry = {.fd = output->fd, .events = POLLOUT};
    if (poll(&entry, 1, 1000) != 1) return -ETIMEDOUT;
    struct v4l2_buffer buffer = output_buffer(0);
    int result = call(output->fd, VIDIOC_DQBUF, &buffer);
    if (result < 0) return result;
    index = buffer.index;
  }
  *memory = output->buffers[index].memory;
  return (int)index;
}

int lb_output_show(struct lb_output *output, int index) {
  struct v4l2_buffer buffer = output_buffer((uint32_t)index);
  buffer.bytesused = output->size;
  buffer.field = V4L2_FIELD_NONE;
  int result = call(output->fd, VIDIOC_QBUF, &buffer);
  if (result < 0 || (uint32_t)index + 1 != output->count || output->queued != output->count) return result;
  // The last buffer for the first time: begin. Once streaming the call does nothing.
  int type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
  return call(output->fd, VIDIOC_STREAMON, &type);
}

void lb_output_close(struct lb_output *output) {
  int type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
  call(output->fd, VIDIOC_STREAMOFF, &type);
  for (uint32_t index = 0; index < output->count; index++) munmap(output->buffers[index].memory, output->buffers[index].length);
  struct v4l2_requestbuffers request = {.count = 0, .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .memory = V4L2_MEMORY_MMAP};
  call(output->fd, VIDIOC_REQBUFS, &request);
  output->count = 0;
}
