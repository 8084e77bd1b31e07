#ifndef C_FLOOR_H
#define C_FLOOR_H

#include <stdint.h>

/* The least that a program can do to know its sockets: receive, parse, count. What the agent is measured against. */

/* Opens and binds a sock_diag socket. A descriptor, or -1 with errno. */
int floor_open(void);

struct floor_count {
    uint64_t states[16];
    /* With tcp_info: those that carried it, and the sum of tcpi_unacked, so that it has been looked into. */
    uint64_t infos;
    uint64_t unacked;
};

/* One dump of the sockets with this local port, IPv4 and IPv6 in one walk: the request that the agent puts.
 * 0, or -1 with errno; EPROTO for an answer that is none. */
int floor_dump(int descriptor, uint16_t port, int with_info, struct floor_count *count);

/* Nanoseconds that the calling thread has run. */
int64_t floor_thread_nanoseconds(void);

/* Those of them inside the kernel, asking and receiving, for every caller in the process: see CFloor+kernel.c. The rest
 * of a sample is its user time, which getrusage tells no better than to a tick of 4 ms. */
int64_t floor_kernel_nanoseconds(void);

#endif
