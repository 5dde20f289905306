#include "lib/runtime/control/emit.h"

#include "lib/runtime/control/calibrate.h"
#include "lib/runtime/control/engine.h"
#include "lib/runtime/control/threads.h"
#include "lib/runtime/control/unseen.h"
#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/sampler.h"
#include "lib/runtime/signal/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <zlib.h>

enum {
	OUT_SIZE = 64 * 1024,
	POOL_SIZE = 512 * 1024, /* deflate at its defaults takes 268 KiB */
	LEVEL = 1,		/* five times as fast as 6, a fifth larger */
	COPY_LIMIT = 100000,
	UNSAMPLED_NS = 10000000 /* for a profile without a sample */
};

/* zlib's memory does not come from the program's malloc, whose heap may be
 * broken, or exhausted, when exit is called. */
struct pool {
	char *next, *end;
};

static void *pool_take(void *opaque, uInt items, uInt size)
{
	struct pool *pool = opaque;
	size_t bytes = ((size_t)items * size + 15) & ~(size_t)15;
	void *p = pool->next;

	if (bytes > (size_t)(pool->end - pool->next))
		return NULL;
	pool->next += bytes;
	return p;
}

static void pool_give(void *opaque, void *p)
{
	(void)opaque;
	(void)p;
}

static bool write_all(int fd, const char *from, size_t size)
{
	while (size) {
		long done = raw_write(fd, from, size);

		if (done <= 0)
			return false;
		from += done;
		size -= (size_t)done;
	}
	return true;
}

/* Compress SIZE bytes at FROM, or finish the stream. */
static bool feed(z_stream *z, int fd, const void *from, size_t size, int flush,
		 char *out)
{
	int result;

	z->next_in = (Bytef *)(uintptr_t)from;
	z->avail_in = (uInt)size;
	do {
		z->next_out = (Bytef *)out;
		z->avail_out = OUT_SIZE;
		result = deflate(z, flush);
		if (result == Z_STREAM_ERROR ||
		    !write_all(fd, out, OUT_SIZE - z->avail_out))
			return false;
	} while (z->avail_out == 0);
	return flush != Z_FINISH || result == Z_STREAM_END;
}

static bool compress_arena(int fd, const struct arena_header *head,
			   struct pool *pool)
{
	uint64_t at, end = head->used_bytes, mapped;
	char *out = pool_take(pool, 1, OUT_SIZE);
	z_stream z;
	bool good;

	memset(&z, 0, sizeof(z));
	z.zalloc = pool_take;
	z.zfree = pool_give;
	z.opaque = pool;
	/* 15 bits of window, and 16 to ask for gzip's header (zlib.h). */
	if (deflateInit2(&z, LEVEL, Z_DEFLATED, 15 + 16, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	mapped = atomic_load(&arena->mapped);
	if (end > mapped)
		end = mapped;
	good = feed(&z, fd, head, ARENA_PAGE, Z_NO_FLUSH, out);
	for (at = ARENA_PAGE; good && at < end; at += ARENA_PAGE)
		good = feed(&z, fd, arena->base + at, ARENA_PAGE, Z_NO_FLUSH,
			    out);
	good = good && feed(&z, fd, NULL, 0, Z_FINISH, out);
	deflateEnd(&z);
	return good;
}

/* Write HEAD and the arena's chunks to a new file PATH. */
static bool write_file(const char *path, const struct arena_header *head)
{
	struct pool pool;
	char *memory = raw_map_private(POOL_SIZE);
	int fd;
	bool good;

	if (!memory)
		return false;
	pool.next = memory;
	pool.end = memory + POOL_SIZE;
	fd = raw_open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	good = fd >= 0 && compress_arena(fd, head, &pool);
	if (fd >= 0)
		raw_close(fd);
	if (fd >= 0 && !good)
		(void)unlink(path);
	raw_unmap(memory, POOL_SIZE);
	return good;
}

static uint64_t timeval_ns(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * 1000000000u +
	       (uint64_t)tv->tv_usec * 1000u;
}

static bool read_usage(uint64_t *user_ns, uint64_t *sys_ns)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage))
		return false;
	*user_ns = timeval_ns(&usage.ru_utime);
	*sys_ns = timeval_ns(&usage.ru_stime);
	return true;
}

void emit_drop_usage(void)
{
	(void)read_usage(&rt.config.dropped_user_ns, &rt.config.dropped_sys_ns);
}

static uint64_t less(uint64_t ns, uint64_t dropped)
{
	return ns > dropped ? ns - dropped : 0;
}

static void describe_process(struct arena_header *head)
{
	uint64_t user_ns, sys_ns;

	head->end_ticks = clock_ticks();
	head->sync[1] = clock_sync();
	if (read_usage(&user_ns, &sys_ns)) {
		head->user_ns = less(user_ns, rt.config.dropped_user_ns);
		head->sys_ns = less(sys_ns, rt.config.dropped_sys_ns);
	}
}

static void describe_thread(struct rt_thread *t, void *unused)
{
	(void)unused;
	threads_describe(t);
}

static void stop_timer(struct rt_thread *t, void *unused)
{
	(void)unused;
	engine_stop(t);
}

static void settle_thread(struct rt_thread *t, void *unused)
{
	(void)unused;
	sampler_settle(t);
	if (!t->tree.record && t->unsampled_ns)
		(void)thread_plant(t);
	threads_describe(t);
}

/* The hooks were asked for, and none was ever called. */
static void warn_of_nothing(void)
{
	if (rt.config.mode_asked && rt.config.mode != ARENA_MODE_SAMPLE &&
	    !rt.config.session_given && !rt.config.forked && arena &&
	    atomic_load(&arena->state) == ARENA_UNBORN)
		rt_warn_once("nothing was recorded: the program is not built "
			     "with -finstrument-functions",
			     NULL);
}

/* Whether there is a profile. On a busy machine CPU timers may never have met
 * the process while it ran: what it took is told all the same, and that no
 * sample caught it. */
static bool is_recorded(void)
{
	unsigned state = arena ? atomic_load(&arena->state) : ARENA_FAILED;

	if (state != ARENA_UNBORN)
		return state == ARENA_OPEN;
	return atomic_load(&rt.active) && rt.config.mode == ARENA_MODE_SAMPLE &&
	       !rt.config.events && rt.config.engine != ARENA_ENGINE_NONE &&
	       rt_self && rt_self->tid == raw_tid() /* no vfork's child */ &&
	       raw_clock_ns(CLOCK_PROCESS_CPUTIME_ID) >=
		       rt.config.start_cpu_ns + UNSAMPLED_NS &&
	       thread_ready();
}

static void finish(enum arena_end end, int status)
{
	struct calibration calibration;
	struct arena_header *head;
	char part[RT_PATH_MAX + 8], *at = part;
	bool recorded = is_recorded();
	bool was_active = rt_switch(0);

	if (!recorded) {
		warn_of_nothing();
		return;
	}
	thread_each(stop_timer, NULL);
	thread_each(was_active ? settle_thread : describe_thread, NULL);
	unseen_bill();
	head = arena_head();
	describe_process(head);
	calibrate_hooks(&calibration);
	head->hook_inside_ps[1] = calibration.inside_ps;
	head->hook_outside_ps[1] = calibration.outside_ps;
	head->end = (uint8_t)end;
	head->exit_status = status;
	if (!text_put(&at, part + sizeof(part), arena->path) ||
	    !text_put(&at, part + sizeof(part), ".part"))
		return;
	(void)unlink(part);
	if (write_file(part, head) && rename(part, arena->path) == 0) {
		atomic_store(&arena->state, ARENA_CLOSED);
		return;
	}
	(void)unlink(part);
	rt_warn_once("cannot compress the profile; it stays as it is",
		     arena->path);
}

void emit_finish(int status)
{
	finish(ARENA_END_EXIT, status);
}

void emit_before_sandbox(void)
{
	/* Not from a vfork's child, nor twice. */
	if (!arena || !atomic_load(&rt.active) || !rt_self ||
	    rt_self->tid != raw_tid())
		return;
	if (atomic_load(&arena->state) == ARENA_OPEN)
		finish(ARENA_END_SANDBOX, 0);
	rt_switch(0);
	atomic_store(&rt.interrupted, 1);
	thread_each(stop_timer, NULL);
	rt.config.sandboxed = true;
	/* Whatever comes now finds no file, and makes none. */
	atomic_store(&arena->state, ARENA_CLOSED);
}

void emit_mark(int status)
{
	struct rt_thread *t = thread_self();
	struct arena_header *head;
	bool was_active;

	if (!is_recorded())
		return;
	head = arena_head();
	if (head->pid != raw_pid())
		return;
	was_active = rt_switch(0);
	if (t && was_active)
		sampler_settle(t);
	if (t && t->tree.record)
		threads_mark(t);
	head->end_ticks = clock_ticks();
	head->sync[1] = clock_sync();
	head->exit_status = status;
	head->end = ARENA_END_QUICK;
}

void emit_mark_going(enum arena_end end)
{
	struct rt_thread *t = thread_self();
	bool going = end != ARENA_END_NONE;
	struct arena_header *head;

	if (!t || !is_recorded())
		return;
	head = arena_head();
	if (head->pid != raw_pid())
		return;
	head->end = end;
	head->end_ticks = going ? clock_ticks() : 0;
	if (!going)
		return;
	head->sync[1] = clock_sync();
	if (atomic_load(&rt.active))
		sampler_settle(t);
	if (t->tree.record)
		threads_mark(t);
}

int emit_copy(void)
{
	static atomic_uint copies;
	struct arena_header head;
	char path[RT_PATH_MAX];
	unsigned number;

	if (!arena || atomic_load(&arena->state) != ARENA_OPEN)
		return -1;
	thread_each(describe_thread, NULL);
	head = *arena_head();
	describe_process(&head);
	head.end = ARENA_END_FLUSH;
	/* Without a fresh calibration the one at start holds alone. */
	do {
		number = 1 + atomic_fetch_add(&copies, 1);
		if (!text_output_path(path, sizeof(path), arena->path, head.pid,
				      number))
			return -1;
	} while (access(path, F_OK) == 0 && number < COPY_LIMIT);
	if (write_file(path, &head))
		return 0;
	rt_warn_once("cannot write a copy of the profile", path);
	return -1;
}
