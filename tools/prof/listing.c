#include "tools/prof/listing.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/pager.h"
#include "tools/prof/cli/terminal.h"
#include "tools/prof/view/header.h"

bool listing_begin(struct listing *l, struct listing_settings *settings,
		   const struct loaded *loaded, struct profile **counting,
		   size_t count, char **names, size_t name_count)
{
	struct view header = { .out = stdout };

	l->hits = hits_new(counting, count, loaded->symbolizer);
	if (!l->hits)
		memory_fail();
	l->view = (struct lines_view){ .model = loaded->model,
				       .hits = l->hits,
				       .out = stdout,
				       .settings = &settings->lines };
	functions_gather(&l->all, loaded->model, l->hits);
	if (!functions_choose(&l->chosen, &l->all, names, name_count))
		return false;
	if (settings->json)
		return true;
	settings->lines.width = header.width = terminal_width(stdout);
	if (!settings->no_pager)
		pager_start();
	view_prepare(&header, loaded->model);
	header_print(&header, loaded->session ? loaded->session_id : NULL);
	view_free(&header);
	return true;
}

int listing_end(struct listing *l, int status)
{
	int ended;

	functions_free(&l->chosen, false);
	functions_free(&l->all, true);
	hits_free(l->hits);
	ended = pager_end();
	return ended ? ended : status;
}
