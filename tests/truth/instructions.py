# instructions.py FILE: does an instruction start at every address in a callgrind
# file? objdump is asked, from each function's symbol on, as KCachegrind does.
# Prints each object with how many addresses it has and which are none; the last
# line is the sum.
import collections
import os
import re
import subprocess
import sys


def addresses(path):
    """Object -> addresses that have a cost, that call, or that are called."""
    names, found = {}, collections.defaultdict(set)
    here = called = None
    for line in open(path, errors="replace"):
        name = re.match(r"(c?ob)=\((\d+)\)(?: (.*))?", line)
        if name:
            key, number, text = name.groups()
            names.setdefault(number, text)
            if key == "ob":
                here = names[number]
            else:
                called = names[number]
        elif line.startswith("calls="):
            target = int(line.split()[1], 16)
            found[called or here].add(target)
            called = None
        elif line.startswith("0x"):
            found[here].add(int(line.split()[0], 16))
    return found


def starts(path, low, high):
    run = subprocess.run(
        ["objdump", "-d", "-w", "--no-show-raw-insn",
         "--start-address=%d" % max(low - 4096, 0),
         "--stop-address=%d" % (high + 64), path],
        stdout=subprocess.PIPE, text=True, errors="replace", check=True)
    return {int(a, 16) for a in re.findall(r"^\s*([0-9a-f]+):\t", run.stdout, re.M)}


all_count = all_wrong = 0
for path, wanted in addresses(sys.argv[1]).items():
    wanted.discard(0)
    if not wanted or not os.path.exists(path):
        continue
    known = starts(path, min(wanted), max(wanted))
    wrong = sorted(wanted - known)
    print(os.path.basename(path), len(wanted), *[hex(a) for a in wrong[:9]])
    all_count += len(wanted)
    all_wrong += len(wrong)
print("all", all_count, "wrong", all_wrong)
