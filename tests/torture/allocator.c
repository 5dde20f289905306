/* allocator.c - an allocator that holds its lock while the process forks, as
 * jemalloc does: preloaded before libprof.so, its child's handler runs after
 * ours. */
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#define PUBLIC __attribute__((visibility("default")))

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void lock(void)
{
	pthread_mutex_lock(&mutex);
}

static void unlock(void)
{
	pthread_mutex_unlock(&mutex);
}

#define LOCKED(type, call)                                                     \
	do {                                                                   \
		type result;                                                   \
                                                                               \
		lock();                                                        \
		result = call;                                                 \
		unlock();                                                      \
		return result;                                                 \
	} while (0)

PUBLIC void *malloc(size_t size)
{
	LOCKED(void *, __libc_malloc(size));
}

PUBLIC void *calloc(size_t count, size_t size)
{
	LOCKED(void *, __libc_calloc(count, size));
}

PUBLIC void *realloc(void *p, size_t size)
{
	LOCKED(void *, __libc_realloc(p, size));
}

PUBLIC void *memalign(size_t alignment, size_t size)
{
	LOCKED(void *, __libc_memalign(alignment, size));
}

PUBLIC void free(void *p)
{
	lock();
	__libc_free(p);
	unlock();
}

__attribute__((constructor)) static void start(void)
{
	(void)pthread_atfork(lock, unlock, unlock);
}
