/* callgrind_strict - reads a callgrind file more strictly than any program.
 *
 *	callgrind_strict FILE
 * prints each rule that FILE breaks, and a summary; exit 1 where it broke any.
 * It shares no code with the exporter: what it knows is the format.
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

static void read_file(FILE *f)
{
	struct state s = { 0 };
	bool in_header = true;
	int rank = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&line, &size, f)) > 0) {
		line_number++;
		if (line[length - 1] == '\n')
			line[--length] = '\0';
		else
			problem("the last line does not end");
		if (strlen(line) != (size_t)length)
			problem("a NUL byte");
		check_bytes(line, (size_t)length);
		if (line_number == 1) {
			if (strcmp(line, "# callgrind format") != 0)
				problem("no '# callgrind format'");
			continue;
		}
		if (in_header && header_line(line, &rank))
			continue;
		if (in_header && line[0])
			in_header = false;
		if (!in_header)
			body_line(&s, line);
	}
	free(line);
	if (!has_totals)
		problem("no totals:");
	if (!events || !positions)
		problem("no events: or positions:");
}

/* --- sums ---------------------------------------------------------------- */

/* Strongly connected components by Tarjan's algorithm, without recursion. */
struct search {
	int *first, *next; /* edge lists by caller; -1 ends */
	int *low, *index, *at, *stack, *path;
	int counter, depth, top, components;
};

static void search_step(struct search *s)
{
	int v = s->path[s->depth - 1];
	int e = s->at[v];

	if (e >= 0) {
		int w = edges[e].callee;

		s->at[v] = s->next[e];
		if (!s->index[w]) {
			s->index[w] = s->low[w] = ++s->counter;
			s->stack[s->top++] = w;
			s->path[s->depth++] = w;
		} else if (table[w].component < 0 && s->index[w] < s->low[v]) {
			s->low[v] = s->index[w];
		}
		return;
	}
	s->depth--;
	if (s->depth && s->low[v] < s->low[s->path[s->depth - 1]])
		s->low[s->path[s->depth - 1]] = s->low[v];
	if (s->low[v] != s->index[v])
		return;
	do {
		table[s->stack[--s->top]].component = s->components;
	} while (s->stack[s->top] != v);
	s->components++;
}

static int *ints(size_t count, int value)
{
	int *p = grown(NULL, (count + 1) * sizeof(*p));

	for (size_t i = 0; i <= count; i++)
		p[i] = value;
	return p;
}

/* Number the components; what it allocates lives as long as the program. */
static int find_components(void)
{
	size_t n = (size_t)functions.count;
	struct search s = {
		.first = ints(n, -1),
		.next = ints(edge_count, -1),
		.low = ints(n, 0),
		.index = ints(n, 0),
		.stack = ints(n, 0),
		.path = ints(n, 0),
	};

	for (size_t i = 0; i < edge_count; i++) {
		s.next[i] = s.first[edges[i].caller];
		s.first[edges[i].caller] = (int)i;
	}
	s.at = s.first;
	for (int i = 1; i < functions.count; i++)
		function_at(i)->component = -1;
	for (int i = 1; i < functions.count; i++) {
		if (s.index[i])
			continue;
		s.index[i] = s.low[i] = ++s.counter;
		s.stack[s.top++] = i;
		s.path[s.depth++] = i;
		while (s.depth)
			search_step(&s);
	}
	return s.components;
}

static void check_totals(void)
{
	for (int e = 0; e < events; e++) {
		if (sum[e] != totals[e])
			problem("event %d: self costs sum to %" PRIu64
				", totals: %" PRIu64,
				e, sum[e], totals[e]);
		if (has_summary && summary[e] != totals[e])
			problem("event %d: summary: %" PRIu64
				", totals: %" PRIu64,
				e, summary[e], totals[e]);
	}
}

static void check_edges(void)
{
	for (size_t i = 0; i < edge_count; i++)
		for (int e = 0; e < events; e++)
			if (edges[i].cost[e] > totals[e])
				problem("event %d: %s -> %s costs %" PRIu64
					" of %" PRIu64,
					e, functions.list[edges[i].caller].text,
					functions.list[edges[i].callee].text,
					edges[i].cost[e], totals[e]);
}

static bool is_root(int function)
{
	const char *object = objects.list[functions.list[function].object].text;

	return object && !strcmp(object, "[thread]");
}

/* What enters a component is what its functions cost and what leaves it. */
static void check_balance(int components)
{
	struct function *c = grown(NULL, ((size_t)components + 1) * sizeof(*c));
	int *member = ints((size_t)components, 0);

	memset(c, 0, ((size_t)components + 1) * sizeof(*c));
	for (int i = 1; i < functions.count; i++) {
		member[table[i].component] = i;
		for (int e = 0; e < events; e++)
			c[table[i].component].self[e] += table[i].self[e];
	}
	for (size_t i = 0; i < edge_count; i++) {
		struct function *from = &c[table[edges[i].caller].component];
		struct function *to = &c[table[edges[i].callee].component];

		if (from == to)
			continue;
		to->incoming++;
		for (int e = 0; e < events; e++) {
			from->out[e] += edges[i].cost[e];
			to->in[e] += edges[i].cost[e];
		}
	}
	for (int i = 0; i < components; i++) {
		const char *name = functions.list[member[i]].text;

		if (!c[i].incoming && is_root(member[i]))
			continue;
		if (!c[i].incoming)
			problem("%s is entered from nowhere", name);
		for (int e = 0; c[i].incoming && e < events; e++)
			if (c[i].in[e] != c[i].self[e] + c[i].out[e])
				problem("event %d: %s: inclusive %" PRIu64
					", self %" PRIu64 " + calls %" PRIu64,
					e, name, c[i].in[e], c[i].self[e],
					c[i].out[e]);
	}
}

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

int main(int argc, char **argv)
{
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!f) {
		fprintf(stderr, "usage: callgrind_strict FILE\n");
		return 2;
	}
	read_file(f);
	fclose(f);
	/* The sums of a file that could not be read say nothing. */
	if (problems == 0) {
		line_number = 0;
		check_identities();
		check_totals();
		check_edges();
		check_balance(find_components());
	}
	printf("# %d functions, %zu edges, %d problems\n", functions.count - 1,
	       edge_count, problems);
	return problems ? 1 : 0;
}
