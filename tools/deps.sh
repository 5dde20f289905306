#!/bin/sh
# deps.sh --for demo|check|ci: install the Debian packages that are missing.
#
# What is there already, however it came to be there, is left alone: each
# package is asked for by the command, the header or the pkg-config module that
# the build needs. Without root or sudo it prints the line to run, and exits 1.
set -u
goal=${2:-check}
missing=

need() { # PACKAGE, then a command that succeeds where it is not needed
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

has_header() {
    for directory in /usr/include /usr/include/*-linux-gnu* /usr/local/include; do
        [ -e "$directory/$1" ] && return 0
    done
    return 1
}

# The compilers that are used by name must be there even where CC is another.
need gcc command -v gcc
need g++ command -v g++
need libc6-dev has_header stdio.h
need libdw-dev has_header elfutils/libdw.h
need libelf-dev has_header libelf.h
need zlib1g-dev has_header zlib.h
# What walks stacks where our own tables do not serve; the tests compare both.
case $goal-$(uname -m) in
demo-x86_64) ;;
*) need libunwind-dev has_header libunwind.h ;;
esac
case $goal in
check | ci)
    need perl command -v prove
    need binutils command -v nm
    need bzip2 command -v bzip2
    need xz-utils command -v xz
    need python3 test -x /usr/bin/python3
    need valgrind command -v callgrind_annotate
    need git command -v git
    ;;
esac
case $goal in
ci)
    need clang command -v clang
    need clang-format command -v clang-format
    need lua5.4 command -v lua5.4
    need sqlite3 command -v sqlite3
    need redis-server command -v redis-server
    need nginx-light test -x /usr/sbin/nginx
    need curl command -v curl
    need pkg-config command -v pkg-config
    need kcachegrind command -v kcachegrind
    need xvfb command -v Xvfb
    need xdotool command -v xdotool
    need dbus-daemon command -v dbus-run-session
    need graphviz command -v dot
    ;;
esac

[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root=sudo
else
    echo "These Debian packages are missing; as root, run:" >&2
    echo "    apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
install() {
    # shellcheck disable=SC2086
    $as_root apt-get install -y -qq --no-install-recommends $missing \
        >"$log" 2>&1
}
log=$(mktemp)
if ! install; then
    # The lists may be old, or not there at all.
    { $as_root apt-get update -qq >/dev/null 2>&1 && install; } || {
        cat "$log" >&2
        rm -f "$log"
        echo "could not install:$missing" >&2
        exit 1
    }
fi
rm -f "$log"
