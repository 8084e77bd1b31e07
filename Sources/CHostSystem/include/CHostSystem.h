/* What Swift's Glibc module leaves out, or cannot do. */
#ifndef CHOSTSYSTEM_H
#define CHOSTSYSTEM_H

/* eventfd() */
#include <sys/eventfd.h>

/* fstatfs() */
#include <sys/statfs.h>

/* CAP_* */
#include <linux/capability.h>
#include <stdint.h>

/* setns(descriptor, CLONE_NEWNET): moves the calling thread into a network namespace. 0, or -1 with errno.
 * glibc declares setns only under _GNU_SOURCE. */
int chs_enter_network_namespace(int descriptor);

/* What tells a file from all others, also from one that takes its name and its inode later: device, inode, and second
 * and nanosecond of its birth (0 where the file system knows none). A link is not followed. 0, or -1 with errno. */
int chs_identify_file(const char *path, uint64_t identity[4]);

/* The capabilities that the calling thread is permitted to use, one bit each by number. 0, or -1 with errno. */
int chs_get_capabilities(uint64_t *permitted);

/* Gives up all capabilities but these, for good: in effect, permitted, and for programs started later. It holds for the
 * calling thread and those that it makes afterwards. 0, or -1 with errno. */
int chs_keep_capabilities(uint64_t kept);

/* Keeps a descriptor for libdispatch, for good, if there is one and a /dev/null. Called while there is one thread. */
void chs_keep_spare_descriptor(void);

/* Whether this build has such a descriptor. */
int chs_has_spare_descriptor(void);

/* Gives back the pages of code and constants that the program and its libraries have touched. They are as in the files,
 * so what is needed again comes back from the page cache by itself. Segments that are ever written (those that are
 * relocated, too) stay as they are. */
void chs_release_code_pages(void);

#endif
