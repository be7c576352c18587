/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "config/err.h"
#include "init/as.h"
#include "init/client.h"
#include "init/options.h"

/* An answer that nobody got is none. */
static int
answered(int code)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return code;
    }
    (void)fprintf(stderr, "roinit: cannot write to standard output: %s\n", err_errno_text(errno));
    return code == CODE_OK ? CODE_SYSTEM : code;
}

/* roinit: PID 1 for containers whose root file system is read-only. */
int
main(int argc, char **argv)
{
    struct options options;
    struct err err = {0};
    const struct personality *as = as_find(argv[0]);
    if (as != NULL) {
        return as_run(as, argv);
    }
    if (options_parse(argc, argv, getpid() == 1, &options, &err) != 0) {
        (void)fprintf(stderr, "roinit: %s\n", err.text);
        return (int)err.code;
    }
    if (options.wants_version) {
        (void)printf("roinit %s\n", ROINIT_VERSION);
        return answered(CODE_OK);
    }
    switch (options.verb->where) {
    case VERB_RUN:
    case VERB_LOCAL:
        return answered(options.verb->run(&options));
    case VERB_REMOTE:
        return client_ask(&options);
    case VERB_LATER:
        break;
    }
    (void)fprintf(stderr, "roinit: the verb \"%s\" is reserved; to run a command: roinit -- %s\n",
                  options.verb->name, options.verb->name);
    return CODE_USAGE;
}
