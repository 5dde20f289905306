/* model_thread.c - names for the roots of threads. */
#include "lib/analysis/model_parts.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAME_SIZE 160
#define TRIES	  1000

/* What the thread, or else its program, is called; safe to print. */
static void plain_name(char to[64], const struct profile *p,
		       const struct arena_thread *record)
{
	const char *from = *record->name ? record->name : p->header.program;
	size_t i;

	for (i = 0; from[i] && i < 63; i++)
		to[i] = iscntrl((unsigned char)from[i]) ? '?' : from[i];
	to[i] = '\0';
}

/* "thread 2 (worker)"; of several processes "thread 2 of 4711 (worker)"; one
 * that stands for several "thread 2 (worker, 5 threads)". No thread ids: they
 * differ between runs, and a thread should be comparable with itself. */
static void root_name(char to[NAME_SIZE], const struct profile *p,
		      const struct arena_thread *record, bool several)
{
	char name[64], process[32] = "", merged[32] = "";

	plain_name(name, p, record);
	if (several)
		snprintf(process, sizeof(process), " of %" PRIu32,
			 p->header.pid);
	if (record->merged)
		snprintf(merged, sizeof(merged), ", %" PRIu64 " threads",
			 (uint64_t)record->merged + 1);
	snprintf(to, NAME_SIZE, "thread %" PRIu32 "%s (%s%s)", record->serial,
		 process, *name ? name : "?", merged);
}

const struct symbol_function *model_root_symbol(
	struct model_builder *b, const struct arena_thread *record,
	uint32_t process)
{
	const struct model *m = b->model;
	const struct symbol_function *symbol;
	char name[NAME_SIZE];
	size_t length;
	uint32_t number = process;

	root_name(name, m->processes[process].profile, record,
		  m->process_count > 1);
	length = strlen(name);
	/* Several processes can have one number: on several hosts, in several
	 * containers, or as copies of one profile. */
	for (int i = 0; i < TRIES; i++) {
		symbol = symbolizer_synthetic(b->symbolizer, "thread", name)
				 ->frames[0]
				 .function;
		if (!model_knows_function(b, symbol))
			break;
		snprintf(name + length, sizeof(name) - length, " #%" PRIu32,
			 ++number);
	}
	return symbol;
}
