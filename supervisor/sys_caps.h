/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_SUPERVISOR_SYS_CAPS_H
#define ROINIT_SUPERVISOR_SYS_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "supervisor/launch.h"

/*
 * Capabilities, securebits and no_new_privs: the steps of a child between fork and exec, and PID
 * 1's own drop. Sets are bits by number. The steps allocate nothing; each returns 0, or -1 with
 * errno.
 */

/* Takes from the bounding set what the unit is not given. Without SETPCAP it stays: whether that
 * will do is for caps_verify() to say. */
int caps_set_bounding(const struct launch *launch);

/* Clears securebits that would keep privileges beyond a change of user, and where the unit lists
 * capabilities lets the permitted ones outlive that change. By PR_SET_KEEPCAPS, which ends with
 * the exec, and not by SECBIT_NO_SETUID_FIXUP, which outlives it (capabilities(7)). */
int caps_set_securebits(const struct launch *launch);

/* Permitted, effective, inheritable: exactly what is listed. Where nothing is said they stay, but
 * the inheritable set holds the ambient ones alone (I15). */
int caps_set(const struct launch *launch);

/* What is listed becomes ambient, so that it outlives the exec. */
int caps_set_ambient(const struct launch *launch);

int caps_set_no_new_privs(const struct launch *launch);

/* Reads all of it back. errno is EPERM where something differs from the plan. */
int caps_verify(const struct launch *launch);

/* Drops from roinit's own sets, bounding set included, every capability that is not in `keep`
 * (UINT64_MAX: nothing is dropped), and reads the sets back. Not dumpable afterwards. Returns
 * whether none but those is left. */
bool proc_keep_capabilities(uint64_t keep);

/* Opens and makes files as somebody else for a while (setfsuid(2)): PID 1 gives up the capabilities
 * that would let it in everywhere, and keeps SETUID. Back with its own ids. Not dumpable
 * afterwards: the call clears the flag, or sets it to fs.suid_dumpable (I35). */
void proc_take_fs_ids(uid_t uid, gid_t gid);

#endif
