/* profile_test.c - reading whole profiles, and telling them from other files.
 */
#include "lib/analysis/profile.h"
#include "tests/tap.h"
#include "tests/unit/arena_build.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define EPOCH(n) ((uint64_t)(n) << ARENA_ADDRESS_BITS)

static char scratch[] = "/tmp/profile_test.XXXXXX";
static struct error err;

static char *in_scratch(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	return path;
}

static struct profile *parse(const struct arena_build *b)
{
	err = (struct error){ 0 };
	return profile_parse("test", b->bytes, b->size, false, &err);
}

/* Parse B, free it, and return the profile, which must be there. */
static struct profile *finish(struct arena_build *b)
{
	struct profile *p = parse(b);

	if (!p) {
		printf("Bail out! %s\n", err.msg);
		exit(1);
	}
	arena_build_free(b);
	return p;
}

static void whole_file_is_read(void)
{
	struct arena_build b = arena_build_sample();
	struct profile *p = finish(&b);

	IS_STR(p->exe, "/bin/x", "the executable's path");
	IS_STR(p->cwd, "/home", "the working directory");
	IS_U64(p->argc, 3, "three arguments");
	IS_STR(p->argc == 3 ? p->argv[2] : NULL, "two words",
	       "the last argument");
	IS_U64(p->thread_count, 2, "two threads");
	IS_U64(p->node_count, 104, "all nodes of all chunks");
	IS_U64(p->nodes[0].parent, PROFILE_NONE, "a root has no parent");
	IS_U64(p->nodes[1].parent, 0, "its child's parent is the root");
	IS_U64(p->nodes[1].module, 0, "the module of a function");
	IS_U64(p->nodes[1].site_module, 1, "the module of a call site");
	IS_U64(p->nodes[2].module, PROFILE_NONE, "a region has no module");
	IS_U64(p->nodes[2].site_module, 0, "but its site has one");
	IS_STR(profile_region_name(p, p->nodes[2].fn), "solve",
	       "a region's name");
	IS_STR(profile_region_name(p, ARENA_REGION_BIT), "region ?",
	       "a region without a name");
	IS_U64(p->threads[1].root, 3, "the second thread's root");
	IS_U64(p->nodes[103].parent, 102, "a parent across chunks");
	IS_U64(p->nodes[103].thread, 1, "a node's thread");
	IS_U64(profile_total_ns(p), 600, "the total");
	IS_U64(p->wall_ns, 1000000000, "wall time from start to end");
	OK(!p->compressed && !p->running && !p->warnings,
	   "not compressed, not running, no warnings");
	profile_free(p);
}

static void gzip_reads_alike(void)
{
	struct arena_build b = arena_build_sample();
	size_t size;
	uint8_t *gz = arena_build_gzip(&b, &size);
	struct profile *raw = finish(&b);
	struct profile *p = profile_parse("test", gz, size, false, &err);

	OK(p && p->compressed, "a gzipped profile is read");
	IS_U64(p ? p->file_bytes : 0, size, "and knows its size on disk");
	OK(p && p->node_count == raw->node_count &&
		   !memcmp(p->nodes, raw->nodes,
			   raw->node_count * sizeof(*raw->nodes)),
	   "its contexts are those of the plain file");
	profile_free(p);
	profile_free(raw);
	free(gz);
}

static void cycles_become_nanoseconds(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	struct arena_header *h = arena_build_header(&b);
	uint32_t root, node;
	struct profile *p;

	h->ticks = ARENA_TICKS_TSC;
	h->sync[1].ticks = h->sync[0].ticks + 2500000000; /* 2.5 GHz, 1 s */
	h->end_ticks = 2500001000;
	root = arena_build_thread(&b, 1, "main");
	node = arena_build_node(&b, 1, root, 0x1000, 0);
	arena_build_at(&b, node)->self = UINT64_C(1) << 61;
	p = finish(&b);
	IS_U64(p->nodes[1].self_ns, UINT64_C(922337203685477580),
	       "cycles are scaled without rounding errors");
	profile_free(p);
}

static void unusable_clock_gives_no_times(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	struct arena_header *h = arena_build_header(&b);
	uint32_t node;
	struct profile *p;

	h->ticks = ARENA_TICKS_TSC;
	h->sync[1] = h->sync[0];
	node = arena_build_node(&b, 1, arena_build_thread(&b, 1, "main"),
				0x1000, 0);
	arena_build_at(&b, node)->self = 1000;
	arena_build_at(&b, node)->calls = 7;
	p = finish(&b);
	IS_U64(p->nodes[1].self_ns, 0, "without calibration times are 0");
	IS_U64(p->nodes[1].calls, 7, "but calls are there");
	OK(p->warnings && strstr(p->warnings, "calibrated"),
	   "and a warning says so");
	profile_free(p);
}

static void time_below_zero_is_the_callers(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	uint32_t root = arena_build_thread(&b, 1, "main");
	uint32_t up = arena_build_node(&b, 1, root, 0x1000, 0);
	uint32_t down = arena_build_node(&b, 1, up, 0x1100, 0);
	struct profile *p;

	arena_build_at(&b, up)->self = 1000;
	arena_build_at(&b, down)->self = -UINT64_C(30);
	p = finish(&b);
	IS_U64(p->nodes[2].self_ns, 0, "a time below 0 reads as 0");
	IS_U64(p->nodes[1].self_ns, 970, "and is taken off its caller");
	profile_free(p);
}

/* MODE and CLOCK with 1000 ns between the last event and the end. */
static uint64_t pending_ns(enum arena_mode mode, enum arena_clock clock,
			   enum arena_thread_state state)
{
	struct arena_build b = arena_build_new(mode);
	uint32_t root = arena_build_thread(&b, 1, "main");
	uint32_t node = arena_build_node(&b, 1, root, 0x1000, 0);
	struct arena_thread *t = arena_build_record(&b, 1);
	struct profile *p;
	uint64_t ns;

	arena_build_header(&b)->clock = (uint8_t)clock;
	arena_build_header(&b)->end_ticks = 6000;
	t->state = state;
	t->pending = node;
	t->pending_ticks = 5000;
	p = finish(&b);
	ns = p->nodes[1].self_ns;
	profile_free(p);
	return ns;
}

static void pending_time_is_booked(void)
{
	IS_U64(pending_ns(ARENA_MODE_TRACE, ARENA_CLOCK_WALL,
			  ARENA_THREAD_LIVE),
	       1000, "time up to the end is the active context's");
	IS_U64(pending_ns(ARENA_MODE_TRACE, ARENA_CLOCK_WALL,
			  ARENA_THREAD_DONE),
	       0, "not in a thread that ended");
	IS_U64(pending_ns(ARENA_MODE_TRACE, ARENA_CLOCK_CPU, ARENA_THREAD_LIVE),
	       0, "not on CPU clocks, which are one a thread");
	IS_U64(pending_ns(ARENA_MODE_COUNT, ARENA_CLOCK_WALL,
			  ARENA_THREAD_LIVE),
	       0, "not where time comes from samples");
}

static void hook_costs_are_taken_out(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	struct arena_header *h = arena_build_header(&b);
	uint32_t root, f, g, again;
	struct profile *p;

	h->hook_inside_ps[0] = 10000; /* 10 ns: the cheaper one */
	h->hook_inside_ps[1] = 14000;
	h->hook_outside_ps[0] = 20000; /* 20 ns */
	h->hook_outside_ps[1] = 20000;
	root = arena_build_thread(&b, 1, "main");
	f = arena_build_node(&b, 1, root, 0x1000, 0);
	g = arena_build_node(&b, 1, f, 0x1100, 0);
	arena_build_at(&b, root)->self = 100;
	arena_build_at(&b, f)->calls = 2;
	arena_build_at(&b, f)->self = 10000;
	arena_build_at(&b, g)->calls = 100;
	arena_build_at(&b, g)->self = 1000;
	again = arena_build_node(&b, 1, g, 0x1000, 0);
	arena_build_at(&b, again)->calls = 5;
	arena_build_at(&b, again)->target = f;
	p = finish(&b);
	IS_U64(p->nodes[0].self_ns, 100 - 2 * 20, "outside cost is the root's");
	IS_U64(p->nodes[1].self_ns, 10000 - 2 * 10 - 5 * 10 - 100 * 20,
	       "inside cost lies where a folded call entered");
	IS_U64(p->nodes[2].self_ns, 0, "a cost above the time leaves 0");
	IS_U64(p->clamped, 1, "and is counted");
	IS_U64(p->overhead_ns, 40 + 70 + 2000 + 1000, "what was taken out");
	IS_U64(p->overhead_error_ns, 107 * 2,
	       "half the measurements' difference is the uncertainty");
	profile_free(p);
}

static void calls_left_out_are_their_callers(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	struct arena_header *h = arena_build_header(&b);
	uint32_t root, f, out, g, deep;
	struct profile *p;

	h->hook_inside_ps[0] = h->hook_inside_ps[1] = 10000;
	h->hook_outside_ps[0] = h->hook_outside_ps[1] = 20000;
	root = arena_build_thread(&b, 1, "main");
	f = arena_build_node(&b, 1, root, 0x1000, 0x10);
	out = arena_build_node(&b, 1, f, 0x2000, 0x20);
	g = arena_build_node(&b, 1, f, 0x3000, 0x30);
	deep = arena_build_node(&b, 1, g, 0x3000, 0x40);
	arena_build_at(&b, f)->calls = 1;
	arena_build_at(&b, f)->self = 1000;
	arena_build_at(&b, out)->calls = 7;
	arena_build_at(&b, out)->target = f;
	arena_build_at(&b, out)->last = ARENA_LEFT_OUT(ARENA_BY_FUNCTION);
	arena_build_at(&b, g)->calls = 2;
	arena_build_at(&b, g)->self = 500;
	arena_build_at(&b, deep)->calls = 5;
	arena_build_at(&b, deep)->target = g;
	arena_build_at(&b, deep)->last = ARENA_LEFT_OUT(ARENA_BY_DEPTH);
	p = finish(&b);
	IS_U64(p->node_count, 3, "what is left out has no context");
	IS_U64(p->left_out[ARENA_BY_FUNCTION], 7, "its calls are counted");
	IS_U64(p->left_out[ARENA_BY_DEPTH], 5, "by cause");
	IS_U64(p->nodes[2].fn, 0x3000, "what comes behind it moves up");
	IS_U64(p->nodes[2].parent, 1, "and keeps its caller");
	IS_U64(p->nodes[1].self_ns, 1000 - 10 - 9 * 20 - 7 * 10,
	       "its hooks' cost is its caller's, inside and outside");
	IS_U64(p->nodes[2].self_ns, 500 - 7 * 10 - 5 * 20,
	       "also where both are one function");
	profile_free(p);
}

static void brief_calls_are_their_callers(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	struct arena_header *h = arena_build_header(&b);
	uint32_t root, f, g, of_f, of_g, again;
	struct profile *p;

	h->min_duration_ns = 1000;
	h->hook_inside_ps[0] = h->hook_inside_ps[1] = 10000;
	h->hook_outside_ps[0] = h->hook_outside_ps[1] = 20000;
	root = arena_build_thread(&b, 1, "main");
	f = arena_build_node(&b, 1, root, 0x1000, 0x10);
	g = arena_build_node(&b, 1, f, 0x2000, 0x20);
	of_g = arena_build_node(&b, 1, g, 0, 0);
	of_f = arena_build_node(&b, 1, f, 0, 0);
	arena_build_node(&b, 1, g, 0x4000, 0x40);
	again = arena_build_node(&b, 1, f, 0x3000, 0x30);
	arena_build_at(&b, f)->calls = 1;
	arena_build_at(&b, f)->self = 1000;
	/* g was called twice, and had 3 calls inside. */
	arena_build_at(&b, of_g)->calls = 3;
	arena_build_at(&b, of_g)->target = g;
	arena_build_at(&b, of_g)->last = ARENA_LEFT_OUT(ARENA_BY_DURATION);
	arena_build_at(&b, of_f)->calls = 2;
	arena_build_at(&b, of_f)->self = 5;
	arena_build_at(&b, of_f)->target = f;
	arena_build_at(&b, of_f)->last = ARENA_LEFT_OUT(ARENA_BY_DURATION);
	arena_build_at(&b, again)->calls = 1;
	arena_build_at(&b, again)->self = 10;
	arena_build_record(&b, 1)->brief_ticks = 77;
	p = finish(&b);
	IS_U64(p->node_count, 3, "contexts of brief calls alone are gone");
	IS_U64(p->nodes[2].fn, 0x3000, "and those that have others are not");
	IS_U64(p->left_out[ARENA_BY_DURATION], 5, "brief calls are counted");
	IS_U64(p->left_out_ns, 77, "and so is their time");
	IS_U64(p->nodes[1].self_ns, 1000 - 10 - 20 - 5 * 30,
	       "the hooks' cost of all lies where their time went");
	profile_free(p);
}

static void one_measurement_is_good_to_a_tenth(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	struct arena_header *h = arena_build_header(&b);
	uint32_t node;
	struct profile *p;

	h->end = ARENA_END_NONE;
	h->hook_inside_ps[0] = 30000;
	h->hook_outside_ps[0] = 20000;
	h->hook_spread_ps = 4000; /* 2 ns on either side of it */
	node = arena_build_node(&b, 1, arena_build_thread(&b, 1, "main"),
				0x1000, 0);
	arena_build_at(&b, node)->calls = 100;
	arena_build_at(&b, node)->self = 10000;
	p = finish(&b);
	IS_U64(p->nodes[1].self_ns, 7000, "one measurement is used alone");
	IS_U64(p->overhead_error_ns, 500 + 200,
	       "and is good to a tenth, beside what differs by program");
	profile_free(p);
}

static void samples_in_hooks_hide_work(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_COUNT);
	uint32_t root = arena_build_thread(&b, 1, "main"), f, g;
	struct arena_thread *t;
	struct profile *p;

	f = arena_build_node(&b, 1, root, 0x1000, 0);
	g = arena_build_node(&b, 1, f, 0x1100, 0);
	arena_build_at(&b, f)->calls = 1;
	arena_build_at(&b, f)->self = 1000;
	arena_build_at(&b, g)->calls = 6;
	arena_build_at(&b, g)->self = 500;
	t = arena_build_record(&b, 1);
	t->hook_ns = 500;
	t->hook_exit_ns = 100;
	p = finish(&b);
	/* The program has 1500 of the 2000, so 375 of the hooks' 500: 300 of
	 * enter hooks to the callees of 7 calls, 75 to their callers. */
	IS_U64(p->nodes[0].self_ns, 75 * 1 / 7,
	       "a call's exit hides the root's");
	IS_U64(p->nodes[1].self_ns, 1000 + 300 * 1 / 7 + 75 - 75 * 1 / 7,
	       "enter hooks hide the callee's, exit hooks the caller's");
	IS_U64(p->nodes[2].self_ns, 500 + 300 - 300 * 1 / 7,
	       "and what is handed out adds up");
	IS_U64(p->overhead_ns, 125, "the rest is overhead");
	IS_U64(p->overhead_error_ns, 375, "which may be all of it or nothing");
	profile_free(p);
}

/* One call of one function whose own samples are OWN ns, and HOOK ns in enter
 * hooks: what it is said to take. */
static uint64_t told(uint64_t own, uint64_t hook, uint64_t *error)
{
	struct arena_build b = arena_build_new(ARENA_MODE_COUNT);
	uint32_t root = arena_build_thread(&b, 1, "main");
	uint32_t f = arena_build_node(&b, 1, root, 0x1000, 0);
	struct profile *p;
	uint64_t ns;

	arena_build_at(&b, f)->calls = 1;
	arena_build_at(&b, f)->self = own;
	arena_build_record(&b, 1)->hook_ns = hook;
	p = finish(&b);
	ns = p->nodes[1].self_ns;
	*error = p->overhead_error_ns;
	profile_free(p);
	return ns;
}

/* What is told of work that hides in hooks wholly or not at all lies within the
 * error that is told with it. */
static void truth_is_within_the_error(void)
{
	uint64_t own, hook, error;
	bool covered = true;

	for (own = 0; own <= 1000; own += 50) {
		for (hook = 0; hook <= 1000; hook += 50) {
			uint64_t ns = told(own, hook, &error);

			covered = covered && ns >= own && ns - own <= error &&
				  own + hook - ns <= error;
		}
	}
	OK(covered, "hooks that hide all or nothing: within the error");
	IS_U64(told(0, 1000, &error), 0, "a program of hooks has no own time");
	IS_U64(told(1000, 0, &error), 1000, "one without is as it was");
	IS_U64(told(9000, 1000, &error), 9900,
	       "where nearly all is the program's, nearly all is given back");
	IS_U64(told(1000, 9000, &error), 1900,
	       "where nearly all are hooks, a tenth");
}

static void epochs_choose_among_modules(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_SAMPLE);
	uint32_t root;
	struct profile *p;

	arena_build_module(&b, 0x1000, 0x9000, 0, "/lib/a");
	arena_build_module(&b, 0x2000, 0x4000, 3, "/lib/b");
	arena_build_module(&b, 0x2000, 0x3000, 7, "/lib/c");
	root = arena_build_thread(&b, 1, "main");
	arena_build_node(&b, 1, root, EPOCH(2) | 0x2500, 0);
	arena_build_node(&b, 1, root, EPOCH(3) | 0x2500, 0);
	arena_build_node(&b, 1, root, EPOCH(9) | 0x2500, 0);
	arena_build_node(&b, 1, root, EPOCH(9) | 0x3500, 0);
	arena_build_node(&b, 1, root, EPOCH(9) | 0x4500, 0);
	arena_build_node(&b, 1, root, EPOCH(9) | 0x9000, 0);
	p = finish(&b);
	IS_U64(p->nodes[1].module, 0, "before the address was used again");
	IS_U64(p->nodes[2].module, 1, "from the epoch on in which it was");
	IS_U64(p->nodes[3].module, 2, "after it was used a third time");
	IS_U64(p->nodes[4].module, 1, "beside the third module");
	IS_U64(p->nodes[5].module, 0, "beside the second module");
	IS_U64(p->nodes[6].module, PROFILE_NONE, "behind all modules");
	IS_U64(p->nodes[3].fn, 0x2500, "the epoch is not in the address");
	profile_free(p);
}

static void bombs_do_not_go_off(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	size_t size;
	uint8_t *gz;
	struct profile *p;

	b.bytes[0] = 'x';
	arena_build_claim(&b, ARENA_CHUNK_NODES, 64 << 20, 0);
	gz = arena_build_gzip(&b, &size);
	p = profile_parse("bomb", gz, size, false, &err);
	OK(!p && strstr(err.msg, "gzip of something else"),
	   "other files are refused by their first bytes");
	profile_free(p);
	arena_build_free(&b);
	free(gz);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		exit(1);
	close(fd);
}

/* What profile_open says of PATH, after the name. */
static const char *refusal(const char *path, enum error_code code)
{
	struct profile *p = profile_open(path, false, &err);
	size_t length = strlen(path);

	if (p || err.code != code || strncmp(err.msg, path, length)) {
		profile_free(p);
		return err.msg;
	}
	return err.msg + length;
}

static void other_files_are_named(void)
{
	char *path = in_scratch("file");

	IS_STR(refusal("/nonexistent", ERROR_NOT_FOUND),
	       ": cannot open: No such file or directory", "no file");
	IS_STR(refusal("/tmp", ERROR_FORMAT), ": is a directory, not a profile",
	       "a directory");
	IS_STR(refusal("/dev/null", ERROR_FORMAT), ": not a regular file",
	       "a device");
	write_file(path, "", 0);
	IS_STR(refusal(path, ERROR_FORMAT), ": empty file", "an empty file");
	write_file(path, "#!/bin/sh\n", 10);
	IS_STR(refusal(path, ERROR_FORMAT),
	       ": not a libprof profile (starts with \"#!/bin/s\")",
	       "a script");
	write_file(path, "\177ELF\002", 5);
	IS_STR(refusal(path, ERROR_FORMAT),
	       ": not a libprof profile (starts with 7f 45 4c 46 02)",
	       "a binary");
	write_file(path, "\211PRF\n\032\n", 7);
	IS_STR(refusal(path, ERROR_FORMAT), ": damaged by a transfer as text",
	       "a file that lost its carriage returns");
	write_file(path, "\211PRF\r\n", 6);
	IS_STR(refusal(path, ERROR_TRUNCATED), ": only 6 bytes of a profile",
	       "a part of the magic");
	unlink(path);
	if (!mkfifo(path, 0600))
		IS_STR(refusal(path, ERROR_FORMAT), ": not a regular file",
		       "a FIFO does not block");
	unlink(path);
}

static void own_process_is_running(void)
{
	struct arena_build b = arena_build_sample();
	char *path = in_scratch("running"), stat[1024], *at;
	int fd = open("/proc/self/stat", O_RDONLY);
	ssize_t got = read(fd, stat, sizeof(stat) - 1);
	struct profile *p;

	close(fd);
	stat[got > 0 ? got : 0] = '\0';
	at = strrchr(stat, ')');
	for (int i = 2; i < 22 && at; i++)
		at = strchr(at + 1, ' ');
	arena_build_header(&b)->end = ARENA_END_NONE;
	arena_build_header(&b)->pid = (uint32_t)getpid();
	arena_build_header(&b)->start_boot_ticks = at ? strtoull(at, 0, 10) : 0;
	write_file(path, b.bytes, b.size);
	p = profile_open(path, false, &err);
	OK(p && p->running, "a living process's profile says so");
	OK(p && p->wall_ns > 1000000000, "and has run until now");
	profile_free(p);
	arena_build_header(&b)->start_boot_ticks++;
	write_file(path, b.bytes, b.size);
	p = profile_open(path, false, &err);
	OK(p && !p->running, "another process of its number is not it");
	profile_free(p);
	arena_build_free(&b);
	unlink(path);
}

static void wrong_end_loses_nothing(void)
{
	struct arena_build b = arena_build_sample();
	char *path = in_scratch("end");
	struct profile *p;

	arena_build_header(&b)->end = ARENA_END_NONE;
	arena_build_header(&b)->used_bytes = 2 * ARENA_PAGE;
	write_file(path, b.bytes, b.size);
	p = profile_open(path, false, &err);
	OK(p && p->node_count == 104 && p->module_count == 2,
	   "chunks behind a wrong end of a dead process's file are read");
	profile_free(p);
	arena_build_free(&b);
	unlink(path);
}

int main(void)
{
	if (!mkdtemp(scratch))
		return 1;
	whole_file_is_read();
	gzip_reads_alike();
	cycles_become_nanoseconds();
	unusable_clock_gives_no_times();
	time_below_zero_is_the_callers();
	pending_time_is_booked();
	hook_costs_are_taken_out();
	calls_left_out_are_their_callers();
	brief_calls_are_their_callers();
	one_measurement_is_good_to_a_tenth();
	samples_in_hooks_hide_work();
	truth_is_within_the_error();
	epochs_choose_among_modules();
	bombs_do_not_go_off();
	other_files_are_named();
	own_process_is_running();
	wrong_end_loses_nothing();
	rmdir(scratch);
	return tap_done();
}
