/* error.h - what went wrong, as a value.
 *
 * Libraries fill a struct error and return; only tools/prof prints one.
 */
#ifndef PROF_BASE_ERROR_H
#define PROF_BASE_ERROR_H

enum error_code {
	ERROR_NONE = 0,
	ERROR_SYSTEM,	 /* a system call failed; the message names it */
	ERROR_NOT_FOUND, /* no such file, function or thread */
	ERROR_FORMAT,	 /* not a profile, or one that contradicts itself */
	ERROR_TRUNCATED, /* a profile that ends too early */
	ERROR_VERSION,	 /* a profile of another version of the format */
	ERROR_USAGE,	 /* a value that is not allowed */
	ERROR_MEMORY	 /* out of memory */
};

struct error {
	enum error_code code;
	char msg[512]; /* one line without a final newline */
};

/* Fill ERR with CODE and a message made as by printf. A message that does not
 * fit is cut. ERR may be NULL. Returns false, so that a failing function can
 * end in "return error_set(...)". */
_Bool error_set(struct error *err, enum error_code code, const char *format,
		...) __attribute__((format(printf, 3, 4)));

#endif
