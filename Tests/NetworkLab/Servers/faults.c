/* Preloaded into a program, makes its system fail as a test says in the file that LAB_FAULTS names. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* As LabFaults.swift writes it. */
struct faults {
    _Atomic int64_t clock_step; /* seconds that the time of day is off by */
    _Atomic int32_t receives;   /* so many receives of netlink messages fail ... */
    _Atomic int32_t error;      /* ... with this error */
    _Atomic int32_t polls;      /* so many waits are interrupted */
    _Atomic int32_t cuts;       /* so many datagrams lose their second half */
    _Atomic int32_t is_held;    /* receives of netlink messages wait while this is not 0 */
};

static struct faults *faults;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("LAB_FAULTS");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED) faults = mapped;
}

static int takes(_Atomic int32_t *count) {
    int32_t left = atomic_load(count);
    while (left > 0) {
        if (atomic_compare_exchange_weak(count, &left, left - 1)) return 1;
    }
    return 0;
}

static int is_netlink(int descriptor) {
    int domain = 0;
    socklen_t size = sizeof domain;
    return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_NETLINK;
}

ssize_t recvmsg(int descriptor, struct msghdr *message, int flags) {
    static ssize_t (*real)(int, struct msghdr *, int);
    if (!real) real = (ssize_t(*)(int, struct msghdr *, int))dlsym(RTLD_NEXT, "recvmsg");
    if (!faults || !is_netlink(descriptor)) return real(descriptor, message, flags);
    while (atomic_load(&faults->is_held)) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    if (takes(&faults->receives)) {
        errno = atomic_load(&faults->error);
        return -1;
    }
    ssize_t count = real(descriptor, message, flags);
    return count > 0 && takes(&faults->cuts) ? count / 2 / 4 * 4 : count;
}

int poll(struct pollfd *watched, nfds_t count, int timeout) {
    static int (*real)(struct pollfd *, nfds_t, int);
    if (!real) real = (int (*)(struct pollfd *, nfds_t, int))dlsym(RTLD_NEXT, "poll");
    if (faults && takes(&faults->polls)) {
        errno = EINTR;
        return -1;
    }
    return real(watched, count, timeout);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (result == 0 && clock == CLOCK_REALTIME && faults) now->tv_sec += atomic_load(&faults->clock_step);
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec exact;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
    *now = (struct timeval){.tv_sec = exact.tv_sec, .tv_usec = exact.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *result) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (result) *result = exact.tv_sec;
    return exact.tv_sec;
}
