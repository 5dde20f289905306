/* unseen.h - CPU time of the process that is in no thread's record.
 *
 * Threads that were made behind our back (by clone itself), and what the kernel
 * spends on a thread after its last destructor.
 */
#ifndef PROF_RUNTIME_UNSEEN_H
#define PROF_RUNTIME_UNSEEN_H

/* Give it a record of its own, where it is worth one. All threads' records must
 * tell their CPU time. Context: ordinary, at the end. */
void unseen_bill(void);

#endif
