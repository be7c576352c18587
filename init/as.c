/* SPDX-License-Identifier: MIT */
#include "init/as.h"

#include <errno.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "config/pages.h"
#include "config/text.h"

enum { LINE_BYTES = 4096, ARENA_BYTES = 2560 };

const struct personality *
as_find(const char *argv0)
{
    static const struct personality *const rows[] = {&as_tini, &as_dumb_init, &as_catatonit};
    const char *slash = argv0 != NULL ? strrchr(argv0, '/') : NULL;
    const char *base = slash != NULL ? slash + 1 : argv0;
    for (size_t i = 0; base != NULL && i < sizeof rows / sizeof rows[0]; i++) {
        for (const char *const *name = rows[i]->name; *name != NULL; name++) {
            if (text_starts_with(base, *name)) {
                return rows[i];
            }
        }
    }
    return NULL;
}

void
as_say(enum log_sink sink, const char *format, ...)
{
    static bool is_open;
    char line[LINE_BYTES];
    va_list arguments;
    if (!is_open) { /* most runs say nothing, and need not look at the descriptors */
        is_open = true;
        log_open();
    }
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length > 0) {
        log_text(sink, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    }
}

bool
as_take_command(struct as *as, char **word, bool drops_dashes)
{
    as->command = word;
    if (word[0] == NULL || !drops_dashes || word[1] == NULL || !text_equal(word[1], "--")) {
        return word[0] != NULL;
    }
    /* In place: argv is ours. */
    for (char **at = word + 1; at[0] != NULL; at++) {
        at[0] = at[1];
    }
    return true;
}

/* Fills what the fleet looks at: one service, forwarding as it comes, no clock. */
static void
fill_config(struct as *as)
{
    as->unit.name = "main";
    as->unit.is_main = true;
    as->unit.essential = true;
    as->unit.autostart = true;
    as->unit.forward_signals.all = true;
    as->unit.stop_timeout_ms = DURATION_NONE;
    as->unit.timeout_ms = 0;
    as->config = (struct config){.is_lone = true, .unit = &as->unit, .unit_count = 1};
    as->config.init.stop_timeout_ms = DURATION_NONE;
}

static int
become_subreaper(const struct as *as)
{
    bool is_wanted = as->is_subreaper_wanted || (as->row->is_subreaper && getpid() != 1);
    return is_wanted && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0 ? errno : 0;
}

int
as_run(const struct personality *row, char **argv)
{
    /* In one place, since a page that is touched costs more than all that is done with it. */
    static OWN_PAGES struct {
        struct as as;
        alignas(max_align_t) unsigned char memory[ARENA_BYTES];
    } own;
    struct arena arena = ARENA_INIT;
    struct as *as = &own.as;
    struct lone_start start = {.config = &as->config, .manners = &as->manners};
    arena_begin(&arena, own.memory, sizeof own.memory);
    lone_guard(row->manners.unblocked, &start.caller);
    as->row = row;
    as->manners = row->manners;
    fill_config(as);
    int code = row->parse(as, argv);
    if (code != AS_GO_ON) {
        log_flush(1000);
        return code;
    }
    if (as->death_signal != 0) {
        (void)prctl(PR_SET_PDEATHSIG, as->death_signal, 0, 0, 0);
    }
    row->prepare(as, become_subreaper(as));
    if (as->is_pause) {
        return lone_pause();
    }
    start.argv = as->command;
    start.envp = environ;
    start.search_path = getenv("PATH");
    if (start.search_path == NULL) {
        start.search_path = "/bin:/usr/bin";
    }
    start.tell = row->tell;
    start.context = as;
    return lone_run(&start, &arena);
}
