// termios2 lives in <asm/termbits.h>, which clashes with <termios.h>: hence a file of its own.
#include "CDevices.h"
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>

int ioctl(int fd, unsigned long request, ...);

int lb_serial_configure(int fd, unsigned int baud) {
  struct termios2 line;
  if (ioctl(fd, TCGETS2, &line) != 0) return -errno;
  line.c_iflag &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXOFF);
  line.c_oflag &= ~OPOST;
  line.c_lflag &= ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  line.c_cflag &= ~(CSIZE | PARENB | CSTOPB | CBAUD | CRTSCTS);
  line.c_cflag |= CS8 | CLOCAL | CREAD | BOTHER;
  line.c_ispeed = baud;
  line.c_ospeed = baud;
  line.c_cc[VMIN] = 0;
  line.c_cc[VTIME] = 0;
  return ioctl(fd, TCSETS2, &line) == 0 ? 0 : -errno;
}
