#include "lib/analysis/demangle.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From libstdc++ (or libc++abi): the C++ ABI's own demangler. */
char *__cxa_demangle(const char *mangled, char *buffer, size_t *length,
		     int *status);

/* The demangler's output can be exponential in the length of its input, where
 * each part refers to the one before it twice. No compiler's names refer back
 * so densely: of those with 30 or more in LLVM and Debian's libraries none
 * had one per 12 bytes. A name drawn out by padding still passes; it costs
 * memory, and only where a file is made to harm. */
#define MAX_MANGLED    8192
#define MAX_REFERENCES 40
#define MIN_SPACING    8

static const char *const clone_suffixes[] = {
	".cold",       ".part", ".constprop", ".isra",	".lto_priv",
	".localalias", ".llvm", ".ipa",	      ".clone", ".resolver",
	".__uniq",     ".warm", ".unlikely",
};

/* Length of the clone suffix at S, with the numbers that follow; 0: none. */
static size_t clone_suffix(const char *s)
{
	for (size_t i = 0; i < sizeof(clone_suffixes) / sizeof(char *); i++) {
		size_t n = strlen(clone_suffixes[i]);

		if (strncmp(s, clone_suffixes[i], n) != 0 ||
		    (s[n] && s[n] != '.'))
			continue;
		while (s[n] == '.' && isdigit((unsigned char)s[n + 1])) {
			n++;
			while (isdigit((unsigned char)s[n]))
				n++;
		}
		if (!s[n] || s[n] == '.')
			return n;
	}
	return 0;
}

size_t demangle_base_length(const char *name)
{
	const char *end;

	if (!*name)
		return 0;
	for (const char *dot = strchr(name + 1, '.'); dot;
	     dot = strchr(dot + 1, '.')) {
		end = dot;
		while (*end && clone_suffix(end))
			end += clone_suffix(end);
		if (!*end)
			return (size_t)(dot - name);
	}
	return strlen(name);
}

/* --- return types of C++ -------------------------------------------------- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* True where the word OPERATOR starts at S, the text's start being TEXT. */
static bool at_operator(const char *text, const char *s)
{
	return !strncmp(s, "operator", 8) && !is_word(s[8]) &&
	       (s == text || !is_word(s[-1]));
}

/* Behind the operator's symbol; S is at the word "operator". */
static const char *skip_operator(const char *s)
{
	static const char *const symbols[] = {
		"()",	"[]",	   "<=>",	"<<=", ">>=",	 "->*",
		"<<",	">>",	   "<=",	">=",  "->",	 "&&",
		"||",	"==",	   "!=",	"+=",  "-=",	 "*=",
		"/=",	"%=",	   "^=",	"&=",  "|=",	 "++",
		"--",	"\"\"",	   "<",		">",   "+",	 "-",
		"*",	"/",	   "%",		"^",   "&",	 "|",
		"~",	"!",	   "=",		",",   " new[]", " delete[]",
		" new", " delete", " co_await",
	};

	s += 8;
	for (size_t i = 0; i < sizeof(symbols) / sizeof(char *); i++) {
		size_t n = strlen(symbols[i]);

		if (strncmp(s, symbols[i], n) != 0)
			continue;
		s += n;
		/* The space in operator<< <int> and operator"" _x. */
		if (*s == ' ' && (s[1] == '<' || s[-1] == '"'))
			s++;
		return s;
	}
	return s;
}

const char *demangle_operator(const char *text, const char *s)
{
	return at_operator(text, s) ? skip_operator(s) : NULL;
}

/* Behind the bracket that closes the one at S, counting only its own kind;
 * at the end where there is none. */
static const char *skip_pair(const char *s, char open, char close)
{
	int depth = 0;

	for (; *s; s++) {
		if (*s == open)
			depth++;
		else if (*s == close && !--depth)
			return s + 1;
	}
	return s;
}

/* Behind the template arguments at S. Within parentheses < and > may compare
 * and need not pair. */
static const char *skip_angles(const char *s)
{
	const char *text = s;
	int depth = 0;

	while (*s) {
		if (at_operator(text, s)) {
			s = skip_operator(s);
		} else if (*s == '(') {
			s = skip_pair(s, '(', ')');
		} else if (*s == '{') {
			s = skip_pair(s, '{', '}');
		} else if (*s == '-' && s[1] == '>') {
			s += 2;
		} else if (*s == '<') {
			depth++;
			s++;
		} else if (*s++ == '>' && !--depth) {
			break;
		}
	}
	return s;
}

/* Where TEXT is a function returning a pointer to a function, an array or a
 * member, "int (*name(int))[3]", S being at the first '(': the part within. */
static const char *inner_declarator(const char *s, size_t *length)
{
	const char *end = skip_pair(s, '(', ')');
	const char *p = s + 1;

	if (end[-1] != ')')
		return NULL;
	/* The class of a pointer to member comes before its asterisk. */
	while (is_word(*p) || *p == ':' || *p == '<')
		p = *p == '<' ? skip_angles(p) : p + 1;
	if (*p != '*' && *p != '&')
		return NULL;
	while (*p == '*' || *p == '&' || *p == ' ')
		p++;
	if (!strncmp(p, "const ", 6))
		p += 6;
	if (p >= end - 1)
		return NULL;
	*length = (size_t)(end - 1 - p);
	return p;
}

static bool ends_with_word(const char *text, const char *s, const char *word)
{
	size_t n = strlen(word);

	while (s > text && s[-1] == ' ')
		s--;
	return (size_t)(s - text) >= n && !memcmp(s - n, word, n);
}

const char *demangle_without_return(const char *text, size_t *length)
{
	static const char anonymous[] = "(anonymous namespace)";
	const char *name = text, *inner, *s = text;

	*length = strlen(text);
	while (*s) {
		if (at_operator(text, s)) {
			const char *symbol = s + 8;

			s = skip_operator(s);
			/* A conversion: what follows is its type. */
			if (s == symbol)
				break;
		} else if (!strncmp(s, anonymous, sizeof(anonymous) - 1)) {
			s += sizeof(anonymous) - 1;
		} else if (*s == '(' && ends_with_word(text, s, "decltype")) {
			s = skip_pair(s, '(', ')');
		} else if (*s == '(') {
			/* The parameters, unless the name is still to come. */
			inner = s > text && s[-1] == ' '
					? inner_declarator(s, length)
					: NULL;
			if (inner)
				return inner;
			break;
		} else if (*s == '<') {
			s = skip_angles(s);
		} else if (*s == '{') {
			s = skip_pair(s, '{', '}');
		} else if (*s == '[') {
			s = skip_pair(s, '[', ']');
		} else if (*s++ == ' ') {
			/* "decltype (x)" has a space within the type. */
			if (!(*s == '(' && ends_with_word(text, s, "decltype")))
				name = s;
		}
	}
	*length -= (size_t)(name - text);
	return name;
}

/* --- Rust ------------------------------------------------------------------
 */

static const struct {
	const char *code, *text;
} rust_escapes[] = {
	{ "$SP$", "@" }, { "$BP$", "*" }, { "$RF$", "&" }, { "$LT$", "<" },
	{ "$GT$", ">" }, { "$LP$", "(" }, { "$RP$", ")" }, { "$C$", "," },
};

/* Append the part of LENGTH bytes at S of a Rust name to OUT, which has room.
 * Returns the new end. */
static char *rust_part(char *out, const char *s, size_t length)
{
	const char *end = s + length;

	if (length > 1 && s[0] == '_' && s[1] == '$')
		s++;
	while (s < end) {
		unsigned code;
		int used = 0;
		size_t i;

		if (end - s >= 2 && s[0] == '.' && s[1] == '.') {
			*out++ = ':';
			*out++ = ':';
			s += 2;
			continue;
		}
		for (i = 0; i < sizeof(rust_escapes) / sizeof(*rust_escapes);
		     i++)
			if (!strncmp(s, rust_escapes[i].code,
				     strlen(rust_escapes[i].code)))
				break;
		if (i < sizeof(rust_escapes) / sizeof(*rust_escapes)) {
			*out++ = *rust_escapes[i].text;
			s += strlen(rust_escapes[i].code);
		} else if (sscanf(s, "$u%4x$%n", &code, &used) == 1 && used &&
			   code >= ' ' && code < 127) {
			*out++ = (char)code;
			s += used;
		} else {
			*out++ = *s++;
		}
	}
	return out;
}

static bool rust_hash(const char *s, size_t length)
{
	if (length != 17 || *s != 'h')
		return false;
	for (size_t i = 1; i < length; i++)
		if (!isdigit((unsigned char)s[i]) && (s[i] < 'a' || s[i] > 'f'))
			return false;
	return true;
}

/* "_ZN4core3fmt5Write17h0123456789abcdefE" of LENGTH bytes: C++'s nested
 * names with a hash for the last part. NULL for anything else. */
static char *demangle_rust(const char *s, size_t length)
{
	const char *end = s + length;
	char *out, *at;

	if (length < 24 || strncmp(s, "_ZN", 3) != 0 || end[-1] != 'E' ||
	    !rust_hash(end - 18, 17))
		return NULL;
	out = at = malloc(2 * length + 1);
	if (!out)
		return NULL;
	s += 3;
	/* Before the hash stand its length's two digits, after it the E. */
	while (s < end - 20) {
		size_t n = 0;

		while (s < end && isdigit((unsigned char)*s) && n < length)
			n = n * 10 + (size_t)(*s++ - '0');
		if (!n || n > (size_t)(end - s)) {
			free(out);
			return NULL;
		}
		if (at != out) {
			*at++ = ':';
			*at++ = ':';
		}
		at = rust_part(at, s, n);
		s += n;
	}
	if (s != end - 20) {
		free(out);
		return NULL;
	}
	*at = '\0';
	return out;
}

/* --- Fortran ---------------------------------------------------------------
 */

/* gfortran's "__module_MOD_name". */
static char *demangle_fortran(const char *s, size_t length)
{
	const char *mod;
	char *out;

	if (strncmp(s, "__", 2) != 0 || !(mod = strstr(s + 2, "_MOD_")) ||
	    mod == s + 2 || (size_t)(mod - s) + 5 >= length)
		return NULL;
	if (asprintf(&out, "%.*s::%.*s", (int)(mod - s - 2), s + 2,
		     (int)(length - (size_t)(mod - s) - 5), mod + 5) < 0)
		return NULL;
	return out;
}

/* True where MANGLED refers back to its own parts as only a bomb does. */
static bool explodes(const char *mangled)
{
	size_t references = 0, length = strlen(mangled);

	for (const char *s = mangled; *s; s++) {
		size_t digits;

		if (*s != 'S' && *s != 'T')
			continue;
		digits = strspn(s + 1, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		references += s[1 + digits] == '_';
	}
	return references > MAX_REFERENCES && length / references < MIN_SPACING;
}

static char *demangle_cxx(const char *mangled)
{
	size_t length;
	int status = 0;
	char *text;
	const char *name;

	if (explodes(mangled))
		return NULL;
	text = __cxa_demangle(mangled, NULL, NULL, &status);
	if (!text || status) {
		free(text);
		return NULL;
	}
	/* Of tables, thunks and guards the text says what they are first. */
	if (mangled[2] == 'T' || mangled[2] == 'G')
		return text;
	name = demangle_without_return(text, &length);
	memmove(text, name, length);
	text[length] = '\0';
	return text;
}

char *demangle_function(const char *mangled)
{
	size_t length = demangle_base_length(mangled);
	char *base, *name;

	if (mangled[0] != '_' || length > MAX_MANGLED)
		return NULL;
	name = demangle_rust(mangled, length);
	if (!name)
		name = demangle_fortran(mangled, length);
	if (name || mangled[1] != 'Z')
		return name;
	base = strndup(mangled, length);
	if (!base)
		return NULL;
	name = demangle_cxx(base);
	free(base);
	return name;
}
