# asm.S - frames that no compiler would make.
	.text

# The CFA is kept in %rbx across a call, the frame pointer in a register.
	.globl	frames_asm_cfa
	.type	frames_asm_cfa, @function
frames_asm_cfa:
	.cfi_startproc
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	movq	%rsp, %rbx
	.cfi_def_cfa_register %rbx
	subq	$200, %rsp
	andq	$-64, %rsp
	call	frames_plain
	movq	%rbx, %rsp
	.cfi_def_cfa_register %rsp
	popq	%rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbx
	ret
	.cfi_endproc
	.size	frames_asm_cfa, . - frames_asm_cfa

# An expression says where the CFA is: the word at %rsp + 8. %rbp is in %r12.
	.globl	frames_asm_register
	.type	frames_asm_register, @function
frames_asm_register:
	.cfi_startproc
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r12, 0
	movq	%rbp, %r12
	.cfi_register %rbp, %r12
	leaq	16(%rsp), %rax
	subq	$24, %rsp
	.cfi_adjust_cfa_offset 24
	movq	%rax, 8(%rsp)
	.cfi_remember_state
	# DW_CFA_def_cfa_expression, 3 bytes: DW_OP_breg7 8, DW_OP_deref
	.cfi_escape 0x0f, 0x03, 0x77, 0x08, 0x06
	xorl	%ebp, %ebp
	call	frames_plain
	.cfi_restore_state
	addq	$24, %rsp
	.cfi_adjust_cfa_offset -24
	movq	%r12, %rbp
	.cfi_restore %rbp
	popq	%r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r12
	ret
	.cfi_endproc
	.size	frames_asm_register, . - frames_asm_register

# No unwind information from here on: a leaf that pushes nothing,
	.globl	frames_asm_bare
	.type	frames_asm_bare, @function
frames_asm_bare:
	leal	(%rdi,%rdi), %eax
	nop
	ret
	.size	frames_asm_bare, . - frames_asm_bare

# and a function with a frame pointer, which is right between the two marks.
	.globl	frames_asm_framed
	.globl	frames_framed_start
	.globl	frames_framed_end
	.type	frames_asm_framed, @function
frames_asm_framed:
	pushq	%rbp
	movq	%rsp, %rbp
frames_framed_start:
	subq	$32, %rsp
	call	frames_plain
	addq	$32, %rsp
frames_framed_end:
	popq	%rbp
	ret
	.size	frames_asm_framed, . - frames_asm_framed

# raise, with the caller's frame pointer on the stack and another value in it.
	.globl	frames_asm_raise
	.type	frames_asm_raise, @function
frames_asm_raise:
	.cfi_startproc
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	movl	$7, %ebp
	call	raise@PLT
	popq	%rbp
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbp
	ret
	.cfi_endproc
	.size	frames_asm_raise, . - frames_asm_raise

	.globl	frames_step_on
	.type	frames_step_on, @function
frames_step_on:
	.cfi_startproc
	pushfq
	.cfi_adjust_cfa_offset 8
	orq	$0x100, (%rsp)
	popfq
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size	frames_step_on, . - frames_step_on

	.section .note.GNU-stack,"",@progbits
