/* bench-load N: N connections, both ends, in a network namespace of their own.
 *
 * Half of the connections are to port 8080, half to ports 9001 to 9020; servers and clients are processes apart. Of
 * those to 8080 every 20th is in CLOSE_WAIT. Says "ready PID CONNECTIONS PROCESSES" when all stand; the namespace is
 * that of PID. For each line "beat" that it reads, every third connection to 8080 carries a heartbeat, another third
 * each time, and it says "beaten". It ends with its standard input, or with its parent, and takes its processes and the
 * namespace with it. */
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DESCRIPTORS = 20000, SPARE_DESCRIPTORS = 100, MOST_PAIRS = 1000 };

struct worker {
    pid_t process;
    int orders, answers;
};

struct pair {
    struct share share;
    struct worker server, clients;
};

static struct pair pairs[MOST_PAIRS];
static int pair_count;

static void stop(const char *what) {
    fprintf(stderr, "bench-load: %s: %s\n", what, strerror(errno));
    exit(2); /* the workers end with this process */
}

static void write_setting(const char *path, const char *value) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, value, strlen(value)) < 0) stop(path);
    close(file);
}

static void enter_new_namespace(void) {
    if (unshare(CLONE_NEWNET) != 0) stop("cannot make a network namespace");
    struct ifreq interface = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any < 0 || ioctl(any, SIOCSIFFLAGS, &interface) != 0) stop("cannot set the loopback interface up");
    close(any);
    write_setting("/proc/sys/net/ipv4/ip_local_port_range", "10240 65535");
    /* Clients may be far ahead of the server that accepts them. */
    write_setting("/proc/sys/net/core/somaxconn", "65535");
    write_setting("/proc/sys/net/ipv4/tcp_max_syn_backlog", "65535");
}

static int raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) stop("cannot read the limit of descriptors");
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) stop("cannot raise the limit of descriptors");
    return (int)limit.rlim_cur;
}

static struct worker start(struct share share, void (*run)(struct share, int, int)) {
    int orders[2], answers[2];
    if (pipe2(orders, O_CLOEXEC) != 0 || pipe2(answers, O_CLOEXEC) != 0) stop("cannot make a pipe");
    pid_t parent = getpid(), process = fork();
    if (process < 0) stop("cannot fork");
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(0);
        /* What the parent holds is not this one's: a pipe ends when its last holder does. */
        if (dup2(orders[0], 0) != 0 || dup2(answers[1], 1) != 1) _exit(2);
        close_range(3, ~0u, 0);
        run(share, 0, 1);
        _exit(0);
    }
    close(orders[0]);
    close(answers[1]);
    return (struct worker){process, orders[1], answers[0]};
}

static void order(struct worker worker) {
    if (write(worker.orders, "o", 1) != 1) stop("cannot reach a process of the load");
}

static void await(struct worker worker) {
    char answer;
    if (read(worker.answers, &answer, 1) == 1) return;
    errno = ECHILD;
    stop("a process of the load has failed");
}

static void add_pairs(int connections, int each, int is_watched) {
    int needed = (connections + each - 1) / each;
    for (int number = 0; number < needed; number++) {
        if (pair_count == MOST_PAIRS) {
            errno = E2BIG;
            stop("so many connections");
        }
        int first = (int)((long)connections * number / needed), next = (int)((long)connections * (number + 1) / needed);
        pairs[pair_count] = (struct pair){{pair_count, next - first, is_watched}, {0}, {0}};
        pair_count++;
    }
}

static void connect_all(void) {
    for (int number = 0; number < pair_count; number++) pairs[number].server = start(pairs[number].share, run_server);
    for (int number = 0; number < pair_count; number++) {
        /* It listens, and begins to accept. */
        await(pairs[number].server);
        order(pairs[number].server);
        pairs[number].clients = start(pairs[number].share, run_clients);
    }
    for (int number = 0; number < pair_count; number++) {
        await(pairs[number].clients);
        await(pairs[number].server);
    }
}

static void beat_all(void) {
    for (int number = 0; number < pair_count; number++) {
        if (!pairs[number].share.is_watched) continue;
        order(pairs[number].server);
        await(pairs[number].server);
        order(pairs[number].clients);
    }
    for (int number = 0; number < pair_count; number++) {
        if (pairs[number].share.is_watched) await(pairs[number].clients);
    }
}

static void end_all(void) {
    /* All at once, so that all cores take part in freeing the sockets. */
    for (int number = 0; number < pair_count; number++) {
        kill(pairs[number].clients.process, SIGKILL);
        kill(pairs[number].server.process, SIGKILL);
    }
    while (wait(NULL) > 0) {}
}

int main(int argument_count, char **arguments) {
    int connections = argument_count == 2 ? atoi(arguments[1]) : 0;
    if (connections < 1) return fprintf(stderr, "usage: bench-load CONNECTIONS\n"), 2;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    int each = raise_descriptor_limit() - SPARE_DESCRIPTORS;
    add_pairs((connections + 1) / 2, each, 1);
    add_pairs(connections / 2, each, 0);
    enter_new_namespace();
    connect_all();
    /* Every connection has written something before it is looked at. */
    for (int third = 0; third < 3; third++) beat_all();
    printf("ready %d %d %d\n", getpid(), connections, 2 * pair_count);
    fflush(stdout);
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        if (strcmp(line, "beat\n") == 0) beat_all();
        printf("beaten\n");
        fflush(stdout);
    }
    end_all();
    return 0;
}
