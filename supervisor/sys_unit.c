/* SPDX-License-Identifier: MIT */
#include "supervisor/sys_unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "supervisor/sys_cgroup.h"
#include "supervisor/sys_proc.h"
#include "supervisor/sys_tty.h"

void
unit_io_init(struct unit_io *io, const struct unit_config *config, enum log_format format)
{
    *io = (struct unit_io){.config = config, .report_fd = -1, .ready_fd = -1};
    for (int i = 0; i < UNIT_STREAMS; i++) {
        io->pipe[i] = (struct log_pipe){
            .unit = config->name,
            .sink = i == 0 ? LOG_STDOUT : LOG_STDERR,
            .is_json = config->log == UNIT_LOG_JSON || format == LOG_FORMAT_JSON,
            .read_fd = -1,
            .write_fd = -1,
        };
    }
}

void
unit_io_keep_lines(struct unit_io *io, bool is_kept)
{
    for (int i = 0; i < UNIT_STREAMS; i++) {
        io->pipe[i].ring = is_kept ? &io->ring : NULL;
    }
}

/* Whether the unit's lines pass through PID 1. */
static bool
has_pipes(const struct unit_io *io)
{
    return io->config->log == UNIT_LOG_TEXT || io->config->log == UNIT_LOG_JSON;
}

static int
open_pipes(struct unit_io *io, const struct launch *launch)
{
    uid_t uid = launch->sets_uid ? launch->uid : (uid_t)-1;
    gid_t gid = launch->sets_gid ? launch->gid : (gid_t)-1;
    for (int i = 0; i < UNIT_STREAMS; i++) {
        if (io->pipe[i].read_fd < 0 && log_pipe_open(&io->pipe[i], uid, gid) != 0) {
            return -1;
        }
    }
    return 0;
}

/* A pipe without a name: nobody comes by it but through a descriptor that he holds. */
static bool
is_nameless(int fd)
{
    enum { PIPE_MAGIC = 0x50495045 }; /* linux/magic.h */
    struct statfs fs;
    return fstatfs(fd, &fs) == 0 && fs.f_type == PIPE_MAGIC;
}

/* A raw unit under another uid could not open /dev/stdout: runc gave the pipe, or the terminal, to
 * the container's user, mode 0600. A pipe that is ours is opened to all who hold it: that takes no
 * capability, so it goes for what starts after the boot, and for several users. The rest is given
 * away, where that is still allowed. */
static void
give_stdio(const struct launch *launch)
{
    enum { WRITE_FOR_ALL = 0222, PERMISSIONS = 07777 };
    struct stat st;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fstat(fd, &st) != 0 || st.st_uid == launch->uid) {
            continue;
        }
        mode_t mode = (st.st_mode & PERMISSIONS) | WRITE_FOR_ALL;
        bool is_open = S_ISFIFO(st.st_mode) && is_nameless(fd) && fchmod(fd, mode) == 0;
        /* A terminal of a container; not that of somebody who tries roinit in his shell. */
        if (!is_open && (S_ISFIFO(st.st_mode) || (getpid() == 1 && isatty(fd) != 0))) {
            (void)!fchown(fd, launch->uid, (gid_t)-1);
        }
    }
}

static int
fill_stdio(struct unit_io *io, struct launch *launch)
{
    const struct unit_config *unit = io->config;
    launch->in_fd = -1;
    launch->out_fd = -1;
    launch->err_fd = -1;
    launch->has_null_stdin = unit->standard_input == STDIN_NULL;
    launch->has_null_output = unit->log == UNIT_LOG_NULL;
    if (has_pipes(io)) {
        if (open_pipes(io, launch) != 0) {
            return -1;
        }
        launch->out_fd = io->pipe[0].write_fd;
        launch->err_fd = io->pipe[1].write_fd;
    } else if (unit->log == UNIT_LOG_RAW && launch->sets_uid) {
        give_stdio(launch);
    }
    return 0;
}

void
unit_close_ready(struct unit_io *io)
{
    if (io->ready_fd >= 0) {
        (void)close(io->ready_fd);
        io->ready_fd = -1;
    }
}

/* The pipe of `ready = fd:N`: its writing end becomes the launch's. Returns 0, or -1 with errno. */
static int
open_promise(struct unit_io *io, struct launch *launch)
{
    int fds[2];
    launch->promised_fd = 0;
    launch->promise_fd = -1;
    if (io->config->ready.kind != PROBE_FD || io->config->is_task) {
        return 0;
    }
    unit_close_ready(io);
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return -1;
    }
    (void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
    io->ready_fd = fds[0];
    launch->promised_fd = io->config->ready.number;
    launch->promise_fd = fds[1];
    return 0;
}

pid_t
unit_spawn(struct unit_io *io, size_t unit, size_t part, const struct loop_host *host, int tty_fd)
{
    struct arena arena = ARENA_INIT;
    struct launch launch = {0};
    struct err err = {0};
    int errnum = 0;
    pid_t pid = 0;
    io->has_failed = io->is_skipped = false;
    io->looks = 0;
    int status = host->launch(host->context, unit, part, &arena, &launch, &err);
    if (arena.is_spent) {
        errnum = ENOMEM; /* a word or a variable of it may be missing */
    } else if (status != 0) {
        if (err_shortage(err.errnum) != NULL) {
            errnum = err.errnum;
        } else {
            log_own(LOG_ERROR, "%s: %s", io->config->name, err.text);
            pid = -(pid_t)err.code;
        }
    } else if (fill_stdio(io, &launch) != 0 || open_promise(io, &launch) != 0) {
        errnum = errno;
    } else {
        launch.tty_fd = io->config->is_main && tty_is_ours(tty_fd) ? tty_fd : -1;
        launch.remove = io->config->remove.count > 0 ? &io->config->remove : NULL;
        launch.cgroup_fd = cgroup_entry(io->config->name);
        pid = proc_spawn(&launch, &io->report_fd, &errnum);
        if (launch.cgroup_fd >= 0) {
            (void)close(launch.cgroup_fd);
        }
        if (launch.promise_fd >= 0) {
            (void)close(launch.promise_fd);
        }
    }
    if (pid == 0) {
        const char *limit = err_shortage(errnum);
        log_own(LOG_WARN, "%s: cannot start a process: %s%s%s", io->config->name,
                err_errno_text(errnum), limit == NULL ? "" : ": what limits it is ",
                limit == NULL ? "" : limit);
    }
    arena_free(&arena);
    return pid;
}

pid_t
unit_spawn_stop(struct unit_io *io, size_t unit, pid_t main_pid, const struct loop_host *host)
{
    struct arena arena = ARENA_INIT;
    struct launch launch = {0};
    struct err err = {0};
    char number[16];
    int report_fd = -1;
    int errnum = 0;
    pid_t pid = 0;
    (void)snprintf(number, sizeof number, "%d", (int)main_pid);
    int status = host->launch_beside(host->context, unit, io->config->stop_command, "MAINPID",
                                     number, &arena, &launch, &err);
    if (arena.is_spent) {
        errnum = ENOMEM;
    } else if (status != 0) {
        log_own(LOG_ERROR, "%s: stop-command: %s", io->config->name, err.text);
    } else if (fill_stdio(io, &launch) != 0) {
        errnum = errno;
    } else {
        launch.has_null_stdin = true;
        launch.tty_fd = -1;
        pid = proc_spawn(&launch, &report_fd, &errnum);
    }
    if (pid > 0) {
        (void)close(report_fd); /* what fails ends with 126, 127 or 71, and is seen by that */
    } else if (errnum != 0) {
        log_own(LOG_WARN, "%s: cannot start its stop-command: %s", io->config->name,
                err_errno_text(errnum));
    }
    arena_free(&arena);
    return pid;
}

/* What the step that failed was about, or "". */
static const char *
note_object(const struct unit_config *unit, const struct launch_note *note)
{
    const char *object = note->about;
    if (note->report.stage == LAUNCH_STAGE_WORKING_DIR) {
        object = unit->working_dir;
    } else if (note->report.stage == LAUNCH_STAGE_EXEC) {
        object = unit->command != NULL ? unit->command : unit->command_dir;
    }
    return object != NULL ? object : "";
}

static void
take_note(struct unit_io *io, const struct launch_note *note)
{
    const char *object = note_object(io->config, note);
    int stage = note->report.stage;
    io->is_skipped |= stage == LAUNCH_STAGE_ONLY_IF;
    io->has_failed |= stage != LAUNCH_STAGE_REMOVE;
    if (stage == LAUNCH_STAGE_WORDS) {
        log_own(LOG_ERROR, "%s: %s", io->config->name, object);
    } else if (stage != LAUNCH_STAGE_ONLY_IF) {
        log_own(stage == LAUNCH_STAGE_REMOVE ? LOG_WARN : LOG_ERROR, "%s: cannot %s%s%s%s: %s",
                io->config->name, launch_stage_text(stage), object[0] != '\0' ? " \"" : "", object,
                object[0] != '\0' ? "\"" : "", err_errno_text(note->report.errnum));
    }
}

bool
unit_read_report(struct unit_io *io)
{
    struct launch_note note;
    ssize_t length;
    while ((length = read(io->report_fd, &note, sizeof note)) == (ssize_t)sizeof note) {
        take_note(io, &note); /* one a file of `remove`, and one more, at most */
    }
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    (void)close(io->report_fd);
    io->report_fd = -1;
    return true;
}

static void
add_path(struct text *out, const char *path)
{
    if (path != NULL && path[0] != '\0') {
        text_add(out, out->length > 0 ? ", " : "");
        text_add_escaped(out, path, strlen(path));
    }
}

void
unit_tell_waiting(struct unit_io *io)
{
    const struct unit_config *unit = io->config;
    char paths[512] = "";
    struct text out = TEXT_OVER(paths);
    io->looks = (uint8_t)(io->looks < UINT8_MAX ? io->looks + 1 : io->looks);
    if (io->looks < 2 || (io->looks & (io->looks - 1)) != 0) {
        return; /* each time that doubles */
    }
    const struct words *lists[] = {&unit->only_if, &unit->env_file, &unit->remove};
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        for (size_t i = 0; i < lists[k]->count; i++) {
            add_path(&out, lists[k]->item[i]);
        }
    }
    add_path(&out, unit->working_dir);
    add_path(&out, unit->command != NULL ? unit->command : unit->command_dir);
    log_own(LOG_WARN,
            "%s: its start still waits for a file system that does not answer: bring its server "
            "back, or name paths elsewhere; it looks at %s",
            unit->name, paths);
}
