/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flag_list: every option of tiffctl(8), once, for getopt_long(3), the help and
 * scripts/completion. No guard: included where FLAG is defined.
 *
 * FLAG(letter, name, argument, help)
 */

/* clang-format off */
FLAG('c', "config", "FILE",
     "the daemon of this configuration (default " SYSCONFDIR "/tiffd/tiffd.ini)")
FLAG('p', "pid-file", "FILE",
     "the daemon whose process id is in this file")
FLAG('s', "socket", "SOCKET",
     "the daemon with this control socket")
FLAG('j', "json", "",
     "print JSON, as tiffctl(8) describes it")
FLAG('o', "output", "FILE",
     "profile, heap, wall, trace, stacks, connections: write to this file")
FLAG('b', "batch", "",
     "top: print lines, for files and pipes")
FLAG('d', "delay", "SECONDS",
     "top: seconds between updates (default 2)")
FLAG('n', "iterations", "N",
     "top: exit after so many updates")
FLAG('h', "help", "",
     "print this summary and exit")
FLAG('V', "version", "",
     "print the version and exit")
/* clang-format on */
