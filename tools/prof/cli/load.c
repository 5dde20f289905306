#include "tools/prof/cli/load.h"
#include "lib/analysis/profile_set.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/session.h"
#include "tools/prof/cli/terminal.h"

#include <stdlib.h>
#include <string.h>

void load_warn_lines(const char *prefix, const char *lines)
{
	char *copy, *save = NULL;

	if (!lines)
		return;
	copy = memory_copy(lines);
	for (char *line = strtok_r(copy, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		/* Most lines name the file by themselves. */
		if (prefix && strncmp(line, prefix, strlen(prefix)) != 0)
			message_warn("%s: %s", prefix, line);
		else
			message_warn("%s", line);
	}
	free(copy);
}

/* Whether something of PATH could be read. */
static bool can_salvage(const char *path)
{
	struct profile_set set;
	bool ok = profile_set_open(&set, path, true, NULL);

	if (ok)
		profile_set_free(&set);
	return ok;
}

void load_die(const char *path, bool salvaging, const struct error *err)
{
	/* The reader's message may name the file or not; ours does once. */
	if (strstr(err->msg, path))
		message_error("%s", err->msg);
	else
		message_error("%s: %s", path, err->msg);
	/* A hint that leads nowhere is worse than none: try it. */
	if (!salvaging && can_salvage(path))
		message_hint("--salvage reads what is whole of it");
	exit(err->code == ERROR_MEMORY ? STATUS_SYSTEM : STATUS_PROFILE);
}

/* Add the profiles in the file PATH: one, or those merged into it. */
static void open_file(struct loaded *to, const char *path,
		      const struct load_settings *settings)
{
	struct error err = { 0 };
	struct profile_set set;
	struct profile **list;

	if (!profile_set_open(&set, path, settings->salvage, &err))
		load_die(path, settings->salvage, &err);
	load_warn_lines(path, set.warnings);
	list = memory_array(to->count + set.count, sizeof(*list));
	if (to->count)
		memcpy(list, to->profiles, to->count * sizeof(*list));
	for (size_t i = 0; i < set.count; i++) {
		load_warn_lines(set.list[i]->path, set.list[i]->warnings);
		list[to->count++] = set.list[i];
	}
	free(to->profiles);
	to->profiles = list;
	set.count = 0;
	profile_set_free(&set);
}

/* By what tells processes apart. */
static int by_process(const void *a, const void *b)
{
	const struct arena_header *x =
		&(*(const struct profile *const *)a)->header;
	const struct arena_header *y =
		&(*(const struct profile *const *)b)->header;
	int order = strcmp(x->host, y->host);

	if (x->start_real_ns != y->start_real_ns)
		return x->start_real_ns < y->start_real_ns ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return order ? order : strcmp(x->session, y->session);
}

/* Named files are added up, come what may: but hardly anybody wants to count a
 * process twice, as by "*.prof" where a merged file lies beside its parts. */
static void warn_of_repeats(const struct loaded *l)
{
	const struct profile **list = memory_array(l->count, sizeof(*list));
	const struct profile *first = NULL;
	size_t repeats = 0;

	if (l->count)
		memcpy(list, l->profiles, l->count * sizeof(*list));
	qsort(list, l->count, sizeof(*list), by_process);
	for (size_t i = 1; i < l->count; i++)
		if (list[i]->header.start_real_ns &&
		    !by_process(&list[i - 1], &list[i]) && !repeats++)
			first = list[i];
	if (repeats)
		message_warn("%zu process%s there twice, and counted twice; "
			     "the first is %s",
			     repeats, repeats == 1 ? " is" : "es are",
			     first->path);
	free(list);
}

void load_choose_session(struct session *session)
{
	struct error err = { 0 };

	if (session_newest(SESSION_PATTERN, session, &err))
		return;
	message_error("%s", err.msg);
	message_hint("'prof run PROGRAM' makes one; or name a file");
	exit(STATUS_PROFILE);
}

void load_profiles(struct loaded *to, char **paths, size_t count,
		   const struct load_settings *settings)
{
	struct session session = { 0 };

	memset(to, 0, sizeof(*to));
	if (count == 0) {
		load_choose_session(&session);
		to->session = true;
		memcpy(to->session_id, session.id, sizeof(to->session_id));
		paths = session.paths;
		count = session.count;
	}
	for (size_t i = 0; i < count; i++)
		open_file(to, paths[i], settings);
	if (!to->session)
		warn_of_repeats(to);
	session_free(&session);
}

void load_model(struct loaded *to, const struct load_settings *settings,
		const struct load_model_options *options)
{
	struct terminal_progress progress;
	struct symbolizer_options symbols = {
		.debug_dirs = settings->debug_dirs,
		.inlines = options->resolve_inlines || options->inline_nodes,
		.exact_instructions = options->exact_instructions,
	};
	struct model_options how = {
		.inlines = options->inline_nodes,
		.progress = terminal_progress_step,
		.progress_context = &progress,
	};
	struct error err = { 0 };

	to->symbolizer = symbolizer_new(&symbols);
	if (!to->symbolizer)
		message_die(STATUS_SYSTEM, "out of memory");
	terminal_progress_start(&progress, "resolving names");
	to->model = model_build(to->profiles, to->count, to->symbolizer, &how,
				&err);
	terminal_progress_end(&progress);
	if (!to->model)
		message_die(STATUS_SYSTEM, "%s",
			    err.msg[0] ? err.msg : "out of memory");
	load_warn_lines(NULL, symbolizer_warnings(to->symbolizer));
}

void load_free(struct loaded *loaded)
{
	if (loaded->model)
		model_free(loaded->model);
	if (loaded->symbolizer)
		symbolizer_free(loaded->symbolizer);
	for (size_t i = 0; i < loaded->count; i++)
		profile_free(loaded->profiles[i]);
	free(loaded->profiles);
	memset(loaded, 0, sizeof(*loaded));
}
