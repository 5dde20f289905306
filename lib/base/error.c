#include "lib/base/error.h"

#include <stdarg.h>
#include <stdio.h>

_Bool error_set(struct error *err, enum error_code code, const char *format,
		...)
{
	va_list args;

	if (!err)
		return 0;
	err->code = code;
	va_start(args, format);
	vsnprintf(err->msg, sizeof(err->msg), format, args);
	va_end(args);
	return 0;
}
