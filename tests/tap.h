/* tap.h - a unit test's output, in the Test Anything Protocol.
 *
 *	#include "tests/tap.h"
 *	OK(cond, name); IS_U64(got, want, name); IS_STR(got, want, name);
 *	int main(void) { ...; return tap_done(); }
 *
 * What a fact that does not hold got goes to stderr, which prove lets through.
 */
#ifndef PROF_TESTS_TAP_H
#define PROF_TESTS_TAP_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

static inline bool tap_ok(bool ok, const char *name, const char *file, int line)
{
	tap_count++;
	printf("%sok %d - %s\n", ok ? "" : "not ", tap_count, name);
	if (!ok) {
		tap_failed++;
		fprintf(stderr, "#   at %s:%d\n", file, line);
	}
	fflush(stdout);
	return ok;
}

static inline bool tap_is_u64(uint64_t got, uint64_t want, const char *name,
			      const char *file, int line)
{
	if (tap_ok(got == want, name, file, line))
		return true;
	fprintf(stderr,
		"#   got %" PRIu64 " (0x%" PRIx64 "), want %" PRIu64
		" (0x%" PRIx64 ")\n",
		got, got, want, want);
	return false;
}

static inline bool tap_is_str(const char *got, const char *want,
			      const char *name, const char *file, int line)
{
	bool same = got == want || (got && want && !strcmp(got, want));

	if (tap_ok(same, name, file, line))
		return true;
	fprintf(stderr, "#   got \"%s\", want \"%s\"\n", got ? got : "(null)",
		want ? want : "(null)");
	return false;
}

#define OK(cond, name) tap_ok(!!(cond), name, __FILE__, __LINE__)
#define IS_U64(got, want, name)                                                \
	tap_is_u64((uint64_t)(got), (uint64_t)(want), name, __FILE__, __LINE__)
#define IS_STR(got, want, name) tap_is_str(got, want, name, __FILE__, __LINE__)

/* Print the plan; the exit status of main. */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif
