/* rt_brief_test.c - which calls are taken back for being brief, by hand-made
 * shadow stacks: one that stays makes those that it lies in stay. */
#include "lib/runtime/signal/brief.h"
#include "tests/tap.h"

enum { OUTER = 1, INNER, FRAMES };

#define LIMIT 1000

static struct rt_thread t;
static struct rt_frame frames[FRAMES];
static struct rt_call calls[FRAMES];
static struct arena_node nodes[FRAMES];

/* OUTER has begun at 100 and INNER, inside it, at 200: brief so far. */
static void begin(void)
{
	memset(&t, 0, sizeof(t));
	memset(calls, 0, sizeof(calls));
	rt.config.min_ticks = LIMIT;
	rt.config.call_cost = rt.config.pair_cost = 0;
	t.shadow = frames;
	t.timing = calls;
	for (int i = OUTER; i < FRAMES; i++) {
		frames[i].node = &nodes[i];
		calls[i] = (struct rt_call){ .begin = 100 * (uint64_t)i,
					     .calls = (uint64_t)i,
					     .child = &nodes[i] };
	}
	t.calls = INNER;
	t.top = &frames[INNER];
}

/* What the exit hook does: the time is booked already. */
static bool end(int frame, uint64_t now)
{
	t.last = now;
	return brief_leave_out(&t, &frames[frame], now);
}

static void long_ones_stay(void)
{
	begin();
	OK(!end(INNER, 200 + LIMIT), "as long as the limit: it stays");
	OK(!calls[OUTER].child, "and so does what it lies in, however brief");
	OK(calls[INNER].child == &nodes[INNER], "what it counts in is its own");
	OK(!end(OUTER, 100 + LIMIT - 1),
	   "what is told to stay does, though it was brief");
}

/* The time of the hooks is not the call's: without them OUTER was brief. */
static void hooks_do_not_count(void)
{
	struct durations_event e;

	begin();
	rt.config.pair_cost = 1 << 16; /* a tick each */
	t.calls = OUTER + 1000;
	e = (struct durations_event){ &nodes[OUTER], &calls[OUTER],
				      100 + LIMIT + 1000, t.calls };
	IS_U64(durations_ticks(&e), LIMIT,
	       "1000 pairs of a tick are taken out");
	OK(!end(OUTER, e.now), "what is left is the limit: it stays");
}

static void preempted_stays(void)
{
	begin();
	t.last = 300;
	OK(!brief_leave_out(&t, &frames[INNER], 250),
	   "a handler came in between: its time is in neither, and it stays");
	OK(!calls[OUTER].child, "and what it lies in");
}

static void filtered(void)
{
	begin();
	calls[INNER].begin = DURATIONS_LEFT_OUT;
	OK(end(INNER, 300), "what another filter left out is left out");
	OK(calls[OUTER].child == &nodes[OUTER],
	   "and does not make its caller stay");
	begin();
	calls[INNER].begin = DURATIONS_LEFT_OUT;
	calls[INNER].child = NULL;
	OK(end(INNER, 300), "but where a long call lay in it");
	OK(!calls[OUTER].child, "its caller stays");
}

static void unknown_stays(void)
{
	begin();
	calls[INNER].begin = 0;
	OK(!end(INNER, 300), "recording was stopped since: it stays");
	OK(!calls[OUTER].child, "and what it lies in");
}

int main(void)
{
	long_ones_stay();
	hooks_do_not_count();
	preempted_stays();
	filtered();
	unknown_stays();
	return tap_done();
}
