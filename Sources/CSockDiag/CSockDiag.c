/* Holds every number of CSockDiag.h against the kernel's headers. There is no code here. */
#include "CSockDiag.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/version.h>
#include <stddef.h>

#define HOLDS(constant, value) _Static_assert((int)(constant) == (int)(value), #constant " differs from the kernel's headers")
#define AT(constant, type, field) HOLDS(constant, offsetof(struct type, field))

HOLDS(CSD_NLMSG_HEADER, sizeof(struct nlmsghdr));
AT(CSD_NLMSG_LEN, nlmsghdr, nlmsg_len);
AT(CSD_NLMSG_TYPE, nlmsghdr, nlmsg_type);
AT(CSD_NLMSG_FLAGS, nlmsghdr, nlmsg_flags);
AT(CSD_NLMSG_SEQ, nlmsghdr, nlmsg_seq);
AT(CSD_NLMSG_PID, nlmsghdr, nlmsg_pid);
HOLDS(CSD_NLATTR_HEADER, sizeof(struct nlattr));
HOLDS(CSD_NLA_TYPE_MASK, (unsigned short)NLA_TYPE_MASK);

HOLDS(CSD_NLMSG_NOOP, NLMSG_NOOP);
HOLDS(CSD_NLMSG_ERROR, NLMSG_ERROR);
HOLDS(CSD_NLMSG_DONE, NLMSG_DONE);
HOLDS(CSD_NLMSG_OVERRUN, NLMSG_OVERRUN);
HOLDS(CSD_TCPDIAG_GETSOCK, TCPDIAG_GETSOCK);
HOLDS(CSD_SOCK_DIAG_BY_FAMILY, SOCK_DIAG_BY_FAMILY);
HOLDS(CSD_NLM_F_REQUEST, NLM_F_REQUEST);
HOLDS(CSD_NLM_F_MULTI, NLM_F_MULTI);
HOLDS(CSD_NLM_F_DUMP_INTR, NLM_F_DUMP_INTR);
HOLDS(CSD_NLM_F_DUMP, NLM_F_DUMP);

HOLDS(CSD_REQ_V2_SIZE, sizeof(struct inet_diag_req_v2));
AT(CSD_REQ_V2_FAMILY, inet_diag_req_v2, sdiag_family);
AT(CSD_REQ_V2_PROTOCOL, inet_diag_req_v2, sdiag_protocol);
AT(CSD_REQ_V2_EXT, inet_diag_req_v2, idiag_ext);
AT(CSD_REQ_V2_STATES, inet_diag_req_v2, idiag_states);
HOLDS(CSD_REQ_LEGACY_SIZE, sizeof(struct inet_diag_req));
AT(CSD_REQ_LEGACY_FAMILY, inet_diag_req, idiag_family);
AT(CSD_REQ_LEGACY_EXT, inet_diag_req, idiag_ext);
AT(CSD_REQ_LEGACY_STATES, inet_diag_req, idiag_states);
HOLDS(CSD_REQ_BYTECODE_ATTRIBUTE, INET_DIAG_REQ_BYTECODE);

HOLDS(CSD_MSG_SIZE, sizeof(struct inet_diag_msg));
AT(CSD_MSG_FAMILY, inet_diag_msg, idiag_family);
AT(CSD_MSG_STATE, inet_diag_msg, idiag_state);
AT(CSD_MSG_TIMER, inet_diag_msg, idiag_timer);
AT(CSD_MSG_RETRANS, inet_diag_msg, idiag_retrans);
AT(CSD_MSG_SPORT, inet_diag_msg, id.idiag_sport);
AT(CSD_MSG_DPORT, inet_diag_msg, id.idiag_dport);
AT(CSD_MSG_SRC, inet_diag_msg, id.idiag_src);
AT(CSD_MSG_DST, inet_diag_msg, id.idiag_dst);
AT(CSD_MSG_IF, inet_diag_msg, id.idiag_if);
AT(CSD_MSG_COOKIE, inet_diag_msg, id.idiag_cookie);
AT(CSD_MSG_EXPIRES, inet_diag_msg, idiag_expires);
AT(CSD_MSG_RQUEUE, inet_diag_msg, idiag_rqueue);
AT(CSD_MSG_WQUEUE, inet_diag_msg, idiag_wqueue);
AT(CSD_MSG_UID, inet_diag_msg, idiag_uid);
AT(CSD_MSG_INODE, inet_diag_msg, idiag_inode);

HOLDS(CSD_ATTR_INFO, INET_DIAG_INFO);
HOLDS(CSD_ATTR_SHUTDOWN, INET_DIAG_SHUTDOWN);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 9, 0)
HOLDS(CSD_ATTR_CGROUP_ID, INET_DIAG_CGROUP_ID);
#endif

HOLDS(CSD_GROUP_TCP_DESTROY, SKNLGRP_INET_TCP_DESTROY);
HOLDS(CSD_GROUP_TCP6_DESTROY, SKNLGRP_INET6_TCP_DESTROY);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 12, 0)
HOLDS(CSD_MEMINFO_DROPS, SK_MEMINFO_DROPS);
HOLDS(CSD_MEMINFO_COUNT, SK_MEMINFO_VARS);
#endif

HOLDS(CSD_BC_JMP, INET_DIAG_BC_JMP);
HOLDS(CSD_BC_S_GE, INET_DIAG_BC_S_GE);
HOLDS(CSD_BC_S_LE, INET_DIAG_BC_S_LE);
HOLDS(CSD_BC_D_GE, INET_DIAG_BC_D_GE);
HOLDS(CSD_BC_D_LE, INET_DIAG_BC_D_LE);
HOLDS(CSD_BC_S_EQ, INET_DIAG_BC_S_EQ);
HOLDS(CSD_BC_D_EQ, INET_DIAG_BC_D_EQ);

AT(CSD_TCPI_RETRANSMITS, tcp_info, tcpi_retransmits);
AT(CSD_TCPI_PROBES, tcp_info, tcpi_probes);
AT(CSD_TCPI_BACKOFF, tcp_info, tcpi_backoff);
AT(CSD_TCPI_RTO, tcp_info, tcpi_rto);
AT(CSD_TCPI_UNACKED, tcp_info, tcpi_unacked);
AT(CSD_TCPI_LAST_DATA_SENT, tcp_info, tcpi_last_data_sent);
AT(CSD_TCPI_LAST_DATA_RECV, tcp_info, tcpi_last_data_recv);
AT(CSD_TCPI_LAST_ACK_RECV, tcp_info, tcpi_last_ack_recv);
AT(CSD_TCPI_RTT, tcp_info, tcpi_rtt);
AT(CSD_TCPI_RTTVAR, tcp_info, tcpi_rttvar);
AT(CSD_TCPI_TOTAL_RETRANS, tcp_info, tcpi_total_retrans);
AT(CSD_TCPI_BYTES_ACKED, tcp_info, tcpi_bytes_acked);
AT(CSD_TCPI_BYTES_RECEIVED, tcp_info, tcpi_bytes_received);
AT(CSD_TCPI_SEGS_OUT, tcp_info, tcpi_segs_out);
AT(CSD_TCPI_SEGS_IN, tcp_info, tcpi_segs_in);
AT(CSD_TCPI_NOTSENT_BYTES, tcp_info, tcpi_notsent_bytes);
AT(CSD_TCPI_MIN_RTT, tcp_info, tcpi_min_rtt);
AT(CSD_TCPI_DATA_SEGS_IN, tcp_info, tcpi_data_segs_in);
AT(CSD_TCPI_DATA_SEGS_OUT, tcp_info, tcpi_data_segs_out);
AT(CSD_TCPI_BUSY_TIME, tcp_info, tcpi_busy_time);
AT(CSD_TCPI_RWND_LIMITED, tcp_info, tcpi_rwnd_limited);
AT(CSD_TCPI_BYTES_SENT, tcp_info, tcpi_bytes_sent);
AT(CSD_TCPI_BYTES_RETRANS, tcp_info, tcpi_bytes_retrans);
AT(CSD_TCPI_SND_WND, tcp_info, tcpi_snd_wnd);

HOLDS(CSD_BPF_LOAD_HALF, BPF_LD | BPF_H | BPF_ABS);
HOLDS(CSD_BPF_JUMP_EQUAL, BPF_JMP | BPF_JEQ | BPF_K);
HOLDS(CSD_BPF_JUMP_GREATER, BPF_JMP | BPF_JGT | BPF_K);
HOLDS(CSD_BPF_JUMP_GREATER_OR_EQUAL, BPF_JMP | BPF_JGE | BPF_K);
HOLDS(CSD_BPF_RETURN, BPF_RET | BPF_K);
