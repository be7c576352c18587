/* SPDX-License-Identifier: MIT */
#include "config/feed.h"

#include <stdio.h>
#include <string.h>

#include "config/text.h"

static void
end_entry(struct feed *feed)
{
    if (!feed->has_entry) {
        return;
    }
    feed->has_entry = false;
    feed->entry.text = grow_text(&feed->value);
    if (feed->value.is_too_long) {
        docwrite_problem(&feed->write, feed->entry.line, feed->entry.name,
                         "the value is too long with all its lines", "put it into a file");
        return;
    }
    docwrite_setting(&feed->write, &feed->entry);
}

static void
begin_entry(struct feed *feed)
{
    const struct line *line = &feed->line;
    feed->entry = (struct docwrite_entry){
        .name = arena_strndup(feed->write.arena, line->name, line->name_length),
        .line = line->number,
        .is_append = line->is_append,
    };
    feed->name_length = line->name_length;
    feed->value = (struct grow){.arena = feed->scratch};
    /* In a section that was refused its keys are passed over: its error is told. */
    feed->has_entry = feed->write.section != NULL || feed->write.refused_title == NULL;
    feed->is_feeding = feed->has_entry && feed->write.section != NULL;
}

static void
go_on(struct feed *feed)
{
    const struct line *line = &feed->line;
    if (!feed->has_entry ||
        !docwrite_more(&feed->write, &feed->entry, line->number, line->value, line->value_length)) {
        return;
    }
    feed->entry.has_more = true;
    feed->is_feeding = feed->write.section != NULL;
    if (feed->value.length > 0) {
        grow_add(&feed->value, "\n", 1);
    }
}

/* Takes the next line. Returns whether `buffer` holds something for inih. */
static bool
take_line(struct feed *feed, char *buffer, size_t size)
{
    feed->line = lines_next(&feed->lines);
    feed->at = 0;
    switch (feed->line.kind) {
    case LINE_END:
    case LINE_NOTHING:
        return false;
    case LINE_BAD:
        if (feed->line.tried != LINE_MORE) {
            end_entry(feed);
        }
        if (feed->line.tried == LINE_SECTION) {
            feed->write.section = NULL;
            feed->write.refused_title = "";
        }
        docwrite_problem(&feed->write, feed->line.number, NULL, feed->line.problem,
                         feed->line.cure);
        return false;
    case LINE_SECTION:
        end_entry(feed);
        if (!docwrite_section(&feed->write, feed->line.number, feed->line.name,
                              feed->line.name_length)) {
            return false;
        }
        (void)snprintf(buffer, size, "[%s]\n", feed->write.section->title);
        return true;
    case LINE_KEY:
        end_entry(feed);
        begin_entry(feed);
        return false;
    case LINE_MORE:
        go_on(feed);
        return false;
    }
    return false;
}

char *
feed_next(struct feed *feed, char *buffer, size_t size)
{
    do {
        feed->is_misread |= feed->is_expecting; /* the last piece never came back */
        if (feed->is_feeding) {
            if (!lines_piece(&feed->line, feed->entry.name, feed->name_length, &feed->at, buffer,
                             size)) {
                feed->is_misread = true;
                return NULL;
            }
            feed->is_feeding = feed->at < feed->line.value_length;
            feed->is_expecting = true;
            return buffer;
        }
        if (take_line(feed, buffer, size)) {
            return buffer;
        }
    } while (feed->line.kind != LINE_END);
    end_entry(feed);
    return NULL;
}

bool
feed_take(struct feed *feed, const char *section, const char *name, const char *value)
{
    size_t length = 0;
    if (name == NULL || value == NULL) {
        return true; /* some builds call for a section as well, without a name */
    }
    char *piece = arena_strdup(feed->scratch, value);
    const char *text = lines_unwrap(piece, &length);
    if (text == NULL || !feed->is_expecting || strcmp(section, feed->write.section->title) != 0 ||
        strcmp(name, feed->entry.name) != 0) {
        feed->is_misread = true;
        return false;
    }
    feed->is_expecting = false;
    grow_add(&feed->value, text, length);
    return true;
}
