#ifndef C_NETWORK_LAB_H
#define C_NETWORK_LAB_H

#include <spawn.h>

// Functions that glibc declares only under _GNU_SOURCE, which Swift's Glibc module does not define, and a global
// variable that Swift 6 does not let through. No logic here.

/// setns(descriptor, CLONE_NEWNET): moves the calling thread into the network namespace. 0, or -1 with errno.
int lab_enter_network_namespace(int descriptor);

/// memfd_create: an anonymous file that child processes write into. A descriptor (close-on-exec), or -1 with errno.
int lab_anonymous_file(const char *name);

/// posix_spawn_file_actions_addclosefrom_np: the child inherits no descriptor from `lowest` on. 0, or an errno value.
int lab_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest);

/// The system call setresuid, which changes the calling thread alone, as glibc's function does not. 0, or -1 with errno.
int lab_set_thread_user(unsigned user);

/// environ: the variables of this process, closed by NULL. Nothing in the tests changes them.
char *const *lab_environment(void);

#endif
