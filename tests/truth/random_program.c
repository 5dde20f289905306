/* What the programs of random_program.awk share: it is not compiled by itself.
 *
 * No function that counts is instrumented, so that none of them is counted.
 */
OFF static void note(int from, int to, int depth)
{
	if (hidden[to]) {
		path[depth] = ALL;
		__atomic_fetch_add(&left_out, 1, __ATOMIC_RELAXED);
		return;
	}
	path[depth] = to;
	/* What a hidden function calls is called by who called that. */
	if (from != OUTSIDE && hidden[from]) {
		int caller = depth - 1;

		while (caller >= 0 && path[caller] == ALL)
			caller--;
		from = caller >= 0 ? path[caller] : OUTSIDE;
	}
	__atomic_fetch_add(&edges[from][to], 1, __ATOMIC_RELAXED);
	if (!memchr(path, to, depth))
		__atomic_fetch_add(&primitive[to], 1, __ATOMIC_RELAXED);
}

OFF static unsigned next(void)
{
	chance ^= chance << 13;
	chance ^= chance >> 17;
	chance ^= chance << 5;
	return chance;
}

OFF __attribute__((noinline)) static unsigned use(void *memory, unsigned x)
{
	*(volatile char *)memory = x;
	return *(volatile char *)memory;
}

static int compare(const void *a, const void *b)
{
	note(SORTED, COMPARE, sorter_depth + 1);
	return *(const unsigned *)a < *(const unsigned *)b ? -1 : 1;
}

static unsigned sorted(int from, int depth, unsigned n)
{
	unsigned values[8];

	note(from, SORTED, depth + 1);
	for (unsigned i = 0; i < n; i++)
		values[i] = next();
	sorter_depth = depth + 1;
	qsort(values, n, sizeof(values[0]), compare);
	return n ? values[0] : 0;
}

/* The random functions come here. */
static void *work(void *arg)
{
	unsigned r = 0;

	note(OUTSIDE, WORK, 0);
	chance += (unsigned)(size_t)arg * 1000;
	fuel = FUEL;
	while (fuel > 0)
		r += table[next() % N](WORK, 1, next());
	return (void *)(size_t)r;
}

/* Hide the functions in LIST, which has a comma before and after each. */
OFF static void hide(const char *list)
{
	for (int i = 0; i < OUTSIDE; i++) {
		char name[32];

		snprintf(name, sizeof(name), ",%s,", names[i]);
		hidden[i] = strstr(list, name) != NULL;
	}
}

OFF static void print(const char *path_of_counts)
{
	FILE *f = fopen(path_of_counts, "w");

	printf("# left out %lu\nob=random\nfl=random.c\n", left_out);
	for (int from = 0; from < ALL; from++) {
		if (from == OUTSIDE)
			printf("ob=[outside]\nfl=outside\nfn=outside\n");
		else
			printf("fn=%s\n", names[from]);
		for (int to = 0; to < OUTSIDE; to++)
			if (edges[from][to])
				printf("cob=random\ncfi=random.c\ncfn=%s\n"
				       "calls=%lu 0\n0 0\n",
				       names[to], edges[from][to]);
	}
	for (int to = 0; to < OUTSIDE; to++) {
		unsigned long n = 0;

		for (int from = 0; from < ALL; from++)
			n += edges[from][to];
		if (n)
			fprintf(f, "%s\t%lu\t%lu\n", names[to], n,
				primitive[to]);
	}
	fclose(f);
}

int main(int argc, char **argv)
{
	pthread_t t[THREADS + 1];

	if (argc > 2)
		hide(argv[2]);
	note(OUTSIDE, MAIN, 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, work, (void *)(i + 1));
	while (fuel > 0)
		next(), table[next() % N](MAIN, 1, next());
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	if (argc > 1)
		print(argv[1]);
	return 0;
}
