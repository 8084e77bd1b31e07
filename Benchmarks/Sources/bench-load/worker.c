#define _GNU_SOURCE
#include "worker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    WATCHED_PORT = 8080,
    FIRST_OTHER_PORT = 9001,
    OTHER_PORTS = 20,
    LEFT_EVERY = 20,
    CLIENT_ADDRESSES = 200,
};

static const char heartbeat[] = ": heartbeat\n\n";

static int port_count(struct share share) { return share.is_watched ? 1 : OTHER_PORTS; }

static int server_port(struct share share, int place) {
    return share.is_watched ? WATCHED_PORT : FIRST_OTHER_PORT + place % OTHER_PORTS;
}

/* The client has closed its direction, and the server has not: CLOSE_WAIT. */
static int is_left(struct share share, int connection) { return share.is_watched && connection % LEFT_EVERY == 0; }

static void stop(const char *what, int connection) {
    fprintf(stderr, "bench-load: connection %d: %s: %s\n", connection, what, strerror(errno));
    exit(2);
}

static struct sockaddr_in address(int second, int third, int fourth, int port) {
    in_addr_t bits = 127u << 24 | (unsigned)second << 16 | (unsigned)third << 8 | (unsigned)fourth;
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(bits)}};
}

/* Every server listens on an address of its own, so that clients are sure to reach theirs. */
static struct sockaddr_in server_address(struct share share, int port) {
    return address(1 + share.number / 250, share.number % 250, 1, port);
}

static int *descriptors(struct share share) {
    int *found = calloc((size_t)share.connections + 1, sizeof *found);
    if (!found) stop("no memory", 0);
    return found;
}

static int next_order(int orders, int answers) {
    char order;
    return write(answers, "k", 1) == 1 && read(orders, &order, 1) == 1;
}

static int listen_on(struct sockaddr_in own) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&own, sizeof own) != 0 || listen(listener, 65535) != 0) {
        stop("cannot listen", ntohs(own.sin_port));
    }
    return listener;
}

static void beat(const int *servers, struct share share, int third) {
    for (int place = third; place < share.connections; place += 3) {
        if (is_left(share, place)) continue;
        if (send(servers[place], heartbeat, sizeof heartbeat - 1, MSG_NOSIGNAL) < 0) stop("cannot send", place);
    }
}

void run_server(struct share share, int orders, int answers) {
    int listeners[OTHER_PORTS], *servers = descriptors(share);
    for (int place = 0; place < port_count(share); place++) {
        listeners[place] = listen_on(server_address(share, server_port(share, place)));
    }
    if (!next_order(orders, answers)) return; /* it listens */
    for (int place = 0; place < share.connections; place++) {
        /* A queue is first in, first out, so this is the client of the same place. */
        servers[place] = accept4(listeners[place % port_count(share)], NULL, NULL, SOCK_CLOEXEC);
        if (servers[place] < 0) stop("cannot accept", place);
    }
    for (int third = 0; next_order(orders, answers); third = (third + 1) % 3) beat(servers, share, third);
}

static int connect_to(struct sockaddr_in server, struct share share, int connection) {
    int last = 1 + connection % CLIENT_ADDRESSES;
    struct sockaddr_in own = address(100 + share.number / 250, share.number % 250, last, 0);
    int on = 1;
    /* Closing sends a reset, so that nothing is left in TIME_WAIT. */
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0 || setsockopt(client, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0
        || setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) != 0
        || bind(client, (struct sockaddr *)&own, sizeof own) != 0
        || connect(client, (struct sockaddr *)&server, sizeof server) != 0) {
        stop("cannot connect", connection);
    }
    return client;
}

static void read_beats(const int *clients, struct share share, int third) {
    char received[sizeof heartbeat];
    for (int place = third; place < share.connections; place += 3) {
        if (is_left(share, place)) continue;
        if (recv(clients[place], received, sizeof received, 0) <= 0) stop("cannot receive", place);
    }
}

void run_clients(struct share share, int orders, int answers) {
    int *clients = descriptors(share);
    for (int place = 0; place < share.connections; place++) {
        clients[place] = connect_to(server_address(share, server_port(share, place)), share, place);
        if (is_left(share, place) && shutdown(clients[place], SHUT_WR) != 0) stop("cannot leave", place);
    }
    for (int third = 0; next_order(orders, answers); third = (third + 1) % 3) read_beats(clients, share, third);
}
