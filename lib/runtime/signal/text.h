/* text.h - the little formatting that the runtime needs, without stdio.
 *
 * Context of all: signal.
 */
#ifndef PROF_RUNTIME_TEXT_H
#define PROF_RUNTIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Append TEXT at *AT, below END. False: it does not fit. */
bool text_put(char **at, char *end, const char *text);
bool text_put_u64(char **at, char *end, uint64_t value);

/* The number that TEXT begins with, 0 where it begins with none. */
uint64_t text_parse_u64(const char *text);
uint64_t text_parse_hex(const char *text, const char **rest);

/* Write PATTERN into OUT with %p replaced by PID and %n by SEQUENCE. Where
 * there is no %n and SEQUENCE is not 0, the last extension is preceded by
 * ".SEQUENCE". False: does not fit. */
bool text_output_path(char *out, size_t size, const char *pattern, uint32_t pid,
		      unsigned sequence);

#endif
