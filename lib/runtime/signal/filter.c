#include "lib/runtime/signal/filter.h"

#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/text.h"

#include <string.h>
#include <sys/stat.h>

enum { IDENTITY_MAX = 80 };

static const struct filter *filter;
static uint32_t depth = UINT32_MAX;
static bool enabled;

void filter_use(const struct filter *use, unsigned most)
{
	filter = use;
	depth = most ? most : UINT32_MAX;
	enabled = true;
}

bool filter_enable(bool enable)
{
	bool before = enabled;

	enabled = enable;
	return before;
}

bool filter_has_functions(void)
{
	return enabled && filter;
}

uint32_t filter_depth(void)
{
	return enabled ? depth : UINT32_MAX;
}

static void put_hex(char **at, char *end, const uint8_t *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < count; i++) {
		const char pair[3] = { digits[bytes[i] >> 4],
				       digits[bytes[i] & 15], '\0' };

		text_put(at, end, pair);
	}
}

/* What it takes to tell who a module is: too much for a handler's stack. */
struct identity {
	char text[IDENTITY_MAX];
	struct stat st;
};

/* Write the identity of the module to I, which is zero. */
static void identify(const struct arena_module *record, const char *path,
		     struct identity *i)
{
	char *at = i->text, *end = i->text + IDENTITY_MAX;

	if (record->build_id_size) {
		text_put(&at, end, "id:");
		put_hex(&at, end, record->build_id, record->build_id_size);
	} else if (*path == '/' && !stat(path, &i->st)) {
		text_put(&at, end, "file:");
		text_put_u64(&at, end, (uint64_t)i->st.st_ino);
		text_put(&at, end, ":");
		text_put_u64(&at, end, (uint64_t)i->st.st_size);
		text_put(&at, end, ":");
		text_put_u64(&at, end, (uint64_t)i->st.st_mtim.tv_sec);
	}
}

const struct filter_module *filter_module_of(const struct arena_module *record,
					     const char *path)
{
	bool rebuilt = false;
	const struct filter_module *found = NULL;
	struct identity *identity;

	if (!filter)
		return NULL;
	identity = raw_map_private(sizeof(*identity));
	if (!identity)
		return NULL;
	identify(record, path, identity);
	for (size_t i = 0; i < filter->module_count && !found; i++) {
		const struct filter_module *m = &filter->modules[i];

		if (!strcmp(m->identity, identity->text))
			found = m;
		rebuilt |= !strcmp(m->path, path);
	}
	raw_unmap(identity, sizeof(*identity));
	if (rebuilt && !found)
		rt_warn_once("PROF_FILTER was made for another build of this "
			     "file, which is taken for unknown",
			     path);
	return found;
}

bool filter_hides(const struct filter_module *module, uint64_t link_time)
{
	size_t low = 0, high = module ? module->count : 0;
	bool listed;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (module->ranges[middle].low <= link_time)
			low = middle + 1;
		else
			high = middle;
	}
	listed = low && link_time < module->ranges[low - 1].high;
	return listed != filter->hide_unlisted;
}
