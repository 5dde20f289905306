#include "tools/prof/cli/load.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/session.h"
#include "tools/prof/cli/terminal.h"

#include <stdlib.h>
#include <string.h>

bool load_apply_salvage(const struct arg_option *self, void *settings,
			const char *value, struct error *err)
{
	struct load_settings *to = settings;

	(void)self, (void)value, (void)err;
	to->salvage = true;
	return true;
}

bool load_apply_debug_dirs(const struct arg_option *self, void *settings,
			   const char *value, struct error *err)
{
	struct load_settings *to = settings;

	(void)self, (void)err;
	to->debug_dirs = value;
	return true;
}

/* Each line of LINES, which may be NULL, as a warning. */
static void warn_lines(const char *prefix, const char *lines)
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

static struct profile *open_one(const char *path,
				const struct load_settings *settings)
{
	struct error err = { 0 };
	struct profile *p = profile_open(path, settings->salvage, &err);

	if (p) {
		warn_lines(path, p->warnings);
		return p;
	}
	/* The reader's message may name the file or not; ours does once. */
	if (strstr(err.msg, path))
		message_error("%s", err.msg);
	else
		message_error("%s: %s", path, err.msg);
	/* A hint that leads nowhere is worse than none: try it. */
	if (!settings->salvage && (p = profile_open(path, true, NULL))) {
		message_hint("--salvage reads what is whole of it");
		profile_free(p);
	}
	exit(err.code == ERROR_MEMORY ? STATUS_SYSTEM : STATUS_PROFILE);
}

static void choose_session(struct loaded *to, struct session *session)
{
	struct error err = { 0 };

	if (!session_newest(SESSION_PATTERN, session, &err)) {
		message_error("%s", err.msg);
		message_hint("'prof run PROGRAM' makes one; or name a file");
		exit(STATUS_PROFILE);
	}
	to->session = true;
	memcpy(to->session_id, session->id, sizeof(to->session_id));
}

void load_profiles(struct loaded *to, char **paths, size_t count,
		   const struct load_settings *settings)
{
	struct session session = { 0 };

	memset(to, 0, sizeof(*to));
	if (count == 0) {
		choose_session(to, &session);
		paths = session.paths;
		count = session.count;
	}
	to->profiles = memory_array(count, sizeof(struct profile *));
	for (size_t i = 0; i < count; i++)
		to->profiles[to->count++] = open_one(paths[i], settings);
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
	warn_lines(NULL, symbolizer_warnings(to->symbolizer));
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
