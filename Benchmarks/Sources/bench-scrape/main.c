/* bench-scrape PORT PATH SCRAPERS REQUESTS PAUSE: so many scrapers, each with a connection of its own, that ask so
 * often, every so many milliseconds. Prints what the answers took, from the request to the last byte:
 * {"requests": N, "bytes": N, "p50": s, "p90": s, "p99": s, "max": s} */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_ANSWER = 16 << 20 };

static struct {
    int port, scrapers, requests, pause;
    const char *path;
} plan;

struct scraper {
    pthread_t thread;
    int number;
    size_t bytes;
    double *seconds;
};

static void stop(const char *what) {
    fprintf(stderr, "bench-scrape: %s: %s\n", what, strerror(errno));
    exit(2);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void rest(double seconds) {
    if (seconds <= 0) return;
    struct timespec time = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

/* Reads one answer with a Content-Length and returns its size. */
static size_t read_answer(int connection, char *buffer) {
    size_t size = 0, whole = 0;
    while (whole == 0 || size < whole) {
        ssize_t count = recv(connection, buffer + size, LARGEST_ANSWER - size, 0);
        if (count <= 0) stop("an answer has no end");
        size += (size_t)count;
        if (whole > 0) continue;
        char *end = memmem(buffer, size, "\r\n\r\n", 4);
        if (!end) continue;
        *end = 0;
        char *length = strcasestr(buffer, "\r\ncontent-length:");
        if (strncmp(buffer, "HTTP/1.1 200", 12) != 0 || !length) {
            errno = EPROTO;
            stop(buffer);
        }
        whole = (size_t)(end - buffer) + 4 + strtoul(length + 17, NULL, 10);
    }
    return size;
}

static void *scrape(void *argument) {
    struct scraper *own = argument;
    struct sockaddr_in server = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)plan.port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int on = 1, connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char request[512], *buffer = malloc(LARGEST_ANSWER + 1);
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", plan.path);
    if (!buffer || connection < 0 || connect(connection, (struct sockaddr *)&server, sizeof server) != 0) {
        stop("cannot connect");
    }
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    /* One after the other in the pause, not all at once. */
    rest(plan.pause / 1e3 * own->number / plan.scrapers);
    for (int turn = 0; turn < plan.requests; turn++) {
        double start = now();
        if (send(connection, request, (size_t)length, MSG_NOSIGNAL) != length) stop("cannot send");
        own->bytes = read_answer(connection, buffer);
        own->seconds[turn] = now() - start;
        rest(plan.pause / 1e3 - own->seconds[turn]);
    }
    close(connection);
    free(buffer);
    return NULL;
}

static int ascending(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return difference < 0 ? -1 : difference > 0;
}

int main(int count, char **arguments) {
    if (count == 6) {
        plan.port = atoi(arguments[1]);
        plan.path = arguments[2];
        plan.scrapers = atoi(arguments[3]);
        plan.requests = atoi(arguments[4]);
        plan.pause = atoi(arguments[5]);
    }
    if (plan.scrapers < 1 || plan.requests < 1) {
        return fprintf(stderr, "usage: bench-scrape PORT PATH SCRAPERS REQUESTS PAUSE\n"), 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    size_t total = (size_t)plan.scrapers * (size_t)plan.requests;
    struct scraper *scrapers = calloc((size_t)plan.scrapers, sizeof *scrapers);
    double *seconds = calloc(total, sizeof *seconds);
    if (!scrapers || !seconds) stop("no memory");
    for (int number = 0; number < plan.scrapers; number++) {
        scrapers[number].number = number;
        scrapers[number].seconds = seconds + (size_t)number * (size_t)plan.requests;
        if (pthread_create(&scrapers[number].thread, NULL, scrape, &scrapers[number]) != 0) stop("cannot start it");
    }
    for (int number = 0; number < plan.scrapers; number++) pthread_join(scrapers[number].thread, NULL);
    qsort(seconds, total, sizeof *seconds, ascending);
    double p50 = seconds[total / 2], p90 = seconds[total * 9 / 10], p99 = seconds[total * 99 / 100];
    printf("{\"requests\": %zu, \"bytes\": %zu, \"p50\": %.6f, \"p90\": %.6f, \"p99\": %.6f, \"max\": %.6f}\n", total,
           scrapers[0].bytes, p50, p90, p99, seconds[total - 1]);
    return 0;
}
