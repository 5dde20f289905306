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
	};

	return PICK(words, h->clock);
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
		return memory_copy("went on: a copy made by prof_flush");
	default:
		break;
	}
	if (p->running)
		return memory_copy("still running");
	return memory_copy("did not exit cleanly");
}

struct facts_samples facts_samples(const struct profile *p)
{
	struct facts_samples s = { 0 };

	for (size_t i = 0; i < p->thread_count; i++) {
		s.samples += p->threads[i].record.samples;
		s.overruns += p->threads[i].record.overruns;
		s.cut += p->threads[i].record.cut_samples;
	}
	s.clock_ns = profile_total_ns(p);
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
	{ ARENA_LOSS_BUSY, "samples taken inside the profiler itself", false },
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
	{ 0, NULL, false },
};

const struct facts_cause facts_cuts[] = {
	{ ARENA_CUT_NO_CFI, "no unwind information", false },
	{ ARENA_CUT_BAD_FRAME, "a frame that cannot be right", false },
	{ ARENA_CUT_DEPTH, "deeper than PROF_DEPTH", false },
	{ 0, NULL, false },
};

bool facts_lost(const struct profile *p)
{
	for (const struct facts_cause *c = facts_losses; c->what; c++)
		if (!c->harmless && p->header.losses[c->index])
			return true;
	return false;
}
