#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <libv4l2.h>
#include <libv4l-plugin.h>
#include <libv4lconvert.h>

// libv4l2's calls are variadic and the VIDIOC numbers are macros: Swift can import neither.
static inline int lb_v4l2_open(const char *path, int flags) { return v4l2_open(path, flags); }
static inline int lb_v4l2_ioctl(int fd, unsigned long request, void *argument) { return v4l2_ioctl(fd, request, argument); }

static const unsigned long LB_VIDIOC_QUERYCAP = VIDIOC_QUERYCAP;
static const unsigned long LB_VIDIOC_ENUM_FMT = VIDIOC_ENUM_FMT;
static const unsigned long LB_VIDIOC_S_FMT = VIDIOC_S_FMT;
static const unsigned long LB_VIDIOC_G_FMT = VIDIOC_G_FMT;
static const unsigned long LB_VIDIOC_S_PARM = VIDIOC_S_PARM;
static const unsigned long LB_VIDIOC_G_PARM = VIDIOC_G_PARM;
static const unsigned long LB_VIDIOC_S_CTRL = VIDIOC_S_CTRL;
static const unsigned long LB_VIDIOC_G_CTRL = VIDIOC_G_CTRL;
static const unsigned long LB_VIDIOC_QUERYCTRL = VIDIOC_QUERYCTRL;
static const unsigned long LB_VIDIOC_ENUM_FRAMESIZES = VIDIOC_ENUM_FRAMESIZES;
static const unsigned long LB_VIDIOC_ENUM_FRAMEINTERVALS = VIDIOC_ENUM_FRAMEINTERVALS;
static const unsigned long LB_VIDIOC_REQBUFS = VIDIOC_REQBUFS;
static const unsigned long LB_VIDIOC_QUERYBUF = VIDIOC_QUERYBUF;
static const unsigned long LB_VIDIOC_QBUF = VIDIOC_QBUF;
static const unsigned long LB_VIDIOC_DQBUF = VIDIOC_DQBUF;
static const unsigned long LB_VIDIOC_STREAMON = VIDIOC_STREAMON;
static const unsigned long LB_VIDIOC_STREAMOFF = VIDIOC_STREAMOFF;

// The converter asks the device for its formats. By default it does so past libv4l2, which fails for devices that are
// libv4l2 plugins: let it ask through libv4l2 as we do.
static inline int lb_convert_ioctl(void *state, int fd, unsigned long request, void *argument) {
  (void)state;
  return v4l2_ioctl(fd, request, argument);
}
static inline struct v4lconvert_data *lb_v4lconvert_create(int fd) {
  static const struct libv4l_dev_ops operations = {.ioctl = lb_convert_ioctl};
  return v4lconvert_create_with_dev_ops(fd, 0, &operations);
}
