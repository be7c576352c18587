/* SPDX-License-Identifier: MIT */
#include "config/load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "config/err.h"
#include "config/feed.h"
#include "config/grow.h"
#include "config/insist.h"
#include "config/sha256.h"
#include "config/text.h"

enum {
    FILE_MAX = 1024 * 1024,
    DROP_INS_MAX = 1000,
    ENTRIES_MAX = 100000, /* of the folder, looked at */
};

const char load_builtin[] = "[require]\n"
                            "root = ro\n"
                            "\n"
                            "[tmpfs /tmp]\n"
                            "optional = yes\n"
                            "redirect = tmp home xdg\n"
                            "\n"
                            "[tmpfs /run]\n"
                            "optional = yes\n"
                            "redirect = runtime\n";

/* ---- bytes to document: the gate in front of inih, the writer behind it */

static char *
read_line(char *buffer, int size, void *feed)
{
    return feed_next(feed, buffer, (size_t)size);
}

static int
take_pair(void *feed, const char *section, const char *name, const char *value)
{
    return feed_take(feed, section, name, value) ? 1 : 0;
}

void
load_text(const char *file, const char *bytes, size_t length, struct arena *arena, struct doc *doc,
          struct diags *diags)
{
    struct arena scratch = {.out_of_memory = arena->out_of_memory};
    struct feed feed = {
        .lines = lines_over(bytes, length),
        .scratch = &scratch,
        .write = {.doc = doc, .arena = arena, .diags = diags, .file = file},
    };
    int status = ini_parse_stream(read_line, &feed, take_pair, &feed);
    if (status != 0 || feed.is_misread) {
        diag_add(diags, DIAG_ERROR, CODE_INTERNAL,
                 (struct diag_place){.file = file, .line = feed.line.number}, NULL,
                 "the INI library read something else than what stands there");
    }
    arena_free(&scratch);
}

/* ---- files to bytes */

struct reading {
    const struct load_source *source;
    struct arena *arena;
    struct doc *doc;
    struct diags *diags;
    struct sha256 sha;
};

static void
file_problem(const struct reading *reading, const char *file, const char *cure, const char *problem)
{
    diag_add(reading->diags, DIAG_ERROR, CODE_CONFIG, (struct diag_place){.file = file}, cure, "%s",
             problem);
}

/* What mends it; NULL where only the system can. */
static const char *
cure_of(int errnum)
{
    static const struct {
        int errnum;
        const char *cure;
    } rows[] = {
        {EACCES, "make it readable for the user that roinit runs as"},
        {ENOENT, "put it there, or name the file that is: -c FILE, or ROINIT_CONFIG"},
        {ENOTDIR, "rename what stands where a folder is wanted"},
        {ELOOP, "let the link lead to a file"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].errnum == errnum) {
            return rows[i].cure;
        }
    }
    return NULL;
}

static void
errno_problem(const struct reading *reading, const char *file, int errnum)
{
    const char *limit = err_shortage(errnum);
    bool is_ours = limit != NULL || errnum == EIO || errnum == EINTR || errnum == ENOSYS;
    diag_add(reading->diags, DIAG_ERROR, is_ours ? CODE_SYSTEM : CODE_CONFIG,
             (struct diag_place){.file = file},
             limit == NULL ? cure_of(errnum) : arena_printf(reading->arena, "raise %s", limit),
             "it cannot be read: %s", err_errno_text(errnum));
}

/* What a service could write must not say what holds it (I21). `shared` is a bit of the mode by
 * which what others may write is safe from them nevertheless. */
static bool
is_trusted(const struct reading *reading, int fd, const struct stat *status, mode_t shared,
           const char *file)
{
    struct statvfs mount;
    if (!reading->source->check_permissions) {
        return true;
    }
    if (fstatvfs(fd, &mount) != 0) {
        errno_problem(reading, file, errno);
        return false;
    }
    if ((mount.f_flag & ST_RDONLY) != 0) {
        return true;
    }
    bool is_ours = status->st_uid == 0 || (getpid() != 1 && status->st_uid == geteuid());
    if (!is_ours) {
        file_problem(reading, file, "give it to root, or mount it read-only",
                     "it lies on a writable mount and belongs to another user");
    } else if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status->st_mode & shared) == 0) {
        file_problem(reading, file, "chmod go-w, or mount it read-only",
                     "it lies on a writable mount, and others may write it");
    } else {
        return true;
    }
    return false;
}

/* Who may write the folder may put another file in this one's place, but for a sticky one. */
static bool
is_folder_trusted(const struct reading *reading, const char *file)
{
    const char *slash = strrchr(file, '/');
    size_t length = slash == NULL ? 0 : slash == file ? 1 : (size_t)(slash - file);
    const char *folder = length == 0 ? "." : arena_strndup(reading->arena, file, length);
    struct stat status;
    bool is_well = false;
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        errno_problem(reading, folder, errno);
    } else {
        is_well = is_trusted(reading, fd, &status, S_ISVTX, folder);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_well;
}

static void
take_bytes(struct reading *reading, const char *file, const char *bytes, size_t length)
{
    if (length == 0 || strspn(bytes, " \t\r\n") == length) {
        file_problem(reading, file, "write a contract into it, or take the file away",
                     "it is empty");
    } else if (length > FILE_MAX) {
        file_problem(reading, file, "name the right file, or take out what is none of it",
                     "it is larger than 1 MiB, which no contract is");
    } else if (memchr(bytes, '\0', length) != NULL) {
        file_problem(reading, file, "a contract is plain text",
                     "it is binary: there is a NUL byte in it");
    } else {
        sha256_add(&reading->sha, bytes, length);
        load_text(file, bytes, length, reading->arena, reading->doc, reading->diags);
    }
}

/* Reads and takes the open file; closes it. */
static void
take_file(struct reading *reading, int fd, const char *file)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        errno_problem(reading, file, errno);
    } else if (!S_ISREG(status.st_mode)) {
        file_problem(reading, file, "name a file, as in -c FILE; drop-ins are files as well",
                     S_ISDIR(status.st_mode) ? "it is a directory" : "it is no regular file");
    } else if (is_trusted(reading, fd, &status, 0, file)) {
        struct arena scratch = {.out_of_memory = reading->arena->out_of_memory};
        char *bytes = arena_alloc(&scratch, FILE_MAX + 2);
        size_t length = 0;
        ssize_t got = 0;
        while (length <= FILE_MAX &&
               (got = INSIST(read(fd, bytes + length, FILE_MAX + 1 - length))) > 0) {
            length += (size_t)got;
        }
        if (got < 0) {
            errno_problem(reading, file, errno);
        } else {
            take_bytes(reading, file, bytes, length);
        }
        arena_free(&scratch);
    }
    (void)close(fd);
}

/* O_NONBLOCK: a FIFO must not hold us up. */
static int
open_file(int folder, const char *name)
{
    return openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

static const char ini_ending[] = ".ini";

/* Whether something stands before the ending. */
static bool
ends_in_ini(const char *file)
{
    size_t length = strlen(file);
    size_t ending = strlen(ini_ending);
    return length > ending && text_equal(file + length - ending, ini_ending);
}

static int
by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the folder's drop-ins, in byte order. Returns false, and says why, where that fails.
 */
static bool
list_drop_ins(const struct reading *reading, DIR *folder, const char *path, struct words *ret)
{
    struct grow_words names = {.arena = reading->arena};
    const struct dirent *entry = NULL;
    size_t seen = 0;
    errno = 0;
    while ((entry = readdir(folder)) != NULL) {
        if (++seen > ENTRIES_MAX) {
            file_problem(reading, path, "keep drop-ins in a folder of their own",
                         "more than 100000 files are in it");
            return false;
        }
        if (entry->d_name[0] == '.' || !ends_in_ini(entry->d_name)) {
            continue;
        }
        if (names.words.count == DROP_INS_MAX) {
            file_problem(reading, path, "put them together into fewer",
                         "more than 1000 drop-ins are in it");
            return false;
        }
        grow_word(&names, arena_strdup(reading->arena, entry->d_name));
    }
    if (errno != 0) {
        errno_problem(reading, path, errno);
        return false;
    }
    if (names.words.count > 0) {
        qsort(names.words.item, names.words.count, sizeof(names.words.item[0]), by_bytes);
    }
    *ret = names.words;
    return true;
}

/* Whether nothing stands at the path, not even a symbolic link that leads nowhere. */
static bool
is_absent(const char *path)
{
    struct stat status;
    return lstat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static void
take_drop_ins(struct reading *reading, const char *path)
{
    struct words names = {0};
    struct stat status;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        int errnum = errno;
        if (errnum != ENOENT && !is_absent(path)) {
            errno_problem(reading, path, errnum);
        }
        return;
    }
    DIR *folder = fdopendir(fd);
    if (folder == NULL || fstat(fd, &status) != 0) {
        errno_problem(reading, path, errno);
        folder == NULL ? (void)close(fd) : (void)closedir(folder);
        return;
    }
    if (is_trusted(reading, fd, &status, 0, path) && list_drop_ins(reading, folder, path, &names)) {
        for (size_t i = 0; i < names.count; i++) {
            const char *file = arena_printf(reading->arena, "%s/%s", path, names.item[i]);
            int drop_in = open_file(fd, names.item[i]);
            if (reading->doc->file == NULL) {
                reading->doc->file = file;
            }
            if (drop_in < 0) {
                errno_problem(reading, file, errno);
            } else {
                take_file(reading, drop_in, file);
            }
        }
    }
    (void)closedir(folder);
}

/* FILE.d for FILE.ini, and for any other FILE as well. */
static const char *
drop_in_folder(const char *file, struct arena *arena)
{
    size_t length = strlen(file) - (ends_in_ini(file) ? strlen(ini_ending) : 0);
    return arena_printf(arena, "%.*s.d", (int)length, file);
}

void
load_contract(const struct load_source *source, struct arena *arena, struct doc *ret_doc,
              struct diags *diags)
{
    struct doc doc = {0};
    struct reading reading = {.source = source, .arena = arena, .doc = &doc, .diags = diags};
    const char *file = arena_strdup(arena, source->file == NULL ? LOAD_DEFAULT_FILE : source->file);
    sha256_init(&reading.sha);
    int fd = open_file(AT_FDCWD, file);
    if (fd >= 0) {
        doc.file = file;
        if (is_folder_trusted(&reading, file)) {
            take_file(&reading, fd, file);
        } else {
            (void)close(fd);
        }
    } else if (source->must_exist || (errno != ENOENT && errno != ENOTDIR) || !is_absent(file)) {
        doc.file = file;
        errno_problem(&reading, file, errno);
    }
    take_drop_ins(&reading, drop_in_folder(file, arena));
    if (doc.file == NULL) {
        sha256_add(&reading.sha, load_builtin, strlen(load_builtin));
        load_text(NULL, load_builtin, strlen(load_builtin), arena, &doc, diags);
        if (source->defaults != NULL) {
            load_text("the command line", source->defaults, strlen(source->defaults), arena, &doc,
                      diags);
        }
    }
    doc_finish(&doc, arena);
    sha256_hex(&reading.sha, doc.digest);
    *ret_doc = doc;
}
