/* SPDX-License-Identifier: MIT */
/*
 * Stands in front of libev's ev.h in the musl build: only what supervisor/loop.c uses. Signals come by signalfd and
 * children by waitid, so libev's own watchers for them, and every backend but epoll, stay out. Library and program
 * include the same header, since these choices decide the layout of the watchers.
 */
#define EV_FEATURES 12 /* configuration (loops of our own, priorities) and the whole API */
#define EV_VERIFY 0
#define EV_COMPAT3 0
#define EV_USE_MONOTONIC 1
#define EV_USE_CLOCK_SYSCALL 0
#define EV_USE_REALTIME 0
#define EV_USE_NANOSLEEP 0
#define EV_USE_EPOLL 1
#define EV_USE_SELECT 0
#define EV_USE_POLL 0
#define EV_USE_LINUXAIO 0
#define EV_USE_IOURING 0
#define EV_USE_EVENTFD 0
#define EV_USE_SIGNALFD 0
#define EV_USE_TIMERFD 0
#define EV_USE_INOTIFY 0
#define EV_PREPARE_ENABLE 1
#define EV_CHECK_ENABLE 1
#define EV_IDLE_ENABLE 0
#define EV_PERIODIC_ENABLE 0
#define EV_SIGNAL_ENABLE 0
#define EV_CHILD_ENABLE 0
#define EV_STAT_ENABLE 0
#define EV_FORK_ENABLE 0
#define EV_CLEANUP_ENABLE 0
#define EV_EMBED_ENABLE 0
#define EV_ASYNC_ENABLE 0

