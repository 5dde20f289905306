/* plugin.c - loaded and unloaded, over and over. */
unsigned long plugin_work(unsigned long n);

__attribute__((noinline)) static unsigned long inner(unsigned long n)
{
	volatile unsigned long sum = n;
	int i;

	for (i = 0; i < 30000; i++)
		sum += (unsigned long)i;
	return sum;
}

unsigned long plugin_work(unsigned long n)
{
	return inner(n) * 3 + 1;
}

__attribute__((destructor)) static void last(void)
{
	(void)inner(1);
}
