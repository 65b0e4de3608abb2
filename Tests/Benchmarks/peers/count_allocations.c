/* Counts how often the calling thread asks for memory, for how many bytes, and how many bytes it copies: preloaded by `scripts/bench
   alert` and `scripts/bench thermal-path`, read through lagebild_allocations() and its neighbours. Built without builtins, or the
   compiler makes memmove call itself. */
#include <stddef.h>
#include <stdint.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void *__memmove_chk(void *to, const void *from, size_t size, size_t room);

static __thread uint64_t calls __attribute__((tls_model("initial-exec")));
static __thread uint64_t bytes __attribute__((tls_model("initial-exec")));
static __thread uint64_t copied __attribute__((tls_model("initial-exec")));

uint64_t lagebild_allocations(void) { return calls; }
uint64_t lagebild_allocated_bytes(void) { return bytes; }
uint64_t lagebild_copied_bytes(void) { return copied; }

static void count(size_t size) { calls++; bytes += size; }
void *malloc(size_t size) { count(size); return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { count(number * size); return __libc_calloc(number, size); }
void *realloc(void *old, size_t size) { count(size); return __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { count(size); return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { count(size); return __libc_memalign(alignment, size); }
int posix_memalign(void **result, size_t alignment, size_t size) {
    count(size);
    *result = __libc_memalign(alignment, size);
    return *result == NULL ? 12 /* ENOMEM */ : 0;
}
void *memcpy(void *to, const void *from, size_t size) { copied += size; return __memmove_chk(to, from, size, (size_t)-1); }
void *memmove(void *to, const void *from, size_t size) { copied += size; return __memmove_chk(to, from, size, (size_t)-1); }
