/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "config/reference.h"
#include "init/options.h"

enum { REFERENCE_BYTES = 256 * 1024 };

/* The reference from the schema; what an exit code means. */
int
cmd_explain(const struct options *options)
{
    static char bytes[REFERENCE_BYTES];
    struct text text = TEXT_OVER(bytes);
    const char *topic = options->word_count > 0 ? options->word[0] : NULL;
    int code = reference_text(topic, &text);
    (void)fputs(bytes, code == CODE_OK ? stdout : stderr);
    return code;
}
