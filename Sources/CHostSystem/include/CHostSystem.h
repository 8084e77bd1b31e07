/* What Swift's Glibc module leaves out. No logic here. */
#ifndef CHOSTSYSTEM_H
#define CHOSTSYSTEM_H

/* eventfd() */
#include <sys/eventfd.h>

/* fstatfs() */
#include <sys/statfs.h>

/* setns(descriptor, CLONE_NEWNET): moves the calling thread into a network namespace. 0, or -1 with errno.
 * glibc declares setns only under _GNU_SOURCE. */
int chs_enter_network_namespace(int descriptor);

#endif
