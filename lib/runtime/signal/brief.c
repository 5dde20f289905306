#include "lib/runtime/signal/brief.h"

/* The context of brief calls below PARENT, found otherwise than at once. */
static __attribute__((noinline, cold)) struct arena_node *make_counter(
	struct rt_thread *t, struct arena_node *parent)
{
	struct arena_node *node;

	/* A handler interrupted us while the tree was being changed. */
	if (thread_guard())
		return NULL;
	thread_hold();
	node = cct_brief(&t->tree, parent);
	thread_go();
	return node;
}

static struct arena_node *counter_of(struct rt_thread *t,
				     struct arena_node *parent)
{
	uint32_t position = cct_position(t->base, parent);
	struct arena_node *node = cct_at(*cct_slot(&t->tree, position, 0, 0));

	if (RT_LIKELY(node->parent == position) && RT_LIKELY(!node->fn) &&
	    RT_LIKELY(node->last == ARENA_LEFT_OUT(ARENA_BY_DURATION)))
		return node;
	return make_counter(t, parent);
}

/* Move the hooks of the call of FRAME and of those inside it to its caller's
 * context, and count it there. False: the arena is full. */
static bool count(struct rt_thread *t, const struct rt_frame *frame)
{
	uint64_t inside = t->calls - thread_call(t, frame)->calls;
	struct arena_node *from = NULL;
	struct arena_node *to = counter_of(t, frame[-1].node);

	if (inside && frame->node != frame[-1].node)
		from = counter_of(t, frame->node);
	else if (inside)
		from = to;
	if (!to || (inside && !from))
		return false;
	to->calls++;
	to->self += inside + 1;
	if (inside)
		from->self -= inside;
	return true;
}

static void move_time(struct rt_thread *t, const struct rt_frame *frame,
		      struct arena_node *child, uint64_t took, uint64_t net)
{
	struct rt_call *call = thread_call(t, frame);
	/* Of the calls inside it was noted before. */
	uint64_t more = net - (t->brief - call->brief);

	frame[-1].node->self += took;
	frame->node->self -= took;
	child->calls--;
	t->brief += more;
	t->tree.record->brief_ticks += more;
}

bool brief_leave_out(struct rt_thread *t, const struct rt_frame *frame,
		     uint64_t now)
{
	struct rt_call *call = thread_call(t, frame);
	uint64_t net = durations_ticks(
		&(struct durations_event){ frame->node, call, now, t->calls });
	bool filtered = call->begin == DURATIONS_LEFT_OUT;
	/* A handler that comes later may set it to NULL, for one of its own
	 * calls that stays. */
	struct arena_node *child = call->child;

	/* The last: a handler came in between, whose time is in neither. */
	if (child && call->begin > DURATIONS_LEFT_OUT &&
	    net < rt.config.min_ticks && t->last == now && count(t, frame)) {
		move_time(t, frame, child, now - call->begin, net);
		return true;
	}
	if (!filtered || !child)
		thread_call(t, frame - 1)->child = NULL;
	return filtered;
}
