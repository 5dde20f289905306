"""examples/taylor.c in Python, under cProfile: what pstats prints of it.

    taylor_cprofile.py stats|callers|callees

Times become T.TTT, and file and line X, so that it can be compared with what
prof prints of the C program.
"""
import cProfile
import io
import pstats
import re
import sys


def factorial(n):
    return 1 if n == 0 else n * factorial(n - 1)


def taylor_exp(n):
    result = 0.0
    for i in range(n):
        result += 1 / factorial(i)
    return result


def taylor_sin(n):
    result = 0.0
    for i in range(n):
        if i % 2 == 1:
            result += (-1 if i % 4 == 3 else 1) / factorial(i)
    return result


def at_one():
    return 0.0


def main():
    taylor_exp(500)
    at_one()
    taylor_sin(500)
    at_one()


sys.setrecursionlimit(10000)
profile = cProfile.Profile()
profile.enable()
main()
profile.disable()
text = io.StringIO()
stats = pstats.Stats(profile, stream=text)
for name in [f for f in stats.stats if f[0] == "~"]:  # the profiler's own
    del stats.stats[name]
for value in stats.stats.values():
    for name in [f for f in value[4] if f not in stats.stats]:
        del value[4][name]
stats.total_calls = stats.prim_calls = 0
stats.get_top_level_stats()
stats.sort_stats("name")
getattr(stats, "print_" + sys.argv[1])()
for line in text.getvalue().splitlines():
    line = re.sub(r"\d+\.\d{3}", "T.TTT", line)
    print(re.sub(r"\S+:\d+\(", "X(", line))
