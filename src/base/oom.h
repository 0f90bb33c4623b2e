/* SPDX-License-Identifier: BSD-2-Clause */
/* oom: which processes the kernel kills first when memory runs out; see
 * proc_pid_oom_score_adj(5). What the system does not allow is left as it is. */
#ifndef BASE_OOM_H
#define BASE_OOM_H

/* This process is among the last. Its children to come are as it was before, from
 * oom_inherit() on. */
void oom_protect(void);

/* In a child. */
void oom_inherit(void);

/* This process is the first: it is expendable. */
void oom_offer(void);

#endif
