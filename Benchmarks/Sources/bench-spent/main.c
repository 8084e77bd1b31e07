/* bench-spent SECONDS COMMAND...: runs a program, its output thrown away, and prints what it took. After so many seconds
 * it is killed.
 *
 * A program of its own, and small: the kernel carries the peak memory of the process that starts a program over into
 * the program's own. Started by one of 15 MiB, /bin/true would seem to take 15 MiB.
 *
 * Prints {"status": N, "user": s, "system": s, "wall": s, "peak": bytes}; status 128 + N for one that signal N ended. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int main(int count, char **arguments) {
    if (count < 3) return fprintf(stderr, "usage: bench-spent SECONDS COMMAND...\n"), 2;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    unsigned patience = (unsigned)atoi(arguments[1]);
    /* Blocked, so that the end of the child can be waited for with a limit. */
    sigset_t ended, none;
    sigemptyset(&none);
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ended, NULL);
    double start = now();
    pid_t child = fork();
    if (child < 0) return perror("bench-spent: cannot fork"), 2;
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sigprocmask(SIG_SETMASK, &none, NULL);
        int nothing = open("/dev/null", O_RDWR);
        if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0) _exit(126);
        execvp(arguments[2], arguments + 2);
        perror(arguments[2]);
        _exit(127);
    }
    struct timespec limit = {.tv_sec = patience};
    if (sigtimedwait(&ended, NULL, &limit) < 0) kill(child, SIGKILL);
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child) return perror("bench-spent: cannot wait"), 2;
    double wall = now() - start;
    printf("{\"status\": %d, \"user\": %.6f, \"system\": %.6f, \"wall\": %.6f, \"peak\": %ld}\n",
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), seconds(usage.ru_utime),
           seconds(usage.ru_stime), wall, usage.ru_maxrss * 1024);
    return 0;
}
