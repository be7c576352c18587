/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/command.h"
#include "config/insist.h"
#include "init/options.h"
#include "supervisor/loop.h"
#include "supervisor/sys_notify.h"
#include "supervisor/sys_probe.h"

/* One probe, without a contract: curl for images that have none. */

enum { TIMEOUT_MS = 3000, WHY_BYTES = 256 };

static int
fail(const struct probe *probe, enum probe_failure_kind kind, int number)
{
    char bytes[WHY_BYTES * 2];
    struct text text = TEXT_OVER(bytes);
    struct probe_failure failure = {kind, number};
    probe_add_failure(probe, &failure, &text);
    (void)fprintf(stderr, "roinit: %s\n", bytes);
    return 1;
}

static int
left_ms(int64_t end_ms)
{
    int64_t left = end_ms - loop_now_ms();
    return left > 0 ? (int)(left < INT32_MAX ? left : INT32_MAX) : 0;
}

static int
try_address(const struct probe *probe, int64_t end_ms)
{
    struct probing probing = {.fd = -1};
    enum probing_state state = probing_begin(&probing, probe, NULL);
    while (state == PROBING_READS || state == PROBING_WRITES) {
        struct pollfd awaited = {.fd = probing.fd,
                                 .events = state == PROBING_READS ? POLLIN : POLLOUT};
        int count = poll(&awaited, 1, left_ms(end_ms));
        if (count == 0) {
            probing_end(&probing);
            return fail(probe, PROBE_LATE, 0);
        }
        if (count > 0) {
            state = probing_go_on(&probing, probe);
        }
    }
    return state == PROBING_WELL ? CODE_OK
                                 : fail(probe, probing.failure.kind, probing.failure.number);
}

static int
judge(const struct probe *probe, int status)
{
    if (WIFSIGNALED(status)) {
        return fail(probe, PROBE_SIGNAL, WTERMSIG(status));
    }
    return WEXITSTATUS(status) == 0 ? CODE_OK : fail(probe, PROBE_EXIT, WEXITSTATUS(status));
}

/* The command, with this process's streams, user and environment. */
static int
try_command(const struct probe *probe, char *const *argv, int64_t end_ms)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        (void)setpgid(0, 0);
        (void)execvp(argv[0], argv);
        _exit(errno == ENOENT ? CODE_NOT_FOUND : CODE_NOT_EXECUTABLE);
    }
    if (pid < 0) {
        return fail(probe, PROBE_LAUNCH, errno);
    }
    (void)setpgid(pid, pid);
    struct pollfd ended = {.fd = notify_watch(pid), .events = POLLIN};
    long count = ended.fd >= 0 ? INSIST(poll(&ended, 1, left_ms(end_ms))) : 1;
    if (count == 0) {
        (void)kill(-pid, SIGKILL);
    }
    (void)INSIST(waitpid(pid, &status, 0));
    return count == 0 ? fail(probe, PROBE_LATE, 0) : judge(probe, status);
}

static void
out_of_memory(void)
{
    (void)fputs("roinit: out of memory\n", stderr);
    _exit(CODE_SYSTEM);
}

static int
expand(const struct probe *probe, struct arena *arena, struct words *ret_argv, char *why)
{
    struct vars vars;
    bool is_runtime;
    vars_take(&vars, environ, arena, arena);
    return command_expand(probe->path, &vars, NULL, arena, ret_argv, why, WHY_BYTES, &is_runtime);
}

int
cmd_probe(const struct options *options)
{
    struct arena arena = {.out_of_memory = out_of_memory};
    struct probe probe;
    struct words argv = {0};
    struct err err = {0};
    char why[WHY_BYTES] = "the command is empty";
    int64_t timeout_ms;
    int code = CODE_USAGE;
    if (usage_duration(&options->usage, USAGE_TIMEOUT, TIMEOUT_MS, &timeout_ms, &err) != 0) {
        (void)fprintf(stderr, "roinit: %s\n", err.text);
    } else if (value_parse(VALUE_PROBE, "tcp unix http file exec", options->usage.word[0], &arena,
                           &probe, why, sizeof why) != 0 ||
               (probe.kind == PROBE_EXEC &&
                (expand(&probe, &arena, &argv, why) != 0 || argv.count == 0))) {
        (void)fprintf(stderr, "roinit: %s\n", why);
    } else if (probe.kind == PROBE_EXEC) {
        code = try_command(&probe, (char *const *)(void *)argv.item, loop_now_ms() + timeout_ms);
    } else {
        code = try_address(&probe, loop_now_ms() + timeout_ms);
    }
    arena_free(&arena);
    return code;
}
