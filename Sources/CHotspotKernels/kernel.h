#ifndef LAGEBILD_KERNEL_H
#define LAGEBILD_KERNEL_H

#include <stdint.h>

// Several machine codes of one function, chosen by the loader.
#if defined(__x86_64__) && defined(__linux__) && !defined(LAGEBILD_ONE_MACHINE_CODE)
#define KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KERNEL
#endif

#endif
