#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* TEMP_FAILURE_RETRY, program_invocation_short_name */
#endif
#include "examples/common/workers.h"

#include "examples/common/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct answer {
	size_t task;
	double result;
};

/* A profiler's signals may interrupt reading and writing. What is read and
 * written is small enough for the kernel to pass it on in one piece. */
static ssize_t read_whole(int fd, void *record, size_t size)
{
	return TEMP_FAILURE_RETRY(read(fd, record, size));
}

static ssize_t write_whole(int fd, const void *record, size_t size)
{
	return TEMP_FAILURE_RETRY(write(fd, record, size));
}

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what,
		strerror(errno));
	exit(EXIT_FAILURE);
}

/* A pipe with the tasks from FIRST on. It holds them all at once
 * (WORKERS_MOST_TASKS is half of what fits), so that they can be there before
 * anybody reads. Its reading end. */
static int queue_tasks(size_t first, size_t tasks)
{
	int fds[2];

	if (pipe(fds) < 0)
		fail("pipe");
	for (size_t task = first; task < tasks; task++)
		if (write_whole(fds[1], &task, sizeof(task)) < 0)
			fail("write");
	close(fds[1]);
	return fds[0];
}

static void do_task(size_t task, int answers_fd, workers_task *run,
		    const void *context)
{
	struct answer answer = { task, run(task, context) };

	if (write_whole(answers_fd, &answer, sizeof(answer)) < 0)
		fail("write");
}

static size_t collect(int answers_fd, size_t tasks, double *results)
{
	struct answer answer;
	size_t count = 0;

	while (count < tasks &&
	       read_whole(answers_fd, &answer, sizeof(answer)) > 0) {
		results[answer.task] = answer.result;
		count++;
	}
	return count;
}

static void wait_for(const pid_t *pids, size_t workers)
{
	for (size_t i = 0; i < workers; i++)
		TEMP_FAILURE_RETRY(waitpid(pids[i], NULL, 0));
}

/* Worker number I: starts with task I, so that with as many workers as tasks
 * it is always the same process that does a task, and then takes others. */
static void work(size_t i, size_t tasks, int tasks_fd, int answers_fd,
		 workers_task *run, const void *context)
{
	size_t task;

	if (i < tasks)
		do_task(i, answers_fd, run, context);
	while (read_whole(tasks_fd, &task, sizeof(task)) > 0)
		do_task(task, answers_fd, run, context);
}

void workers_map(size_t workers, size_t tasks, workers_task *run,
		 const void *context, double *results)
{
	pid_t *pids = memory_new(workers, sizeof(*pids));
	int tasks_fd = queue_tasks(workers, tasks);
	int answers[2];

	if (pipe(answers) < 0)
		fail("pipe");
	/* Or each process prints what this one has not printed yet. */
	fflush(stdout);
	for (size_t i = 0; i < workers; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			fail("fork");
		if (pids[i] == 0) {
			close(answers[0]);
			work(i, tasks, tasks_fd, answers[1], run, context);
			exit(EXIT_SUCCESS);
		}
	}
	/* Or reading would not end when the processes have. */
	close(answers[1]);
	close(tasks_fd);
	if (collect(answers[0], tasks, results) < tasks) {
		fprintf(stderr, "%s: a worker process failed\n",
			program_invocation_short_name);
		exit(EXIT_FAILURE);
	}
	close(answers[0]);
	wait_for(pids, workers);
	memory_free(pids);
}

struct thread {
	pthread_t id;
	size_t task;
	workers_task *run;
	const void *context;
	double result;
};

static void *run_thread(void *argument)
{
	struct thread *thread = argument;

	thread->result = thread->run(thread->task, thread->context);
	return NULL;
}

void workers_threads(size_t tasks, workers_task *run, const void *context,
		     double *results)
{
	struct thread *threads = memory_new(tasks, sizeof(*threads));

	for (size_t i = 0; i < tasks; i++) {
		threads[i] = (struct thread){ .task = i,
					      .run = run,
					      .context = context };
		errno = pthread_create(&threads[i].id, NULL, run_thread,
				       &threads[i]);
		if (errno)
			fail("pthread_create");
	}
	for (size_t i = 0; i < tasks; i++) {
		pthread_join(threads[i].id, NULL);
		results[i] = threads[i].result;
	}
	memory_free(threads);
}
