/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_list: every command of tiffctl(8), once, for the command line, the help and
 * scripts/completion. No guard: included where VERB is defined.
 *
 * VERB(name, argument: NONE, OPTIONAL or REQUIRED, its name in the help, function, help)
 */

/* clang-format off */
VERB("status", NONE, "", status_run,
     "show workers, connections, rates, memory and the last reload")
VERB("top", NONE, "", top_run,
     "the same, live; keys as in top(1), h for help")
VERB("memory", OPTIONAL, "PID", memory_use_run,
     "memory of the daemon's processes, or of a process and its descendants")
VERB("dump-config", NONE, "", dump_run,
     "print the configuration in effect, including defaults")
VERB("test", NONE, "", checking_run,
     "check the configuration that a reload would read")
VERB("reload", NONE, "", act_run,
     "read the configuration again, and wait until it serves")
VERB("workers", REQUIRED, "N", act_run,
     "the same with N workers, until the next reload")
VERB("upgrade", NONE, "", act_run,
     "start the program on disk, and wait until it serves")
VERB("reopen", NONE, "", act_run,
     "reopen the log files, after a rotation")
VERB("quit", NONE, "", act_run,
     "shut down when all responses are complete, and wait")
VERB("stop", NONE, "", act_run,
     "shut down at once, and wait")
VERB("profile", OPTIONAL, "SECONDS", observed_run,
     "where workers spend CPU time; for 30 seconds")
VERB("heap", OPTIONAL, "SECONDS", observed_run,
     "memory in use, by allocating function; with SECONDS, the change")
VERB("wall", OPTIONAL, "SECONDS", observed_run,
     "what event loops do and wait for; for 5 seconds")
VERB("trace", OPTIONAL, "SECONDS", observed_run,
     "every event in workers, as JSON for Perfetto; for 1 second")
VERB("stacks", NONE, "", observed_run,
     "the call stack of every worker")
VERB("connections", NONE, "", observed_run,
     "what each connection is doing")
/* clang-format on */
