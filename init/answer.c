/* SPDX-License-Identifier: MIT */
#include "init/answer.h"

#include <stdlib.h>
#include <string.h>

#include "config/arena.h"
#include "config/exitcode.h"
#include "init/verbs.h"

static void
complain(struct ctl_reply *reply, enum exit_code code, const char *what, const char *word)
{
    char bytes[256];
    struct text out = TEXT_OVER(bytes);
    text_addf(&out, "roinit: %s \"", what);
    text_add_escaped(&out, word, strlen(word));
    text_add(&out, "\"\n");
    ctl_reply_add(reply, CTLMSG_ERR, bytes, out.length);
    ctl_reply_exit(reply, (int)code);
}

/* Takes the words apart. Returns the word that makes no sense, or NULL. */
static const char *
parse_words(const struct ctl_request *request, struct status_view *view, const char **names,
            bool *ret_is_json)
{
    *ret_is_json = false;
    view->name = names;
    for (size_t i = 1; i < request->count; i++) {
        const char *word = request->word[i];
        if (text_equal(word, "--json")) {
            *ret_is_json = true;
        } else if (text_equal(word, "--color")) {
            view->has_color = true;
        } else if (text_starts_with(word, "--width=")) {
            continue; /* the table needs none */
        } else if (word[0] == '-') {
            return word;
        } else {
            names[view->name_count++] = word;
        }
    }
    return NULL;
}

/* 0 where every unit asked for runs; 3 where one does not. */
static int
running_code(const struct status *status, const struct status_view *view)
{
    for (size_t i = 0; i < view->name_count; i++) {
        const struct fleet_unit *unit = status_unit(status, view->name[i]);
        bool is_done = unit->config->is_task && unit->state == LIFE_ENDED;
        if (!life_has_process(unit->state) && !is_done) {
            return CODE_NOT_RUNNING;
        }
    }
    return CODE_OK;
}

static void
answer_status(const struct status *status, const struct ctl_request *request,
              struct ctl_reply *reply)
{
    const char *names[CTLMSG_WORDS_MAX];
    struct status_view view = {0};
    struct arena arena = ARENA_INIT;
    bool is_json;
    const char *bad = parse_words(request, &view, names, &is_json);
    if (bad != NULL) {
        complain(reply, CODE_USAGE, "status does not know", bad);
        return;
    }
    for (size_t i = 0; i < view.name_count; i++) {
        if (status_unit(status, names[i]) == NULL) {
            complain(reply, CODE_NO_SUCH_UNIT, "there is no unit", names[i]);
            return;
        }
    }
    size_t size = status_size(status);
    char *bytes = arena_alloc(&arena, size);
    if (bytes == NULL) {
        reply->is_full = true;
        return;
    }
    struct text out = text_over(bytes, size);
    if (is_json) {
        status_json(status, &out);
    } else {
        status_table(status, &view, &out);
    }
    ctl_reply_add(reply, CTLMSG_OUT, bytes, out.length);
    ctl_reply_exit(reply, running_code(status, &view));
    arena_free(&arena);
}

void
answer_request(const struct status *status, const struct ctl_request *request,
               struct ctl_reply *reply)
{
    const struct verb *verb = verb_find(request->word[0]);
    if (verb == NULL || verb->where != VERB_REMOTE) {
        complain(reply, CODE_USAGE, "not a verb that this roinit answers:", request->word[0]);
        return;
    }
    answer_status(status, request, reply);
}
