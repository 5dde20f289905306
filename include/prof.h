/* prof.h - control libprof from the program being profiled.
 *
 * A program that includes this header builds without libprof and runs
 * unchanged when libprof is not loaded: every call then does nothing. With
 * LD_PRELOAD=libprof.so, with -lprof or with libprof.a the calls work alike.
 * (With the archive link with "-Wl,-u,libprof_version -l:libprof.a -lz": the
 * references here are weak, and for those a linker takes nothing out of an
 * archive.)
 *
 * All functions may be called from any thread at any time, but not from signal
 * handlers unless they say so. None changes errno.
 */
#ifndef PROF_H
#define PROF_H

#ifdef __cplusplus
extern "C" {
#endif

#define PROF_VERSION_MAJOR 0
#define PROF_VERSION_MINOR 1
#define PROF_VERSION_PATCH 0

#define PROF_API __attribute__((weak))

/* What stands in this header is not instrumented with the program. */
#define PROF_INLINE static inline __attribute__((no_instrument_function))

/* Never call these: they are absent when libprof is. Use the prof_ functions
 * below. Each returns 0 on success and -1 where nothing is being recorded or
 * the profile cannot be written. */
PROF_API int libprof_start(void);
PROF_API int libprof_stop(void);
PROF_API int libprof_flush(void);
PROF_API int libprof_reset(void);
PROF_API int libprof_region_begin(const char *name);
PROF_API int libprof_region_end(void);
PROF_API int libprof_thread_name(const char *name);
PROF_API const char *libprof_version(void);

/* Whether libprof is loaded: 1 or 0. Signal safe. */
PROF_INLINE int prof_loaded(void)
{
	return libprof_version != 0;
}

/* Start recording, in all threads. Recording starts by itself unless
 * PROF_START=0. 0, or -1 where libprof is absent or could not start. */
PROF_INLINE int prof_start(void)
{
	return libprof_start ? libprof_start() : -1;
}

/* Stop recording, in all threads, until prof_start. What was recorded stays.
 * Nests with nothing: one prof_start undoes any number of prof_stop. */
PROF_INLINE int prof_stop(void)
{
	return libprof_stop ? libprof_stop() : -1;
}

/* Write what was recorded so far to the profile's file name with ".N" before
 * the extension (N = 1, 2, ...), complete and compressed, and go on. 0, or -1
 * where it could not be written. Takes milliseconds. */
PROF_INLINE int prof_flush(void)
{
	return libprof_flush ? libprof_flush() : -1;
}

/* Forget what was recorded so far: a warm-up, say. Counts and times of all
 * threads go to 0; functions active now stay active. */
PROF_INLINE int prof_reset(void)
{
	return libprof_reset ? libprof_reset() : -1;
}

/* Enter and leave a region named NAME (copied; up to 200 bytes are kept) on
 * this thread. Regions nest with functions and with each other: in trace mode
 * a region is shown as a function of its own, called where it was begun, with
 * its calls and times; in count mode its calls are exact and its time sampled.
 * In sample mode regions are not recorded. Takes about 50 ns. */
PROF_INLINE void prof_region_begin(const char *name)
{
	if (libprof_region_begin)
		(void)libprof_region_begin(name);
}

PROF_INLINE void prof_region_end(void)
{
	if (libprof_region_end)
		(void)libprof_region_end();
}

/* Name this thread in reports, without changing the kernel's name for it. At
 * most 15 bytes are kept. */
PROF_INLINE void prof_thread_name(const char *name)
{
	if (libprof_thread_name)
		(void)libprof_thread_name(name);
}

/* "0.1.0", or "" where libprof is absent. Signal safe. */
PROF_INLINE const char *prof_version(void)
{
	return libprof_version ? libprof_version() : "";
}

#if defined(__GNUC__) && !defined(__cplusplus)
PROF_INLINE void prof_region_end_at(const int *unused)
{
	(void)unused;
	prof_region_end();
}

#define PROF_JOIN2(a, b) a##b
#define PROF_JOIN(a, b)	 PROF_JOIN2(a, b)

/* PROF_REGION("name"); names the rest of the enclosing block: the region ends
 * where the block does, by return, break and goto too. C with GNU attributes;
 * in C++ a class with a destructor does the same. */
#define PROF_REGION(name)                                                      \
	const int PROF_JOIN(prof_region_, __LINE__)                            \
		__attribute__((unused, cleanup(prof_region_end_at))) =         \
			(prof_region_begin(name), 0)
#endif

#ifdef __cplusplus
}

namespace prof
{
/* The rest of the enclosing block, as a region: prof::region r("name"); */
struct region {
	__attribute__((no_instrument_function)) explicit region(
		const char *name)
	{
		prof_region_begin(name);
	}
	__attribute__((no_instrument_function)) ~region()
	{
		prof_region_end();
	}
	region(const region &) = delete;
	region &operator=(const region &) = delete;
};
} // namespace prof
#endif

#endif
