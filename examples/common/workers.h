/* workers.h - work for several processors: a pool of processes, or threads. */
#ifndef EXAMPLES_COMMON_WORKERS_H
#define EXAMPLES_COMMON_WORKERS_H

#include <stddef.h>

enum { WORKERS_MOST = 256, WORKERS_MOST_TASKS = 4096 };

/* The result of task number TASK. */
typedef double workers_task(size_t task, const void *context);

/* Fork WORKERS processes (at most WORKERS_MOST) and let them do the tasks
 * 0..TASKS-1 (at most WORKERS_MOST_TASKS): process I starts with task I, and
 * who has finished takes the next from a pipe. The results come through
 * another. Wait for the processes, and leave the result of each task in
 * RESULTS. When a process fails, exit 1. */
void workers_map(size_t workers, size_t tasks, workers_task *run,
		 const void *context, double *results);

/* Start a thread for each of the tasks 0..TASKS-1 (at most WORKERS_MOST), wait
 * for them, and leave the result of each task in RESULTS. When a thread cannot
 * be started, exit 1. */
void workers_threads(size_t tasks, workers_task *run, const void *context,
		     double *results);

#endif
