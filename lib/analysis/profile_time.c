/* profile_time.c - ticks become nanoseconds, less what the hooks took. */
#include "lib/analysis/profile_parts.h"

#include <inttypes.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

/* A call of a hook that takes a millisecond is no measurement. */
#define HOOK_LIMIT_PS UINT64_C(1000000000)
/* Where the hooks were measured but once, since the process did not end
 * cleanly, the cost counts as known to a tenth (the spread is twice that): two
 * measurements of one process mostly differ by less. */
#define SINGLE_SPREAD 10
/* A calibration shorter than this is worth a word. */
#define SYNC_SHORT_NS 20000

/* How many nanoseconds a tick is: NS / TICKS. */
struct scale {
	uint64_t ns, ticks;
};

static uint64_t saturate(wide value)
{
	return value > UINT64_MAX ? UINT64_MAX : (uint64_t)value;
}

static uint64_t to_ns(const struct scale *scale, uint64_t ticks)
{
	if (scale->ns == scale->ticks)
		return ticks;
	return saturate((wide)ticks * scale->ns / scale->ticks);
}

uint64_t profile_ns(const struct profile_scan *s, uint64_t ticks)
{
	const struct scale scale = { s->rate_ns, s->rate_ticks };

	return to_ns(&scale, ticks);
}

/* From 1 MHz to 100 GHz: anything else is not a clock. */
static bool is_rate(uint64_t ticks, uint64_t ns)
{
	return (wide)ticks * 1000 >= ns && ticks / 100 <= ns;
}

/* The rate of the time stamp counter, from the two readings of both clocks.
 * Without it times are unknown, and 0 is better than a wrong unit. */
static struct scale find_scale(struct profile_scan *s)
{
	const struct arena_sync *sync = s->profile->header.sync;
	const struct arena_sync *from = &s->profile->header.origin;
	struct scale scale = { 1, 1 };

	if (s->profile->header.ticks == ARENA_TICKS_NS)
		return scale;
	if (!from->mono_ns)
		from = &sync[0];
	scale.ns = sync[1].mono_ns - from->mono_ns;
	scale.ticks = sync[1].ticks - from->ticks;
	if (sync[1].mono_ns <= from->mono_ns || sync[1].ticks <= from->ticks ||
	    !is_rate(scale.ticks, scale.ns)) {
		profile_warn(s, "the clock was not calibrated before the "
				"process ended: all times are 0");
		return (struct scale){ 0, 1 };
	}
	if (scale.ns < SYNC_SHORT_NS)
		profile_warn(s,
			     "the clock was calibrated for %" PRIu64
			     " ns only: times may be off by percents",
			     scale.ns);
	return scale;
}

/* A handler's event inside a hook leaves its caller a time below 0 and some
 * relative too much: modulo 2^64 their sum is right. Take it off the callers,
 * so that sums stay exact and no time is negative. */
static void settle_negative(struct profile *p)
{
	for (size_t i = p->node_count; i-- > 0;) {
		struct profile_node *node = &p->nodes[i];

		if ((int64_t)node->self_ns >= 0)
			continue;
		if (node->parent != PROFILE_NONE)
			p->nodes[node->parent].self_ns += node->self_ns;
		node->self_ns = 0;
	}
}

/* Book the time between a live thread's last event and the end on the context
 * that was active. Only where the end was read on the threads' own clock: CPU
 * clocks are one a thread. */
static void add_pending(struct profile_scan *s)
{
	struct profile *p = s->profile;
	const struct arena_header *h = &p->header;
	size_t hint = 0;

	if (h->mode != ARENA_MODE_TRACE || h->clock != ARENA_CLOCK_WALL)
		return;
	for (size_t i = 0; i < p->thread_count; i++) {
		const struct arena_thread *t = &p->threads[i].record;
		uint64_t ticks = h->end_ticks - t->pending_ticks;
		uint32_t node;

		if (t->state != ARENA_THREAD_LIVE || !t->pending ||
		    !t->pending_ticks || h->end_ticks <= t->pending_ticks)
			continue;
		node = profile_find_node(s, t->pending, &hint);
		if (node == PROFILE_NONE || p->nodes[node].thread != i ||
		    ticks >= PROFILE_SUM_LIMIT)
			profile_warn(s,
				     "thread %" PRIu32 ": the context it was "
				     "in at the end is unknown",
				     t->serial);
		else
			p->nodes[node].self_ns += ticks;
	}
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* From start to end. A process that was killed left no end: then to the last
 * event of any thread, or at least as long as the busiest one was. */
static void find_wall(struct profile *p, const struct scale *scale,
		      const uint64_t *thread_ns)
{
	const struct arena_header *h = &p->header;
	const struct arena_sync *sync = h->sync;
	uint64_t wall = 0;

	if (sync[1].mono_ns > sync[0].mono_ns)
		wall = sync[1].mono_ns - sync[0].mono_ns;
	for (size_t i = 0; h->end == ARENA_END_NONE && i < p->thread_count;
	     i++) {
		const struct arena_thread *t = &p->threads[i].record;
		uint64_t ns = thread_ns[i] + t->unsampled_ns;

		if (h->clock == ARENA_CLOCK_WALL &&
		    t->start_ticks > sync[0].ticks)
			ns += to_ns(scale, t->start_ticks - sync[0].ticks);
		if (ns < PROFILE_SUM_LIMIT)
			wall = larger(wall, ns);
	}
	p->wall_ns = wall < PROFILE_SUM_LIMIT ? wall : 0;
}

static bool impossible_sum(struct profile_scan *s, const char *what)
{
	return error_set(s->err, ERROR_FORMAT,
			 "%s: its %s add up to more than is possible", s->name,
			 what);
}

/* Afterwards every sum over this profile's nodes fits. */
static bool check_sums(struct profile_scan *s)
{
	const struct profile *p = s->profile;
	wide ns = 0, calls = 0, samples = 0;

	for (size_t i = 0; i < p->node_count; i++) {
		ns += p->nodes[i].self_ns;
		calls += p->nodes[i].calls;
		samples += p->nodes[i].samples;
	}
	for (size_t i = 0; i < p->thread_count; i++)
		ns += (wide)p->threads[i].record.unsampled_ns +
		      p->threads[i].record.hook_ns;
	if (ns >= PROFILE_SUM_LIMIT)
		return impossible_sum(s, "times");
	if (calls >= PROFILE_SUM_LIMIT)
		return impossible_sum(s, "calls");
	return samples < PROFILE_SUM_LIMIT || impossible_sum(s, "samples");
}

static bool convert(struct profile_scan *s)
{
	struct profile *p = s->profile;
	const struct scale scale = find_scale(s);
	uint64_t *thread_ns =
		calloc(p->thread_count ? p->thread_count : 1, sizeof(uint64_t));

	if (!thread_ns)
		return profile_no_memory(s);
	s->rate_ns = scale.ns;
	s->rate_ticks = scale.ticks;
	for (size_t i = 0; i < p->node_count; i++) {
		struct profile_node *node = &p->nodes[i];

		node->self_ns = to_ns(&scale, node->self_ns);
		thread_ns[node->thread] += node->self_ns;
	}
	find_wall(p, &scale, thread_ns);
	free(thread_ns);
	for (size_t i = 0; i < p->thread_count; i++)
		p->left_out_ns +=
			smaller(to_ns(&scale, p->threads[i].record.brief_ticks),
				PROFILE_SUM_LIMIT - p->left_out_ns);
	return check_sums(s);
}

/* The cost of a pair of hooks: the cheaper of its two measurements, for what
 * disturbs one (another program on the processor's other half) only adds to it;
 * and how far apart they are. */
struct hook_cost {
	uint64_t inside_ps, outside_ps, spread_ps;
};

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static bool measure(struct profile_scan *s, struct hook_cost *cost)
{
	const struct arena_header *h = &s->profile->header;
	const uint64_t *in = h->hook_inside_ps, *out = h->hook_outside_ps;
	int i;

	*cost = (struct hook_cost){ 0 };
	if (in[0] > HOOK_LIMIT_PS || in[1] > HOOK_LIMIT_PS ||
	    out[0] > HOOK_LIMIT_PS || out[1] > HOOK_LIMIT_PS ||
	    h->hook_spread_ps > HOOK_LIMIT_PS)
		return profile_damage(s, ERROR_FORMAT, 0,
				      "impossible costs of the hooks");
	/* Inside is never free: 0 there says that there was no measurement. */
	i = !in[0] || (in[1] && in[1] + out[1] < in[0] + out[0]);
	cost->inside_ps = in[i];
	cost->outside_ps = out[i];
	cost->spread_ps = h->hook_spread_ps;
	if (in[0] && in[1])
		cost->spread_ps +=
			distance(in[0], in[1]) + distance(out[0], out[1]);
	else
		cost->spread_ps += 2 * (in[i] + out[i]) / SINGLE_SPREAD;
	return true;
}

/* A sum of counts that a hook has just been moving, in a process that was
 * killed there, may be below 0. */
static uint64_t not_negative(uint64_t sum)
{
	return (int64_t)sum < 0 ? 0 : sum;
}

/* Take the hooks' cost out of each node: INSIDE and OUTSIDE are the calls whose
 * cost lies in its time as their callee and as their caller. */
static void take_out(struct profile *p, const struct hook_cost *cost,
		     const uint64_t *inside, const uint64_t *outside)
{
	wide calls = 0;

	for (size_t i = 0; i < p->node_count; i++) {
		struct profile_node *node = &p->nodes[i];
		wide ps = (wide)not_negative(inside[i]) * cost->inside_ps +
			  (wide)not_negative(outside[i]) * cost->outside_ps;
		uint64_t ns = saturate((ps + 500) / 1000);

		if (ns > node->self_ns) {
			p->clamped++;
			ns = node->self_ns;
		}
		node->self_ns -= ns;
		p->overhead_ns += ns;
		calls += node->calls;
	}
	p->overhead_error_ns = saturate(calls * cost->spread_ps / 2000);
}

/* Time handed out to a thread's calls, to each the same, so that it adds up. */
struct share {
	uint64_t ns;	 /* to be handed out */
	uint64_t calls;	 /* of the thread */
	uint64_t done;	 /* calls that have theirs */
	uint64_t own_ns; /* time of the thread's own samples */
};

static uint64_t hand_out(struct share *share, uint64_t calls)
{
	wide before = (wide)share->ns * share->done / share->calls;

	share->done += calls;
	return (uint64_t)((wide)share->ns * share->done / share->calls -
			  before);
}

/* What of HOOK_NS, a thread's samples in hooks, hides work of the program,
 * whose own samples are OWN_NS. A processor goes on with the program's work
 * while it runs a hook's instructions, and a sample cannot tell: it shows what
 * retires. Where the program is most of what is seen, its work was waiting, and
 * the hooks ran in the gaps; where hooks are, they are the cost. So the
 * program's share in hooks is taken to be what it is outside of them. */
static uint64_t hidden(uint64_t hook_ns, uint64_t own_ns)
{
	if (!hook_ns)
		return 0;
	return (uint64_t)((wide)hook_ns * own_ns / ((wide)hook_ns + own_ns));
}

/* count: give what hooks hid to the callees of the calls (enter hooks) and to
 * their callers (exit hooks). The rest is overhead. All of a thread's samples
 * in hooks may be either, so that the larger part is the error's bound. */
static void split_hooks(struct profile *p, struct arena_thread *t,
			struct share *enter, struct share *exit)
{
	uint64_t given = hidden(t->hook_ns, enter->own_ns);
	uint64_t exit_ns = smaller(t->hook_exit_ns, t->hook_ns);

	if (t->hook_ns && exit->calls)
		exit->ns = (uint64_t)((wide)given * exit_ns / t->hook_ns);
	if (t->hook_ns && enter->calls)
		enter->ns = (uint64_t)((wide)given * (t->hook_ns - exit_ns) /
				       t->hook_ns);
	given = enter->ns + exit->ns;
	t->hook_ns -= given;
	p->overhead_ns += t->hook_ns;
	p->overhead_error_ns += larger(given, t->hook_ns);
}

static bool share_hooks(struct profile *p, const uint64_t *inside,
			const uint64_t *outside)
{
	struct share *shares = calloc(p->thread_count, 2 * sizeof(*shares));
	struct share *exits = shares + p->thread_count;

	if (!shares)
		return false;
	for (size_t i = 0; i < p->node_count; i++) {
		struct share *share = &shares[p->nodes[i].thread];

		share->calls += inside[i];
		share->own_ns += p->nodes[i].self_ns;
		exits[p->nodes[i].thread].calls += outside[i];
	}
	for (size_t i = 0; i < p->thread_count; i++)
		split_hooks(p, &p->threads[i].record, &shares[i], &exits[i]);
	for (size_t i = 0; i < p->node_count; i++) {
		struct profile_node *node = &p->nodes[i];

		if (inside[i])
			node->self_ns +=
				hand_out(&shares[node->thread], inside[i]);
		if (outside[i])
			node->self_ns +=
				hand_out(&exits[node->thread], outside[i]);
	}
	free(shares);
	return true;
}

/* A folded call is counted where it was made, and its time lies where it
 * entered: there lies its cost, too. */
static bool compensate(struct profile_scan *s)
{
	struct profile *p = s->profile;
	bool count = p->header.mode == ARENA_MODE_COUNT;
	struct hook_cost cost = { 0 };
	uint64_t *inside, *outside;
	bool ok = false;

	for (size_t i = 0; !count && i < p->thread_count; i++)
		p->overhead_ns += p->threads[i].record.hook_ns;
	if (p->header.mode == ARENA_MODE_SAMPLE || !p->node_count)
		return true;
	if (!count && !measure(s, &cost))
		return false;
	inside = calloc(p->node_count, sizeof(*inside));
	outside = calloc(p->node_count, sizeof(*outside));
	if (!inside || !outside) {
		profile_no_memory(s);
		goto out;
	}
	for (size_t i = 0; i < p->node_count; i++) {
		inside[s->targets[i]] += s->pairs[i];
		if (p->nodes[i].parent != PROFILE_NONE)
			outside[p->nodes[i].parent] += s->pairs[i];
	}
	if (count)
		ok = share_hooks(p, inside, outside) || profile_no_memory(s);
	else
		take_out(p, &cost, inside, outside);
	ok = ok || !count;
out:
	free(inside);
	free(outside);
	return ok;
}

bool profile_scan_times(struct profile_scan *s)
{
	settle_negative(s->profile);
	add_pending(s);
	return convert(s) && profile_scan_spreads(s) && compensate(s);
}
