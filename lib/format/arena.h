/* arena.h - the profile file, byte by byte.
 *
 * The file is the memory of the runtime: a header page, then chunks. Each
 * chunk starts on a page and says what it is, how long it is and how much of
 * it is in use; nothing in the file is ever moved or freed. Records refer to
 * each other by position in the file, so the bytes mean the same wherever they
 * are mapped. A process that dies leaves these bytes; a process that ends
 * cleanly leaves the same bytes, trimmed and compressed with gzip.
 *
 * All integers are little-endian. docs/FORMAT.md describes the file in prose.
 */
#ifndef PROF_FORMAT_ARENA_H
#define PROF_FORMAT_ARENA_H

#include <assert.h>
#include <stdint.h>

/* Like PNG's, this magic does not survive a transfer as text. */
#define ARENA_MAGIC	  "\211PRF\r\n\032\n"
#define ARENA_VERSION	  1u
#define ARENA_BYTE_ORDER  0x01020304u
#define ARENA_PAGE	  4096u /* chunks start and end on multiples of this */
#define ARENA_UNIT	  16u	/* a node's position is its file offset / 16 */
#define ARENA_CHUNK_MAGIC 0x4b4e4843u /* "CHNK" */

/* Addresses use the low 48 bits of a node's fn and site. Bits 48 to 62 of each
 * count how many other modules had the address before (its epoch). */
#define ARENA_ADDRESS_BITS 48
#define ARENA_ADDRESS_MASK ((UINT64_C(1) << ARENA_ADDRESS_BITS) - 1)

/* A node whose fn has this bit is a named region of prof.h; the other bits
 * are the key of a record in a NAMES chunk. */
#define ARENA_REGION_BIT (UINT64_C(1) << 63)

enum arena_mode {
	ARENA_MODE_AUTO = 0, /* an option's value; never in a file */
	ARENA_MODE_SAMPLE = 1,
	ARENA_MODE_TRACE = 2,
	ARENA_MODE_COUNT = 3
};

/* What a node's self time is of. From ARENA_CLOCK_CYCLES on it is no time but a
 * number of events, in user code only; of page faults a millionth. */
enum arena_clock {
	ARENA_CLOCK_CPU = 1,
	ARENA_CLOCK_WALL = 2,
	ARENA_CLOCK_CYCLES = 3,
	ARENA_CLOCK_INSTRUCTIONS = 4,
	ARENA_CLOCK_CACHE_MISSES = 5,
	ARENA_CLOCK_BRANCH_MISSES = 6,
	ARENA_CLOCK_PAGE_FAULTS = 7
};

/* What one unit of a node's self time is. */
enum arena_ticks {
	ARENA_TICKS_NS = 1, /* nanoseconds */
	ARENA_TICKS_TSC = 2 /* cycles of the time stamp counter; see sync[] */
};

enum arena_engine {
	ARENA_ENGINE_NONE = 0,	/* no sampling */
	ARENA_ENGINE_TIMER = 1, /* timer_create on each thread's clock */
	ARENA_ENGINE_PERF = 2	/* perf_event_open, software cpu-clock */
};

/* How the process ended, as far as the runtime saw it. */
enum arena_end {
	ARENA_END_NONE = 0,   /* still running, or killed */
	ARENA_END_EXIT = 1,   /* exit(3) or return from main */
	ARENA_END_QUICK = 2,  /* _exit(2), _Exit, quick_exit: not compressed */
	ARENA_END_EXEC = 3,   /* replaced itself by another program */
	ARENA_END_FLUSH = 4,  /* a copy made while the run went on */
	ARENA_END_SANDBOX = 5 /* it went on in a sandbox, unrecorded */
};

/* What was not recorded, counted by cause in arena_header.losses. */
enum arena_loss {
	ARENA_LOSS_NODE = 0,	  /* contexts: the arena could not grow */
	ARENA_LOSS_BUSY = 1,	  /* events: inside the runtime itself */
	ARENA_LOSS_THREAD = 2,	  /* threads without a record */
	ARENA_LOSS_TIMER = 3,	  /* threads for which no timer could be made */
	ARENA_LOSS_MODULE = 4,	  /* modules without a record */
	ARENA_LOSS_EXIT = 5,	  /* exit hooks that no enter hook preceded */
	ARENA_LOSS_RESYNC = 6,	  /* frames left without exit: longjmp, throw */
	ARENA_LOSS_CLOCK = 7,	  /* clock readings that went backwards */
	ARENA_LOSS_NAME = 8,	  /* region names without a record */
	ARENA_LOSS_DEPTH = 9,	  /* frames deeper than PROF_DEPTH */
	ARENA_LOSS_STACK = 10,	  /* enter hooks that found no memory */
	ARENA_LOSS_GUESS = 11,	  /* none lost: stacks that a guess led through
				   * code without unwind information */
	ARENA_LOSS_BLOCK = 12,	  /* blocks executed and not counted */
	ARENA_LOSS_LATE = 13,	  /* none lost: samples that came inside the
				   * runtime,  whose time went with the next */
	ARENA_LOSS_DURATION = 14, /* finished calls whose duration found no
				   * room, or was that of a signal handler's
				   * within the recording of another */
	ARENA_LOSS_COUNT = 16
};

/* Why an unwound stack ended before its outermost frame. */
enum arena_cut {
	ARENA_CUT_NO_CFI = 0, /* a module's code without unwind information */
	ARENA_CUT_BAD_FRAME =
		1,	     /* leads nowhere: off the stack, or not upwards */
	ARENA_CUT_DEPTH = 2, /* deeper than PROF_DEPTH */
	ARENA_CUT_NO_MODULE = 3, /* code of no module, without frame pointers */
	ARENA_CUT_COUNT = 4
};

/* The same instant on two clocks. */
struct arena_sync {
	uint64_t ticks;	  /* as in nodes */
	uint64_t mono_ns; /* CLOCK_MONOTONIC */
};

/* Page 0. Offsets are from the start of the file. */
struct arena_header {
	uint8_t magic[8];
	uint32_t version;
	uint32_t byte_order;
	uint32_t header_size; /* sizeof(struct arena_header) */
	uint32_t node_size;   /* sizeof(struct arena_node) */
	uint64_t used_bytes;  /* where the next chunk will start */

	uint8_t mode;	/* enum arena_mode */
	uint8_t clock;	/* enum arena_clock */
	uint8_t ticks;	/* enum arena_ticks */
	uint8_t engine; /* enum arena_engine */
	uint8_t end;	/* enum arena_end */
	uint8_t forked; /* 1: started by fork without exec */
	uint8_t pad0[2];
	int32_t exit_status; /* as given to exit; 0 where unknown */
	uint32_t hz;	     /* samples asked per second of the clock */
	uint32_t pid;
	uint32_t ppid;
	uint32_t rank; /* MPI or Slurm rank; UINT32_MAX where there is none */
	uint32_t host_cpus;

	uint64_t start_real_ns;	   /* CLOCK_REALTIME at start, since 1970 */
	uint64_t start_boot_ticks; /* field 22 of /proc/PID/stat; 0 unknown */
	uint64_t end_ticks; /* when recording ended; 0 while it goes on */
	uint64_t user_ns;   /* getrusage at end, whole process */
	uint64_t sys_ns;
	uint64_t start_cpu_ns;	   /* process CPU time spent before recording */
	struct arena_sync sync[2]; /* at start; and the latest taken */

	/* One call pair of the hooks, measured in this process, in picoseconds:
	 * [0] at start, [1] at end (0: not measured). */
	uint64_t hook_inside_ps[2];  /* within the callee's interval */
	uint64_t hook_outside_ps[2]; /* within the caller's interval */
	/* Between how far apart values the sum of both may lie: around nothing
	 * it is more, and around work that hides the hooks it is 0. */
	uint64_t hook_spread_ps;

	uint64_t losses[ARENA_LOSS_COUNT];
	uint64_t cuts[ARENA_CUT_COUNT];

	char session[32]; /* all processes of one run share it */
	char host[64];
	char program[64];     /* base name of the executable */
	uint64_t text_offset; /* of the TEXT chunk; 0: none */
	/* An instant before sync[0], read by the process that this one was
	 * forked from: the longer the time between, the better the rate. */
	struct arena_sync origin;
	uint64_t min_duration_ns; /* calls that take less are left out */
	uint8_t pad1[ARENA_PAGE - 536];
};
static_assert(sizeof(struct arena_header) == ARENA_PAGE, "header is a page");

enum arena_chunk_kind {
	ARENA_CHUNK_THREAD = 1,	 /* one arena_thread, then nodes */
	ARENA_CHUNK_NODES = 2,	 /* more nodes of thread OWNER */
	ARENA_CHUNK_MODULE = 3,	 /* one arena_module and its path */
	ARENA_CHUNK_TEXT = 4,	 /* exe path, cwd, then argv, each with a NUL */
	ARENA_CHUNK_NAMES = 5,	 /* arena_name records of region names */
	ARENA_CHUNK_BLOCKS = 6,	 /* arena_block records, in any order */
	ARENA_CHUNK_SYMBOLS = 7, /* what prof embed adds: docs/FORMAT.md */
	ARENA_CHUNK_DURATIONS = 8, /* arena_duration records */
	ARENA_CHUNK_OPEN = 9 /* arena_call records: calls active at the end */
};

struct arena_chunk {
	uint32_t magic;	 /* ARENA_CHUNK_MAGIC, stored last */
	uint32_t kind;	 /* enum arena_chunk_kind */
	uint64_t offset; /* of this chunk: a check on what is read */
	uint64_t size;	 /* in bytes, this header included */
	uint64_t used;	 /* bytes in use, this header included */
	uint32_t owner;	 /* serial of the thread, 0: none */
	uint8_t pad[28];
};
static_assert(sizeof(struct arena_chunk) == 64, "chunk header is 64 bytes");

enum arena_thread_state {
	ARENA_THREAD_LIVE = 1,
	ARENA_THREAD_DONE = 2 /* ended, and accounted to its last instant */
};

/* One thread (or a thread's number reused by its successors, merged > 0). */
struct arena_thread {
	uint32_t serial; /* 1, 2, ... in order of first sight */
	uint32_t tid;
	uint32_t state;	 /* enum arena_thread_state */
	uint32_t merged; /* further threads recorded in this tree */
	char name[16];
	uint64_t start_routine; /* address given to pthread_create, or 0 */
	uint64_t start_ticks;
	uint64_t end_ticks;
	uint64_t cpu_ns; /* CPU time of the thread, known when it ended */
	uint64_t samples;
	uint64_t overruns;     /* timer expiries that came as one signal */
	uint64_t unsampled_ns; /* clock after the last sample: no stack known */
	uint64_t cut_samples;  /* samples whose stack was cut */
	uint32_t root;	       /* position of the root node */
	uint32_t pending;      /* node active when recording ended; 0: none */
	uint64_t pending_ticks; /* clock of the last event booked */
	uint64_t hook_ns; /* count: samples that hit the hooks themselves */
	uint64_t hook_samples; /* their number */
	uint64_t hook_exit_ns; /* count: what of hook_ns was in exit hooks */
	/* Ticks of calls that were left out for they took too little, without
	 * those made in such a call, and without the hooks' cost. */
	uint64_t brief_ticks;
	/* Sum of the squares of the samples' weights, in units of (64 ns)^2:
	 * of what may be elsewhere of each (a wait was measured). Stays at its
	 * maximum; 0: not known. */
	uint64_t weight_squares;
	uint8_t pad[40];
};
#define ARENA_WEIGHT_UNIT 64 /* ns, of weight_squares */

static_assert(sizeof(struct arena_thread) == 192, "thread is 192 bytes");

/* One calling context: this function, called from this site, under PARENT.
 *
 * sample: fn is the address to look up: the interrupted pc itself for a leaf,
 *	the return address minus 1 for a caller; site is 0.
 * trace, count: fn is the function's address as its hook gave it, site the
 *	return address minus 1, inside the call instruction in the caller.
 * The root of a thread has fn 0 and parent 0.
 *
 * Recursion is folded (trace, count): where a call repeats a pair of caller
 * and callee that is on the path already, and so do all pairs since, TARGET is
 *that earlier context of the callee, which the call enters again; this node
 *then only counts calls, and never has time or children of its own. Otherwise
 *TARGET is the node itself. So a path holds each pair once or twice, and the
 *tree stays small however often and however deep a program recurses.
 *
 * A call that a filter leaves out has its caller's context as TARGET, so that
 * its time and what it calls are the caller's, and says why in LAST, which is
 * no position then. It only counts, too.
 *
 * Calls that are left out for what they took are counted when they end, in a
 * node like that below their caller's context, with fn 0 and site 0: one for
 * all of them. Its SELF is no time: it says of how many calls, of any function,
 * the hooks lie in the caller's time: of these and of all that were made
 * inside them. Calls that a filter left out inside are counted in contexts
 * whose time has moved on: there that number is below 0. */
#define ARENA_LEFT_OUT(why) (~(uint32_t)(why))

enum arena_left_out {
	ARENA_BY_FUNCTION = 0, /* PROF_FILTER */
	ARENA_BY_DEPTH = 1,    /* PROF_CALL_DEPTH */
	ARENA_BY_DURATION = 2, /* PROF_MIN_DURATION */
	ARENA_LEFT_OUT_COUNT = 3
};

struct arena_node {
	uint64_t fn;
	uint64_t site;
	uint64_t calls;	  /* enter hooks; 0 in sample mode */
	uint64_t self;	  /* time in this context itself, in ticks */
	uint32_t samples; /* that hit this context itself; stays at its maximum
			   */
	uint32_t parent;  /* position, lower than this node's own */
	uint32_t last;	  /* position of the child used last: a cache */
	uint32_t target;  /* position of the context entered: see below */
};
static_assert(sizeof(struct arena_node) == 48, "node is 48 bytes");

static inline _Bool arena_is_left_out(const struct arena_node *node)
{
	return node->last >= ARENA_LEFT_OUT(ARENA_LEFT_OUT_COUNT - 1);
}

static_assert(sizeof(struct arena_node) % ARENA_UNIT == 0, "nodes align");

struct arena_module {
	uint64_t start;	      /* lowest mapped address of the module */
	uint64_t end;	      /* first address after it */
	uint64_t bias;	      /* run-time address minus link-time address */
	uint32_t epoch;	      /* first epoch in which its addresses are valid */
	uint32_t path_length; /* bytes after this record, without a NUL */
	uint64_t file_size;   /* of the file at load time; 0 unknown */
	uint64_t file_mtime;  /* seconds since 1970; 0 unknown */
	uint8_t build_id_size; /* 0: none */
	uint8_t pad[7];
	uint8_t build_id[32];
	uint8_t reserved[40];
};
static_assert(sizeof(struct arena_module) == 128, "module is 128 bytes");

/* How often one block of code ran that calls -fsanitize-coverage=trace-pc's
 * callback. The same pc may be in several records: they add up. */
struct arena_block {
	uint64_t pc;	/* where the callback returns to, and its epoch in bits
			 * 48 to 62; 0: an unused record */
	uint64_t count; /* of calls */
};
static_assert(sizeof(struct arena_block) == 16, "block is 16 bytes");

/* One call that took long. */
struct arena_call {
	uint64_t begin; /* ticks; later by the time its coroutine slept */
	uint64_t ticks; /* that it took, without the hooks' cost; 0: no record,
			 * or a call still open */
	uint32_t node;	/* position of its context */
	uint32_t pad;
};
static_assert(sizeof(struct arena_call) == 24, "call is 24 bytes");

/* Durations are sorted into buckets: below 8 ticks one for each, then four for
 * each power of two, up to 2^47 ticks (13 hours at 3 GHz); the last one has all
 * that is longer. */
#define ARENA_BUCKET_BITS  2 /* the next bits below the highest one */
#define ARENA_BUCKET_COUNT 184
#define ARENA_SLOW_CALLS   8

/* How long the calls of one function took that ended: in a thread, and in those
 * that came after it (threads share records as they share state). */
struct arena_duration {
	uint64_t fn;	   /* as in a node; 0: an unused record */
	uint64_t min, max; /* ticks */
	uint64_t least;	   /* ticks: what takes no longer is not in `slow` */
	uint64_t buckets[ARENA_BUCKET_COUNT];
	/* The slowest that lie in no slower one of the same function, in no
	 * order. */
	struct arena_call slow[ARENA_SLOW_CALLS];
};
static_assert(sizeof(struct arena_duration) == 1696, "106 units");

/* The bucket of a duration. */
static inline unsigned arena_bucket(uint64_t ticks)
{
	const unsigned per_octave = 1u << ARENA_BUCKET_BITS;
	unsigned high, bucket;

	if (ticks < 2 * per_octave)
		return (unsigned)ticks;
	high = 63u - (unsigned)__builtin_clzll(ticks);
	bucket = (high - ARENA_BUCKET_BITS) * per_octave +
		 (unsigned)(ticks >> (high - ARENA_BUCKET_BITS));
	return bucket < ARENA_BUCKET_COUNT ? bucket : ARENA_BUCKET_COUNT - 1;
}

/* The shortest duration in BUCKET, which may be ARENA_BUCKET_COUNT: that is
 * also the end of the one before. */
static inline uint64_t arena_bucket_start(unsigned bucket)
{
	const unsigned per_octave = 1u << ARENA_BUCKET_BITS;

	if (bucket < 2 * per_octave)
		return bucket;
	return (uint64_t)(per_octave + bucket % per_octave)
	       << (bucket / per_octave - 1);
}

/* A region's name; LENGTH bytes of text follow, padded to 16. */
struct arena_name {
	uint64_t key; /* with ARENA_REGION_BIT */
	uint32_t length;
	uint32_t pad;
};
static_assert(sizeof(struct arena_name) == 16, "name is 16 bytes");

#endif
