/* export_random_test.c - callgrind files of random trees, read by the strict
 * reader, with names that no format likes.
 */
#include "tests/tap.h"
#include "tests/unit/random_profile.h"
#include "tools/prof/export/exporter.h"

#define RUNS	  40
#define LONG_NAME 12000

static const char *hostile[FUNCTIONS] = {
	"with\nnewline",
	"\x01\x02\x1b[31mred\x7f",
	"(1) looks like a number",
	"",
	"   ",
	"same",
	"same",
	"same",
	"tab\tand blank ",
	"caf\xc3\xa9\xff\xfe",
	"fn=(3) x",
	NULL, /* a template of 12 kB */
};

static void hostile_names(void)
{
	static char template[LONG_NAME + 1];

	for (size_t i = 0; i + 8 <= LONG_NAME; i += 8)
		memcpy(template + i, "a::b<c, ", 8);
	hostile[FUNCTIONS - 1] = template;
	for (unsigned f = 0; f < FUNCTIONS; f++)
		functions[f].name = hostile[f];
	/* Statics of one name: in one file, and in two of one base name. */
	functions[5].file = "/src/one/same.c";
	functions[6].file = "/src/one/same.c";
	functions[7].file = "/src/two/same.c";
	functions[8].file = "/src/\nbad\x1b.c";
	functions[9].module = "/bin/\tfake";
	functions[10].module = "/other/fake";
	functions[10].file = NULL;
}

/* One set of options, and what became of the files. */
struct form {
	struct export_options export;
	bool inlines, parts;
	const char *name;
};

static FILE *one_stream(struct export_parts *self, struct error *err)
{
	static FILE *stream;

	(void)err;
	if (self)
		return stream;
	stream = tmpfile();
	return stream;
}

/* The sums of the "totals:" lines in F, of the first and the last event. */
static void read_totals(FILE *f, uint64_t *ns, uint64_t *last)
{
	char *line = NULL, *blank;
	size_t size = 0;

	rewind(f);
	*ns = *last = 0;
	while (getline(&line, &size, f) > 0) {
		if (strncmp(line, "totals: ", 8) != 0)
			continue;
		*ns += strtoull(line + 8, NULL, 10);
		blank = strrchr(line, ' ');
		*last += strtoull(blank + 1, NULL, 10);
	}
	free(line);
}

/* Exit status of the strict reader on F. */
static int strict(FILE *f, const char *reader)
{
	char command[5000];

	rewind(f);
	fflush(f);
	snprintf(command, sizeof(command),
		 "said=$(ASAN_OPTIONS=detect_leaks=0 %s - <&%d) || "
		 "{ echo \"$said\"; exit 1; }",
		 reader, fileno(f));
	return system(command);
}

static bool judge(const struct model *m, const struct form *form,
		  const char *reader)
{
	const struct exporter *e = exporter_find("callgrind");
	struct export_parts parts = { one_stream };
	struct error err = { 0 };
	FILE *f = one_stream(NULL, NULL);
	uint64_t ns, last, want = m->exact_calls ? m->calls : m->total.samples;
	bool ok;

	if (form->parts)
		ok = e->write_parts(m, &form->export, &parts, &err);
	else
		ok = e->write(m, &form->export, f, &err);
	read_totals(f, &ns, &last);
	if (ns != m->total.ns || last != want)
		printf("# totals %" PRIu64 " %" PRIu64 ", want %" PRIu64
		       " %" PRIu64 "\n",
		       ns, last, m->total.ns, want);
	ok = ok && ns == m->total.ns && last == want;
	ok = strict(f, reader) == 0 && ok;
	fclose(f);
	return ok;
}

static void random_files(enum arena_mode mode, const struct form *form,
			 const char *reader)
{
	size_t good = 0;

	for (unsigned run = 0; run < RUNS; run++) {
		struct profile *p[2];
		struct model *m;

		srandom(run + 1);
		synthetic_count = 0;
		p[0] = random_profile(mode, 100);
		p[1] = random_profile(mode, 200);
		m = build(p, 1 + run % 2, form->inlines);
		good += judge(m, form, reader);
		free_all(m, p, 2);
	}
	IS_U64(good, RUNS, form->name);
}

/* Two processes that were recorded by different clocks: two columns. */
static void two_clocks(const char *reader)
{
	static const struct export_options options;
	struct profile *p[2];
	struct error err;
	struct model *m;
	char *line = NULL, want[100];
	size_t size = 0;
	FILE *f = one_stream(NULL, NULL);

	srandom(1);
	synthetic_count = 0;
	p[0] = random_profile(ARENA_MODE_SAMPLE, 100);
	p[1] = random_profile(ARENA_MODE_SAMPLE, 200);
	p[1]->header.clock = ARENA_CLOCK_INSTRUCTIONS;
	m = build(p, 2, false);
	OK(exporter_find("callgrind")->write(m, &options, f, &err),
	   "time and instructions are written");
	OK(strict(f, reader) == 0, "and no rule is broken");
	rewind(f);
	while (getline(&line, &size, f) > 0 && strncmp(line, "events", 6) != 0)
		;
	IS_STR(line, "events: ns instructions samples\n", "as two columns");
	while (getline(&line, &size, f) > 0 && strncmp(line, "totals", 6) != 0)
		;
	snprintf(want, sizeof(want),
		 "totals: %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		 profile_total_ns(p[0]), profile_total_ns(p[1]),
		 m->total.samples);
	IS_STR(line, want, "each with the sum of its process");
	free(line);
	fclose(f);
	free_all(m, p, 2);
}

int main(int argc, char **argv)
{
	static const struct form forms[] = {
		{ { EXPORT_POSITIONS_INSTR, false }, false, false, "instr" },
		{ { EXPORT_POSITIONS_LINE, false }, false, false, "line" },
		{ { EXPORT_POSITIONS_INSTR, true },
		  true,
		  false,
		  "instr, recursion apart, inlined functions" },
		{ { EXPORT_POSITIONS_LINE, true },
		  true,
		  true,
		  "line, recursion apart, inlined functions, parts" },
		{ { EXPORT_POSITIONS_AUTO, false },
		  true,
		  true,
		  "inlined functions, parts" },
	};
	const char *slash = strrchr(argv[0], '/');
	char reader[4096];

	(void)argc;
	snprintf(reader, sizeof(reader), "%.*s/../cli/callgrind_strict",
		 slash ? (int)(slash - argv[0]) : 1, slash ? argv[0] : ".");
	fake_symbols();
	hostile_names();
	for (enum arena_mode mode = ARENA_MODE_SAMPLE; mode <= ARENA_MODE_COUNT;
	     mode++) {
		printf("# mode %d\n", mode);
		for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
			random_files(mode, &forms[i], reader);
	}
	two_clocks(reader);
	return tap_done();
}
