#include "lib/base/similar.h"

#include <string.h>

#define LONGEST 32

/* Levenshtein's distance between A and B, row by row. */
static size_t edits(const char *a, const char *b)
{
	size_t row[LONGEST + 1], n = strlen(b);

	if (strlen(a) > LONGEST || n > LONGEST)
		return SIMILAR_LIMIT;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			size_t best = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (diagonal + 1 < best)
				best = diagonal + 1;
			row[j + 1] = best;
		}
	}
	return row[n];
}

void similar_closest(const char *word, const char *candidate,
		     const char **closest, size_t *best)
{
	size_t length = strlen(word), distance;

	if (length >= 2 && !strncmp(word, candidate, length))
		distance = 1;
	else
		distance = edits(word, candidate);
	/* All letters of a short word changed is not alike. */
	if (distance < *best && distance < strlen(candidate)) {
		*best = distance;
		*closest = candidate;
	}
}
