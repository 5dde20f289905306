/* plugin_host.c - plugins that come and go at the same addresses.
 *
 * plugin_host A.so B.so ROUNDS: opens A, calls it and closes it, then B, and so
 * on. Prints whether B came to lie where A was, and how often each was called.
 */
#include "tests/programs/work.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static int called_back;

static WORK void call_back(void)
{
	called_back++;
}

static WORK void *use(const char *path)
{
	void *library = dlopen(path, RTLD_NOW);
	void (*plugin)(void (*)(void));

	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	*(void **)&plugin = dlsym(library, "plugin");
	plugin(call_back);
	dlclose(library);
	return *(void **)&plugin;
}

int main(int argc, char **argv)
{
	int rounds = argc > 3 ? atoi(argv[3]) : 0, i, same = 0;

	for (i = 0; i < rounds; i++) {
		void *a = use(argv[1]);
		void *b = use(argv[2]);

		same += a == b;
	}
	printf("rounds %d at the same address %d called back %d\n", rounds,
	       same, called_back);
	return 0;
}
