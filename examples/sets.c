/* sets.c - the right container: searching, intersecting, removing, counting.
 *
 * The same work by a list, which looks at every element, and by a hash set, a
 * ring buffer or a dictionary, which do not.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"
#include "examples/common/memory.h"
#include "examples/common/random.h"
#include "examples/common/timing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct list {
	long *values;
	size_t length;
};

/* The numbers from START to STOP - 1. */
static struct list list_range(long start, long stop)
{
	size_t length = (size_t)(stop - start);
	struct list list = { memory_new(length, sizeof(long)), length };

	for (size_t i = 0; i < length; i++)
		list.values[i] = start + (long)i;
	return list;
}

static REAL_CALL bool list_contains(const struct list *list, long value)
{
	REAL_FRAME();
	for (size_t i = 0; i < list->length; i++)
		if (list->values[i] == value)
			return true;
	return false;
}

/* --- a set of numbers: open addressing, at most half full ----------------- */

struct set {
	long *values;
	bool *used;
	size_t mask; /* number of places - 1 */
};

/* The place where VALUE is or would be. The product spreads numbers that
 * follow each other, and its high bits depend on all of VALUE. */
static size_t set_place(const struct set *set, long value)
{
	uint64_t hash = (uint64_t)value * UINT64_C(0x9e3779b97f4a7c15);
	size_t place = (hash >> 32) & set->mask;

	while (set->used[place] && set->values[place] != value)
		place = (place + 1) & set->mask;
	return place;
}

static REAL_CALL void set_add(struct set *set, long value)
{
	size_t place = set_place(set, value);

	set->values[place] = value;
	set->used[place] = true;
}

static REAL_CALL bool set_contains(const struct set *set, long value)
{
	REAL_FRAME();
	return set->used[set_place(set, value)];
}

static REAL_CALL struct set set_of(const struct list *list)
{
	struct set set = { .mask = 7 };

	while (set.mask < 2 * list->length)
		set.mask = 2 * set.mask + 1;
	set.values = memory_new(set.mask + 1, sizeof(*set.values));
	set.used = memory_zeroed(set.mask + 1, sizeof(*set.used));
	for (size_t i = 0; i < list->length; i++)
		set_add(&set, list->values[i]);
	return set;
}

static void set_free(struct set *set)
{
	memory_free(set->values);
	memory_free(set->used);
}

/* --- searching ------------------------------------------------------------ */

struct search {
	struct list list;
	struct set set;
	uint64_t searches;
};

/* Half of what is searched for is there, in the far half of the list. */
static long wanted(const struct search *s, uint64_t i)
{
	return (long)(s->list.length / 2 + i * s->list.length / s->searches);
}

static REAL_CALL double search_list(const void *context)
{
	const struct search *s = context;
	size_t found = 0;

	for (uint64_t i = 0; i < s->searches; i++)
		found += list_contains(&s->list, wanted(s, i));
	return (double)found;
}

static REAL_CALL double search_set(const void *context)
{
	const struct search *s = context;
	size_t found = 0;

	for (uint64_t i = 0; i < s->searches; i++)
		found += set_contains(&s->set, wanted(s, i));
	return (double)found;
}

/* What the set costs where there is only the list: worth it for many searches,
 * not for one. */
static REAL_CALL double search_set_convert(const void *context)
{
	const struct search *s = context;
	struct set set = set_of(&s->list);
	size_t found = 0;

	for (uint64_t i = 0; i < s->searches; i++)
		found += set_contains(&set, wanted(s, i));
	set_free(&set);
	return (double)found;
}

static void compare_searches(uint64_t length, uint64_t searches,
			     struct timings *timings)
{
	struct search s = { list_range(0, (long)length), { 0 }, searches };

	s.set = set_of(&s.list);
	printf("search_list(%ju): %.0f found\n", (uintmax_t)length,
	       timings_run(timings, search_list, &s, "search_list(%ju)",
			   (uintmax_t)length));
	printf("search_set(%ju): %.0f found\n", (uintmax_t)length,
	       timings_run(timings, search_set, &s, "search_set(%ju)",
			   (uintmax_t)length));
	printf("search_set_convert(%ju): %.0f found\n", (uintmax_t)length,
	       timings_run(timings, search_set_convert, &s,
			   "search_set_convert(%ju)", (uintmax_t)length));
	set_free(&s.set);
	memory_free(s.list.values);
}

/* --- intersection --------------------------------------------------------- */

struct pair {
	struct list a, b;
	struct list *common; /* room for all of a */
};

static REAL_CALL double intersect_list(const void *context)
{
	const struct pair *p = context;
	struct list *common = p->common;

	common->length = 0;
	for (size_t i = 0; i < p->a.length; i++)
		if (list_contains(&p->b, p->a.values[i]))
			common->values[common->length++] = p->a.values[i];
	return (double)common->length;
}

static REAL_CALL double intersect_set(const void *context)
{
	const struct pair *p = context;
	struct list *common = p->common;
	struct set set = set_of(&p->b);

	common->length = 0;
	for (size_t i = 0; i < p->a.length; i++)
		if (set_contains(&set, p->a.values[i]))
			common->values[common->length++] = p->a.values[i];
	set_free(&set);
	return (double)common->length;
}

/* The numbers below N, and those from N - 3 to 2 N: three in common. */
static void compare_intersections(uint64_t n, struct timings *timings)
{
	double (*const run[])(const void *) = { intersect_list, intersect_set };
	const char *const names[] = { "intersect_list", "intersect_set" };
	struct list common = list_range(0, (long)n);
	struct pair p = { list_range(0, (long)n),
			  list_range((long)n - 3, 2 * (long)n), &common };

	for (int i = 0; i < 2; i++) {
		timings_run(timings, run[i], &p, "%s", names[i]);
		printf("%s:", names[i]);
		for (size_t j = 0; j < common.length; j++)
			printf(" %ld", common.values[j]);
		putchar('\n');
	}
	memory_free(p.a.values);
	memory_free(p.b.values);
	memory_free(common.values);
}

/* --- removing: a list, and a ring buffer ---------------------------------- */

struct deque {
	long *values;
	size_t first, length, mask; /* number of places - 1 */
};

static REAL_CALL long deque_pop_first(struct deque *d)
{
	long value = d->values[d->first];

	d->first = (d->first + 1) & d->mask;
	d->length--;
	return value;
}

/* Move the first COUNT elements behind the last, one at a time. */
static REAL_CALL void deque_rotate_left(struct deque *d, size_t count)
{
	while (count-- > 0) {
		d->values[(d->first + d->length) & d->mask] =
			d->values[d->first];
		d->first = (d->first + 1) & d->mask;
	}
}

/* Move the last COUNT elements before the first. */
static REAL_CALL void deque_rotate_right(struct deque *d, size_t count)
{
	while (count-- > 0) {
		d->first = (d->first - 1) & d->mask;
		d->values[d->first] =
			d->values[(d->first + d->length) & d->mask];
	}
}

static REAL_CALL long list_remove(struct list *list, size_t i)
{
	long value = list->values[i];

	list->length--;
	memmove(list->values + i, list->values + i + 1,
		(list->length - i) * sizeof(*list->values));
	return value;
}

struct removal {
	uint64_t length, count;
	bool middle;	/* remove in the middle */
	uint64_t place; /* or else here */
};

/* At most the last but one, as long as there are two. */
static size_t removal_place(const struct removal *r, size_t length)
{
	if (r->middle || r->place >= length)
		return length / 2;
	return r->place;
}

/* Both remove COUNT elements, one after the other; the sum of those removed,
 * each weighted by when. */
static REAL_CALL double remove_from_list(const void *context)
{
	const struct removal *r = context;
	struct list list = list_range(0, (long)r->length);
	double sum = 0;

	for (uint64_t i = 0; i < r->count; i++) {
		size_t place = removal_place(r, list.length);

		sum += (double)((long)i * list_remove(&list, place));
	}
	memory_free(list.values);
	return sum;
}

static REAL_CALL double remove_from_deque(const void *context)
{
	const struct removal *r = context;
	struct deque d = { .length = r->length, .mask = 1 };
	double sum = 0;

	/* A free place at least, for what is rotated. */
	while (d.mask < d.length)
		d.mask = 2 * d.mask + 1;
	d.values = memory_new(d.mask + 1, sizeof(*d.values));
	for (size_t i = 0; i < d.length; i++)
		d.values[i] = (long)i;
	for (uint64_t i = 0; i < r->count; i++) {
		size_t place = removal_place(r, d.length);

		deque_rotate_left(&d, place);
		sum += (double)((long)i * deque_pop_first(&d));
		deque_rotate_right(&d, place);
	}
	memory_free(d.values);
	return sum;
}

static void compare_removals(uint64_t length, struct timings *timings)
{
	const struct removal half = { length, length / 2, true, 0 };

	printf("remove_from_list: %.0f\n",
	       timings_run(timings, remove_from_list, &half,
			   "remove_from_list"));
	printf("remove_from_deque: %.0f\n",
	       timings_run(timings, remove_from_deque, &half,
			   "remove_from_deque"));
}

/* Both remove the 20th element 50 times, from longer and longer lists. The
 * list moves what follows, all in one go; the deque what comes before, twice,
 * one at a time: 19 elements however long it is. Filling either is part of it.
 * The last that the program prints is how many times as long the list took. */
static void sweep_removals(uint64_t longest, struct timings *timings)
{
	struct removal r = { .length = 100, .count = 50, .place = 19 };
	size_t first = timings->count;

	for (; r.length <= longest; r.length *= 10)
		for (int i = 0; i < 2; i++) {
			const char *name =
				i ? "remove_from_deque" : "remove_from_list";

			printf("%s(%ju): %.0f\n", name, (uintmax_t)r.length,
			       timings_run(timings,
					   i ? remove_from_deque
					     : remove_from_list,
					   &r, "%s(%ju)", name,
					   (uintmax_t)r.length));
		}
	printf("\n%-12s %12s %12s %9s\n", "Length", "List", "Deque", "Ratio");
	r.length = 100;
	for (size_t i = first; i < timings->count; i += 2) {
		double list_s = timings->rows[i].min_s;
		double deque_s = timings->rows[i + 1].min_s;

		printf("%-12ju %12.6f %12.6f %9.2f\n", (uintmax_t)r.length,
		       list_s, deque_s, list_s / fmax(deque_s, 1e-9));
		r.length *= 10;
	}
}

/* --- dictionaries --------------------------------------------------------- */

enum { MEMBERS = 8 };

/* What a key counts, or groups: a program needs one of the two. */
struct entry {
	const char *key; /* NULL: free */
	long count;
	long members[MEMBERS];
};

struct dict {
	struct entry *entries;
	size_t mask, used;
};

static size_t dict_place(const struct dict *d, const char *key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t place;

	for (const char *c = key; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	place = hash & d->mask;
	while (d->entries[place].key && strcmp(d->entries[place].key, key))
		place = (place + 1) & d->mask;
	return place;
}

static void dict_double(struct dict *d)
{
	struct dict bigger = { .mask = 2 * d->mask + 1, .used = d->used };

	bigger.entries =
		memory_zeroed(bigger.mask + 1, sizeof(*bigger.entries));
	for (size_t i = 0; i <= d->mask; i++) {
		const struct entry *e = &d->entries[i];

		if (e->key)
			bigger.entries[dict_place(&bigger, e->key)] = *e;
	}
	memory_free(d->entries);
	*d = bigger;
}

static struct dict dict_new(void)
{
	return (struct dict){ memory_zeroed(8, sizeof(struct entry)), 7, 0 };
}

/* The entry of KEY, or NULL. */
static REAL_CALL struct entry *dict_find(const struct dict *d, const char *key)
{
	struct entry *e = &d->entries[dict_place(d, key)];

	REAL_FRAME();
	return e->key ? e : NULL;
}

/* Add KEY, which is not there yet, with a count of 0. */
static REAL_CALL struct entry *dict_add(struct dict *d, const char *key)
{
	struct entry *e;

	if (3 * (d->used + 1) > 2 * (d->mask + 1))
		dict_double(d);
	d->used++;
	e = &d->entries[dict_place(d, key)];
	e->key = key;
	return e;
}

/* The entry of KEY, added where missing: what a default dictionary does. */
static REAL_CALL struct entry *dict_get(struct dict *d, const char *key)
{
	struct entry *e = dict_find(d, key);

	if (!e)
		e = dict_add(d, key);
	REAL_FRAME();
	return e;
}

/* Count KEY, and add VALUE to its group while there is room. Look KEY up to see
 * whether it is there, and again to use it. */
static REAL_CALL void standard_dict_add(struct dict *d, const char *key,
					long value)
{
	struct entry *e;

	if (!dict_find(d, key))
		dict_add(d, key);
	e = dict_find(d, key);
	if (e->count < MEMBERS)
		e->members[e->count] = value;
	e->count++;
}

static REAL_CALL void default_dict_add(struct dict *d, const char *key,
				       long value)
{
	struct entry *e = dict_get(d, key);

	if (e->count < MEMBERS)
		e->members[e->count] = value;
	e->count++;
}

struct words {
	const char *const *keys;
	size_t count;
	struct dict *result; /* NULL: not wanted */
};

static double finish_dict(struct dict *d, const struct words *w)
{
	double distinct = (double)d->used;

	if (w->result)
		*w->result = *d;
	else
		memory_free(d->entries);
	return distinct;
}

/* Both count and number the words, and return how many differ. */
static REAL_CALL double standard_dict(const void *context)
{
	const struct words *w = context;
	struct dict d = dict_new();

	for (size_t i = 0; i < w->count; i++)
		standard_dict_add(&d, w->keys[i], (long)i + 1);
	return finish_dict(&d, w);
}

static REAL_CALL double default_dict(const void *context)
{
	const struct words *w = context;
	struct dict d = dict_new();

	for (size_t i = 0; i < w->count; i++)
		default_dict_add(&d, w->keys[i], (long)i + 1);
	return finish_dict(&d, w);
}

static void print_group(const struct dict *d, const char *key)
{
	const struct entry *e = dict_find(d, key);

	printf(" %s %ld (", key, e->count);
	for (long i = 0; i < e->count && i < MEMBERS; i++)
		printf("%s%ld", i ? " " : "", e->members[i]);
	putchar(')');
}

static void count_and_group(const char *name, double (*run)(const void *))
{
	static const char *const letters[] = { "m", "i", "s", "s", "i", "s",
					       "s", "i", "p", "p", "i" };
	static const char *const colours[] = { "yellow", "blue", "yellow",
					       "blue", "red" };
	struct dict d;
	struct words mississippi = { letters, 11, &d };
	struct words pairs = { colours, 5, &d };

	run(&mississippi);
	printf("%s:", name);
	for (int i = 0; i < 26; i++) {
		const char key[] = { (char)('a' + i), '\0' };

		if (dict_find(&d, key))
			printf(" %s %ld", key, dict_find(&d, key)->count);
	}
	memory_free(d.entries);
	run(&pairs);
	putchar(';');
	print_group(&d, "blue");
	print_group(&d, "red");
	print_group(&d, "yellow");
	putchar('\n');
	memory_free(d.entries);
}

static void compare_dicts(uint64_t count, uint64_t seed,
			  struct timings *timings)
{
	static char alphabet[26][2];
	struct random_stream r = random_seeded(seed);
	const char **keys = memory_new(count, sizeof(*keys));
	struct words text = { keys, count, NULL };

	for (int i = 0; i < 26; i++)
		alphabet[i][0] = (char)('a' + i);
	for (uint64_t i = 0; i < count; i++)
		keys[i] = alphabet[random_below(&r, 26)];
	count_and_group("standard_dict", standard_dict);
	count_and_group("default_dict", default_dict);
	printf("standard_dict: %.0f different letters\n",
	       timings_run(timings, standard_dict, &text, "standard_dict"));
	printf("default_dict: %.0f different letters\n",
	       timings_run(timings, default_dict, &text, "default_dict"));
	memory_free(keys);
}

int main(int argc, char **argv)
{
	uint64_t longest = 1000000, searches = 10, intersect = 3000;
	uint64_t remove = 2000, letters = 1000000, seed = 1;
	struct timings timings = { .repeat = 1 };
	bool sweep = false;
	const struct arg args[] = {
		{ "--length", "COUNT", .count = &longest, .min = 10, .max = 1e8,
		  .help = "search 10, 100... elements, up to so many" },
		{ "--searches", "COUNT", .count = &searches, .min = 1,
		  .max = 1e6, .help = "searches in each" },
		{ "--intersect", "COUNT", .count = &intersect, .min = 3,
		  .max = 1e6, .help = "elements to intersect" },
		{ "--remove", "COUNT", .count = &remove, .min = 1, .max = 1e6,
		  .help = "elements to remove half of" },
		{ "--sweep", .flag = &sweep,
		  .help = "only remove near the front of 100, 1000... elements "
			  "up to --length; list against deque" },
		{ "--letters", "COUNT", .count = &letters, .min = 1, .max = 1e8,
		  .help = "random letters to count" },
		{ "--seed", "SEED", .count = &seed, .max = 1e15,
		  .help = "for the random letters" },
		TIMINGS_ARGS(timings),
	};

	ARGS_PARSE(argc, argv, "Lists against sets, deques, dictionaries.\n",
		   args);
	if (sweep && longest < 100)
		args_fail("--sweep takes a --length of 100 at least");
	if (sweep) {
		sweep_removals(longest, &timings);
		timings_table(&timings);
		return 0;
	}
	for (uint64_t n = 10; n <= longest; n *= 10)
		compare_searches(n, searches, &timings);
	compare_intersections(intersect, &timings);
	compare_removals(remove, &timings);
	compare_dicts(letters, seed, &timings);
	timings_table(&timings);
	return 0;
}
