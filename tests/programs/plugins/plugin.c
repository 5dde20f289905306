/* plugin.c - a library of which two builds, WHICH=1 and 2, differ in the name
 * of their function and in nothing that moves an address. */
#if WHICH == 1
#define work first_plugin_work
#else
#define work other_plugin_work
#endif

void work(void (*call_back)(void));
void plugin(void (*call_back)(void));

__attribute__((noinline)) void work(void (*call_back)(void))
{
	call_back();
	__asm__ volatile("");
}

void plugin(void (*call_back)(void))
{
	work(call_back);
	__asm__ volatile("");
}
