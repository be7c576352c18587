/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <stdio.h>
#include <string.h>

#include "supervisor/notifymsg.h"
#include "tests/unit/suites.h"

static struct notifymsg
parsed(const char *text)
{
    struct notifymsg message;
    notifymsg_parse(text, strlen(text), &message);
    return message;
}

START_TEST(lines_are_taken_in_any_order_and_unknown_ones_are_passed_over)
{
    struct notifymsg message = parsed("X_FOO=1\nREADY=1\n\nSTATUS=serving 3\nMAINPID=42\nREADY");
    ck_assert(message.is_ready && !message.is_reloading && !message.is_stopping);
    ck_assert(message.has_status);
    ck_assert_str_eq(message.status, "serving 3");
    ck_assert_int_eq(message.main_pid, 42);
    ck_assert(!message.has_watchdog && !message.is_alive);
}
END_TEST

START_TEST(each_word_is_known)
{
    struct notifymsg message = parsed("RELOADING=1\nMONOTONIC_USEC=12\nSTOPPING=1\nWATCHDOG=1\n"
                                      "WATCHDOG_USEC=2500000\nEXTEND_TIMEOUT_USEC=1500\nERRNO=13\n"
                                      "EXIT_STATUS=3\nFDSTORE=1\nFDNAME=x\nBARRIER=1");
    ck_assert(message.is_reloading && message.is_stopping && message.is_alive);
    ck_assert(message.has_watchdog && message.has_extension && message.is_fdstore);
    ck_assert_int_eq(message.watchdog_ms, 2500);
    ck_assert_int_eq(message.extension_ms, 1);
    ck_assert(message.has_errnum && message.has_exit_status);
    ck_assert_int_eq(message.errnum, 13);
    ck_assert_int_eq(message.exit_status, 3);
    ck_assert(parsed("WATCHDOG=trigger").is_trigger);
    ck_assert_int_eq(parsed("WATCHDOG_USEC=1").watchdog_ms, 1);
    ck_assert(parsed("WATCHDOG_USEC=0").has_watchdog);
}
END_TEST

/* None of them says anything. */
static const char *const nonsense[] = {
    "",
    "READY",
    "READY=",
    "READY=0",
    "READY=11",
    "ready=1",
    " READY=1",
    "=1",
    "MAINPID=x",
    "MAINPID=-1",
    "MAINPID=",
    "MAINPID=0x10",
    "WATCHDOG_USEC=-1",
    "WATCHDOG=yes",
    "READY=1 ",
    "MAINPID=4294967297",
    "ERRNO=abc",
    "EXTEND_TIMEOUT_USEC=18446744073709551616",
};

START_TEST(what_makes_no_sense_says_nothing)
{
    struct notifymsg none = {0};
    struct notifymsg message = parsed(nonsense[_i]);
    ck_assert_msg(memcmp(&message, &none, sizeof none) == 0, "%s", nonsense[_i]);
}
END_TEST

START_TEST(a_line_with_a_nul_in_it_says_nothing)
{
    struct notifymsg message;
    notifymsg_parse("READY=1\0\nSTOPPING=1", 19, &message);
    ck_assert(!message.is_ready && message.is_stopping);
}
END_TEST

START_TEST(a_line_that_no_message_can_hold_says_nothing)
{
    static char bytes[NOTIFYMSG_MAX + 64] = "STATUS=";
    struct notifymsg message;
    memset(bytes + 7, 's', NOTIFYMSG_MAX);
    (void)snprintf(bytes + NOTIFYMSG_MAX + 8, 32, "\nREADY=1");
    bytes[NOTIFYMSG_MAX + 7] = 's';
    notifymsg_parse(bytes, strlen(bytes), &message);
    ck_assert(message.is_ready && !message.has_status);
}
END_TEST

START_TEST(a_status_that_is_too_long_is_cut_and_an_empty_one_is_one)
{
    char text[1024] = "STATUS=";
    memset(text + 7, 's', sizeof text - 8);
    struct notifymsg message = parsed(text);
    ck_assert_uint_eq(strlen(message.status), NOTIFYMSG_STATUS_MAX - 1);
    message = parsed("STATUS=");
    ck_assert(message.has_status);
    ck_assert_str_eq(message.status, "");
}
END_TEST

Suite *
notifymsg_suite(void)
{
    Suite *suite = suite_create("notifymsg");
    TCase *tcase = tcase_create("notifymsg");
    tcase_add_test(tcase, lines_are_taken_in_any_order_and_unknown_ones_are_passed_over);
    tcase_add_test(tcase, each_word_is_known);
    tcase_add_loop_test(tcase, what_makes_no_sense_says_nothing, 0,
                        (int)(sizeof nonsense / sizeof nonsense[0]));
    tcase_add_test(tcase, a_line_with_a_nul_in_it_says_nothing);
    tcase_add_test(tcase, a_line_that_no_message_can_hold_says_nothing);
    tcase_add_test(tcase, a_status_that_is_too_long_is_cut_and_an_empty_one_is_one);
    suite_add_tcase(suite, tcase);
    return suite;
}
