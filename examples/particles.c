/* particles.c - particles that move in circles, in many small steps.
 *
 * evolve does the obvious; evolve_fast exchanges the loops and takes a product
 * out of the inner one; evolve_exact needs no steps at all. What is fast in an
 * interpreter need not be so here: in evolve_fast each step waits for the one
 * before, where evolve has many particles to go on with. Profile to know.
 *
 * Then the memory of objects whose members are found by name, beside that of
 * plain structs.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"
#include "examples/common/memory.h"
#include "examples/common/random.h"
#include "examples/common/timing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double timestep = 0.00001;

struct particle {
	double x, y, ang_vel;
};

struct simulator {
	struct particle *particles;
	size_t count;
};

/* Rounded, since the quotient may be a little less than whole. */
static long steps_of(double dt)
{
	return lround(dt / timestep);
}

static REAL_CALL void evolve(struct simulator *s, double dt)
{
	long steps = steps_of(dt);

	for (long i = 0; i < steps; i++) {
		for (size_t j = 0; j < s->count; j++) {
			struct particle *p = &s->particles[j];
			double norm = sqrt(p->x * p->x + p->y * p->y);
			double v_x = -p->y / norm;
			double v_y = p->x / norm;

			p->x += timestep * p->ang_vel * v_x;
			p->y += timestep * p->ang_vel * v_y;
		}
	}
}

static REAL_CALL void evolve_fast(struct simulator *s, double dt)
{
	long steps = steps_of(dt);

	for (size_t j = 0; j < s->count; j++) {
		struct particle p = s->particles[j];
		double t_x_ang = timestep * p.ang_vel;

		for (long i = 0; i < steps; i++) {
			double norm = sqrt(p.x * p.x + p.y * p.y);
			double v_x = -p.y / norm;
			double v_y = p.x / norm;

			p.x += t_x_ang * v_x;
			p.y += t_x_ang * v_y;
		}
		s->particles[j] = p;
	}
}

/* A step is as long for every radius, so the angle turns by 1/r of it. */
static REAL_CALL void evolve_exact(struct simulator *s, double dt)
{
	for (size_t j = 0; j < s->count; j++) {
		struct particle *p = &s->particles[j];
		double r = hypot(p->x, p->y);
		double alpha = atan2(p->y, p->x) + p->ang_vel * dt / r;

		p->x = r * cos(alpha);
		p->y = r * sin(alpha);
	}
}

struct method {
	const char *name;
	void (*evolve)(struct simulator *s, double dt);
	double tolerance;
};

/* The test expects what steps give. They go along tangents, which takes the
 * third particle 1.1e-5 too far out. */
static const struct method methods[] = { { "evolve", evolve, 1e-5 },
					 { "evolve_fast", evolve_fast, 1e-5 },
					 { "evolve_exact", evolve_exact,
					   2e-5 } };

enum { METHODS = sizeof(methods) / sizeof(methods[0]) };

static bool near(struct particle a, struct particle b, double tolerance)
{
	return fabs(a.x - b.x) < tolerance && fabs(a.y - b.y) < tolerance;
}

static REAL_CALL bool test_evolve(const struct method *method)
{
	struct particle particles[] = { { 0.3, 0.5, 1 },
					{ 0, -0.5, -1 },
					{ -0.1, -0.4, 3 } };
	const struct particle expected[] = { { 0.210269, 0.543863, 0 },
					     { -0.099334, -0.490034, 0 },
					     { 0.191358, -0.365227, 0 } };
	struct simulator s = { particles, 3 };
	bool fine = true;

	method->evolve(&s, 0.1);
	printf("test_evolve %s:", method->name);
	for (int i = 0; i < 3; i++) {
		printf(" (%.6f,%.6f)", particles[i].x, particles[i].y);
		fine = fine &&
		       near(particles[i], expected[i], method->tolerance);
	}
	printf(" %s\n", fine ? "ok" : "FAILED");
	return fine;
}

struct benchmark {
	const struct method *method;
	uint64_t count, seed;
	double dt;
};

/* Evolve random particles; the sum of their coordinates. */
static REAL_CALL double benchmark(const void *context)
{
	const struct benchmark *b = context;
	struct random_stream r = random_seeded(b->seed);
	struct simulator s = { memory_new(b->count, sizeof(*s.particles)),
			       b->count };
	double sum = 0;

	for (size_t i = 0; i < s.count; i++) {
		s.particles[i].x = random_between(&r, -1, 1);
		s.particles[i].y = random_between(&r, -1, 1);
		s.particles[i].ang_vel = random_between(&r, -1, 1);
	}
	b->method->evolve(&s, b->dt);
	for (size_t i = 0; i < s.count; i++)
		sum += s.particles[i].x + s.particles[i].y;
	memory_free(s.particles);
	return sum;
}

/* --- memory -------------------------------------------------------------- */

enum { SLOTS = 8 };

struct slot {
	const char *name;
	double *value;
};

/* As an object of a dynamic language: the members are a table of names and of
 * values that are allocated each by itself. */
struct fat_particle {
	struct slot *slots;
	size_t used;
};

static REAL_CALL void set_slot(struct fat_particle *p, const char *name,
			       double value)
{
	struct slot *slot = &p->slots[p->used++];

	slot->name = name;
	slot->value = memory_new(1, sizeof(*slot->value));
	*slot->value = value;
}

static REAL_CALL double get_slot(const struct fat_particle *p, const char *name)
{
	REAL_FRAME();
	for (size_t i = 0; i < p->used; i++)
		if (!strcmp(p->slots[i].name, name))
			return *p->slots[i].value;
	return NAN;
}

static struct fat_particle *new_fat_particle(double x, double y, double ang_vel)
{
	struct fat_particle *p = memory_zeroed(1, sizeof(*p));

	p->slots = memory_zeroed(SLOTS, sizeof(*p->slots));
	set_slot(p, "x", x);
	set_slot(p, "y", y);
	set_slot(p, "ang_vel", ang_vel);
	return p;
}

static void free_fat_particle(struct fat_particle *p)
{
	for (size_t i = 0; i < p->used; i++)
		memory_free(p->slots[i].value);
	memory_free(p->slots);
	memory_free(p);
}

/* The sum of ang_vel over COUNT particles, all there at once. */
static REAL_CALL double memory_fat(const void *context)
{
	size_t count = *(const uint64_t *)context;
	struct fat_particle **all = memory_new(count, sizeof(*all));
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		all[i] = new_fat_particle((double)i, (double)i, (double)i);
	for (size_t i = 0; i < count; i++)
		sum += get_slot(all[i], "ang_vel");
	for (size_t i = 0; i < count; i++)
		free_fat_particle(all[i]);
	memory_free(all);
	return sum;
}

static REAL_CALL double memory_slots(const void *context)
{
	size_t count = *(const uint64_t *)context;
	struct particle *all = memory_new(count, sizeof(*all));
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		all[i] = (struct particle){ (double)i, (double)i, (double)i };
	for (size_t i = 0; i < count; i++)
		sum += all[i].ang_vel;
	memory_free(all);
	return sum;
}

static void compare_memory(uint64_t count, struct timings *timings)
{
	size_t fat = sizeof(struct fat_particle *) +
		     sizeof(struct fat_particle) + SLOTS * sizeof(struct slot) +
		     3 * sizeof(double);
	double fat_sum = timings_run(timings, memory_fat, &count, "memory_fat");
	double slots_sum =
		timings_run(timings, memory_slots, &count, "memory_slots");

	printf("memory_fat: %ju particles of %zu bytes, sum %.0f\n",
	       (uintmax_t)count, fat, fat_sum);
	printf("memory_slots: %ju particles of %zu bytes, sum %.0f\n",
	       (uintmax_t)count, sizeof(struct particle), slots_sum);
}

int main(int argc, char **argv)
{
	struct benchmark b = { .count = 1000, .seed = 1, .dt = 0.1 };
	bool run_benchmark = false, run_memory = false, fine = true;
	uint64_t memory_count = 100000;
	struct timings timings = { .repeat = 1 };
	const struct arg args[] = {
		{ "--benchmark", .flag = &run_benchmark,
		  .help = "evolve random particles too" },
		{ "--particles", "COUNT", .count = &b.count, .min = 1,
		  .max = 1e7, .help = "how many for --benchmark" },
		{ "--dt", "TIME", .real = &b.dt, .min = 0, .max = 1000,
		  .help = "how long, in steps of 1e-5" },
		{ "--seed", "SEED", .count = &b.seed, .max = 1e15,
		  .help = "for the random numbers" },
		{ "--memory", .flag = &run_memory,
		  .help = "compare memory of fat and plain objects" },
		{ "--objects", "COUNT", .count = &memory_count, .min = 1,
		  .max = 1e7, .help = "how many for --memory" },
		TIMINGS_ARGS(timings),
	};

	ARGS_PARSE(argc, argv, "Particles that move in circles.\n", args);
	for (int i = 0; i < METHODS; i++)
		fine = test_evolve(&methods[i]) && fine;
	for (int i = 0; run_benchmark && i < METHODS; i++) {
		b.method = &methods[i];
		printf("benchmark %s: sum %.9f\n", b.method->name,
		       timings_run(&timings, benchmark, &b, "%s",
				   b.method->name));
	}
	if (run_memory)
		compare_memory(memory_count, &timings);
	timings_table(&timings);
	return fine ? 0 : 1;
}
