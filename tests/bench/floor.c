/* floor.c - hooks that do nothing, or only what every tracer must.
 *
 * With -DREAD_TSC each reads the time stamp counter and keeps it.
 */
#include <stdint.h>

#define HOOK __attribute__((no_instrument_function, visibility("default"))) void

HOOK __cyg_profile_func_enter(void *function, void *site);
HOOK __cyg_profile_func_exit(void *function, void *site);

#ifdef READ_TSC
static __thread uint64_t last __attribute__((tls_model("initial-exec")));
#define BODY last = __builtin_ia32_rdtsc()
#else
#define BODY __asm__ volatile("")
#endif

HOOK __cyg_profile_func_enter(void *function, void *site)
{
	(void)function;
	(void)site;
	BODY;
}

HOOK __cyg_profile_func_exit(void *function, void *site)
{
	(void)function;
	(void)site;
	BODY;
}
