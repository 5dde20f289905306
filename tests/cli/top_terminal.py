"""Watch 'prof top' on a terminal of our own.

    top_terminal.py END COMMAND...

END is what happens after two frames: "q", "^C" or "term" ask it to end, "kill:PID"
kills that process, and "none" is nothing.
Prints its exit status, and what was found wrong with the terminal after it.
"""
import os
import pty
import select
import signal
import sys
import termios
import time
import fcntl
import struct

how, command = sys.argv[1], sys.argv[2:]
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 16, 80, 0, 0))
before = termios.tcgetattr(slave)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in 0, 1, 2:
        os.dup2(slave, fd)
    os.environ["TERM"] = "xterm"
    os.execvp(command[0], command)

seen = b""
asked = False
status = None
give_up = time.monotonic() + 30
while status is None and time.monotonic() < give_up:
    if select.select([master], [], [], 0.05)[0]:
        seen += os.read(master, 65536)
    if not asked and seen.count(b"\033[H") >= 2:
        asked = True
        if how == "q":
            os.write(master, b"cq")
        elif how == "^C":
            os.write(master, b"\x03")
        elif how == "term":
            os.kill(pid, signal.SIGTERM)
        elif how.startswith("kill:"):
            os.kill(int(how[5:]), signal.SIGKILL)
    done, code = os.waitpid(pid, os.WNOHANG)
    if done:
        status = os.waitstatus_to_exitcode(code)
if status is None:
    os.kill(pid, signal.SIGKILL)
    print("it did not end")
while select.select([master], [], [], 0)[0]:
    seen += os.read(master, 65536)

print("status", status)
if termios.tcgetattr(slave) != before:
    print("the terminal's settings are changed")
if seen.count(b"\033[?1049h") != 1 or seen.count(b"\033[?1049l") != 1:
    print("the other screen was not left")
if seen.rfind(b"\033[?25h") < seen.rfind(b"\033[?25l"):
    print("the cursor is hidden")
frames = seen.split(b"\033[H")[1:]
last = frames[-1].split(b"\033[J")[0] if frames else b""
print("lines", last.count(b"\r\n") + 1)
after = seen.rsplit(b"\033[?1049l", 1)[-1].decode(errors="replace")
print("left:", after.replace("\r", "").split("\n")[0])
print("order:", [f for f in ("now", "cumulative")
                 if b"sorted by " + f.encode() in seen])
