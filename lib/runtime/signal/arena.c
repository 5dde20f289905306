#include "lib/runtime/signal/arena.h"

#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/text.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>

enum {
	HUGE_PAGE = 2 * 1024 * 1024,
	FIRST_EXTENT = 256 * 1024,
	MAX_EXTENT = 64 * 1024 * 1024,
	SEQUENCE_LIMIT = 10000
};

struct arena *arena;

/* A child must never believe that it owns its parent's file. */
bool arena_prepare(void)
{
	arena = raw_map_wiped(sizeof(struct arena));
	return arena != NULL;
}

/* Make bytes [from, to) of the file real, so that no store to them can raise
 * SIGBUS for want of disk space. */
static RT_APART bool allocate(int fd, uint64_t from, uint64_t to)
{
	static const char zero[ARENA_PAGE];

	if (!syscall(SYS_fallocate, fd, 0, from, to - from))
		return true;
	if (errno != EOPNOTSUPP && errno != ENOSYS)
		return false;
	for (; from < to; from += ARENA_PAGE)
		if (syscall(SYS_pwrite64, fd, zero, ARENA_PAGE, from) !=
		    ARENA_PAGE)
			return false;
	return true;
}

/* A file of RLIMIT_FSIZE would be grown by a signal (SIGXFSZ), not an error. */
static RT_APART bool within_file_limit(uint64_t size)
{
	struct {
		uint64_t soft, hard;
	} limit = { UINT64_MAX, UINT64_MAX };

	if (syscall(SYS_prlimit64, 0, 1 /* RLIMIT_FSIZE */, NULL, &limit))
		return true;
	return size <= limit.soft;
}

/* Bytes [from, to) without a file behind. */
static bool map_without_file(uint64_t from, uint64_t to)
{
	return raw_map(arena->base + from, to - from, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
		       -1, 0) != NULL;
}

static RT_APART bool map_file(int fd, uint64_t from, uint64_t to)
{
	if (!raw_map(arena->base + from, to - from, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_FIXED, fd, from))
		return false;
	/* In the child that a handler has forked meanwhile it is not ours. */
	return arena_is_ours() || map_without_file(from, to);
}

static bool extend(int fd, uint64_t from, uint64_t to)
{
	if (!within_file_limit(to) || !allocate(fd, from, to)) {
		if (errno != ENOSPC)
			errno = EFBIG;
		return false;
	}
	return map_file(fd, from, to);
}

/* The kernel begins a large mapping where a huge page may: there the file
 * begins as well, or it would be mapped by smaller pieces. */
static bool reserve_space(void)
{
	uint64_t size = rt.config.reserve_bytes;

	for (; size >= FIRST_EXTENT; size /= 2) {
		char *at = raw_map(NULL, HUGE_PAGE + size, PROT_NONE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				   -1, 0);

		if (!at)
			continue;
		arena->reserve = size;
		arena->base = at + HUGE_PAGE;
		(void)syscall(SYS_mprotect, arena->base - ARENA_FRONT,
			      ARENA_FRONT, PROT_READ);
		return true;
	}
	return false;
}

/* Whether a file can be made beside what is called PATH: a file. What is a
 * directory or a device was not meant to be written beside. */
static RT_APART bool may_be_numbered(const char *path)
{
	struct stat st;

	return stat(path, &st) || S_ISREG(st.st_mode);
}

/* Open a new file: the configured name, or with a number before its extension
 * where a file has it already. errno is EEXIST where that is no file. */
static int create_file(void)
{
	unsigned sequence;

	for (sequence = 0; sequence < SEQUENCE_LIMIT; sequence++) {
		int fd;

		if (!text_output_path(arena->path, sizeof(arena->path),
				      rt.config.output, raw_pid(), sequence)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = raw_open(arena->path, O_RDWR | O_CREAT | O_EXCL, 0644);
		if (fd >= 0 || errno != EEXIST)
			return fd;
		if (!sequence && !may_be_numbered(arena->path)) {
			errno = EEXIST;
			return -1;
		}
	}
	return -1;
}

/* ROOM is for what is read: too much for a handler's stack. */
static uint64_t boot_ticks(char *room, size_t size)
{
	char *p;
	int fd = raw_open("/proc/self/stat", O_RDONLY, 0), field;
	long got;

	if (fd < 0)
		return 0;
	got = raw_read(fd, room, size - 1);
	raw_close(fd);
	if (got <= 0)
		return 0;
	room[got] = '\0';
	p = strrchr(room, ')'); /* the name in field 2 may hold anything */
	for (field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p ? text_parse_u64(p + 1) : 0;
}

static void fill_header(struct arena_header *h)
{
	const struct rt_config *c = &rt.config;

	h->version = ARENA_VERSION;
	h->byte_order = ARENA_BYTE_ORDER;
	h->header_size = sizeof(*h);
	h->node_size = sizeof(struct arena_node);
	h->mode = c->mode;
	h->clock = c->clock;
	h->ticks = c->ticks;
	h->engine = c->engine;
	h->forked = c->forked;
	h->hz = c->mode == ARENA_MODE_TRACE ? 0 : c->hz;
	h->pid = raw_pid();
	h->ppid = (uint32_t)syscall(SYS_getppid);
	h->rank = c->rank;
	h->start_real_ns = raw_clock_ns(CLOCK_REALTIME);
	h->start_boot_ticks = boot_ticks((char *)h->pad1, sizeof(h->pad1));
	memset(h->pad1, 0, sizeof(h->pad1));
	h->start_cpu_ns = c->start_cpu_ns;
	h->origin = c->sync;
	h->sync[0] = c->forked ? clock_sync() : c->sync;
	h->sync[1] = clock_sync();
	h->hook_inside_ps[0] = c->hook_inside_ps;
	h->hook_outside_ps[0] = c->hook_outside_ps;
	h->hook_spread_ps = c->hook_spread_ps;
	h->min_duration_ns = c->min_duration_ns;
	h->host_cpus = (uint32_t)c->cpus;
	memcpy(h->session, c->session, sizeof(h->session));
	memcpy(h->host, c->host, sizeof(h->host));
	memcpy(h->program, c->program, sizeof(h->program));
	h->used_bytes = ARENA_PAGE;
	/* Last: a file with the magic has a whole header. */
	atomic_thread_fence(memory_order_release);
	memcpy(h->magic, ARENA_MAGIC, sizeof(h->magic));
}

static void write_text(void)
{
	uint64_t size = sizeof(struct arena_chunk) + rt.config.text_size;
	struct arena_chunk *chunk =
		arena_claim(ARENA_CHUNK_TEXT, size, 0, ARENA_LOSS_NODE);

	if (!chunk)
		return;
	memcpy(chunk + 1, rt.config.text, rt.config.text_size);
	chunk->used = size;
	arena_head()->text_offset = chunk->offset;
}

static RT_APART bool make(void)
{
	struct stat st;
	int fd;

	if (!reserve_space()) {
		rt_warn_once("no address space for the profile", NULL);
		return false;
	}
	fd = create_file();
	if (fd < 0) {
		rt_warn_once(errno == EEXIST ? "cannot create the profile, the "
					       "name is not that of a file"
					     : "cannot create the profile",
			     arena->path);
		return false;
	}
	if (atomic_load(&arena->state) != ARENA_MAKING) {
		/* In a child that was detached meanwhile. */
		raw_close(fd);
		if (arena_is_ours())
			(void)syscall(SYS_unlinkat, AT_FDCWD, arena->path, 0);
		return false;
	}
	if (fstat(fd, &st) || !extend(fd, 0, FIRST_EXTENT)) {
		rt_warn_once(errno == EFBIG
				     ? "file size limit too low for the profile"
				     : "no space for the profile",
			     arena->path);
		raw_close(fd);
		(void)syscall(SYS_unlinkat, AT_FDCWD, arena->path, 0);
		return false;
	}
	raw_close(fd);
	arena->device = st.st_dev;
	arena->inode = st.st_ino;
	atomic_store(&arena->mapped, FIRST_EXTENT);
	fill_header(arena_head());
	return true;
}

bool arena_ready(void)
{
	unsigned state =
		atomic_load_explicit(&arena->state, memory_order_acquire);
	unsigned unborn = ARENA_UNBORN;

	if (RT_LIKELY(state == ARENA_OPEN))
		return true;
	if (state >= ARENA_FAILED)
		return false;
	if (!atomic_compare_exchange_strong(&arena->state, &unborn,
					    ARENA_MAKING)) {
		/* Another thread is at it, or this very thread, below the
		 * handler we are in: the event is lost, not waited for. */
		return unborn == ARENA_OPEN;
	}
	if (!make()) {
		atomic_store(&arena->state, ARENA_FAILED);
		return false;
	}
	write_text();
	/* Not in a child that was detached meanwhile. */
	state = ARENA_MAKING;
	return atomic_compare_exchange_strong(&arena->state, &state,
					      ARENA_OPEN);
}

/* Open the file again by its name, if it still is the same file. What is asked
 * of it is put into memory mapped for the moment: a handler has little stack.
 */
static RT_APART int reopen(void)
{
	int fd = raw_open(arena->path, O_RDWR, 0);
	struct stat *st = fd < 0 ? NULL : raw_map_private(sizeof(*st));
	bool same = st && !fstat(fd, st) && st->st_dev == arena->device &&
		    st->st_ino == arena->inode;

	if (st)
		raw_unmap(st, sizeof(*st));
	if (same || fd < 0)
		return fd;
	raw_close(fd);
	errno = ENOENT;
	return -1;
}

/* Map at least END bytes: half as much again as there is, so that growing is
 * rare; just what is needed where that much cannot be had. */
static bool grow(uint64_t end)
{
	uint64_t from = atomic_load(&arena->mapped), extent = from / 2, to;
	int fd;
	bool done;

	if (extent > MAX_EXTENT)
		extent = MAX_EXTENT;
	to = from + (extent & ~(uint64_t)(ARENA_PAGE - 1));
	if (to > arena->reserve)
		to = arena->reserve;
	if (to < end)
		to = end;
	if (to > arena->reserve) {
		rt_warn_once("the profile is full", arena->path);
		return false;
	}
	fd = reopen();
	if (fd < 0) {
		rt_warn_once("cannot reopen the profile", arena->path);
		return false;
	}
	done = extend(fd, from, to) ||
	       (end > from && end < to && extend(fd, from, to = end));
	if (!done)
		rt_warn_once("cannot extend the profile", arena->path);
	raw_close(fd);
	if (!done)
		return false;
	while (from < to &&
	       !atomic_compare_exchange_weak(&arena->mapped, &from, to))
		;
	return true;
}

bool arena_detach(void)
{
	uint64_t size = atomic_load(&arena->mapped), used = size;
	char *copy;

	arena->path[0] = '\0';
	/* It may just have been about to be made, or to grow. */
	if (arena->base && size < arena->reserve &&
	    !map_without_file(size, arena->reserve))
		return false;
	if (!size)
		return true;
	copy = raw_map_private(size);
	if (!copy)
		return false;
	if (arena_head()->used_bytes < size)
		used = arena_head()->used_bytes;
	memcpy(copy, arena->base, used);
	return syscall(SYS_mremap, copy, size, size,
		       MREMAP_MAYMOVE | MREMAP_FIXED, arena->base) != -1;
}

void arena_wipe(void)
{
	raw_wipe(arena, sizeof(*arena));
}

void arena_keep_in_child(bool kept)
{
	raw_keep_in_child(arena, sizeof(*arena), kept);
}

struct arena_chunk *arena_claim(enum arena_chunk_kind kind, uint64_t size,
				uint32_t owner, enum arena_loss loss)
{
	struct arena_header *head = arena_head();
	struct arena_chunk *chunk;
	uint64_t offset;

	size = (size + ARENA_PAGE - 1) & ~(uint64_t)(ARENA_PAGE - 1);
	/* Do not let claims that cannot be served run the counter away. */
	offset = __atomic_load_n(&head->used_bytes, __ATOMIC_RELAXED);
	if (offset + size > arena->reserve) {
		arena_lose(loss);
		return NULL;
	}
	offset = __atomic_fetch_add(&head->used_bytes, size, __ATOMIC_RELAXED);
	if (offset + size > atomic_load(&arena->mapped) &&
	    !grow(offset + size)) {
		arena_lose(loss);
		return NULL;
	}
	chunk = (struct arena_chunk *)(arena->base + offset);
	chunk->kind = kind;
	chunk->offset = offset;
	chunk->size = size;
	chunk->used = sizeof(*chunk);
	chunk->owner = owner;
	__atomic_store_n(&chunk->magic, ARENA_CHUNK_MAGIC, __ATOMIC_RELEASE);
	return chunk;
}

void arena_lose(enum arena_loss loss)
{
	if (atomic_load_explicit(&arena->state, memory_order_acquire) ==
	    ARENA_OPEN)
		__atomic_fetch_add(&arena_head()->losses[loss], 1,
				   __ATOMIC_RELAXED);
}
