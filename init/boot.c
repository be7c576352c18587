/* SPDX-License-Identifier: MIT */
#include "init/boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/arena.h"
#include "config/load.h"
#include "config/pages.h"
#include "config/resolve.h"
#include "config/signame.h"
#include "init/boot_units.h"
#include "init/boot_volumes.h"
#include "init/contract.h"
#include "init/host.h"
#include "init/sys_access.h"
#include "init/sys_files.h"
#include "init/sys_observe.h"
#include "init/sys_self.h"
#include "init/sys_termination.h"
#include "init/sys_watch.h"
#include "supervisor/log.h"
#include "supervisor/tell.h"

enum { REPORT_BYTES = 256 * 1024, SIGNAL_NAME_BYTES = 16 };

/* ---------------------------------------------------------------- telling */

/* Says it on standard error and in the termination log, and ends the line with `code`. */
static int
report(const struct boot *boot, int code, const struct text *text)
{
    if (!boot->is_quiet) {
        log_report(text->bytes, text->length);
        if (code != CODE_OK) {
            termination_write(text->bytes, text->length);
        }
    }
    return code;
}

/* One at a time; pages that no report reaches cost nothing. */
static struct text
report_text(void)
{
    static OWN_PAGES char bytes[REPORT_BYTES];
    return TEXT_OVER(bytes);
}

/* Where anything is wrong with the contract: all of it, and the code that it ends with. */
static int
judge_diags(struct boot *boot)
{
    int code = (int)diag_code(&boot->diags);
    diag_sort(&boot->diags);
    if (code == CODE_OK) {
        return CODE_OK;
    }
    if (code == CODE_CONFIG && boot->doc.file == NULL) {
        code = CODE_USAGE; /* the built-in contract is well: it is what the command line added */
    }
    struct text text = report_text();
    diags_text(&boot->diags, &text);
    text_addf(&text, "roinit: nothing was started (%d)\n", code);
    return report(boot, code, &text);
}

static int
fail(struct boot *boot, const struct err *err)
{
    struct text text = report_text();
    text_addf(&text, "roinit: %s\nroinit: nothing was started (%d)\n", err->text, (int)err->code);
    return report(boot, (int)err->code, &text);
}

/* ---------------------------------------------------------------- the steps */

/* What the command line says of a lone command, as lines of a contract; NULL: nothing. */
static const char *
lone_defaults(struct boot *boot, const char **ret_key)
{
    const char *lines = NULL;
    for (size_t i = 0; options_lone_key(i) != NULL; i++) {
        const char *key = options_lone_key(i);
        if (boot->options->lone[i] != NULL) {
            lines =
                arena_printf(&boot->arena, "%s%s = %s\n", lines != NULL ? lines : "[defaults]\n",
                             key, boot->options->lone[i]);
            *ret_key = key;
        }
    }
    return lines;
}

static int
boot_parse(struct boot *boot)
{
    struct err err = {0};
    const char *named = boot->options->file;
    if (named == NULL) {
        named = vars_get(&boot->inherited, "ROINIT_CONFIG");
        named =
            named != NULL && named[0] != '\0' ? named : NULL; /* empty is as if it weren't set */
    }
    const char *key = NULL;
    struct load_source source = {
        .defaults = lone_defaults(boot, &key),
        .file = named,
        .must_exist = named != NULL,
        .check_permissions = boot->last > BOOT_VALIDATE,
    };
    load_contract(&source, &boot->arena, &boot->doc, &boot->diags);
    if (source.defaults != NULL && boot->doc.file != NULL) {
        (void)err_set(&err, CODE_USAGE, 0,
                      "--%s is for a command without a contract; write it into \"%s\"", key,
                      boot->doc.file);
        return fail(boot, &err);
    }
    return CODE_OK; /* what is wrong with its values is told in one go with what is wrong here */
}

/* What the command line gave to the contract. */
static struct words
arguments(struct boot *boot)
{
    size_t count = boot->options->verb->where == VERB_RUN ? boot->options->word_count : 0;
    struct words words = {.count = count, .item = ARENA_NEW(&boot->arena, const char *, count + 1)};
    for (size_t i = 0; i < count; i++) {
        words.item[i] = boot->options->word[i];
    }
    return words;
}

static int
boot_validate(struct boot *boot)
{
    struct config *config = &boot->config;
    resolve_base(&boot->doc, arguments(boot), VARS_UNKNOWN, &boot->draft, &boot->draft, config,
                 &boot->diags);
    log_configure((enum log_level)config->init.log_level, (enum log_format)config->init.log_format);
    resolve_whole(config, &boot->diags);
    return judge_diags(boot);
}

/* Schedules go by the zone that the units see, [env] included. */
static void
use_zone(const struct vars *vars)
{
    const char *zone = vars_get(vars, "TZ");
    if (zone != NULL && zone[0] != '\0') {
        (void)setenv("TZ", zone, 1); /* without memory: UTC, or the zone that was inherited */
    }
}

static void
resolve_units_early(struct boot *boot, const struct vars *base)
{
    for (size_t u = 0; u < boot->config.unit_count; u++) {
        resolve_unit_early(&boot->config.unit[u], base, &boot->draft, &boot->diags);
    }
}

static int
boot_resolve(struct boot *boot)
{
    struct err err = {0};
    struct vars base = {0};
    struct config *config = &boot->config;
    arena_free(&boot->draft);
    resolve_base(&boot->doc, arguments(boot), &boot->inherited, &boot->arena, &boot->draft, config,
                 &boot->diags);
    if (boot->last == BOOT_SUPERVISE) {
        resolve_arguments(config, &boot->diags);
    }
    log_configure((enum log_level)config->init.log_level, (enum log_format)config->init.log_format);
    if (files_read_accounts(&boot->arena, &boot->accounts, &err) != 0) {
        return fail(boot, &err);
    }
    boot->environment = (struct environ_input){.config = config,
                                               .identities = &boot->identities,
                                               .facts = &boot->facts,
                                               .inherited = boot->inherited.item};
    if (files_read_environment(&boot->environment, &boot->arena, &boot->diags) == 0) {
        (void)environ_base(&boot->environment, &boot->arena, &base, &boot->diags);
        use_zone(&base);
        for (size_t u = 0; u < config->unit_count; u++) {
            resolve_unit_user(&config->unit[u], &base, &boot->arena, &boot->diags);
        }
    }
    if (boot->diags.errors == 0) {
        identities_resolve(config, &boot->self, &boot->accounts, &boot->arena, &boot->identities,
                           &boot->diags);
        resolve_units_early(boot, &base);
        authority_resolve(config, &boot->identities, &boot->arena, &boot->authority, &boot->diags);
    }
    if (boot->identities.is_mapped && boot->last == BOOT_SUPERVISE) {
        log_own(LOG_INFO, "started as uid %u: user %s of the contract means that uid",
                (unsigned)boot->self.uid, boot->identities.mapped_name);
    }
    return judge_diags(boot);
}

/* A stop that is asked for before anything was started: well, but for an init container, whose work
 * is not done. */
static int
boot_stop(struct boot *boot, int signal, const char *meanwhile, const char *after)
{
    char name[SIGNAL_NAME_BYTES];
    bool is_run = boot->last == BOOT_SUPERVISE;
    int code = is_run ? CODE_OK : CODE_SIGNAL + signal;
    struct text text = report_text();
    text_addf(&text, "roinit: %s while %s: nothing was started (%d)%s\n",
              signame_text(signal, name, sizeof name), meanwhile, code, after);
    boot->is_over = true;
    return report(boot, code, &text);
}

static int
boot_observe(struct boot *boot)
{
    struct err err = {0};
    int signal = observe(&boot->config, &boot->self, &boot->arena, &boot->facts, &err);
    if (signal < 0) {
        return fail(boot, &err);
    }
    if (signal > 0) {
        return boot_stop(boot, signal, "a file system did not answer", "");
    }
    access_ask(&boot->config, &boot->identities, &boot->facts);
    return CODE_OK;
}

/* Tells the findings; those that break the contract end the line, where that is enforced. */
static int
judge_findings(struct boot *boot, const struct findings *findings)
{
    bool is_enforced = boot->config.require.on_violation == VIOLATION_FAIL;
    bool is_broken = findings->errors > 0;
    struct report how = {
        .file = boot->config.file,
        .shows_wishes = log_is_enabled(LOG_INFO),
        .platform = boot->facts.platform,
    };
    struct text text = report_text();
    /* A lone command is as quiet as tini: of findings it prints errors. */
    if (is_broken || !boot->config.is_lone || log_is_enabled(LOG_INFO)) {
        findings_text(findings, &how, &text);
    }
    if (is_broken && is_enforced) {
        text_addf(&text,
                  "roinit: nothing was started (%d); to start all the same: "
                  "-e ROINIT_ON_VIOLATION=warn\n",
                  CODE_BROKEN);
    }
    return report(boot, is_broken && is_enforced ? CODE_BROKEN : CODE_OK, &text);
}

static int
boot_verify(struct boot *boot)
{
    contract_check(&boot->config, &boot->facts, &boot->identities, &boot->inherited,
                   &boot->findings);
    return judge_findings(boot, &boot->findings);
}

static int
boot_redirect(struct boot *boot)
{
    boot->host.parts = ARENA_NEW(&boot->arena, struct host_command_dir, boot->config.unit_count);
    for (size_t u = 0; u < boot->config.unit_count; u++) {
        boot_resolve_unit(boot, u);
    }
    boot_resolve_checks(boot);
    arena_free(&boot->draft);
    if (boot->diags.errors == 0) {
        identities_resolve_groups(&boot->config, &boot->arena, &boot->identities, &boot->diags);
        resolve_whole(&boot->config, &boot->diags);
    }
    return judge_diags(boot);
}

static int
boot_prepare(struct boot *boot)
{
    struct err err = {0};
    volumes_plan(&boot->config, &boot->facts, &boot->identities, &boot->environment, &boot->draft,
                 &boot->plan, &boot->diags);
    int code = judge_diags(boot);
    if (code != CODE_OK) {
        return code;
    }
    struct findings fresh = {.arena = &boot->arena};
    int signal = boot_apply_plan(boot, &fresh, &err);
    if (signal < 0) {
        return fail(boot, &err);
    }
    if (signal > 0) {
        return boot_stop(boot, signal, "the volumes were prepared",
                         "; the next start goes on with them");
    }
    for (size_t i = 0; i < fresh.count; i++) {
        findings_add(&boot->findings, &fresh.item[i]);
    }
    return judge_findings(boot, &fresh);
}

static int
boot_supervise(struct boot *boot)
{
    struct err err = {0};
    char line[1024];
    struct text end = TEXT_OVER(line);
    boot_open_state(boot);
    arena_free(&boot->draft); /* the plan is carried out */
    boot->plan = (struct plan){0};
    boot->host.status.digest = boot->doc.digest;
    watch_init(&boot->host, &boot->arena);
    struct loop_host callbacks = host_of(&boot->host);
    struct loop *loop = loop_new(&boot->config, &callbacks, &boot->arena, &err);
    if (loop == NULL) {
        return fail(boot, &err);
    }
    boot->host.loop = loop;
    boot->host.status.fleet = loop_fleet(loop);
    boot->host.status.check = loop_checks(loop);
    boot->host.status.agenda = loop_agenda(loop);
    /* From here on a start that finds no memory fails, and PID 1 goes on. */
    arena_set_fallback(NULL);
    boot->arena.out_of_memory = boot->draft.out_of_memory = NULL;
    int code = loop_run(loop);
    text_add(&end, "roinit: ");
    tell_end(boot->host.status.fleet, &end);
    text_add(&end, "\n");
    termination_write(line, end.length);
    return code;
}

/* ---------------------------------------------------------------- the line */

static void
out_of_memory(void)
{
    static const char sentence[] = "roinit: out of memory before anything was started (71)\n";
    log_text(LOG_STDERR, sentence, sizeof sentence - 1);
    _exit(CODE_SYSTEM);
}

/* What the line finds out is for the host to read. */
static void
bind_host(struct boot *boot)
{
    struct host *host = &boot->host;
    host->config = host->status.config = &boot->config;
    host->self = &boot->self;
    host->identities = host->status.identities = &boot->identities;
    host->environment = &boot->environment;
    host->authority = &boot->authority;
    host->findings = host->status.findings = &boot->findings;
    host->facts = &boot->facts;
    host->status.facts = &boot->facts;
}

struct boot *
boot_line(void)
{
    static struct boot boot;
    return &boot;
}

int
boot_walk(struct boot *boot, const struct options *options, enum boot_step last, bool is_quiet)
{
#define BOOT_STEP_FUNCTION(name_, function_, text_) [BOOT_##name_] = (function_),
    static int (*const steps[BOOT_STEP_COUNT])(struct boot *) = {BOOT_STEPS(BOOT_STEP_FUNCTION)};
#undef BOOT_STEP_FUNCTION
    boot->options = options;
    boot->last = last;
    boot->is_quiet = is_quiet;
    boot->arena.out_of_memory = out_of_memory;
    boot->draft.out_of_memory = out_of_memory;
    arena_set_fallback(out_of_memory);
    boot->diags.arena = &boot->arena;
    boot->findings.arena = &boot->arena;
    bind_host(boot);
    self_observe(&boot->self);
    vars_take(&boot->inherited, environ, &boot->arena, &boot->draft);
    for (int step = 0; step <= (int)last; step++) {
        int code = steps[step](boot);
        if (code != CODE_OK || boot->is_over || step == BOOT_SUPERVISE) {
            return code;
        }
    }
    return CODE_OK;
}
