#!/bin/sh
# libprof.so shows exactly what lib/libprof.map says, and needs what it says.
set -u
build=${BUILD:-build/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail=0
echo "1..4"
say() {
    if [ "$1" = 0 ]; then
        echo "ok $2 - $3"
    else
        echo "not ok $2 - $3"
        sed 's/^/#   /' "$4"
        fail=1
    fi
}

nm -D --defined-only "$build/libprof.so" | awk '{ print $3 }' |
    sort >"$work/shown"
cat >"$work/wanted" <<'W'
__cyg_profile_func_enter
__cyg_profile_func_exit
__cxa_begin_catch
__longjmp_chk
_longjmp
_exit
_Exit
dl_iterate_phdr
dlclose
pipe2
libprof_flush
libprof_region_begin
libprof_region_end
libprof_reset
libprof_start
libprof_stop
libprof_thread_name
libprof_version
longjmp
pthread_create
sigaction
siglongjmp
signal
swapcontext
thrd_create
W
sort -o "$work/wanted" "$work/wanted"
diff "$work/wanted" "$work/shown" >"$work/diff"
say $? 1 "the exported symbols are the documented ones" "$work/diff"

readelf -d "$build/libprof.so" >"$work/dynamic"
grep -q 'SONAME.*libprof\.so\.[0-9]' "$work/dynamic"
say $? 2 "it has a soname" "$work/dynamic"

grep NEEDED "$work/dynamic" |
    grep -v -e libunwind.so -e libz.so -e libc.so -e ld-linux >"$work/needed"
[ ! -s "$work/needed" ]
say $? 3 "it needs libunwind, zlib and libc only" "$work/needed"

grep -q 'FLAGS_1.*NODELETE' "$work/dynamic"
say $? 4 "it cannot be unloaded" "$work/dynamic"
exit $fail
