/* SPDX-License-Identifier: MIT */
#include "supervisor/notifymsg.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "config/text.h"

enum notify_kind {
    NOTIFY_FLAG,   /* =1: a bool */
    NOTIFY_USEC,   /* microseconds, as milliseconds */
    NOTIFY_NUMBER, /* an int */
    NOTIFY_WATCHDOG,
    NOTIFY_TEXT,
};

#define AT(member_) offsetof(struct notifymsg, member_)
/* clang-format off */
static const struct notify_word {
    const char *name;
    enum notify_kind kind;
    size_t value, is_there;
} words[] = {
    {"READY",               NOTIFY_FLAG,     AT(is_ready),     AT(is_ready)},
    {"RELOADING",           NOTIFY_FLAG,     AT(is_reloading), AT(is_reloading)},
    {"STOPPING",            NOTIFY_FLAG,     AT(is_stopping),  AT(is_stopping)},
    {"FDSTORE",             NOTIFY_FLAG,     AT(is_fdstore),   AT(is_fdstore)},
    {"WATCHDOG",            NOTIFY_WATCHDOG, AT(is_alive),     AT(is_trigger)},
    {"WATCHDOG_USEC",       NOTIFY_USEC,     AT(watchdog_ms),  AT(has_watchdog)},
    {"EXTEND_TIMEOUT_USEC", NOTIFY_USEC,     AT(extension_ms), AT(has_extension)},
    {"STATUS",              NOTIFY_TEXT,     AT(status),       AT(has_status)},
    {"MAINPID",             NOTIFY_NUMBER,   AT(main_pid),     AT(main_pid)},
    {"ERRNO",               NOTIFY_NUMBER,   AT(errnum),       AT(has_errnum)},
    {"EXIT_STATUS",         NOTIFY_NUMBER,   AT(exit_status),  AT(has_exit_status)},
};
/* clang-format on */
#undef AT

static void
set_flag(struct notifymsg *message, size_t at)
{
    *(bool *)((char *)message + at) = true;
}

static void
take_number(struct notifymsg *message, const struct notify_word *word, const char *value)
{
    enum { USEC_A_MS = 1000 };
    bool is_usec = word->kind == NOTIFY_USEC;
    unsigned long long number;
    if (!text_number(value, is_usec ? INT64_MAX : INT_MAX, &number)) {
        return;
    }
    void *at = (char *)message + word->value;
    if (is_usec) {
        int64_t ms = (int64_t)(number / USEC_A_MS);
        *(int64_t *)at = ms == 0 && number > 0 ? 1 : ms;
    } else {
        *(int *)at = (int)number;
    }
    if (word->value != word->is_there) {
        set_flag(message, word->is_there);
    }
}

static void
take_word(struct notifymsg *message, const struct notify_word *word, const char *value)
{
    switch (word->kind) {
    case NOTIFY_FLAG:
        if (text_equal(value, "1")) {
            set_flag(message, word->value);
        }
        return;
    case NOTIFY_WATCHDOG:
        if (text_equal(value, "1")) {
            set_flag(message, word->value);
        } else if (text_equal(value, "trigger")) {
            set_flag(message, word->is_there);
        }
        return;
    case NOTIFY_TEXT:
        (void)strncpy(message->status, value, sizeof message->status - 1);
        message->status[sizeof message->status - 1] = '\0';
        message->has_status = true;
        return;
    case NOTIFY_USEC:
    case NOTIFY_NUMBER:
        take_number(message, word, value);
        return;
    }
}

static void
take_line(struct notifymsg *message, const char *line)
{
    const char *equals = strchr(line, '=');
    size_t length = equals != NULL ? (size_t)(equals - line) : 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && equals != NULL; i++) {
        if (strlen(words[i].name) == length && strncmp(words[i].name, line, length) == 0) {
            take_word(message, &words[i], equals + 1);
        }
    }
}

void
notifymsg_parse(const char *bytes, size_t length, struct notifymsg *ret_message)
{
    struct notifymsg message = {0};
    char line[NOTIFYMSG_MAX + 1];
    size_t at = 0;
    while (at < length) {
        const char *end = memchr(bytes + at, '\n', length - at);
        size_t size = end != NULL ? (size_t)(end - bytes) - at : length - at;
        /* A NUL in it would let two readers see two things: such a line says nothing. */
        if (size < sizeof line && memchr(bytes + at, '\0', size) == NULL) {
            memcpy(line, bytes + at, size);
            line[size] = '\0';
            take_line(&message, line);
        }
        at += size + 1;
    }
    *ret_message = message;
}
