#define _GNU_SOURCE
#include "CNetworkLab.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int lab_enter_network_namespace(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

int lab_anonymous_file(const char *name) {
    int descriptor = memfd_create(name, MFD_CLOEXEC);
    // Appending, so that a child that opens /dev/stdout anew does not overwrite what is there.
    if (descriptor >= 0 && fcntl(descriptor, F_SETFL, O_APPEND) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

int lab_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest) {
    return posix_spawn_file_actions_addclosefrom_np(actions, lowest);
}

int lab_set_thread_user(unsigned user) { return (int)syscall(SYS_setresuid, user, user, user); }

char *const *lab_environment(void) { return environ; }
