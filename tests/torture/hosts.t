#!/bin/sh
# hosts.t - servers, interpreters and compilers as Debian has them, sampled at a
# high rate while they work: the same answers, bytes and statuses.
# hosts.t [NAME...]: only these. PROF_TEST_LONG=1: a hundred rounds of each, with
# either engine in turn (PROF_TEST_ENGINE=timer: with that one alone).
# Measures time.
. tests/lib.sh

times=1
[ -z "${PROF_TEST_LONG:-}" ] || times=100
limit=120
export PROF_HZ=4000
servers=
trap 'for s in $servers; do kill -9 $s 2>/dev/null; done; cd / && rm -rf "$work"' EXIT

# preload WITH: what LD_PRELOAD is in the run at hand.
preload() {
	[ "$1" = with ] && echo "$lib"
}

# soon COMMAND...: until it succeeds, 10 s at most.
soon() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || return 1
		sleep 0.05
	done
}

# choose_engine ROUND
choose_engine() {
	PROF_ENGINE=${PROF_TEST_ENGINE:-auto}
	[ $times -eq 1 ] || [ -n "${PROF_TEST_ENGINE:-}" ] ||
		[ $(($1 % 2)) -eq 0 ] || PROF_ENGINE=timer
	export PROF_ENGINE
}

# rounds NAME FUNCTION FILES: FUNCTION with and without us, TIMES times; what it
# leaves in the directory "left" is to be the same, and FILES profiles at least.
rounds() {
	name=$1
	rm -rf left plain.left
	mkdir left
	$2 without
	mv left plain.left
	[ -n "$(ls plain.left)" ]
	ok $? "$name: works without us" || return
	run=0
	bad=
	while [ $run -lt $times ] && [ -z "$bad" ]; do
		rm -f ./*.prof
		choose_engine $run
		mkdir left
		$2 with
		diff -r plain.left left >difference 2>&1 || bad="round $run, $PROF_ENGINE"
		rm -rf left
		run=$((run + 1))
	done
	is "$bad" '' "$name: the same with us, $times times" ||
		head -20 difference | sed 's/^/#   /'
	between "$(ls | grep -c '\.prof$')" "$3" 1000 \
		"$name: $3 profiles or more" || return
	look ./*.prof
	ok $? "$name: which read"
	cut=$(awk '$1 == "samples" { n += $2 } $1 == "cut" { c += $2 }
		END { print c + 0 " of " n + 0, n ? c / n * 100 : 100 }' info)
	echo "# $cut % of stacks are cut"
	between "${cut##* }" 0 0.5 "$name: 99.5 % of stacks are complete" ||
		sed -n '/^  cut/,/^  lost/s/^/#   /p' info
}

wanted=$*

# missing PROGRAM: it is not there, or not wanted.
missing() {
	case " $wanted " in
	'  ' | *" $(basename "$1") "*) ;;
	*) return 0 ;;
	esac
	[ -x "$1" ] && return 1
	skip "$1 is not installed" "$(basename "$1")"
}

# --- redis: a server that forks to save --------------------------------------
redis() {
	rm -f dump.rdb
	LD_PRELOAD=$(preload "$1") redis-server --port 0 \
		--unixsocket "$work/redis.sock" --save '' --daemonize no \
		--dir "$work" >redis.log 2>redis.err &
	servers=$!
	soon redis-cli -s redis.sock ping || echo "no answer" >left/broken
	redis-benchmark -s redis.sock -n 6000 -c 10 -q -t set,lpush,zadd \
		>/dev/null 2>&1
	redis-cli -s redis.sock flushall >>left/answers
	awk 'BEGIN {
		for (i = 0; i < 1500; i++) {
			printf "SET k%d %d\n", i, i * 7919 % 10007
			printf "ZADD z %d m%d\n", i * 31 % 977, i
			printf "RPUSH l%d v%d\n", i % 7, i
		}
		# work enough for the child to be sampled
		print "SETRANGE big 30000000 x"
		print "BGSAVE"
		print "DEBUG DIGEST"
		print "ZRANGE z 0 20"
		print "SORT l3 ALPHA LIMIT 0 30"
	}' | redis-cli -s redis.sock >>left/answers 2>&1
	soon sh -c 'redis-cli -s redis.sock info persistence |
		grep -q rdb_bgsave_in_progress:0' || echo "BGSAVE" >left/hangs
	redis-cli -s redis.sock info persistence |
		grep rdb_last_bgsave_status >>left/answers
	redis-cli -s redis.sock shutdown nosave
	wait $servers
	echo "status $?" >>left/answers
	servers=
	redis-check-rdb dump.rdb 2>&1 | grep -e 'keys read' -e 'looks OK' \
		>>left/answers
	cp redis.err left/err
}
missing /usr/bin/redis-server || rounds redis redis 2

# --- nginx: a master and its workers --------------------------------------------
nginx() {
	mkdir -p web
	[ -e web/big ] || seq 1 200000 >web/big
	cat >nginx.conf <<END
worker_processes 2;
daemon off;
user root;
pid $work/nginx.pid;
error_log $work/nginx.log warn;
events { worker_connections 64; }
http {
	access_log off;
	client_body_temp_path $work/t1; proxy_temp_path $work/t2;
	fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4;
	scgi_temp_path $work/t5;
	gzip on; gzip_types *; gzip_min_length 1;
	server { listen unix:$work/nginx.sock; root $work/web; }
}
END
	rm -f nginx.sock nginx.log
	LD_PRELOAD=$(preload "$1") /usr/sbin/nginx -p "$work" \
		-c "$work/nginx.conf" >nginx.out 2>nginx.err &
	servers=$!
	soon curl -s --unix-socket nginx.sock http://x/big ||
		echo "no answer" >left/broken
	n=0
	while [ $n -lt 10 ]; do
		curl -s --compressed --unix-socket nginx.sock http://x/big |
			cksum >>left/answers
		n=$((n + 1))
	done
	curl -s -o /dev/null -w '%{http_code}\n' --unix-socket nginx.sock \
		http://x/none >>left/answers
	kill -HUP $servers # new workers
	sleep 0.3
	curl -s --unix-socket nginx.sock http://x/big | cksum >>left/answers
	kill -QUIT $servers
	wait $servers
	echo "status $?" >>left/answers
	servers=
	cp nginx.err nginx.out left
	grep -v ' open() ' nginx.log >left/log
}
if [ "$(id -u)" = 0 ] && [ -x /usr/bin/curl ]; then
	missing /usr/sbin/nginx || rounds nginx nginx 2
else
	skip 'needs root and curl' nginx
fi

# --- programs that run and end ---------------------------------------------------
cat >work.py <<'END'
import json, re, subprocess, threading, zlib, multiprocessing, sys
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def job(n):
    return sum(i * i for i in range(n))
if __name__ == "__main__":
    print(fib(20))
    text = json.dumps([{"n": i} for i in range(20000)])
    print(zlib.crc32(text.encode()), len(re.findall(r"\d+", text)))
    print(subprocess.run(["/bin/sh", "-c", "echo hi; exit 4"]).returncode)
    out = [0] * 4
    def run(i): out[i] = job(20000 + i)
    ts = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    [t.start() for t in ts]; [t.join() for t in ts]
    print(out)
    with multiprocessing.Pool(2) as pool:
        print(pool.map(job, range(100000, 100010))) # work enough for a sample
    sys.exit(3)
END
python() {
	LD_PRELOAD=$(preload "$1") timeout $limit /usr/bin/python3 -I work.py \
		>left/out 2>left/err
	echo "status $?" >left/status
}
missing /usr/bin/python3 || rounds python3 python 2

sqlite() {
	rm -f test.db
	LD_PRELOAD=$(preload "$1") timeout $limit /usr/bin/sqlite3 test.db \
		"create table t(a integer primary key, b, c);
		with recursive n(i) as (select 1 union all
			select i + 1 from n where i < 60000)
		insert into t select i, i * 7919 % 100003, 'row ' || i from n;
		create index x on t(b); select count(*), sum(b) from t;
		select group_concat(c) from (select c from t order by b
			limit 20);" >left/out 2>left/err
	echo "status $?" >left/status
	cp test.db left
}
missing /usr/bin/sqlite3 || rounds sqlite3 sqlite 1

# A driver that executes a compiler, an assembler and a linker.
cp "$top/lib/analysis/demangle.c" unit.c
cat >main.c <<'END'
#include <stdio.h>
#include <stdlib.h>
static int by(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}
int main(void)
{
	int v[] = { 3, 1, 2 };
	qsort(v, 3, sizeof(*v), by);
	return printf("%d%d%d\n", v[0], v[1], v[2]) != 4;
}
END
compile() {
	LD_PRELOAD=$(preload "$1") timeout $limit gcc -O2 -g -I"$top" \
		-D_GNU_SOURCE -c -o left/unit.o unit.c >left/out 2>left/err
	echo "status $?" >left/status
	LD_PRELOAD=$(preload "$1") timeout $limit gcc -O2 -o left/main \
		main.c >>left/out 2>>left/err
	echo "status $?" >>left/status
	left/main >>left/out
}
# gcc is built of what runs too shortly to be sampled as well.
missing "$(command -v gcc)" || rounds gcc compile 2
finish
