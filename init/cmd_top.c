/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "init/client.h"
#include "init/options.h"
#include "supervisor/loop.h"

/*
 * The status, live: asked for once a second, as long as the terminal is there. What is no terminal,
 * or a dumb one, gets it once, and plain. All rendering is on the side of PID 1.
 */
enum { PERIOD_MS = 1000, ROWS_DEFAULT = 24 };

static volatile sig_atomic_t is_over;

static void
on_signal(int number)
{
    if (number != SIGWINCH) { /* that one only ends the wait */
        is_over = 1;
    }
}

static void
write_text(const char *text)
{
    (void)!write(STDOUT_FILENO, text, strlen(text)); /* a terminal that is gone ends us soon */
}

/* Asks for as much as the terminal shows. */
static int
ask(const struct options *options)
{
    struct options status = *options;
    struct winsize window;
    char height[32];
    char *word[] = {height, NULL};
    bool has_size = ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 0;
    (void)snprintf(height, sizeof height, "--height=%u",
                   has_size ? (unsigned)window.ws_row : ROWS_DEFAULT);
    status.verb = verb_find("status");
    status.word = word;
    status.word_count = 1;
    return client_ask_again(&status);
}

/* Waits for the next turn. Returns whether there is one: `q`, the end of input and the end of the
 * container are the end. The last has to be seen in time: it kills us, and whoever is killed leaves
 * the terminal as it is. */
static bool
wait_for_turn(bool has_keys, int *watch_fd)
{
    int64_t until_ms = loop_now_ms() + PERIOD_MS;
    for (int64_t left_ms = PERIOD_MS; left_ms > 0; left_ms = until_ms - loop_now_ms()) {
        struct pollfd fds[] = {{.fd = has_keys ? STDIN_FILENO : -1, .events = POLLIN},
                               {.fd = *watch_fd, .events = POLLIN}};
        char key = '\0';
        if (poll(fds, 2, (int)left_ms) <= 0) {
            break;
        }
        if (fds[1].revents != 0 && client_has_ended(watch_fd)) {
            return false;
        }
        if (fds[0].revents != 0) {
            return read(STDIN_FILENO, &key, 1) == 1 && key != 'q' && key != 'Q';
        }
    }
    return true;
}

static int
show_live(const struct options *options)
{
    struct termios before;
    bool has_keys = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
    const struct sigaction action = {.sa_handler = on_signal};
    int code = CODE_OK;
    int watch_fd = client_watch();
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    (void)sigaction(SIGWINCH, &action, NULL);
    if (has_keys) {
        struct termios now = before;
        now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        now.c_cc[VSUSP] = _POSIX_VDISABLE; /* the shell would get a terminal that is not its own */
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &now);
    }
    write_text("\033[?1049h\033[?25l\033[?7l"); /* another screen, no cursor, no wrapping */
    do {
        write_text("\033[H\033[J");
        code = ask(options);
    } while (code == CODE_OK && is_over == 0 && wait_for_turn(has_keys, &watch_fd) && is_over == 0);
    write_text("\033[?7h\033[?25h\033[?1049l");
    if (has_keys) {
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    if (code != CODE_OK) {
        (void)fprintf(stderr, "roinit: nobody answers any more\n");
    }
    return code;
}

int
cmd_top(const struct options *options)
{
    if (client_has_terminal()) {
        return show_live(options);
    }
    struct options status = *options;
    char *none[] = {NULL};
    status.verb = verb_find("status");
    status.word = none;
    status.word_count = 0;
    return client_ask_again(&status);
}
