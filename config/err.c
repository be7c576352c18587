/* SPDX-License-Identifier: MIT */
#include "config/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Our own table, since strerror(3) depends on the locale and may allocate. */
/* clang-format off */
static const struct errno_row {
    int errnum;
    const char *name;
    const char *text;
} errnos[] = {
    {EPERM,        "EPERM",        "not permitted"},
    {ENOENT,       "ENOENT",       "no such file or directory"},
    {ESRCH,        "ESRCH",        "no such process"},
    {EINTR,        "EINTR",        "interrupted"},
    {EIO,          "EIO",          "input or output error"},
    {ENXIO,        "ENXIO",        "no such device or address"},
    {E2BIG,        "E2BIG",        "argument list too long"},
    {ENOEXEC,      "ENOEXEC",      "not an executable format"},
    {EBADF,        "EBADF",        "bad file descriptor"},
    {ECHILD,       "ECHILD",       "no child process"},
    {EAGAIN,       "EAGAIN",       "resource temporarily unavailable"},
    {ENOMEM,       "ENOMEM",       "out of memory"},
    {EACCES,       "EACCES",       "permission denied"},
    {EFAULT,       "EFAULT",       "bad address"},
    {ENOTBLK,      "ENOTBLK",      "not a block device"},
    {EBUSY,        "EBUSY",        "busy"},
    {EEXIST,       "EEXIST",       "exists already"},
    {EXDEV,        "EXDEV",        "on another file system"},
    {ENODEV,       "ENODEV",       "no such device"},
    {ENOTDIR,      "ENOTDIR",      "not a directory"},
    {EISDIR,       "EISDIR",       "is a directory"},
    {EINVAL,       "EINVAL",       "invalid argument"},
    {ENFILE,       "ENFILE",       "too many open files in the system"},
    {EMFILE,       "EMFILE",       "too many open files"},
    {ENOTTY,       "ENOTTY",       "not a terminal"},
    {ETXTBSY,      "ETXTBSY",      "the program file is being written"},
    {EFBIG,        "EFBIG",        "file too large"},
    {ENOSPC,       "ENOSPC",       "no space left"},
    {ESPIPE,       "ESPIPE",       "cannot seek"},
    {EROFS,        "EROFS",        "read-only file system"},
    {EMLINK,       "EMLINK",       "too many links"},
    {EPIPE,        "EPIPE",        "nobody reads the pipe"},
    {EDOM,         "EDOM",         "argument out of domain"},
    {ERANGE,       "ERANGE",       "result out of range"},
    {EDEADLK,      "EDEADLK",      "deadlock avoided"},
    {ENAMETOOLONG, "ENAMETOOLONG", "name too long"},
    {ENOLCK,       "ENOLCK",       "no locks available"},
    {ENOSYS,       "ENOSYS",       "the kernel does not have this"},
    {ENOTEMPTY,    "ENOTEMPTY",    "directory not empty"},
    {ELOOP,        "ELOOP",        "too many symbolic links"},
    {EPROTO,       "EPROTO",       "protocol error"},
    {EOVERFLOW,    "EOVERFLOW",    "value too large"},
    {EILSEQ,       "EILSEQ",       "invalid sequence of bytes"},
    {ELIBBAD,      "ELIBBAD",      "corrupted shared library"},
    {EUSERS,       "EUSERS",       "too many users"},
    {ENOTSOCK,     "ENOTSOCK",     "not a socket"},
    {EMSGSIZE,     "EMSGSIZE",     "message too long"},
    {EOPNOTSUPP,   "EOPNOTSUPP",   "not supported"},
    {EADDRINUSE,   "EADDRINUSE",   "address in use"},
    {EADDRNOTAVAIL,"EADDRNOTAVAIL","address not available"},
    {ENETUNREACH,  "ENETUNREACH",  "network unreachable"},
    {ECONNABORTED, "ECONNABORTED", "connection aborted"},
    {ECONNRESET,   "ECONNRESET",   "connection reset"},
    {ENOBUFS,      "ENOBUFS",      "no buffer space"},
    {ENOTCONN,     "ENOTCONN",     "not connected"},
    {ETIMEDOUT,    "ETIMEDOUT",    "timed out"},
    {ECONNREFUSED, "ECONNREFUSED", "connection refused"},
    {EHOSTUNREACH, "EHOSTUNREACH", "host unreachable"},
    {EALREADY,     "EALREADY",     "already in progress"},
    {EINPROGRESS,  "EINPROGRESS",  "in progress"},
    {ESTALE,       "ESTALE",       "stale file handle"},
    {EDQUOT,       "EDQUOT",       "quota exceeded"},
};
/* clang-format on */

static const struct errno_row *
find_row(int errnum)
{
    for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++) {
        if (errnos[i].errnum == errnum) {
            return &errnos[i];
        }
    }
    return NULL;
}

const char *
err_errno_text(int errnum)
{
    const struct errno_row *row = find_row(errnum);
    return row != NULL ? row->text : "unknown error";
}

const char *
err_errno_name(int errnum)
{
    const struct errno_row *row = find_row(errnum);
    return row != NULL ? row->name : NULL;
}

const char *
err_shortage(int errnum)
{
    static const struct {
        int errnum;
        const char *limit;
    } rows[] = {
        {EAGAIN, "--pids-limit or ulimit -u"},
        {EMFILE, "ulimit -n"},
        {ENFILE, "fs.file-max"},
        {ENOMEM, "the memory"},
        {ENOBUFS, "the memory"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].errnum == errnum) {
            return rows[i].limit;
        }
    }
    return NULL;
}

int
err_set(struct err *err, enum exit_code code, int errnum, const char *format, ...)
{
    char text[sizeof(err->text)];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    err->code = code;
    err->errnum = errnum;
    /* What does not fit is cut on purpose, here and below: an error has no other place. */
    if (errnum == 0) {
        memcpy(err->text, text, sizeof(text));
    } else if (find_row(errnum) != NULL) {
        (void)snprintf(err->text, sizeof(err->text), "%.200s: %s", text, err_errno_text(errnum));
    } else {
        (void)snprintf(err->text, sizeof(err->text), "%.200s: error %d", text, errnum);
    }
    return -1;
}

int
err_wrap(struct err *err, const char *format, ...)
{
    char context[sizeof(err->text)];
    char inner[sizeof(err->text)];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(context, sizeof(context), format, arguments);
    va_end(arguments);
    memcpy(inner, err->text, sizeof(inner));
    inner[sizeof(inner) - 1] = '\0';
    (void)snprintf(err->text, sizeof(err->text), "%.120s: %.133s", context, inner);
    return -1;
}
