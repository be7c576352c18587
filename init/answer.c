/* SPDX-License-Identifier: MIT */
#include "init/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/arena.h"
#include "config/exitcode.h"
#include "supervisor/log.h"
#include "supervisor/sys_origin.h"

enum { SENTENCE_BYTES = 512, TERMINAL_MAX = 10000, EXIT_MAX = 255 };

static void __attribute__((format(printf, 4, 0)))
add_sentence(struct ctl_reply *reply, enum ctlmsg_frame type, const char *before,
             const char *format, va_list arguments)
{
    char bytes[SENTENCE_BYTES];
    char line[SENTENCE_BYTES * 4 + 16];
    struct text out = TEXT_OVER(line);
    (void)vsnprintf(bytes, sizeof bytes, format, arguments);
    text_add(&out, before);
    text_add_escaped(&out, bytes, strlen(bytes));
    text_add(&out, "\n");
    ctl_reply_add(reply, type, line, out.length);
}

void
answer_complain(struct asking *asking, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_sentence(asking->reply, CTLMSG_ERR, "roinit: ", format, arguments);
    va_end(arguments);
}

void
answer_say(struct asking *asking, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_sentence(asking->reply, CTLMSG_OUT, "", format, arguments);
    va_end(arguments);
}

void
answer_text(struct asking *asking, size_t size, int code,
            void (*write)(const struct asking *asking, const void *what, struct text *out),
            const void *what)
{
    struct arena arena = ARENA_INIT;
    char *bytes = arena_alloc(&arena, size);
    struct text out = {.is_cut = true};
    if (bytes != NULL) {
        out = text_over(bytes, size);
        write(asking, what, &out);
    }
    if (out.is_cut) {
        asking->reply->is_full = true;
    } else {
        ctl_reply_add(asking->reply, CTLMSG_OUT, out.bytes, out.length);
        ctl_reply_exit(asking->reply, code);
    }
    arena_free(&arena);
}

void
answer_refuse(struct asking *asking, const struct err *err)
{
    answer_complain(asking, "%s", err->text);
    ctl_reply_exit(asking->reply, (int)err->code);
}

bool
answer_timeout(struct asking *asking, int64_t *ret_timeout_ms)
{
    struct err err = {0};
    if (usage_duration(&asking->usage, USAGE_TIMEOUT, -1, ret_timeout_ms, &err) != 0) {
        answer_refuse(asking, &err);
        return false;
    }
    return true;
}

long
answer_units(struct asking *asking, size_t first, size_t *ret_unit)
{
    const struct fleet *fleet = asking->status->fleet;
    long count = 0;
    bool is_missing = false;
    for (size_t i = first; i < asking->usage.word_count; i++) {
        const struct fleet_unit *unit = status_unit(asking->status, asking->usage.word[i]);
        if (unit == NULL) {
            answer_complain(asking, "there is no unit \"%s\": see `roinit status`",
                            asking->usage.word[i]);
            is_missing = true;
        } else {
            ret_unit[count++] = (size_t)(unit - fleet->unit);
        }
    }
    if (is_missing) {
        ctl_reply_exit(asking->reply, CODE_NO_SUCH_UNIT);
        return -1;
    }
    return count;
}

/* "stop web db: asked for by uid 0 (pid 45)". */
void
answer_note(struct asking *asking)
{
    struct event event = {.kind = EVENT_CONTROL, .time_ms = loop_wall_ms(), .after_ms = -1};
    char bytes[SENTENCE_BYTES];
    struct text text = TEXT_OVER(bytes);
    text_add(&text, asking->verb->name);
    for (size_t i = 0; i < asking->usage.word_count; i++) {
        text_addf(&text, " %s", asking->usage.word[i]);
    }
    text_addf(&text, ": asked for by uid %u (pid %d)", (unsigned)asking->peer->uid,
              (int)asking->peer->pid);
    log_own(LOG_WARN, "%s", bytes);
    event_say(&event, bytes);
    events_add(loop_events(asking->loop), &event);
}

/* What the client says of its terminal, and not of its request. */
static bool
take_view(const char *word, struct asking *asking)
{
    unsigned long long count;
    if (text_equal(word, "--color")) {
        asking->view.has_color = true;
        return true;
    }
    if (text_starts_with(word, "--height=")) {
        if (text_number(word + strlen("--height="), TERMINAL_MAX, &count)) {
            asking->view.height = (unsigned)count;
        }
        return true;
    }
    if (!text_starts_with(word, "--width=")) {
        return false;
    }
    if (text_number(word + strlen("--width="), TERMINAL_MAX, &count)) {
        asking->view.width = (unsigned)count;
    }
    return true;
}

/* Whether the peer may; else it is told, with 77. */
static bool
is_allowed(struct asking *asking, const struct authority *authority, const struct ctl_peer *peer)
{
    if (asking->verb->is_for_all) {
        return true;
    }
    /* Who may not even from outside is refused without a look at where he is: he may come a
     * thousand times a second. */
    bool is_eligible = authority_may(authority, peer->uid, true);
    if (is_eligible &&
        authority_may(authority, peer->uid, origin_is_outside(peer->fd, peer->pid))) {
        return true;
    }
    answer_complain(asking, "uid %u%s may not %s: %s", (unsigned)peer->uid,
                    is_eligible ? ", from inside of a unit," : "", asking->verb->name,
                    "ask as root from outside (docker exec), or be named in [init] admin");
    ctl_reply_exit(asking->reply, CODE_BROKEN);
    return false;
}

void
answer_request(struct asking *asking, const struct authority *authority,
               const struct ctl_request *request, const struct ctl_peer *peer)
{
    const char *word[CTLMSG_WORDS_MAX];
    size_t count = 0;
    struct err err = {0};
    asking->peer = peer;
    asking->verb = verb_find(request->word[0]);
    if (asking->verb == NULL || asking->verb->where != VERB_REMOTE) {
        answer_complain(asking, "not a verb that this roinit answers: \"%s\"", request->word[0]);
        ctl_reply_exit(asking->reply, CODE_USAGE);
        return;
    }
    for (size_t i = 1; i < request->count; i++) {
        if (!take_view(request->word[i], asking)) {
            word[count++] = request->word[i];
        }
    }
    if (usage_parse(asking->verb, word, count, &asking->usage, &err) != 0) {
        answer_refuse(asking, &err);
        return;
    }
    if (is_allowed(asking, authority, peer)) {
        asking->verb->answer(asking);
    }
}

/* ---------------------------------------------------------------- the container */

/* Its ordered end, answered at once. */
void
answer_shutdown(struct asking *asking)
{
    unsigned long long code = 0;
    const char *word = asking->usage.word[0];
    if (word != NULL && !text_number(word, EXIT_MAX, &code)) {
        answer_complain(asking, "\"%s\" is no exit code: want 0 to %d", word, EXIT_MAX);
        ctl_reply_exit(asking->reply, CODE_USAGE);
        return;
    }
    answer_note(asking);
    asking->reply->lingers = true;
    fleet_shutdown(loop_fleet_to_ask(asking->loop), word != NULL ? (int)code : -1, asking->now_ms);
    ctl_reply_exit(asking->reply, CODE_OK);
}
