#include "tools/prof/view/facts.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *pick(const char *const *words, size_t count, unsigned i)
{
	return i < count && words[i] ? words[i] : "unknown";
}

#define PICK(words, i) pick(words, sizeof(words) / sizeof((words)[0]), i)

const char *facts_mode(const struct arena_header *h)
{
	static const char *const words[] = {
		[ARENA_MODE_SAMPLE] = "sample",
		[ARENA_MODE_TRACE] = "trace",
		[ARENA_MODE_COUNT] = "count",
	};

	return PICK(words, h->mode);
}

const char *facts_clock(const struct arena_header *h)
{
	static const char *const words[] = {
		[ARENA_CLOCK_CPU] = "CPU time",
		[ARENA_CLOCK_WALL] = "wall time",
		[ARENA_CLOCK_CYCLES] = "cycles",
		[ARENA_CLOCK_INSTRUCTIONS] = "instructions",
		[ARENA_CLOCK_CACHE_MISSES] = "cache misses",
		[ARENA_CLOCK_BRANCH_MISSES] = "branch misses",
		[ARENA_CLOCK_PAGE_FAULTS] = "page faults",
	};

	return PICK(words, h->clock);
}

const char *facts_unit(unsigned clock)
{
	if (clock == ARENA_CLOCK_PAGE_FAULTS)
		return "thousands";
	return clock >= ARENA_CLOCK_CYCLES ? "billions" : "seconds";
}

const char *facts_engine(const struct arena_header *h)
{
	static const char *const words[] = {
		[ARENA_ENGINE_NONE] = "none",
		[ARENA_ENGINE_TIMER] = "timers",
		[ARENA_ENGINE_PERF] = "perf events",
	};

	return PICK(words, h->engine);
}

static bool is_plain(const char *word)
{
	return *word &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
			    "WXYZ0123456789%+,-./:=@_^") == strlen(word);
}

/* WORD in single quotes, those within it as '\''; to be freed. */
static char *quote(const char *word)
{
	char *result = memory_array(4 * strlen(word) + 3, 1), *out = result;

	if (is_plain(word)) {
		strcpy(result, word);
		return result;
	}
	*out++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			out = stpcpy(out, "'\\'");
		*out++ = *word;
	}
	*out = '\'';
	return result;
}

char *facts_command(const struct profile *p)
{
	size_t size = 1;
	char *line, *end, *shown;

	if (p->argc <= 0)
		return printable(p->exe && p->exe[0] ? p->exe
						     : p->header.program);
	for (int i = 0; i < p->argc; i++)
		size += 4 * strlen(p->argv[i]) + 4;
	line = end = memory_array(size, 1);
	for (int i = 0; i < p->argc; i++) {
		char *word = quote(p->argv[i]);

		end = stpcpy(end, i ? " " : "");
		end = stpcpy(end, word);
		free(word);
	}
	shown = printable(line);
	free(line);
	return shown;
}

char *facts_end(const struct profile *p)
{
	const struct arena_header *h = &p->header;

	switch (h->end) {
	case ARENA_END_EXIT:
		return memory_format("ended with status %d",
				     h->exit_status & 0xff);
	case ARENA_END_QUICK:
		return memory_format("ended by _exit with status %d",
				     h->exit_status & 0xff);
	case ARENA_END_EXEC:
		return memory_copy("replaced itself by another program (exec)");
	case ARENA_END_FLUSH:
		return memory_copy("went on: a copy made on the way");
	case ARENA_END_SANDBOX:
		return memory_copy(
			"went on in a sandbox (seccomp), unrecorded");
	default:
		break;
	}
	if (p->running)
		return memory_copy("still running");
	return memory_copy("did not exit cleanly");
}

bool facts_waiting(const struct profile *p, uint64_t *ns)
{
	uint64_t cpu = p->header.user_ns + p->header.sys_ns, lives = p->wall_ns;

	if (!cpu || !p->wall_ns || p->thread_count == 0)
		return false;
	if (p->thread_count > 1 || p->threads[0].record.merged) {
		if (p->header.clock != ARENA_CLOCK_WALL)
			return false;
		lives = profile_total_ns(p) + p->overhead_ns;
	}
	/* The clocks do not start at one instant: a little below is 0. */
	*ns = lives > cpu ? lives - cpu : 0;
	return true;
}

double facts_busy(const struct profile *p)
{
	return p->wall_ns ? (double)(p->header.user_ns + p->header.sys_ns) /
				    (double)p->wall_ns
			  : 0;
}

struct facts_samples facts_samples(const struct profile *p)
{
	struct facts_samples s = { 0 };

	for (size_t i = 0; i < p->thread_count; i++) {
		s.samples += p->threads[i].record.samples;
		s.overruns += p->threads[i].record.overruns;
		s.cut += p->threads[i].record.cut_samples;
		s.clock_ns += p->threads[i].record.hook_ns;
		s.equal += (double)p->threads[i].record.samples /
			   p->threads[i].spread;
	}
	s.clock_ns += profile_total_ns(p);
	return s;
}

double facts_rate(const struct facts_samples *s)
{
	return s->clock_ns ? (double)s->samples / ((double)s->clock_ns * 1e-9)
			   : 0;
}

const struct facts_cause facts_losses[] = {
	{ ARENA_LOSS_NODE, "contexts not recorded: the file could not grow",
	  false },
	{ ARENA_LOSS_BUSY, "events inside the profiler itself", false },
	{ ARENA_LOSS_LATE,
	  "samples inside the profiler: their time went with the next", true },
	{ ARENA_LOSS_THREAD, "threads not recorded", false },
	{ ARENA_LOSS_TIMER, "threads without a timer: not sampled", false },
	{ ARENA_LOSS_MODULE, "modules not recorded: their names are missing",
	  false },
	{ ARENA_LOSS_EXIT, "function exits without an enter", true },
	{ ARENA_LOSS_RESYNC, "frames left by longjmp or an exception", true },
	{ ARENA_LOSS_CLOCK, "clock readings that went backwards", true },
	{ ARENA_LOSS_NAME, "region names not recorded", false },
	{ ARENA_LOSS_DEPTH, "frames deeper than PROF_DEPTH", false },
	{ ARENA_LOSS_STACK, "function entries that found no memory", false },
	{ ARENA_LOSS_GUESS,
	  "stacks led by a guess through code without unwind information",
	  true },
	{ ARENA_LOSS_BLOCK, "executed blocks of code not counted", false },
	{ ARENA_LOSS_DURATION, "calls whose duration was not recorded", false },
	{ 0, NULL, false },
};

const struct facts_cause facts_cuts[] = {
	{ ARENA_CUT_NO_CFI, "no unwind information", false },
	{ ARENA_CUT_BAD_FRAME, "a frame that cannot be right", false },
	{ ARENA_CUT_DEPTH, "deeper than PROF_DEPTH", false },
	{ ARENA_CUT_NO_MODULE, "made at run time, without frame pointers",
	  false },
	{ 0, NULL, false },
};

const struct facts_cause facts_left_out[] = {
	{ ARENA_BY_FUNCTION,
	  "calls left out by function (PROF_FILTER), in their callers' time",
	  true },
	{ ARENA_BY_DEPTH,
	  "calls left out by depth (PROF_CALL_DEPTH), in their callers' time",
	  true },
	{ ARENA_BY_DURATION,
	  "calls left out by duration (PROF_MIN_DURATION), in their callers' "
	  "time",
	  true },
	{ 0 },
};

bool facts_lost(const struct profile *p)
{
	for (const struct facts_cause *c = facts_losses; c->what; c++)
		if (!c->harmless && p->header.losses[c->index])
			return true;
	return false;
}

void facts_duration(char *to, size_t size, double ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "s", 1e9 }, { "ms", 1e6 }, { "us", 1e3 } };
	size_t i = 0;

	while (i < 3 && ns < units[i].ns)
		i++;
	if (i == 3)
		snprintf(to, size, "%.0fns", ns);
	else if (ns >= 100 * units[i].ns)
		snprintf(to, size, "%.0f%s", ns / units[i].ns, units[i].unit);
	else
		snprintf(to, size, "%.*f%s", ns >= 10 * units[i].ns ? 1 : 2,
			 ns / units[i].ns, units[i].unit);
}
