/* raw.h - system calls that are safe in a handler.
 *
 * libc's wrappers of open, mmap and the like may be interposed by the program
 * or by another preloaded library, and some are cancellation points: syscall()
 * is neither. All of these may change errno; the entry points of the runtime
 * (hooks and handler) keep it for the program.
 */
#ifndef PROF_RUNTIME_RAW_H
#define PROF_RUNTIME_RAW_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static inline int raw_open(const char *path, int flags, int mode)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC,
			    mode);
}

static inline void raw_close(int fd)
{
	(void)syscall(SYS_close, fd);
}

static inline long raw_read(int fd, void *to, size_t size)
{
	return syscall(SYS_read, fd, to, size);
}

static inline long raw_write(int fd, const void *from, size_t size)
{
	return syscall(SYS_write, fd, from, size);
}

/* Memory, or NULL. */
static inline void *raw_map(void *at, size_t size, int prot, int flags, int fd,
			    uint64_t offset)
{
	long got = syscall(SYS_mmap, at, size, prot, flags, fd, offset);

	return got == -1 ? NULL : (void *)got;
}

static inline void *raw_map_private(size_t size)
{
	return raw_map(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/* What is at AT is to be zeros in the children of a fork; not KEPT there. */
static inline void raw_keep_in_child(void *at, size_t size, bool kept)
{
	(void)syscall(SYS_madvise, at, size,
		      kept ? MADV_KEEPONFORK : MADV_WIPEONFORK);
}

/* It is zeros now. */
static inline void raw_wipe(void *at, size_t size)
{
	(void)syscall(SYS_madvise, at, size, MADV_DONTNEED);
}

/* Memory that is wiped: what says whose file is written, and what is in it. */
static inline void *raw_map_wiped(size_t size)
{
	void *at = raw_map_private(size);

	if (at)
		raw_keep_in_child(at, size, false);
	return at;
}

static inline void raw_unmap(void *at, size_t size)
{
	(void)syscall(SYS_munmap, at, size);
}

static inline uint32_t raw_pid(void)
{
	return (uint32_t)syscall(SYS_getpid);
}

static inline uint32_t raw_tid(void)
{
	return (uint32_t)syscall(SYS_gettid);
}

/* Nanoseconds of CLOCK. The vdso serves CLOCK_MONOTONIC without a call. */
static inline uint64_t raw_clock_ns(clockid_t clock)
{
	struct timespec ts = { 0, 0 };

	/* Of CPU clocks the vdso knows nothing, and asks the kernel. */
	if (clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME)
		clock_gettime(clock, &ts);
	else
		(void)syscall(SYS_clock_gettime, clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

#endif
