/* callgrind_strict - reads a callgrind file more strictly than any program.
 *
 *	callgrind_strict FILE
 * prints each rule that FILE breaks, and a summary; exit 1 where it broke any.
 * FILE may hold several parts. "-" is standard input. It shares no code with
 * the exporter: what it knows is the format.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX   8
#define PROBLEMS_MAX 40

struct name {
	char *text;	  /* NULL: not defined */
	int object, file; /* of a function: current when it was defined */
};

struct names {
	const char *what;
	struct name *list;
	int count;
};

struct function {
	int incoming, outgoing; /* edges */
	bool body;		/* had an fn= line */
	uint64_t self[EVENTS_MAX], in[EVENTS_MAX], out[EVENTS_MAX];
	int component;
};

struct edge {
	int caller, callee;
	uint64_t calls, cost[EVENTS_MAX];
};

static struct names objects = { .what = "object" };
static struct names files = { .what = "file" };
static struct names functions = { .what = "function" };
static struct function *table;
static int table_size;
static struct edge *edges;
static size_t edge_count;
static int events, positions;
static bool has_instr, has_summary, has_totals;
static uint64_t summary[EVENTS_MAX], totals[EVENTS_MAX], sum[EVENTS_MAX];
static long line_number;
static int problems;

static void __attribute__((format(printf, 1, 2)))
problem(const char *format, ...)
{
	va_list args;

	if (++problems > PROBLEMS_MAX)
		return;
	printf("# line %ld: ", line_number);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void *grown(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		abort();
	return p;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* --- lines --------------------------------------------------------------- */

static void check_bytes(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c < ' ' || c == 0x7f) {
			problem("control character 0x%02x", c);
			break;
		}
	}
	if (length && line[length - 1] == ' ')
		problem("trailing blank");
}

/* One unsigned number at *AT, decimal or (with HEX) hexadecimal. */
static bool number(const char **at, bool hex, uint64_t *value)
{
	const char *p = *at;
	char *end;

	if (hex && (p[0] != '0' || p[1] != 'x'))
		return false;
	if (!isdigit((unsigned char)*p))
		return false;
	*value = strtoull(p, &end, hex ? 16 : 10);
	if (!hex && p[0] == '0' && end - p > 1)
		problem("leading zero");
	*at = end;
	return true;
}

/* The positions of a line: "0x12 34" or "34". */
static bool read_positions(const char **at)
{
	uint64_t ignored;

	if (has_instr) {
		if (!number(at, true, &ignored) || **at != ' ')
			return false;
		++*at;
	}
	return number(at, false, &ignored);
}

static bool read_costs(const char *at, uint64_t *costs)
{
	for (int i = 0; i < events; i++) {
		if (*at != ' ')
			return false;
		at++;
		if (!number(&at, false, &costs[i]))
			return false;
	}
	return *at == '\0';
}

/* --- header -------------------------------------------------------------- */

static const char *const header_order[] = {
	"version", "creator", "pid",	   "cmd",    "part",	"thread",
	"desc",	   "event",   "positions", "events", "summary",
};

#define HEADER_COUNT ((int)(sizeof(header_order) / sizeof(header_order[0])))

/* What valgrind's events are called: readers know them as something else. */
static const char reserved[] =
	" Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw L1m LLm "
	"Bc Bcm Bi Bim Bm CEst Ge ";

static void read_event_names(const char *text)
{
	char *copy = strdup(text), *save = NULL, word[64];

	for (char *e = strtok_r(copy, " ", &save); e;
	     e = strtok_r(NULL, " ", &save)) {
		snprintf(word, sizeof(word), " %s ", e);
		if (strstr(reserved, word))
			problem("event %s means something else", e);
		if (events == EVENTS_MAX)
			problem("too many events");
		else
			events++;
	}
	free(copy);
	if (events == 0)
		problem("no events");
}

static void read_positions_line(const char *text)
{
	has_instr = !strcmp(text, "instr line");
	positions = has_instr ? 2 : 1;
	if (!has_instr && strcmp(text, "line") != 0)
		problem("positions: %s", text);
}

/* A line of the header; false where LINE is none. */
static bool header_line(const char *line, int *rank)
{
	size_t length = strcspn(line, ":");
	const char *value = line + length;
	int i;

	for (i = 0; i < HEADER_COUNT; i++)
		if (strlen(header_order[i]) == length &&
		    !memcmp(header_order[i], line, length))
			break;
	if (i == HEADER_COUNT || !*value)
		return false;
	if (value[1] != ' ' || value[2] == ' ' || !value[2])
		problem("not one blank after the colon");
	if (i < *rank)
		problem("%s: comes after %s:", header_order[i],
			header_order[*rank]);
	if (i == *rank && strcmp(header_order[i], "desc") != 0 &&
	    strcmp(header_order[i], "event") != 0 && i != 0)
		problem("%s: twice", header_order[i]);
	*rank = i;
	value += value[1] ? 2 : 1;
	if (!strcmp(header_order[i], "version") && strcmp(value, "1") != 0)
		problem("version is not 1");
	if (!strcmp(header_order[i], "events"))
		read_event_names(value);
	if (!strcmp(header_order[i], "positions"))
		read_positions_line(value);
	if (!strcmp(header_order[i], "summary")) {
		has_summary = read_costs(value - 1, summary);
		if (!has_summary)
			problem("summary is not %d numbers", events);
	}
	return true;
}

/* --- names --------------------------------------------------------------- */

static void check_name(const struct names *set, const char *text)
{
	if (!text[0])
		problem("empty %s name", set->what);
	if (text[0] == '(' && isdigit((unsigned char)text[1]))
		problem("%s name '%.40s' looks like a number", set->what, text);
	if (text[0] == ' ')
		problem("%s name starts with a blank", set->what);
}

/* "(3) name" or "(3)": the number, or 0 and a problem. */
static int read_name(struct names *set, const char *text)
{
	char *end;
	long id;

	if (text[0] != '(') {
		problem("%s without a number: %.40s", set->what, text);
		return 0;
	}
	id = strtol(text + 1, &end, 10);
	if (*end != ')' || id < 1 || id > 100000000) {
		problem("bad number: %.40s", text);
		return 0;
	}
	if (id >= set->count) {
		int count = (int)id + 1;

		set->list =
			grown(set->list, (size_t)count * sizeof(*set->list));
		memset(set->list + set->count, 0,
		       (size_t)(count - set->count) * sizeof(*set->list));
		set->count = count;
	}
	if (end[1] == ' ') {
		if (set->list[id].text)
			problem("%s %ld defined twice", set->what, id);
		check_name(set, end + 2);
		set->list[id].text = strdup(end + 2);
		set->list[id].object = set->list[id].file = 0;
	} else if (end[1]) {
		problem("junk after the number: %.40s", text);
	} else if (!set->list[id].text) {
		problem("%s %ld used before it is defined", set->what, id);
	}
	return (int)id;
}

static struct function *function_at(int id)
{
	if (id >= table_size) {
		int size = id * 2 + 16;

		table = grown(table, (size_t)size * sizeof(*table));
		memset(table + table_size, 0,
		       (size_t)(size - table_size) * sizeof(*table));
		table_size = size;
	}
	return &table[id];
}

/* A function's number holds for one object and one file. */
static int read_function(const char *text, int object, int file)
{
	int id = read_name(&functions, text);
	struct name *n;

	if (!id)
		return 0;
	n = &functions.list[id];
	function_at(id);
	if (!n->object) {
		n->object = object;
		n->file = file;
	} else if (n->object != object || n->file != file) {
		problem("function %d (%.40s) is in file %d of object %d, was "
			"in file %d of object %d",
			id, n->text ? n->text : "", file, object, n->file,
			n->object);
	}
	return id;
}

/* --- body ---------------------------------------------------------------- */

struct state {
	int object, file, function;		/* ob=, fl=, fn= */
	int current_file;			/* after fi=, fe= */
	int called_object, called_file, called; /* cob=, cfi=, cfn= */
	uint64_t calls; /* of a calls= line whose cost line is next, else 0 */
	int step;	/* of the order ob, fl, fn */
};

static bool starts(const char *line, const char *key, const char **value)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length) != 0)
		return false;
	*value = line + length;
	return true;
}

static void leave_function(struct state *s)
{
	if (s->called)
		problem("cfn= without calls=");
	if (s->function && s->current_file != s->file)
		problem("left a function within an inlined file");
}

static bool name_line(struct state *s, const char *line)
{
	const char *v;

	if (starts(line, "ob=", &v)) {
		leave_function(s);
		s->object = read_name(&objects, v);
		s->function = 0;
		s->step = 1;
	} else if (starts(line, "fl=", &v)) {
		if (s->step != 1)
			problem("fl= does not follow ob=");
		s->file = s->current_file = read_name(&files, v);
		s->step = 2;
	} else if (starts(line, "fn=", &v)) {
		if (s->step != 2)
			problem("fn= does not follow fl=");
		s->function = read_function(v, s->object, s->file);
		if (s->function && function_at(s->function)->body)
			problem("function %d has two bodies", s->function);
		if (s->function)
			function_at(s->function)->body = true;
		s->step = 3;
	} else if (starts(line, "fi=", &v) || starts(line, "fe=", &v)) {
		if (!s->function)
			problem("fi= or fe= outside a function");
		s->current_file = read_name(&files, v);
		if (line[1] == 'e' && s->current_file != s->file)
			problem("fe= names another file than fl=");
	} else {
		return false;
	}
	return true;
}

static bool call_line(struct state *s, const char *line)
{
	const char *v;

	if (starts(line, "cob=", &v)) {
		s->called_object = read_name(&objects, v);
	} else if (starts(line, "cfi=", &v)) {
		s->called_file = read_name(&files, v);
	} else if (starts(line, "cfn=", &v)) {
		s->called = read_function(
			v, s->called_object ? s->called_object : s->object,
			s->called_file ? s->called_file : s->current_file);
	} else if (starts(line, "calls=", &v)) {
		if (!s->called)
			problem("calls= without cfn=");
		if (!number(&v, false, &s->calls) || *v++ != ' ' ||
		    !read_positions(&v) || *v)
			problem("calls= is not a count and a position");
		if (s->calls == 0) {
			problem("calls=0");
			s->calls = 1;
		}
	} else {
		return false;
	}
	if (!s->function)
		problem("a call outside a function");
	return true;
}

static void cost_line(struct state *s, const char *line)
{
	uint64_t costs[EVENTS_MAX] = { 0 };
	struct function *f;

	if (!s->function) {
		problem("a cost outside a function");
		return;
	}
	if (!read_positions(&line) || !read_costs(line, costs)) {
		problem("not a cost line of %d positions and %d events",
			positions, events);
		return;
	}
	f = function_at(s->function);
	if (!s->calls) {
		if (s->called)
			problem("cfn= without calls=");
		for (int i = 0; i < events; i++) {
			f->self[i] += costs[i];
			sum[i] += costs[i];
		}
		return;
	}
	if ((edge_count & (edge_count - 1)) == 0)
		edges = grown(edges, (edge_count ? edge_count * 2 : 1) *
					     sizeof(*edges));
	edges[edge_count] =
		(struct edge){ s->function, s->called, s->calls, { 0 } };
	memcpy(edges[edge_count++].cost, costs, sizeof(costs));
	s->calls = 0;
	s->called = s->called_object = s->called_file = 0;
}

static void body_line(struct state *s, const char *line)
{
	const char *v;

	if (!line[0])
		return;
	if (has_totals) {
		problem("a line after totals:");
	} else if (starts(line, "totals: ", &v)) {
		leave_function(s);
		has_totals = read_costs(v - 1, totals);
		if (!has_totals)
			problem("totals is not %d numbers", events);
	} else if (s->calls && !isdigit((unsigned char)line[0])) {
		problem("no cost line after calls=");
		s->calls = 0;
	} else if (!name_line(s, line) && !call_line(s, line)) {
		cost_line(s, line);
	}
}

/* The next line of F without its end, checked for what no line may have; NULL
 * at the end. */
static char *next_line(FILE *f)
{
	static char *line;
	static size_t size;
	ssize_t length = getline(&line, &size, f);

	if (length <= 0)
		return NULL;
	line_number++;
	if (line[length - 1] == '\n')
		line[--length] = '\0';
	else
		problem("the last line does not end");
	if (strlen(line) != (size_t)length)
		problem("a NUL byte");
	check_bytes(line, (size_t)length);
	return line;
}

/* Read a part, the first line of which has been read. Returns whether that of
 * another one has. */
static bool read_part(FILE *f)
{
	struct state s = { 0 };
	bool in_header = true, again = false;
	int rank = 0;
	char *line;

	while (!again && (line = next_line(f))) {
		again = !strcmp(line, "# callgrind format");
		if (again || (in_header && header_line(line, &rank)))
			continue;
		if (in_header && line[0])
			in_header = false;
		if (!in_header)
			body_line(&s, line);
	}
	if (!has_totals)
		problem("no totals:");
	if (!events || !positions)
		problem("no events: or positions:");
	return again;
}

#include "tests/cli/callgrind_sums.h"

/* --- the whole ----------------------------------------------------------- */

static int compare_identity(const void *a, const void *b)
{
	const struct name *x = &functions.list[*(const int *)a];
	const struct name *y = &functions.list[*(const int *)b];
	int order = strcmp(x->text, y->text);

	if (!order)
		order = strcmp(base_name(files.list[x->file].text),
			       base_name(files.list[y->file].text));
	if (!order)
		order = strcmp(base_name(objects.list[x->object].text),
			       base_name(objects.list[y->object].text));
	return order;
}

/* No reader may take two functions for one. */
static void check_identities(void)
{
	int *order = ints((size_t)functions.count, 0);
	int count = 0;

	for (int i = 1; i < functions.count; i++)
		if (functions.list[i].text)
			order[count++] = i;
		else
			problem("function number %d is never defined", i);
	if (problems == 0) {
		qsort(order, (size_t)count, sizeof(*order), compare_identity);
		for (int i = 1; i < count; i++)
			if (!compare_identity(&order[i - 1], &order[i]))
				problem("two functions are both %s",
					functions.list[order[i]].text);
	}
}

static void check_part(void)
{
	/* The sums of a file that could not be read say nothing. */
	if (problems)
		return;
	check_identities();
	check_totals();
	check_edges();
	check_balance(find_components());
}

/* Forget a part; the next one's numbers are its own. */
static void forget(void)
{
	objects.count = files.count = functions.count = 0;
	for (int i = 0; i < table_size; i++)
		table[i] = (struct function){ 0 };
	edge_count = 0;
	events = positions = 0;
	has_instr = has_summary = has_totals = false;
	memset(summary, 0, sizeof(summary));
	memset(totals, 0, sizeof(totals));
	memset(sum, 0, sizeof(sum));
}

int main(int argc, char **argv)
{
	FILE *f = argc != 2		      ? NULL
		  : strcmp(argv[1], "-") != 0 ? fopen(argv[1], "r")
					      : stdin;
	int parts = 0, all_functions = 0;
	size_t all_edges = 0;
	const char *line;
	bool again;

	if (!f) {
		fprintf(stderr, "usage: callgrind_strict FILE\n");
		return 2;
	}
	line = next_line(f);
	if (!line || strcmp(line, "# callgrind format") != 0)
		problem("no '# callgrind format'");
	do {
		again = read_part(f);
		check_part();
		parts++;
		all_functions += functions.count ? functions.count - 1 : 0;
		all_edges += edge_count;
		if (again)
			forget();
	} while (again);
	printf("# %d part%s, %d functions, %zu edges, %d problems\n", parts,
	       parts == 1 ? "" : "s", all_functions, all_edges, problems);
	return problems ? 1 : 0;
}
