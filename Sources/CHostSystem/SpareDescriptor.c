#define _GNU_SOURCE
#include "CHostSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* libdispatch, on whose threads Swift runs, looks each second which of them are running while work waits for one, by
 * /proc/TID/stat. Where it cannot open the file it traps (workqueue.c: "registered worker exited prematurely"), so that
 * a program without a descriptor left ends by SIGILL. Nothing switches that off. So `open` and `close` are defined here,
 * in place of the C library's: that one file, and only where there is no descriptor for it, is /dev/null, by a
 * descriptor that was opened in good time and is never closed. A thread of which libdispatch reads nothing is to it one
 * that waits, and it may start another. */

/* The sanitizers put theirs in that place, and must see all calls. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED
#endif
#endif

#ifdef IS_SANITIZED

int chs_has_spare_descriptor(void) { return 0; }

void chs_keep_spare_descriptor(void) {}

#else

static int spare = -1;

int chs_has_spare_descriptor(void) { return 1; }

void chs_keep_spare_descriptor(void) {
    if (spare < 0) spare = openat(AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Neither asking nor answering takes a descriptor. */
static int is_stat_of_own_thread(const char *path) {
    static const char start[] = "/proc/";
    if (strncmp(path, start, sizeof start - 1) != 0) return 0;
    const char *thread = path + sizeof start - 1;
    size_t digits = strspn(thread, "0123456789");
    if (digits == 0 || digits > 10 || strcmp(thread + digits, "/stat") != 0) return 0;
    char own[40];
    snprintf(own, sizeof own, "/proc/self/task/%.*s", (int)digits, thread);
    return faccessat(AT_FDCWD, own, F_OK, 0) == 0;
}

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    int descriptor = openat(AT_FDCWD, path, flags, mode);
    if (descriptor >= 0 || spare < 0 || (errno != EMFILE && errno != ENFILE)) return descriptor;
    int error = errno;
    if (is_stat_of_own_thread(path)) return spare;
    errno = error;
    return -1;
}

/* Who closes it had it from `open`. */
int close(int descriptor) {
    if (descriptor >= 0 && descriptor == spare) return 0;
    return (int)syscall(SYS_close, descriptor);
}

#endif
