#include "lib/runtime/signal/rt.h"

#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/text.h"

struct rt_globals rt;

void rt_warn_once(const char *line, const char *detail)
{
	static atomic_flag warned = ATOMIC_FLAG_INIT;
	static char text[1024]; /* not on a handler's stack */
	char *at = text, *end = text + sizeof(text) - 1;

	if (atomic_flag_test_and_set(&warned))
		return;
	text_put(&at, end, "libprof: ");
	text_put(&at, end, line);
	if (detail && *detail) {
		text_put(&at, end, ": ");
		text_put(&at, end, detail);
	}
	*at++ = '\n';
	(void)raw_write(2, text, (size_t)(at - text));
}
