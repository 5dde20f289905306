/* json.h - JSON, a value at a time (RFC 8259). */
#ifndef PROF_VIEW_JSON_H
#define PROF_VIEW_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_DEPTH 64

/* A document being written. Zero it but for OUT. */
struct json {
	FILE *out;
	int depth;
	bool first[JSON_DEPTH]; /* nothing is in this level yet */
	bool named;		/* a name was written: its value comes next */
};

void json_object(struct json *j); /* { */
void json_end_object(struct json *j);
void json_array(struct json *j); /* [ */
void json_end_array(struct json *j);

/* The name of the member whose value comes next. */
void json_name(struct json *j, const char *name);

/* TEXT is in UTF-8, or else what is not is escaped as U+FFFD; NULL is null. */
void json_text(struct json *j, const char *text);
void json_u64(struct json *j, uint64_t value);
/* With DECIMALS digits after the point; null where it is no number. */
void json_number(struct json *j, double value, int decimals);
/* Nanoseconds as seconds, exactly. */
void json_seconds(struct json *j, uint64_t ns);
void json_bool(struct json *j, bool value);
void json_null(struct json *j);

/* Name and value in one. */
void json_put_text(struct json *j, const char *name, const char *text);
void json_put_u64(struct json *j, const char *name, uint64_t value);
void json_put_seconds(struct json *j, const char *name, uint64_t ns);

#endif
