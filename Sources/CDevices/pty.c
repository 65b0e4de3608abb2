#include "CDevices.h"
#include <errno.h>
#include <pty.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int lb_open_pty(int *master_fd, int *slave_fd, char *slave_path) {
  char name[256];
  if (openpty(master_fd, slave_fd, name, 0, 0) != 0) return -errno;
  if (strlen(name) >= 64) {
    close(*master_fd);
    close(*slave_fd);
    return -ENAMETOOLONG;
  }
  strcpy(slave_path, name);
  struct termios line;
  if (tcgetattr(*slave_fd, &line) == 0) {
    cfmakeraw(&line);
    tcsetattr(*slave_fd, TCSANOW, &line);
  }
  return 0;
}
