#include "tools/prof/export/exporter.h"

#include <string.h>

extern const struct exporter callgrind_exporter, folded_exporter;

const struct exporter *const exporters[] = {
	&callgrind_exporter,
	&folded_exporter,
	NULL,
};

const struct exporter *exporter_find(const char *name)
{
	for (size_t i = 0; exporters[i]; i++)
		if (!strcmp(exporters[i]->name, name))
			return exporters[i];
	return NULL;
}
