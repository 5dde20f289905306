"""Compare 'prof report' with Python's pstats on the same numbers.

    compare_pstats.py PROF PROFILE [all]

Reads the profile as JSON, makes a pstats.Stats of it, and lets both print it in
many orders and with many restrictions. Prints what differs; exits 1 then.
"""
import io
import json
import os
import pstats
import re
import subprocess
import sys

prof, profile = sys.argv[1:3]
everything = sys.argv[3:] == ["all"]


def report(*arguments):
    return subprocess.run([prof, "report", *arguments, profile], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def key(function, full):
    file = function["file"]
    return (file if full else os.path.basename(file), function["line"],
            function["name"])


def make_stats(full):
    data = json.loads(report("--json", "--callers"))
    stats = pstats.Stats(stream=io.StringIO())
    for f in data["functions"]:
        callers = {key(c, full): (c["ncalls"], c["primitive_calls"],
                                  c["tottime"], c["cumtime"])
                   for c in f["callers"]}
        stats.stats[key(f, full)] = (f["primitive_calls"], f["ncalls"],
                                     f["tottime"], f["cumtime"], callers)
    stats.get_top_level_stats()
    return stats


def theirs(stats, keys, reverse, kind, restrictions):
    stats.stream = io.StringIO()
    stats.sort_stats(*keys, "stdname")
    if reverse:
        stats.reverse_order()
    getattr(stats, "print_" + kind)(*restrictions)
    return stats.stream.getvalue()


def ours(keys, reverse, kind, restrictions, full):
    arguments = ["-s", ",".join([*keys, "stdname"])]
    arguments += ["-r"] if reverse else []
    arguments += ["--full-paths"] if full else []
    for r in restrictions:
        arguments += ["--limit=" + str(r)]
    if kind != "stats":
        arguments += ["--" + kind]
    text = report(*arguments)
    # What pstats has not: the header, "reversed", and advice at the end.
    text = text[re.search(r"^ +\d+ function calls|^   Ordered", text,
                          re.M).start():]
    text = text.replace(", reversed\n", "\n")
    return re.sub(r"\nThe hooks took (.|\n)*", "\n", text)


def compare(stats, keys, reverse=False, kind="stats", restrictions=(),
            full=False):
    # Their total is that of the functions; ours holds what no function had.
    total = re.compile(r" in \d+\.\d{3} seconds")
    a = total.sub("", theirs(stats, keys, reverse, kind, restrictions))
    a = a.replace("\\\\", "\\")  # it shows an expression as a literal
    b = total.sub("", ours(keys, reverse, kind, restrictions, full))
    if a == b:
        return 0
    print("# differs:", keys, reverse, kind, restrictions)
    for line, other in zip(a.splitlines(), b.splitlines()):
        if line != other:
            print("#  pstats:", line)
            print("#  prof:  ", other)
            break
    else:
        print("#  pstats: %d lines, prof: %d" % (a.count("\n"), b.count("\n")))
    return 1


def main():
    stats = make_stats(False)
    full = make_stats(True)
    words = sorted(stats.get_sort_arg_defs() if everything else
                   stats.sort_arg_dict_default)
    names = [f[2] for f in stats.stats]
    some = names[len(names) // 2]
    wrong = sum(compare(stats, [word]) for word in words)
    for keys in ["calls", "name"], ["cum", "line"], ["pcalls", "time", "file"]:
        keys = [k if k in words else "cumulative" for k in keys]
        for reverse in False, True:
            wrong += compare(stats, keys, reverse)
            wrong += compare(full, keys, reverse, full=True)
    for restrictions in ([3], [0.5], [0.26], [some], ["a", 0.5, 2], [2, "."],
                         [0.9, 0.9, 0.9], ["^t|^b|^r|^s", 4], [10000],
                         [r"\.c:\d+\(" + some], [r"[\w.]+:[\d]*\("],
                         ["(?:a|e)"]):
        for kind in ("stats", "callers", "callees") if everything else (
                ("callers",) if len(restrictions) > 1 else ("stats",)):
            wrong += compare(stats, ["time"], False, kind, restrictions)
    for kind in "callers", "callees":
        wrong += compare(stats, ["stdname"], False, kind)
        wrong += compare(full, ["stdname"], True, kind, full=True)
    print("# %d functions, %d sort words" % (len(names), len(words)))
    return wrong != 0


sys.exit(main())
