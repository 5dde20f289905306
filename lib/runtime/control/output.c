#include "lib/runtime/control/output.h"

#include "lib/runtime/signal/raw.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 128 * 1024 };

/* What the kernel calls the program's file; the argument it was started by
 * where /proc is not mounted. */
static void find_exe(void)
{
	ssize_t got = readlink("/proc/self/exe", rt.config.exe,
			       sizeof(rt.config.exe) - 1);
	const char *base;

	if (got < 0)
		snprintf(rt.config.exe, sizeof(rt.config.exe), "%s",
			 program_invocation_name);
	else
		rt.config.exe[got] = '\0';
	base = strrchr(rt.config.exe, '/');
	memccpy(rt.config.program, base ? base + 1 : rt.config.exe, '\0',
		sizeof(rt.config.program) - 1);
}

/* A name in a file name: no slashes, no control characters. */
static void put_name(char **at, char *end, const char *name)
{
	for (; *name && *at + 1 < end; name++)
		*(*at)++ = *name == '/' || *name < ' ' ? '_' : *name;
	**at = '\0';
}

static uint32_t find_rank(void)
{
	static const char *const variables[] = { "OMPI_COMM_WORLD_RANK",
						 "PMIX_RANK", "PMI_RANK",
						 "SLURM_PROCID" };
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *text = getenv(variables[i]);

		if (text && *text >= '0' && *text <= '9')
			return (uint32_t)strtoul(text, NULL, 10);
	}
	return UINT32_MAX;
}

/* Expand %e, %h and %r; leave %p, %n and %% for the moment the file is made. */
static bool expand(const char *pattern, char *at, char *end)
{
	char number[16];

	for (; *pattern; pattern++) {
		if (at + 2 >= end)
			return false;
		if (*pattern != '%') {
			*at++ = *pattern;
			continue;
		}
		switch (*++pattern) {
		case 'e':
			put_name(&at, end, rt.config.program);
			break;
		case 'h':
			put_name(&at, end, rt.config.host);
			break;
		case 'r':
			snprintf(number, sizeof(number), "%u",
				 rt.config.rank == UINT32_MAX ? 0
							      : rt.config.rank);
			put_name(&at, end, number);
			break;
		case '\0':
			pattern--;
			break;
		default:
			*at++ = '%';
			*at++ = *pattern;
		}
	}
	*at = '\0';
	return true;
}

static bool find_output(const char *pattern)
{
	char *at = rt.config.output;
	char *end = at + sizeof(rt.config.output);

	if (*pattern != '/') {
		if (!getcwd(at, sizeof(rt.config.output) - 2))
			return false;
		at += strlen(at);
		*at++ = '/';
	}
	errno = ENAMETOOLONG;
	return expand(pattern, at, end);
}

/* Exe, working directory and arguments, for the reader. */
static void gather_text(void)
{
	char *text = raw_map_private(TEXT_MAX);
	size_t used;
	long got;
	int fd;

	if (!text)
		return;
	used = strlen(rt.config.exe) + 1;
	memcpy(text, rt.config.exe, used);
	if (getcwd(text + used, RT_PATH_MAX))
		used += strlen(text + used);
	used++;
	fd = raw_open("/proc/self/cmdline", O_RDONLY, 0);
	while (fd >= 0 && used < TEXT_MAX - 1 &&
	       (got = raw_read(fd, text + used, TEXT_MAX - 1 - used)) > 0)
		used += (size_t)got;
	if (fd >= 0)
		raw_close(fd);
	text[used] = '\0';
	rt.config.text = text;
	rt.config.text_size = used;
}

/* A number that all ranks of one parallel job have, and no other job; 0 where
 * this is no rank. A launcher by itself tells its ranks nothing of ours. */
static uint64_t find_job(void)
{
	static const char *const variables[] = {
		"PMIX_NAMESPACE", "OMPI_MCA_orte_precondition_transports",
		"PMI_JOBID", "SLURM_JOB_ID", "SLURM_STEP_ID"
	};
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	bool any = false;

	if (rt.config.rank == UINT32_MAX)
		return 0;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *text = getenv(variables[i]);

		/* A batch script has one, and starts many programs. */
		any |= text && strcmp(variables[i], "SLURM_JOB_ID") != 0;
		for (; text && *text; text++)
			hash = (hash ^ (unsigned char)*text) *
			       UINT64_C(0x100000001b3);
		hash = (hash ^ (i + 1)) * UINT64_C(0x100000001b3);
	}
	return any ? hash : 0;
}

/* Our parent's session, that of the parallel job, or a new one: random enough
 * for one machine. */
static void find_session(void)
{
	uint64_t job;
	const char *given = getenv(OPTIONS_SESSION);

	if (given && *given && strlen(given) < sizeof(rt.config.session)) {
		strcpy(rt.config.session, given);
		rt.config.session_given = true;
		return;
	}
	job = find_job();
	if (job)
		snprintf(rt.config.session, sizeof(rt.config.session),
			 "job-%016" PRIx64, job);
	else
		snprintf(rt.config.session, sizeof(rt.config.session),
			 "%08x%08x",
			 (unsigned)(raw_clock_ns(CLOCK_REALTIME) >> 10),
			 getpid());
	setenv(OPTIONS_SESSION, rt.config.session, 1);
}

bool output_prepare(const struct options *options)
{
	find_exe();
	if (gethostname(rt.config.host, sizeof(rt.config.host) - 1))
		strcpy(rt.config.host, "localhost");
	rt.config.cpus = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
	rt.config.rank = find_rank();
	gather_text();
	find_session();
	return find_output(options->output);
}

bool output_writable(char *why, size_t size)
{
	char directory[RT_PATH_MAX], *slash;

	snprintf(directory, sizeof(directory), "%s", rt.config.output);
	slash = strrchr(directory, '/');
	slash[slash == directory] = '\0';
	if (access(directory, W_OK | X_OK) == 0)
		return true;
	snprintf(why, size, "cannot write a profile into %.300s: %s", directory,
		 strerror(errno));
	return false;
}
