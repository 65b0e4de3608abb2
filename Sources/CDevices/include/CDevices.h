#ifndef LAGEBILD_CDEVICES_H
#define LAGEBILD_CDEVICES_H

/// Puts a serial line into raw 8N1 mode at any baud rate (Linux termios2, BOTHER). Returns 0, or -errno.
int lb_serial_configure(int fd, unsigned int baud);

/// Makes the C library give memory back that pictures have filled: two arenas, blocks from 64 KiB on of their own, 256 KiB kept. To be
/// called before there are threads.
void lb_bound_allocator(void);

/// Opens a pseudo-terminal pair in raw mode. `slave_path` must hold at least 64 bytes. Returns 0, or -errno.
int lb_open_pty(int *master_fd, int *slave_fd, char *slave_path);

#include <stdint.h>

/// Reads CLOCK_MONOTONIC (`wall` 0) or CLOCK_REALTIME (`wall` 1), nanoseconds. In C, because `timespec` belongs to another
/// module in Swift's debug builds than in its release builds.
int64_t lb_clock_nanoseconds(int wall);

/// Gives memory that was freed back to the system. The C library keeps it for itself otherwise, of blocks below its mmap
/// threshold without end.
void lb_memory_release(void);

#endif
