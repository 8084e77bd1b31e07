/*
 * What Swift cannot import of the kernel's sock_diag interface, as plain numbers.
 *
 * Why numbers and not the structs: <linux/tcp.h> cannot stand beside glibc's <netinet/tcp.h> in one Clang module, and
 * offsetof() is a macro. Why an enum and not `extern const`: Swift folds enum constants at compile time, so reading a
 * field costs one load. CSockDiag.c asserts every number against the kernel's own headers, so that a slip does not
 * compile. The layouts are kernel ABI: they only ever grow at the end.
 */
#ifndef CSOCKDIAG_H
#define CSOCKDIAG_H

/* eventfd(), which Swift's Glibc module leaves out. */
#include <sys/eventfd.h>

/* struct sock_filter and struct sock_fprog, of socket filters. */
#include <linux/filter.h>

/* struct nlmsghdr and struct nlattr */
enum {
    CSD_NLMSG_HEADER = 16,
    CSD_NLMSG_LEN = 0,
    CSD_NLMSG_TYPE = 4,
    CSD_NLMSG_FLAGS = 6,
    CSD_NLMSG_SEQ = 8,
    CSD_NLMSG_PID = 12,
    CSD_NLATTR_HEADER = 4,
    CSD_NLA_TYPE_MASK = 0x3fff,
};

/* Message types and flags */
enum {
    CSD_NLMSG_NOOP = 1,
    CSD_NLMSG_ERROR = 2,
    CSD_NLMSG_DONE = 3,
    CSD_NLMSG_OVERRUN = 4,
    CSD_TCPDIAG_GETSOCK = 18,
    CSD_SOCK_DIAG_BY_FAMILY = 20,
    CSD_NLM_F_REQUEST = 0x001,
    CSD_NLM_F_MULTI = 0x002,
    CSD_NLM_F_DUMP_INTR = 0x010,
    CSD_NLM_F_DUMP = 0x300,
};

/* struct inet_diag_req_v2 (message type 20) and the older struct inet_diag_req (type 18) */
enum {
    CSD_REQ_V2_SIZE = 56,
    CSD_REQ_V2_FAMILY = 0,
    CSD_REQ_V2_PROTOCOL = 1,
    CSD_REQ_V2_EXT = 2,
    CSD_REQ_V2_STATES = 4,
    CSD_REQ_LEGACY_SIZE = 60,
    CSD_REQ_LEGACY_FAMILY = 0,
    CSD_REQ_LEGACY_EXT = 3,
    CSD_REQ_LEGACY_STATES = 52,
    CSD_REQ_BYTECODE_ATTRIBUTE = 1,
};

/* struct inet_diag_msg */
enum {
    CSD_MSG_SIZE = 72,
    CSD_MSG_FAMILY = 0,
    CSD_MSG_STATE = 1,
    CSD_MSG_TIMER = 2,
    CSD_MSG_RETRANS = 3,
    CSD_MSG_SPORT = 4,
    CSD_MSG_DPORT = 6,
    CSD_MSG_SRC = 8,
    CSD_MSG_DST = 24,
    CSD_MSG_IF = 40,
    CSD_MSG_COOKIE = 44,
    CSD_MSG_EXPIRES = 52,
    CSD_MSG_RQUEUE = 56,
    CSD_MSG_WQUEUE = 60,
    CSD_MSG_UID = 64,
    CSD_MSG_INODE = 68,
};

/* Attributes of a reply, and the bits of idiag_ext that ask for them */
enum {
    CSD_ATTR_INFO = 2,
    CSD_ATTR_SHUTDOWN = 8,
    CSD_ATTR_CGROUP_ID = 21,
    CSD_EXT_INFO = 1 << (CSD_ATTR_INFO - 1),
};

/* Multicast groups that tell of TCP sockets as they are freed (enum sknetlink_groups) */
enum {
    CSD_GROUP_TCP_DESTROY = 1,
    CSD_GROUP_TCP6_DESTROY = 3,
};

/* What SO_MEMINFO returns: an array of u32 (enum in <linux/sock_diag.h>) */
enum {
    CSD_MEMINFO_DROPS = 8,
    CSD_MEMINFO_COUNT = 9,
};

/* Operations of the in-kernel filter (struct inet_diag_bc_op) */
enum {
    CSD_BC_JMP = 1,
    CSD_BC_S_GE = 2,
    CSD_BC_S_LE = 3,
    CSD_BC_D_GE = 4,
    CSD_BC_D_LE = 5,
    CSD_BC_S_EQ = 11,
    CSD_BC_D_EQ = 12,
};

/* Operations of a socket filter (classic BPF), whose macros Swift cannot import */
enum {
    CSD_BPF_LOAD_HALF = 0x28,
    CSD_BPF_JUMP_EQUAL = 0x15,
    CSD_BPF_JUMP_GREATER = 0x25,
    CSD_BPF_JUMP_GREATER_OR_EQUAL = 0x35,
    CSD_BPF_RETURN = 0x06,
};

/* struct tcp_info */
enum {
    CSD_TCPI_RETRANSMITS = 2,
    CSD_TCPI_PROBES = 3,
    CSD_TCPI_BACKOFF = 4,
    CSD_TCPI_RTO = 8,
    CSD_TCPI_UNACKED = 24,
    CSD_TCPI_LAST_DATA_SENT = 44,
    CSD_TCPI_LAST_DATA_RECV = 52,
    CSD_TCPI_LAST_ACK_RECV = 56,
    CSD_TCPI_RTT = 68,
    CSD_TCPI_RTTVAR = 72,
    CSD_TCPI_TOTAL_RETRANS = 100,
    CSD_TCPI_BYTES_ACKED = 120,
    CSD_TCPI_BYTES_RECEIVED = 128,
    CSD_TCPI_SEGS_OUT = 136,
    CSD_TCPI_SEGS_IN = 140,
    CSD_TCPI_NOTSENT_BYTES = 144,
    CSD_TCPI_MIN_RTT = 148,
    CSD_TCPI_DATA_SEGS_IN = 152,
    CSD_TCPI_DATA_SEGS_OUT = 156,
    CSD_TCPI_BUSY_TIME = 168,
    CSD_TCPI_RWND_LIMITED = 176,
    CSD_TCPI_BYTES_SENT = 200,
    CSD_TCPI_BYTES_RETRANS = 208,
    CSD_TCPI_SND_WND = 228,
};

#endif
