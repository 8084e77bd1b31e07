#define _GNU_SOURCE
#include "CFloor.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    LEGACY_REQUEST = 18,      /* TCPDIAG_GETSOCK */
    ALL_STATES = 0xFFF,
    UNACKED_OFFSET = 24,      /* tcp_info.tcpi_unacked */
    BUFFER_SIZE = 32 << 10,   /* the most that the kernel puts into one datagram of a dump */
};

struct request {
    struct nlmsghdr header;
    struct inet_diag_req body;
    struct rtattr attribute;
    struct inet_diag_bc_op operations[2];
};

int floor_open(void) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (descriptor < 0) return -1;
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        int reason = errno;
        close(descriptor);
        errno = reason;
        return -1;
    }
    return descriptor;
}

static int ask(int descriptor, uint16_t port, int with_info) {
    struct request request = {
        .header = {.nlmsg_len = sizeof request, .nlmsg_type = LEGACY_REQUEST,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = 1},
        .body = {.idiag_family = AF_INET, .idiag_ext = with_info ? 1 << (INET_DIAG_INFO - 1) : 0,
                 .idiag_states = ALL_STATES},
        .attribute = {.rta_len = RTA_LENGTH(sizeof request.operations), .rta_type = INET_DIAG_REQ_BYTECODE},
        .operations = {{.code = INET_DIAG_BC_S_EQ, .yes = 8, .no = 12}, {.no = port}},
    };
    return sendto(descriptor, &request, sizeof request, 0, NULL, 0) == (ssize_t)sizeof request ? 0 : -1;
}

static void look_into(const struct inet_diag_msg *message, int left, struct floor_count *count) {
    for (const struct rtattr *attribute = (const struct rtattr *)(message + 1); RTA_OK(attribute, left);
         attribute = RTA_NEXT(attribute, left)) {
        if (attribute->rta_type != INET_DIAG_INFO || RTA_PAYLOAD(attribute) < UNACKED_OFFSET + 4) continue;
        uint32_t unacked;
        memcpy(&unacked, (const char *)RTA_DATA(attribute) + UNACKED_OFFSET, sizeof unacked);
        count->infos++;
        count->unacked += unacked;
    }
}

int floor_dump(int descriptor, uint16_t port, int with_info, struct floor_count *count) {
    static _Thread_local char buffer[BUFFER_SIZE] __attribute__((aligned(16)));
    memset(count, 0, sizeof *count);
    if (ask(descriptor, port, with_info) != 0) return -1;
    for (;;) {
        struct iovec part = {.iov_base = buffer, .iov_len = sizeof buffer};
        struct msghdr envelope = {.msg_iov = &part, .msg_iovlen = 1};
        ssize_t length = recvmsg(descriptor, &envelope, 0);
        if (length < 0) return -1;
        unsigned left = (unsigned)length;
        for (const struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, left);
             header = NLMSG_NEXT(header, left)) {
            if (header->nlmsg_type == NLMSG_DONE) return 0;
            int size = (int)header->nlmsg_len - (int)NLMSG_LENGTH(sizeof(struct inet_diag_msg));
            if (header->nlmsg_type == NLMSG_ERROR || size < 0) {
                errno = EPROTO;
                return -1;
            }
            const struct inet_diag_msg *message = NLMSG_DATA(header);
            count->states[message->idiag_state & 15]++;
            if (with_info) look_into(message, size, count);
        }
    }
}

int64_t floor_thread_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
