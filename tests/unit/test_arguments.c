/* SPDX-License-Identifier: BSD-2-Clause */
/* Arguments: of a function of this program, interrupted where the test knows what they are. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "symbol/arguments.h"

#define WORDS 64

#if defined(__x86_64__)
#define ILLEGAL     "ud2"
#define INSTRUCTION 2 /* bytes */
#else
#define ILLEGAL     "udf #0"
#define INSTRUCTION 4
#endif

static struct registers registers;
static uintptr_t pc;
static uintptr_t sp;
static uintptr_t words[WORDS];
static char text[8192];

/* Word by word: no frame of the stack is a single object. */
__attribute__((no_sanitize_address)) static void
copy_stack(void)
{
    const volatile uintptr_t *stack = (const volatile uintptr_t *)sp;

    for (size_t i = 0; i < WORDS; i++)
        words[i] = stack[i];
}

static void
on_signal(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    registers_read(context, &registers);
    pc = registers_pc(context);
    sp = registers_sp(context);
    copy_stack();
}

/* The instruction is in its middle, so that the arguments are still needed. */
__attribute__((noinline, noclone, optimize("O1"))) static int
interrupted(int negative, unsigned char small, const char *pointer, long unused)
{
    (void)unused;
    __asm__ volatile("" : "+r"(negative), "+r"(pointer)::"memory");
    __asm__ volatile(ILLEGAL ::"r"(negative), "r"((int)small), "r"(pointer) : "memory");
    return negative + small + pointer[0];
}

static void
step_over(int signal, siginfo_t *info, void *context)
{
    ucontext_t *user = context;

    on_signal(signal, info, context);
    registers_set(user, pc + INSTRUCTION, sp);
}

/* cmocka takes the signal for itself before each test. */
static void
interrupt(const char *pointer)
{
    const struct sigaction action = { .sa_sigaction = step_over, .sa_flags = SA_SIGINFO };
    struct sigaction before;

    assert_int_equal(sigaction(SIGILL, &action, &before), 0);
    (void)interrupted(-7, 200, pointer, 5);
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
    const struct arguments_of of = { pc, &registers, sp, words, WORDS };

    arguments_lines(symbols, &of, keep_line, NULL);
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
             "arguments of interrupted: negative=-7, small=200, pointer=0x%jx, unused=",
             (uintmax_t)string);
    assert_ptr_equal(strstr(text, expected), text);
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
        cmocka_unit_test_setup(registers_by_name, set_up),
        cmocka_unit_test_setup(nothing_that_was_not_kept, set_up),
    };

    return cmocka_run_group_tests_name("arguments", tests, NULL, NULL);
}
