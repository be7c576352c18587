/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_LOAD_H
#define ROINIT_CONFIG_LOAD_H

#include "config/diag.h"
#include "config/doc.h"

/*
 * Files to document: the one place of floor 1 that makes system calls, and the one that includes
 * <ini.h>. Each file is read whole within a bound (1 MiB), then goes line by line through the gate
 * (lines.h) into inih. Drop-ins follow in byte order. All that is wrong is in `diags`, each with
 * file, line and cure.
 */
struct load_source {
    const char *file;       /* the contract; NULL: look for the default, else the built-in one */
    bool must_exist;        /* named by -c or ROINIT_CONFIG: it is an error if it isn't there */
    const char *defaults;   /* more lines for the built-in contract, of the command line; or NULL */
    bool check_permissions; /* refuse files on writable mounts that others could write (I21) */
};

/* The contract where there is no file. */
extern const char load_builtin[];

#define LOAD_DEFAULT_FILE "/etc/roinit.ini"

/* Reads the contract and its drop-ins. What is wrong with it is in `diags`: also a file that cannot
 * be read (CODE_SYSTEM, where the system is to blame), is empty, binary, too large, ... */
void load_contract(const struct load_source *source, struct arena *arena, struct doc *ret_doc,
                   struct diags *diags);

/* The same for text in memory: the built-in contract, tests, the fuzzer. Adds to *doc, which starts
 * as {0}; after the last text comes doc_finish(). Pure but for memory of its own. */
void load_text(const char *file, const char *bytes, size_t length, struct arena *arena,
               struct doc *doc, struct diags *diags);

#endif
