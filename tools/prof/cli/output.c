#include "tools/prof/cli/output.h"
#include "tools/prof/cli/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int output_close(void)
{
	int failed = ferror(stdout);

	errno = 0;
	if (!fflush(stdout) && !failed)
		return STATUS_OK;
	message_error("standard output: %s",
		      errno ? strerror(errno) : "write error");
	return STATUS_SYSTEM;
}
