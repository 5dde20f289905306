/* basel_mpi.c - the sum of 1/x^2 by several MPI ranks, unevenly on purpose.
 *
 * Rank r adds up r + 1 parts of 1 + 2 + ... + n: so the last rank works longest
 * and the others wait for it in MPI_Reduce.
 *
 *	basel_mpi [TERMS]
 */
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) double term(double x)
{
	return 1 / (x * x);
}

__attribute__((noinline)) double basel_part(long from, long to)
{
	double sum = 0;

	for (long x = from; x < to; x++)
		sum += term((double)x);
	return sum;
}

__attribute__((noinline)) double gather(double part)
{
	double sum = 0;

	MPI_Reduce(&part, &sum, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
	return sum;
}

int main(int argc, char **argv)
{
	long terms = argc > 1 ? atol(argv[1]) : 1000000, parts, before;
	int rank, size;
	double sum;

	MPI_Init(&argc, &argv);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	MPI_Comm_size(MPI_COMM_WORLD, &size);
	parts = (long)size * (size + 1) / 2;
	before = (long)rank * (rank + 1) / 2;
	sum = gather(basel_part(1 + terms * before / parts,
				1 + terms * (before + rank + 1) / parts));
	if (rank == 0)
		printf("basel_mpi %.6f\n", sum);
	MPI_Finalize();
	return 0;
}
