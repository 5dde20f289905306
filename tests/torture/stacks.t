#!/bin/sh
# stacks.t - what the walk of a stack must bear: little room, code that says
# nothing of its frames, and registers that point anywhere.
# Measures time.
. tests/lib.sh

torture=$build/torture

# --- the handler's own stack -------------------------------------------------
for setting in PROF_ENGINE=perf PROF_ENGINE=timer PROF_CLOCK=wall \
	PROF_MODE=count; do
	rm -f ./*.prof
	quietly with PROF_HZ=4000 $setting "$torture/frame" "$torture/plugin.so"
	is "$status" 0 "$setting: samples on an alternate stack"
	set -- $(cat out) 0 0
	# The kernel's part is the same for an empty handler.
	# 620 to 890 bytes. tests/lint/frames.t looks at the ways that are not
	# taken here.
	most=1024
	[ "$variant" = debug ] && most=4096
	between "$(($2 - $1))" 1 $most \
		"$setting: the handler takes less than 1 KiB of it"
done
rm -f ./*.prof

# --- code without unwind information -------------------------------------------
if [ "$(uname -m)" != x86_64 ]; then
	skip 'written for x86-64' 'code without unwind information'
	finish
fi
cat >code.S <<'END'
# Loops that say nothing of themselves. %rdi: how often.
	.text
	.globl	leaf, framed, pushed, lost
leaf:	dec	%rdi
	jnz	leaf
	ret
framed:	push	%rbp
	mov	%rsp, %rbp
	sub	$64, %rsp
1:	dec	%rdi
	jnz	1b
	leave
	ret
# No frame pointer, and a return address that is out of reach; what %rbp has is
# no address, or one of nothing, or of the stack.
pushed:	push	%rbp
	push	%rbx
	sub	$512, %rsp
	mov	$12345, %rbp
1:	dec	%rdi
	jnz	1b
	add	$512, %rsp
	pop	%rbx
	pop	%rbp
	ret
lost:	push	%rbp
	push	%rdi
	sub	$512, %rsp
	mov	%rsp, %rbp
	and	$-4096, %rbp
	movq	$0, (%rsp)
	movq	$1, 8(%rsp)
1:	dec	%rdi
	jnz	1b
	add	$512, %rsp
	pop	%rdi
	pop	%rbp
	ret
	.section .note.GNU-stack,"",@progbits
END
cat >main.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
void leaf(long), framed(long), pushed(long), lost(long);
static __attribute__((noinline, noclone)) long caller(void (*f)(long), long n)
{
	f(n);
	return n + 1;
}
int main(int argc, char **argv)
{
	void (*f)(long) = !strcmp(argv[1], "leaf") ? leaf :
		!strcmp(argv[1], "framed") ? framed :
		!strcmp(argv[1], "pushed") ? pushed : lost;
	printf("%ld\n", caller(f, argc > 2 ? atol(argv[2]) : 600000000));
	return 0;
}
END
$cc -O2 -g -fomit-frame-pointer -o code main.c code.S
ok $? 'the code builds'

# sampled WHAT: profile it, and set samples, cut and guessed.
sampled() {
	rm -f ./*.prof
	quietly with PROF_MODE=sample PROF_HZ=1000 ./code "$1"
	is "$status $(cat out)" '0 600000001' "$1: runs as ever"
	look ./*.prof
	samples=$(fact samples | sed 's/,.*//')
	cut=$(fact cut | sed 's/ .*//')
	guessed=$(noted 'led by a guess')
	echo "# $samples samples, $cut cut, $guessed guessed"
	between "$samples" 20 100000 "$1: is sampled"
	between "$(tottime "$1")" "$(awk "BEGIN { print $(total) * 0.9 }")" 60 \
		"$1: its own time is its own"
	between "$(($cut + $guessed))" $((samples * 9 / 10)) $samples \
		"$1: each stack is cut or guessed, and said to be"
}

for what in leaf framed; do
	sampled $what
	between "$cut" 0 $((samples / 100)) "$what: a guess leads to main"
	between "$(cumtime main)" "$(awk "BEGIN { print $(total) * 0.95 }")" \
		60 "$what: so main has it all"
	between "$(cumtime caller)" "$(awk "BEGIN { print $(total) * 0.95 }")" \
		60 "$what: and no frame is left out"
done
for what in pushed lost; do
	sampled $what
	between "$cut" $((samples * 9 / 10)) $samples \
		"$what: the stack is cut rather than invented"
	has info ': no unwind information$' "$what: and prof info tells why"
	has report 'stacks (.* %) were cut' "$what: and the report how many"
	has report '^  [0-9]*: no unwind information$' \
		"$what: and the report why, as well"
done
finish
