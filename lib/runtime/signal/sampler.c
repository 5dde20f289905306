#include "lib/runtime/signal/sampler.h"

#include "lib/runtime/signal/cover.h"
#include "lib/runtime/signal/hooks.h"
#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/perf.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/unwind.h"

#include <errno.h>
#include <string.h>
#include <ucontext.h>

static uint64_t period_ns(void)
{
	return UINT64_C(1000000000) / rt.config.hz;
}

static uint64_t cpu_clock_ns(const struct rt_thread *t)
{
	return raw_clock_ns(thread_cpu_clock(t->tid));
}

void sampler_begin(struct rt_thread *t, bool from_start)
{
	bool wall = rt.config.clock == ARENA_CLOCK_WALL;

	t->last_clock_ns = from_start && !wall ? 0 : cpu_clock_ns(t);
	if (!wall)
		return;
	t->last_wall_ns = raw_clock_ns(CLOCK_MONOTONIC);
	t->waited_ns = 0;
	t->wait_due_ns = sampler_random(t) % period_ns();
}

/* xorshift32 (Marsaglia, "Xorshift RNGs", 2003). */
uint32_t sampler_random(struct rt_thread *t)
{
	uint32_t x = t->random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return t->random = x;
}

uint64_t sampler_next_due(struct rt_thread *t)
{
	t->due_ns += period_ns() / 2 + sampler_random(t) % (period_ns() + 1);
	if (t->due_ns <= t->last_clock_ns)
		t->due_ns = t->last_clock_ns + 1;
	return t->due_ns;
}

uint64_t sampler_first_due(struct rt_thread *t)
{
	uint64_t left = t->left_ns;

	t->left_ns = 0;
	if (!left)
		left = 1 + sampler_random(t) % period_ns();
	t->due_ns = t->last_clock_ns + left;
	return t->due_ns;
}

/* A clock that went backwards (no Linux clock of ours does) counts as 0 and as
 * a loss. */
static uint64_t since(uint64_t *last, uint64_t now)
{
	uint64_t moved = now - *last;

	*last = now;
	if ((int64_t)moved >= 0)
		return moved;
	arena_lose(ARENA_LOSS_CLOCK);
	return 0;
}

/* What the clock moved since the last sample; in *OFF what of that the thread
 * did not run. */
static uint64_t weigh(struct rt_thread *t, uint64_t *off)
{
	uint64_t ran, passed;

	*off = 0;
	if (rt.config.events)
		return perf_weight(t);
	ran = since(&t->last_clock_ns, cpu_clock_ns(t));
	if (rt.config.clock != ARENA_CLOCK_WALL)
		return ran;
	passed = since(&t->last_wall_ns, raw_clock_ns(CLOCK_MONOTONIC));
	if (passed > ran)
		*off = passed - ran;
	return passed;
}

/* The node of T's stack, outermost frame first, from the frames on that have
 * theirs. Frames for which the arena has no room are left out at the inner end.
 */
static RT_APART struct arena_node *find_context(
	struct rt_thread *t, const struct unwind_stack *stack)
{
	struct arena_node *node = t->tree.root;
	size_t i = stack->known;

	while (i < stack->count && !stack->frame[i].node)
		i++;
	if (i < stack->count)
		node = cct_at(stack->frame[i].node);
	while (i--) {
		struct unwind_frame *frame = &stack->frame[i];
		uint64_t key = modules_tag(unwind_address(frame));
		struct arena_node *child = cct_at(node->last);

		if (!node->last || child->fn != key || child->site)
			child = cct_child(&t->tree, node, key, 0, false);
		if (!child)
			break;
		frame->node = arena_position(child);
		node = child;
	}
	return node;
}

/* Walk the stack and find its context, counting what is to be known of it. */
static struct arena_node *walk(struct rt_thread *t, void *uc)
{
	struct unwind_stack *stack = unwind_room(t);

	unwind_stack(t, uc, stack);
	if (stack->cut != ARENA_CUT_COUNT) {
		t->tree.record->cut_samples++;
		__atomic_fetch_add(&arena_head()->cuts[stack->cut], 1,
				   __ATOMIC_RELAXED);
	}
	if (stack->guessed)
		arena_lose(ARENA_LOSS_GUESS);
	return find_context(t, stack);
}

/* Where a sample landed. */
enum place { PLACE_PROGRAM, PLACE_ENTER, PLACE_EXIT, PLACE_COUNTER };

/* Where the stub at PC of a program's procedure linkage table leads, 0 where
 * there is none: "jmp *DISPLACEMENT(%rip)", after an endbr64 or none (x86-64
 * psABI, "Procedure Linkage Table"). In an object's code, which can be read;
 * the slot is what the program itself reads next. */
static RT_APART uintptr_t stub_target(uintptr_t pc)
{
#if defined(__x86_64__)
	static const uint8_t endbr64[4] = { 0xf3, 0x0f, 0x1e, 0xfa };
	const uint8_t *code = (const uint8_t *)pc;
	int32_t displacement;
	struct module_image image;
	uintptr_t slot;

	if ((pc & (ARENA_PAGE - 1)) > ARENA_PAGE - 16 ||
	    !modules_find(pc, &image))
		return 0;
	if (!memcmp(code, endbr64, sizeof(endbr64)))
		code += sizeof(endbr64);
	if (*code == 0xf2) /* bnd */
		code++;
	if (code[0] != 0xff || code[1] != 0x25)
		return 0;
	memcpy(&displacement, code + 2, sizeof(displacement));
	slot = (uintptr_t)(code + 6) + (uintptr_t)(intptr_t)displacement;
	return slot % sizeof(uintptr_t) ? 0 : *(const uintptr_t *)slot;
#else
	(void)pc;
	return 0;
#endif
}

/* Whether a hook of T's was interrupted at PC, on the way to it, or the counter
 * of blocks. That is linked from libprof.a only where it is called. A hook that
 * is busy may just be moving the shadow stack, unless a handler of the
 * program's is in it. */
#pragma weak cover_is_stub
static enum place find_place(const struct rt_thread *t, uintptr_t pc)
{
	if (hooks_exit_at(pc))
		return PLACE_EXIT;
	if (hooks_enter_at(pc) || (thread_in_hook(t) && !t->nest))
		return PLACE_ENTER;
	if (cover_is_stub && cover_is_stub(pc))
		return PLACE_COUNTER;
	if (rt.config.mode == ARENA_MODE_COUNT) {
		uintptr_t target = stub_target(pc);

		if (hooks_enter_at(target))
			return PLACE_ENTER;
		if (hooks_exit_at(target))
			return PLACE_EXIT;
	}
	return PLACE_PROGRAM;
}

/* The context that T is in, interrupted at PC in no hook. The beginning of a
 * function, up to its enter hook, is the function's: the element above the top
 * still knows the call before, most often one of the same function. */
static struct arena_node *counted_node(const struct rt_thread *t, uintptr_t pc)
{
	const struct rt_frame *top = thread_top(t), *left = top + 1;

	if (pc >= left->fn && pc < left->hook && left->hook - left->fn < 256)
		return left->node;
	return top->node;
}

/* Time of a thread that ended before T began, which T's first sample stands for
 * as well. */
static uint64_t owed(struct rt_thread *t)
{
	uint64_t weight = t->owed_ns;

	if (!weight)
		return 0;
	t->owed_ns = 0;
	__atomic_fetch_sub(&t->owed_record->unsampled_ns, weight,
			   __ATOMIC_RELAXED);
	return weight;
}

/* WEIGHT of a sample is known to within itself: the more they differ, the less
 * their number tells. But a long WAIT in it was measured: it would always have
 * been sampled. */
static void add_square(struct arena_thread *record, uint64_t weight,
		       uint64_t wait)
{
	uint64_t square;

	if (wait && wait >= period_ns())
		weight -= wait;
	weight /= ARENA_WEIGHT_UNIT;
	if (__builtin_mul_overflow(weight, weight, &square) ||
	    __builtin_add_overflow(record->weight_squares, square, &square))
		square = UINT64_MAX;
	record->weight_squares = square;
}

/* Book WEIGHT to where T stands. */
static void book(struct rt_thread *t, void *uc, uint64_t weight)
{
	struct arena_thread *record = t->tree.record;
	uintptr_t pc = unwind_interrupted_pc(uc);
	struct arena_node *node;
	enum place place;

	record->samples++;
	place = find_place(t, pc);
	if (place != PLACE_PROGRAM) {
		record->hook_samples++;
		record->hook_ns += weight;
		if (place == PLACE_EXIT)
			record->hook_exit_ns += weight;
		return;
	}
	if (rt.config.mode == ARENA_MODE_COUNT)
		node = counted_node(t, pc);
	else
		node = walk(t, uc);
	if (node->samples != UINT32_MAX)
		node->samples++;
	node->self += weight;
}

/* What the sample that is taken now stands for. */
static RT_APART uint64_t weigh_sample(struct rt_thread *t)
{
	uint64_t off, weight = weigh(t, &off) + owed(t);

	/* The trap of a wait may have come as one with the sample's. Where no
	 * trap tells of waits, they were anywhere before. */
	add_square(t->tree.record, weight, t->wait_page ? off : 0);
	return weight;
}

void sampler_take(ucontext_t *uc, unsigned overruns)
{
	int saved_errno = errno;
	struct rt_thread *t = NULL;

	if (!thread_guard())
		t = thread_ready();
	if (t) {
		thread_hold();
		t->tree.record->overruns += overruns;
		book(t, uc, weigh_sample(t));
		thread_go();
	} else {
		/* Its time goes with the next sample of this thread. */
		arena_lose(ARENA_LOSS_LATE);
	}
	errno = saved_errno;
}

/* What the wall clock has moved since the last sample, and the CPU clock has
 * not. */
static uint64_t off_cpu(const struct rt_thread *t)
{
	uint64_t ran = cpu_clock_ns(t) - t->last_clock_ns;
	uint64_t passed = raw_clock_ns(CLOCK_MONOTONIC) - t->last_wall_ns;

	return (int64_t)(passed - ran) > 0 ? passed - ran : 0;
}

/* The wait that has just ended. The CPU time is left to the next sample of the
 * running thread. */
static RT_APART uint64_t last_wait(struct rt_thread *t)
{
	uint64_t off = off_cpu(t), stray = t->stray_ns;

	t->stray_ns = 0;
	if (off < stray)
		return 0;
	t->last_wall_ns += off - stray;
	return off - stray;
}

void sampler_wait_begins(struct rt_thread *t)
{
	t->stray_ns = off_cpu(t);
}

void sampler_waited(struct rt_thread *t, ucontext_t *uc)
{
	int saved_errno = errno;
	uint64_t wait;

	if (thread_guard() || !thread_ready()) {
		/* The time goes with the next sample. */
		errno = saved_errno;
		return;
	}
	thread_hold();
	wait = last_wait(t);
	t->waited_ns += wait;
	if (t->waited_ns >= t->wait_due_ns) {
		add_square(t->tree.record, t->waited_ns, wait);
		book(t, uc, t->waited_ns);
		t->waited_ns = 0;
		t->wait_due_ns =
			period_ns() / 2 + sampler_random(t) % (period_ns() + 1);
	}
	thread_go();
	errno = saved_errno;
}

uint64_t sampler_settle(struct rt_thread *t)
{
	uint64_t weight, off;

	if (rt.config.mode == ARENA_MODE_TRACE || rt.config.events)
		return 0;
	weight = weigh(t, &off) + t->waited_ns;
	t->waited_ns = 0;
	if (t->tree.record)
		__atomic_fetch_add(&t->tree.record->unsampled_ns, weight,
				   __ATOMIC_RELAXED);
	else
		t->unsampled_ns += weight;
	return weight;
}
