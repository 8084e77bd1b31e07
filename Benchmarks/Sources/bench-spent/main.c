/* bench-spent SECONDS COMMAND...: runs a program, its output thrown away, and prints what it took. When it has had so
 * many seconds of processor time it is killed.
 *
 * A program of its own, and small: the kernel carries the peak memory of the process that starts a program over into
 * the program's own. Started by one of 15 MiB, /bin/true would seem to take 15 MiB.
 *
 * Prints {"status": N, "killed": true or false, "user": s, "system": s, "peak": bytes}; a program that signal N ended
 * has status 128 + N. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

static void become(char **command, rlim_t patience) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct rlimit limit = {.rlim_cur = patience, .rlim_max = patience + 1};
    int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || setrlimit(RLIMIT_CPU, &limit) != 0) _exit(126);
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
}

int main(int count, char **arguments) {
    if (count < 3) return fprintf(stderr, "usage: bench-spent SECONDS COMMAND...\n"), 2;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pid_t child = fork();
    if (child < 0) return perror("bench-spent: cannot fork"), 2;
    if (child == 0) become(arguments + 2, (rlim_t)atoi(arguments[1]));
    int ending;
    struct rusage usage;
    if (wait4(child, &ending, 0, &usage) != child) return perror("bench-spent: cannot wait"), 2;
    int status = WIFEXITED(ending) ? WEXITSTATUS(ending) : 128 + WTERMSIG(ending);
    int is_killed = status == 128 + SIGXCPU || status == 128 + SIGKILL;
    printf("{\"status\": %d, \"killed\": %s, \"user\": %.6f, \"system\": %.6f, \"peak\": %ld}\n", status,
           is_killed ? "true" : "false", seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss * 1024);
    return 0;
}
