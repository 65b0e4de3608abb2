/* What a program holds: preloaded by `scripts/bench agent-memory`. Every ten seconds the bytes that are allocated and not freed go to the file
   that LIVE_MEMORY names, so that what is kept can be told from what the allocator merely does not give back. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* For the comparison: the program's own bounds do not count. */
int mallopt(int parameter, int value) {
    static int (*real)(int, int);
    if (getenv("LIVE_MEMORY_UNBOUNDED") != NULL) return 1;
    if (real == NULL) real = (int (*)(int, int))dlsym(RTLD_NEXT, "mallopt");
    return real == NULL ? 0 : real(parameter, value);
}

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static _Atomic long live, blocks;

static void *taken(void *block) {
    if (block != NULL) { atomic_fetch_add(&live, (long)malloc_usable_size(block)); atomic_fetch_add(&blocks, 1); }
    return block;
}
static void given(void *block) {
    if (block != NULL) { atomic_fetch_sub(&live, (long)malloc_usable_size(block)); atomic_fetch_sub(&blocks, 1); }
}
void *malloc(size_t size) { return taken(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return taken(__libc_calloc(count, size)); }
void *memalign(size_t alignment, size_t size) { return taken(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return taken(__libc_memalign(alignment, size)); }
int posix_memalign(void **result, size_t alignment, size_t size) {
    *result = taken(__libc_memalign(alignment, size));
    return *result == NULL ? 12 /* ENOMEM */ : 0;
}
void *realloc(void *old, size_t size) {
    given(old);
    void *block = __libc_realloc(old, size);
    if (block == NULL && size > 0) { taken(old); return NULL; }
    return taken(block);
}
void free(void *block) { given(block); __libc_free(block); }

static void *tell(void *path) {
    for (;;) {
        FILE *file = fopen(path, "w");
        if (file != NULL) { fprintf(file, "%ld %ld\n", atomic_load(&live), atomic_load(&blocks)); fclose(file); }
        sleep(10);
    }
    return NULL;
}
__attribute__((constructor)) static void begin(void) {
    char *path = getenv("LIVE_MEMORY");
    pthread_t thread;
    if (path != NULL && pthread_create(&thread, NULL, tell, path) == 0) pthread_detach(thread);
}
