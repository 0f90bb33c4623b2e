/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flag_list: every option of tiffd(8), once. Feeds getopt_long(3), the help and
 * scripts/completion. No guard: included where FLAG is defined.
 *
 * FLAG(letter, name, argument, help)   the letter may be the name of a constant: then there is
 * none
 */

/* clang-format off */
FLAG('c', "config", "FILE",
     "read this configuration (default: " SYSCONFDIR "/tiffd/tiffd.ini)")
FLAG('o', "option", "SECTION.KEY=VALUE",
     "override a setting: server.workers=2, \"asset /tiff.variant=cached\"")
FLAG(OPTION_CPU_PROFILE, "cpuprofile", "PREFIX",
     "write a CPU profile of each worker, PREFIX.w0.123.cpu.prof")
FLAG(OPTION_HEAP_PROFILE, "memprofile", "PREFIX",
     "write a heap profile of each worker, PREFIX.w0.123.heap.prof")
FLAG('d', "detach", "",
     "run in the background")
FLAG('s', "signal", "SIGNAL",
     "signal the running daemon: reload, reopen, upgrade, quit, stop")
FLAG('t', "test", "",
     "check the configuration and exit")
FLAG('T', "dump", "",
     "print the effective configuration and exit")
FLAG('V', "version", "",
     "print version, libraries and embedded objects")
FLAG('h', "help", "",
     "print this text")
/* clang-format on */
