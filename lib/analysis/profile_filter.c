/* profile_filter.c - calls that were left out: a count, and no contexts. */
#include "lib/analysis/profile_parts.h"

#include <stdlib.h>
#include <string.h>

/* Contexts whose calls were all too brief have nothing, and nothing below them
 * has. Without such a filter it is prof_reset that leaves some: those stay. */
bool profile_find_empty(struct profile_scan *s)
{
	const struct profile *p = s->profile;
	uint32_t *needed = s->targets; /* not needed any more */

	if (!p->header.min_duration_ns)
		return true;
	memset(needed, 0, p->node_count * sizeof(*needed));
	for (size_t i = p->node_count; i-- > 0;) {
		const struct profile_node *node = &p->nodes[i];

		if (s->left_out[i] || node->parent == PROFILE_NONE)
			continue;
		if (needed[i] || node->calls || node->self_ns || node->samples)
			needed[node->parent] = 1;
		else
			s->left_out[i] = PROFILE_EMPTY;
	}
	return true;
}

/* They have neither time nor callees nor durations: nothing refers to them.
 * Nodes keep their order, and so parents come before children. */
bool profile_drop_left_out(struct profile_scan *s)
{
	struct profile *p = s->profile;
	uint32_t *moved = s->targets; /* not needed any more */
	uint32_t kept = 0;

	for (size_t i = 0; i < p->node_count; i++) {
		struct profile_node node = p->nodes[i];

		if (s->left_out[i] == PROFILE_EMPTY)
			continue;
		if (s->left_out[i]) {
			p->left_out[s->left_out[i] - 1] += node.calls;
			continue;
		}
		if (node.parent != PROFILE_NONE)
			node.parent = moved[node.parent];
		moved[i] = kept;
		p->nodes[kept++] = node;
	}
	p->node_count = kept;
	for (size_t i = 0; i < p->duration_count; i++)
		p->durations[i].node = moved[p->durations[i].node];
	for (size_t i = 0; i < p->call_count; i++)
		p->calls[i].node = moved[p->calls[i].node];
	for (size_t i = 0; i < p->thread_count; i++)
		p->threads[i].root = moved[p->threads[i].root];
	return true;
}
