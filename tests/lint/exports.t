#!/bin/sh
# libprof.so shows exactly what lib/libprof.map says, and needs what it says.
set -u
build=${BUILD:-build/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

. tests/tap.sh

nm -D --defined-only "$build/libprof.so" | awk '{ print $3 }' |
    sort >"$work/shown"
cat >"$work/wanted" <<'W'
__cyg_profile_func_enter
__cyg_profile_func_exit
__cxa_begin_catch
__longjmp_chk
__sanitizer_cov_trace_pc
_longjmp
__sigsetjmp
_setjmp
setjmp
_exit
_Exit
quick_exit
daemon
dlclose
execl
execle
prctl
pthread_sigmask
sigprocmask
sigtimedwait
sigwaitinfo
sigwait
sleep
usleep
nanosleep
clock_nanosleep
poll
__poll_chk
ppoll
__ppoll_chk
select
pselect
epoll_wait
epoll_pwait
read
__read_chk
recv
__recv_chk
recvfrom
recvmsg
accept
accept4
connect
sem_wait
sem_timedwait
sem_clockwait
pthread_cond_wait
pthread_cond_timedwait
pthread_cond_clockwait
pthread_join
pthread_barrier_wait
wait
waitpid
waitid
pause
sigsuspend
execlp
execv
execve
execveat
execvp
execvpe
fexecve
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
bsd_signal
ssignal
sysv_signal
__sysv_signal
sigset
sigignore
swapcontext
thrd_create
W
sort -o "$work/wanted" "$work/wanted"
diff "$work/wanted" "$work/shown" >"$work/diff"
ok $? "the exported symbols are the documented ones" ||
    sed 's/^/#   /' "$work/diff"

readelf -d "$build/libprof.so" >"$work/dynamic"
grep -q 'SONAME.*libprof\.so\.[0-9]' "$work/dynamic"
ok $? "it has a soname" || sed 's/^/#   /' "$work/dynamic"

grep NEEDED "$work/dynamic" |
    grep -v -e libz.so -e libc.so -e ld-linux >"$work/needed"
empty "$work/needed" "it needs zlib and libc only"

grep -q 'FLAGS_1.*NODELETE' "$work/dynamic"
ok $? "it cannot be unloaded" || sed 's/^/#   /' "$work/dynamic"
finish
