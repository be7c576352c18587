/* SPDX-License-Identifier: MIT */
#include "init/sys_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/doc.h"
#include "config/insist.h"
#include "init/sys_state.h"

enum {
    LINK_BYTES = 4096,
    HINT_BYTES = 4096,
    ENV_MAX = 1024 * 1024,      /* an env-file */
    SECRET_MAX = 128 * 1024,    /* the kernel takes no longer variable */
    ACCOUNTS_MAX = 1024 * 1024, /* passwd, group */
};

/* What can be read of `fd` into `bytes`, at most `room`. Returns its length, or -1 with errno. */
static ssize_t
read_all(int fd, char *bytes, size_t room)
{
    size_t length = 0;
    while (length < room) {
        ssize_t got = INSIST(read(fd, bytes + length, room - length));
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        length += (size_t)got;
    }
    return (ssize_t)length;
}

static int
read_open(int fd, const char *path, size_t max_bytes, struct arena *arena,
          struct environ_text *ret_text, struct err *err)
{
    struct stat file;
    if (fstat(fd, &file) != 0) {
        return err_set(err, CODE_BROKEN, errno, "cannot read \"%.160s\"", path);
    }
    if (!S_ISREG(file.st_mode)) {
        return err_set(err, CODE_BROKEN, 0, "\"%.160s\" is no regular file", path);
    }
    if (file.st_size > (off_t)max_bytes) {
        return err_set(err, CODE_BROKEN, EFBIG, "\"%.160s\" is larger than %zu bytes", path,
                       max_bytes);
    }
    /* The size is a hint (0 in /proc): one byte more than it may be tells what has grown. */
    size_t room = (file.st_size > 0 ? (size_t)file.st_size : HINT_BYTES) + 1;
    char *bytes = arena_alloc(arena, room + 1);
    if (bytes == NULL) {
        return err_set(err, CODE_SYSTEM, ENOMEM, "cannot read \"%.160s\"", path);
    }
    ssize_t length = read_all(fd, bytes, room);
    if (length < 0) {
        return err_set(err, CODE_BROKEN, errno, "cannot read \"%.160s\"", path);
    }
    if ((size_t)length == room) {
        return err_set(err, CODE_BROKEN, EFBIG, "\"%.160s\" grew while it was read", path);
    }
    *ret_text = (struct environ_text){path, bytes, (size_t)length};
    return 0;
}

/* Reads a file of at most `max_bytes` into the arena, NUL-terminated. Symbolic links are followed
 * (Kubernetes mounts secrets as links). Returns 0, or -1 with *err: its errnum is ENOENT where
 * there is none, EFBIG where it is too large. */
static int
read_whole(const char *path, size_t max_bytes, struct arena *arena, struct environ_text *ret_text,
           struct err *err)
{
    /* Without O_NONBLOCK the open of a FIFO waits for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return err_set(err, CODE_BROKEN, errno, "cannot open \"%.160s\"", path);
    }
    int result = read_open(fd, path, max_bytes, arena, ret_text, err);
    (void)close(fd);
    return result;
}

bool
files_read_small(const char *path, char *buffer, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t length = fd < 0 ? -1 : read(fd, buffer, size - 1);
    if (fd >= 0) {
        (void)close(fd);
    }
    buffer[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* ---------------------------------------------------------------- passwd and group */

/* Whether the path is a link into a state directory: the view of an earlier run. */
static bool
is_view(const char *path)
{
    char target[LINK_BYTES];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length <= 0) {
        return false;
    }
    target[length] = '\0';
    char *slash = strrchr(target, '/');
    if (slash == NULL) {
        return false;
    }
    *slash = '\0';
    size_t folder = strlen(target);
    for (size_t i = 0; i < state_folder_count; i++) {
        /* The end will do: links may be relative, or go through /var/run. */
        const char *name = strrchr(state_folders[i], '/');
        size_t tail = strlen(name);
        if (folder >= tail && strcmp(target + folder - tail, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Returns 0, with *ret_text NULL where there is no such file. */
static int
read_account_file(const char *image, const char *path, struct arena *arena, const char **ret_text,
                  struct err *err)
{
    struct environ_text text = {0};
    *ret_text = NULL;
    if (read_whole(image, ACCOUNTS_MAX, arena, &text, err) == 0) {
        *ret_text = text.text;
        return 0;
    }
    if (err->errnum != ENOENT && err->errnum != ENOTDIR) {
        return -1;
    }
    if (is_view(path)) {
        return 0;
    }
    if (read_whole(path, ACCOUNTS_MAX, arena, &text, err) != 0) {
        return err->errnum == ENOENT || err->errnum == ENOTDIR ? 0 : -1;
    }
    *ret_text = text.text;
    return 0;
}

int
files_read_accounts(struct arena *arena, struct accounts *ret_accounts, struct err *err)
{
    const char *passwd;
    const char *group;
    if (read_account_file("/etc/passwd.image", "/etc/passwd", arena, &passwd, err) != 0 ||
        read_account_file("/etc/group.image", "/etc/group", arena, &group, err) != 0) {
        return -1;
    }
    accounts_parse(passwd, group, arena, ret_accounts);
    return 0;
}

/* ---------------------------------------------------------------- env-files and secrets */

static void
tell(struct diags *diags, struct diag_place place, const char *cure, const struct err *err)
{
    diag_add(diags, DIAG_ERROR, CODE_BROKEN, place, cure, "%s", err->text);
}

int
files_read_env_files(const struct words *paths, struct diag_place place, struct arena *arena,
                     struct environ_text **ret_texts, struct diags *diags)
{
    struct environ_text *texts = ARENA_NEW(arena, struct environ_text, paths->count + 1);
    int result = texts == NULL ? -1 : 0;
    for (size_t i = 0; texts != NULL && i < paths->count; i++) {
        struct err err = {0};
        bool is_optional = paths->item[i][0] == '-';
        const char *path = paths->item[i] + (is_optional ? 1 : 0);
        if (read_whole(path, ENV_MAX, arena, &texts[i], &err) != 0 &&
            !(is_optional && err.errnum == ENOENT)) {
            tell(diags, place, "mount it, or write -PATH for a file that need not be there", &err);
            result = -1;
        }
    }
    *ret_texts = texts;
    return result;
}

static struct diag_place
place_of(const struct config *config, enum init_key key)
{
    struct diag_place place = doc_place(config->init.from[key], NULL);
    place.section = "init";
    return place;
}

int
files_read_environment(struct environ_input *input, struct arena *arena, struct diags *diags)
{
    const struct config *config = input->config;
    struct environ_text *env_files = NULL;
    int result = files_read_env_files(&config->init.env_file, place_of(config, INIT_env_file),
                                      arena, &env_files, diags);
    input->env_file = env_files;
    size_t count = config->init.file_env.count;
    struct environ_text *secrets = ARENA_NEW(arena, struct environ_text, count + 1);
    for (size_t i = 0; secrets != NULL && i < count; i++) {
        struct err err = {0};
        const char *path = environ_secret_path(input, i, arena);
        if (path != NULL && read_whole(path, SECRET_MAX, arena, &secrets[i], &err) != 0) {
            (void)err_wrap(&err, "%.60s_FILE", config->init.file_env.item[i]);
            tell(diags, place_of(config, INIT_file_env), "mount it where roinit's user can read it",
                 &err);
            result = -1;
        }
    }
    input->secret = secrets;
    return result;
}
