/* SPDX-License-Identifier: BSD-2-Clause */
/* Arguments: of functions of this program, interrupted where the test knows what they are. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "symbol/arguments.h"

#if defined(__x86_64__)
#define ILLEGAL     "ud2"
#define INSTRUCTION 2 /* bytes */
#define FOURTH      "rcx"
#else
#define ILLEGAL     "udf #0"
#define INSTRUCTION 4
#define FOURTH      "x3"
#endif
#define HERE __attribute__((noinline, noclone, optimize("O1")))

static struct registers registers;
static struct stack_top top;
static char text[8192];

extern void *__libc_stack_end; /* from the C library */

static void
on_signal(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    registers_read(context, &registers);
    top_copy(&top, registers_sp(context), (uintptr_t)__libc_stack_end);
}

/* The instruction is in its middle, so that some arguments are still needed. The register of
 * the last one is used for something else. */
HERE static int
interrupted(int negative, unsigned char small, const char *pointer, long gone)
{
    (void)gone;
    __asm__ volatile("" : "+r"(negative), "+r"(pointer)::"memory", FOURTH);
    __asm__ volatile(ILLEGAL ::"r"(negative), "r"((int)small), "r"(pointer) : "memory");
    return negative + small + pointer[0];
}

/* Needs one of its arguments again, and has forgotten the other. The last one that it passes
 * fits in one instruction of every machine, or GCC would not note it. */
HERE static long
middle(long forgotten, int kept, const char *pointer)
{
    long sum = interrupted(-7, 200, pointer, 12345);

    __asm__ volatile("" : "+r"(sum)::"memory");
    (void)forgotten;
    return sum + kept;
}

/* Its own argument is what it passes on, changed. */
HERE static long
outermost(long number, const char *pointer)
{
    long sum = middle(number + 3, 31, pointer);

    __asm__ volatile("" : "+r"(sum), "+r"(number)::"memory");
    return sum + number;
}

static void
step_over(int signal, siginfo_t *info, void *context)
{
    ucontext_t *user = context;

    on_signal(signal, info, context);
    registers_set(user, registers_pc(context) + INSTRUCTION, registers_sp(context));
}

/* cmocka takes the signal for itself before each test. */
static void
interrupt(const char *pointer)
{
    const struct sigaction action = { .sa_sigaction = step_over, .sa_flags = SA_SIGINFO };
    struct sigaction before;

    assert_int_equal(sigaction(SIGILL, &action, &before), 0);
    (void)outermost(-1000, pointer);
    assert_int_equal(sigaction(SIGILL, &before, NULL), 0);
}

static int
set_up(void **state)
{
    (void)state;
    text[0] = '\0';
    return 0;
}

static void
keep_line(void *argument, const char *line)
{
    (void)argument;
    strncat(text, line, sizeof(text) - strlen(text) - 2);
    strcat(text, "\n");
}

static void
tell(void)
{
    struct symbols *symbols = symbol_open_self();

    arguments_lines(symbols, &registers, &top, keep_line, NULL);
    symbol_close(symbols);
}

static void
what_registers_hold(void **state)
{
    static const char string[] = "a";
    char expected[128];

    (void)state;
    interrupt(string);
    tell();
    snprintf(expected, sizeof(expected),
             "arguments of interrupted: negative=-7, small=200, pointer=0x%jx, gone=12345\n",
             (uintmax_t)string);
    assert_ptr_equal(strstr(text, expected), text);
}

/* In registers that functions restore, in memory, and at the calls. */
static void
what_callers_have(void **state)
{
    static const char string[] = "a";
    char expected[256];

    (void)state;
    interrupt(string);
    tell();
    snprintf(expected, sizeof(expected),
             "\narguments of middle: forgotten=-997, kept=31, pointer=0x%jx\n"
             "arguments of outermost: number=-1000, pointer=0x%jx\n",
             (uintmax_t)string, (uintmax_t)string);
    assert_non_null(strstr(text, expected));
    assert_non_null(strstr(text, "arguments of interrupt: pointer=0x"));
}

/* Of what is farther out than the copy, it says so. */
static void
a_part_of_the_stack(void **state)
{
    (void)state;
    interrupt("c");
    top.above = 4;
    tell();
    assert_ptr_equal(strstr(text, "arguments of interrupted: negative=-7"), text);
    assert_null(strstr(text, "arguments of interrupt:"));
    assert_non_null(strstr(text, "arguments of other callers are unknown"));
}

/* As after a call through a pointer to nowhere: all that is known is of the caller. On ARM,
 * such a call is lost where the function has saved no return address of its own. */
static void
a_call_to_nowhere(void **state)
{
    const char *next = "arguments of other callers are unknown: the stack is damaged";

    (void)state;
    interrupt("d");
#if defined(__x86_64__)
    registers.values[REGISTERS_SP] -= sizeof(uintptr_t);
    top.sp -= sizeof(uintptr_t);
    memmove(&top.words[TOP_BELOW + 1], &top.words[TOP_BELOW],
            (TOP_ABOVE - 1) * sizeof(uintptr_t));
    top.words[TOP_BELOW] = (uintptr_t)registers.values[REGISTERS_PC] + INSTRUCTION;
    next = "arguments of middle: forgotten=-997, kept=31";
#else
    registers.values[30] = registers.values[REGISTERS_PC] + INSTRUCTION;
#endif
    registers.values[REGISTERS_PC] = 16;
    tell();
    assert_ptr_equal(strstr(text, "arguments of interrupted: negative=-7"), text);
    assert_non_null(next = strstr(text, next));
    assert_ptr_equal(next - 1, strchr(text, '\n'));
}

static void
registers_by_name(void **state)
{
    (void)state;
    registers = (struct registers){ .count = REGISTERS_COUNT, .values = { 0x1234, 5 } };
    arguments_registers(&registers, keep_line, NULL);
    assert_non_null(strstr(text, " 0x0000000000001234  "));
    assert_ptr_equal(strstr(text, registers_name(0)), text);
}

static void
nothing_that_was_not_kept(void **state)
{
    (void)state;
    registers_keep(false);
    interrupt("b");
    registers_keep(true);
    assert_int_equal(registers.count, 0);
    tell();
    arguments_registers(&registers, keep_line, NULL);
    assert_string_equal(text, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_registers_hold, set_up),
        cmocka_unit_test_setup(what_callers_have, set_up),
        cmocka_unit_test_setup(a_part_of_the_stack, set_up),
        cmocka_unit_test_setup(a_call_to_nowhere, set_up),
        cmocka_unit_test_setup(registers_by_name, set_up),
        cmocka_unit_test_setup(nothing_that_was_not_kept, set_up),
    };

    return cmocka_run_group_tests_name("arguments", tests, NULL, NULL);
}
