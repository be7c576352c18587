/* SPDX-License-Identifier: MIT */
#include "init/mountinfo.h"

#include <stdlib.h>
#include <string.h>

#include "config/text.h"

enum { FIELDS_BEFORE = 6 }; /* id, parent, major:minor, root, path, options */

/* One line, cut into words in place. */
struct cursor {
    char *at;
};

static char *
next_word(struct cursor *cursor)
{
    char *word = cursor->at;
    char *end = strchr(word, ' ');
    if (*word == '\0') {
        return NULL;
    }
    if (end == NULL) {
        cursor->at = word + strlen(word);
    } else {
        *end = '\0';
        cursor->at = end + 1;
    }
    return word;
}

/* \040 and its like become the bytes that they stand for; in place, since they only shrink. */
static char *
unescape(char *word)
{
    char *to = word;
    for (const char *from = word; *from != '\0';) {
        bool is_octal = from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' &&
                        from[2] <= '7' && from[3] >= '0' && from[3] <= '7';
        if (is_octal) {
            *to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 4;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
    return word;
}

/* Whether `option` is one of the comma-separated words of `options`. */
static bool
has_option(const char *options, const char *option)
{
    size_t length = strlen(option);
    for (const char *at = options; *at != '\0';) {
        size_t word = strcspn(at, ",");
        if (word == length && strncmp(at, option, length) == 0) {
            return true;
        }
        at += word + (at[word] == ',');
    }
    return false;
}

static bool
parse_device(char *word, struct mount_entry *entry)
{
    unsigned long long major;
    unsigned long long minor;
    char *colon = strchr(word, ':');
    if (colon == NULL) {
        return false;
    }
    *colon = '\0';
    if (!text_number(word, 0xffffffffULL, &major) ||
        !text_number(colon + 1, 0xffffffffULL, &minor)) {
        return false;
    }
    entry->major = (unsigned)major;
    entry->minor = (unsigned)minor;
    return true;
}

static bool
parse_line(char *line, struct mount_entry *entry)
{
    struct cursor cursor = {line};
    char *field[FIELDS_BEFORE];
    unsigned long long id;
    unsigned long long parent;
    for (int i = 0; i < FIELDS_BEFORE; i++) {
        field[i] = next_word(&cursor);
        if (field[i] == NULL) {
            return false;
        }
    }
    /* Optional fields, any number of them, up to the lone dash. */
    char *word;
    do {
        word = next_word(&cursor);
    } while (word != NULL && strcmp(word, "-") != 0);
    char *fs = next_word(&cursor);
    char *source = next_word(&cursor);
    char *super = cursor.at;
    if (word == NULL || fs == NULL || source == NULL || !text_number(field[0], UINT64_MAX, &id) ||
        !text_number(field[1], UINT64_MAX, &parent) || !parse_device(field[2], entry)) {
        return false;
    }
    entry->id = id;
    entry->parent = parent;
    entry->root = unescape(field[3]);
    entry->path = unescape(field[4]);
    entry->is_read_only = has_option(field[5], "ro");
    entry->is_noexec = has_option(field[5], "noexec");
    entry->is_nosuid = has_option(field[5], "nosuid");
    entry->is_nodev = has_option(field[5], "nodev");
    entry->fs = fs;
    entry->source = unescape(source);
    /* ro or rw comes first; what follows is the file system's own, and may say anything. */
    size_t first = strcspn(super, ",");
    entry->is_super_read_only = first == strlen("ro") && strncmp(super, "ro", first) == 0;
    entry->super_options = super;
    return true;
}

static int
compare_ids(const void *a, const void *b)
{
    const struct mount_entry *left = *(const struct mount_entry *const *)a;
    const struct mount_entry *right = *(const struct mount_entry *const *)b;
    return left->id < right->id ? -1 : left->id > right->id;
}

static struct mount_entry *
find_id(const struct mount_table *table, uint64_t id)
{
    struct mount_entry key = {.id = id};
    const struct mount_entry *key_pointer = &key;
    struct mount_entry **found = table->count == 0
                                     ? NULL
                                     : bsearch(&key_pointer, table->by_id, table->count,
                                               sizeof(struct mount_entry *), compare_ids);
    return found != NULL ? *found : NULL;
}

/* ---------------------------------------------------------------- what can be reached */

static bool
is_root(const char *path)
{
    return path[0] == '/' && path[1] == '\0';
}

/* As strcmp(3), with the slash before all other bytes: what lies below a path follows it at once.
 */
static int
compare_paths(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    int rank[2];
    for (int i = 0; i < 2; i++) {
        unsigned char byte = (unsigned char)(i == 0 ? *left : *right);
        rank[i] = byte == '\0' ? 0 : byte == '/' ? 1 : byte + 1;
    }
    return rank[0] - rank[1];
}

static int
compare_siblings(const void *a, const void *b)
{
    const struct mount_entry *left = *(const struct mount_entry *const *)a;
    const struct mount_entry *right = *(const struct mount_entry *const *)b;
    if (left->parent != right->parent) {
        return left->parent < right->parent ? -1 : 1;
    }
    return compare_paths(left->path, right->path);
}

/* Two mounts on one parent, the one's path below the other's: a walk turns off at the upper one and
 * never gets to the lower one, whichever was there first. */
static void
mark_shadowed(struct mount_entry **sorted, size_t count)
{
    const struct mount_entry *upper = NULL;
    qsort(sorted, count, sizeof(struct mount_entry *), compare_siblings);
    for (size_t i = 0; i < count; i++) {
        struct mount_entry *entry = sorted[i];
        size_t length = upper != NULL ? strlen(upper->path) : 0;
        if (upper != NULL && upper->parent == entry->parent && !is_root(upper->path) &&
            strncmp(entry->path, upper->path, length) == 0 && entry->path[length] == '/') {
            entry->is_hidden = true;
        } else {
            upper = entry;
        }
    }
}

/* What cannot be reached: a mount with another one on top of it, and whatever is mounted below it
 * or shadowed. Parents come before their children in the table, since the kernel lists them in the
 * order in which they were made; one that comes later has been moved, and then its children are
 * looked at as if they could be reached, which errs on the safe side. So does what is said of "/":
 * a mount on top of it leaves those who are there already where they are. */
static void
mark_hidden(struct mount_table *table, struct mount_entry **sorted, bool *is_covered)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct mount_entry *entry = &table->entry[i];
        const struct mount_entry *parent = find_id(table, entry->parent);
        if (parent != NULL && parent != entry && !is_root(entry->path) &&
            text_equal(parent->path, entry->path)) {
            is_covered[parent - table->entry] = true;
        }
    }
    mark_shadowed(sorted, table->count);
    for (size_t i = 0; i < table->count; i++) {
        struct mount_entry *entry = &table->entry[i];
        const struct mount_entry *parent = find_id(table, entry->parent);
        if (parent != NULL && parent != entry) {
            bool is_on_top = text_equal(parent->path, entry->path);
            bool is_below_cover = is_covered[parent - table->entry] && !is_on_top;
            entry->is_hidden = entry->is_hidden || parent->is_hidden || is_below_cover;
        }
    }
    for (size_t i = 0; i < table->count; i++) {
        table->entry[i].is_hidden = table->entry[i].is_hidden || is_covered[i];
    }
}

/* ---------------------------------------------------------------- the table */

void
mountinfo_parse(const char *bytes, size_t length, struct arena *arena,
                struct mount_table *ret_table)
{
    size_t room = text_count_lines(bytes, length) + 1;
    char *copy = arena_strndup(arena, bytes, length);
    struct mount_entry **sorted = ARENA_NEW(arena, struct mount_entry *, room);
    bool *is_covered = ARENA_NEW(arena, bool, room);
    *ret_table = (struct mount_table){
        .entry = ARENA_NEW(arena, struct mount_entry, room),
        .by_id = ARENA_NEW(arena, struct mount_entry *, room),
        .is_complete = true,
    };
    if (arena->is_spent) {
        *ret_table = (struct mount_table){.incomplete = "there is no memory for it"};
        return;
    }
    char *end = copy + length;
    for (char *line = copy; line < end;) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        char *next = stop != NULL ? stop + 1 : end;
        if (stop != NULL) {
            *stop = '\0';
        }
        struct mount_entry *entry = &ret_table->entry[ret_table->count];
        if (stop != NULL && parse_line(line, entry)) {
            sorted[ret_table->count] = entry;
            ret_table->by_id[ret_table->count++] = entry;
        } else {
            *entry = (struct mount_entry){0};
            ret_table->is_complete = false;
            ret_table->incomplete = stop == NULL ? "it ends in the middle of a line"
                                                 : "it has a line that makes no sense";
        }
        line = next;
    }
    qsort(ret_table->by_id, ret_table->count, sizeof(struct mount_entry *), compare_ids);
    mark_hidden(ret_table, sorted, is_covered);
}

const struct mount_entry *
mountinfo_by_id(const struct mount_table *table, uint64_t id)
{
    return find_id(table, id);
}

const struct mount_entry *
mountinfo_by_path(const struct mount_table *table, const char *path)
{
    const struct mount_entry *found = NULL;
    for (size_t i = 0; i < table->count; i++) {
        const struct mount_entry *entry = &table->entry[i];
        if (!entry->is_hidden && text_equal(entry->path, path)) {
            found = entry; /* only "/" can be there twice */
            if (is_root(path)) {
                break;
            }
        }
    }
    return found;
}

const char *
mountinfo_super_option(const struct mount_entry *entry, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = entry->super_options; *at != '\0';) {
        size_t word = strcspn(at, ",");
        if (word > length && strncmp(at, name, length) == 0 && at[length] == '=') {
            return at + length + 1;
        }
        at += word + (at[word] == ',');
    }
    return NULL;
}
