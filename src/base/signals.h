/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signals: one table of the signals that tell a process what to do. They are blocked and read
 * from a descriptor, so that none of them has a handler; what each process does with one is its
 * own table's matter. Handlers, of other signals, are only in src/stack/ and src/profile/.
 */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

/* Blocks the signals of the table; children inherit that. Returns a non-blocking descriptor
 * that is readable when one has come, or a negative errno. */
int signals_open(void) __attribute__((warn_unused_result));

/* Ignores other signals that would end this process and its children to come, but for what a
 * crash raises. Handlers are to be installed after that. */
void signals_ignore(void);

/* SIGRTMIN asks for the stacks of all workers, SIGRTMIN+1 for files of profiles. */
int signals_dump(void);
int signals_profile(void);

/* The next signal that has come, or 0. Ctrl-\, which the kernel sends to all processes of a
 * terminal, is told from SIGQUIT by kill(1): it is signals_dump(). */
int signals_next(int fd);

/* Lets a signal, which need not be one of the table, reach a handler in this thread. */
void signals_unblock(int signal);

/* "SIGHUP", for logs. */
const char *signals_name(int signal);

#endif
