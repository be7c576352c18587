/* SPDX-License-Identifier: MIT */
#ifndef ROINIT_CONFIG_EXITCODE_H
#define ROINIT_CONFIG_EXITCODE_H

/*
 * The exit codes, once: the enum, the kind of every error (an error's kind *is* the code that it
 * ends with), `roinit explain CODE` and the README's table come from this list. The numbers follow
 * sysexits.h where it has one.
 */
/* clang-format off */
#define EXITCODE_LIST(X) \
    X(CODE_OK,             0, "well") \
    X(CODE_NO,             1, "1 to 125 are passed through from the unit that caused the end; for a verb, 1 is \"the answer is no\"") \
    X(CODE_NOT_RUNNING,    3, "status: a unit is not running") \
    X(CODE_NO_SUCH_UNIT,   4, "no such unit") \
    X(CODE_USAGE,         64, "wrong usage of the command line") \
    X(CODE_UNAVAILABLE,   69, "a check with on-failure = shutdown failed; a verb: no roinit answers") \
    X(CODE_INTERNAL,      70, "a mistake of roinit's own, or a unit that ended well until its start-limit was reached") \
    X(CODE_SYSTEM,        71, "the system refused something") \
    X(CODE_LATE,          75, "not in time") \
    X(CODE_BROKEN,        77, "the contract is broken by whoever runs the image: mend the flags; a verb: not permitted") \
    X(CODE_CONFIG,        78, "the contract file is wrong: mend the image") \
    X(CODE_NOT_EXECUTABLE,126, "the command cannot be executed") \
    X(CODE_NOT_FOUND,    127, "the command is not found") \
    X(CODE_SIGNAL,       128, "128+n: the unit that caused the end died of signal n")
/* clang-format on */

#define EXITCODE_ENUM(name_, code_, text_) name_ = (code_),
enum exit_code { EXITCODE_LIST(EXITCODE_ENUM) };
#undef EXITCODE_ENUM

#endif
