/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_TESTS_PUPPET_NET_H
#define ROINIT_TESTS_PUPPET_NET_H

/*
 * The puppet's verbs that speak to others: servers that answer well, badly or not at all, and what
 * a unit says of itself. Arguments are what stood behind the verb's colon.
 */

/* listen:PORT, listen:ADDRESS/PORT, listen:/PATH: listens, and never accepts. */
void net_listen(char *arg);

/* serve:PORT/HOW: answers each client, in a child: a status ("200"), "mute" (accepts and stays
 * silent), "gigabyte" (bytes without end), "reset", "close", "drip" (a byte now and then). */
void net_serve(char *arg);

/* newline:FD: a newline on that descriptor. */
void net_newline(char *arg);

/* notify:TEXT: a datagram to NOTIFY_SOCKET; "|" stands for a newline. */
void net_notify(char *arg);

/* notifyfd:TEXT: the same, with a descriptor. Prints `notifyfd closed` when its other end is. */
void net_notify_fd(char *arg);

/* flood_notify:N: N datagrams. */
void net_flood_notify(char *arg);

#endif
