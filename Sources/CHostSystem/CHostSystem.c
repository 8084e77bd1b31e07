#define _GNU_SOURCE
#include "CHostSystem.h"

#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int chs_enter_network_namespace(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

int chs_identify_file(const char *path, uint64_t identity[4]) {
    struct statx status = {0};
    if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &status) != 0) return -1;
    identity[0] = (uint64_t)status.stx_dev_major << 32 | status.stx_dev_minor;
    identity[1] = status.stx_ino;
    identity[2] = (uint64_t)status.stx_btime.tv_sec;
    identity[3] = status.stx_btime.tv_nsec;
    return 0;
}

/* As two words of 32 bits each, the lower one first. */
typedef struct __user_cap_data_struct capability_words[_LINUX_CAPABILITY_U32S_3];

/* glibc has no wrappers for these. */
static int capabilities(long call, capability_words words) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    return (int)syscall(call, &header, words);
}

static uint64_t joined(uint32_t low, uint32_t high) { return (uint64_t)high << 32 | low; }

int chs_get_capabilities(uint64_t *permitted) {
    capability_words words;
    if (capabilities(SYS_capget, words) != 0) return -1;
    *permitted = joined(words[0].permitted, words[1].permitted);
    return 0;
}

int chs_keep_capabilities(uint64_t kept) {
    capability_words words;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || capabilities(SYS_capget, words) != 0) return -1;
    if (words[0].effective & 1u << CAP_SETPCAP) {
        for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++) {
            int is_kept = number < 64 && (kept >> number & 1);
            if (!is_kept && prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) return -1;
        }
    }
    /* None can be ambient that is not inheritable. */
    for (int half = 0; half < _LINUX_CAPABILITY_U32S_3; half++) {
        uint32_t mask = (uint32_t)(kept >> 32 * half);
        words[half].effective &= mask;
        words[half].permitted &= mask;
        words[half].inheritable = 0;
    }
    return capabilities(SYS_capset, words);
}

static int release_file(struct dl_phdr_info *file, size_t size, void *argument) {
    (void)size, (void)argument;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int number = 0; number < file->dlpi_phnum; number++) {
        const ElfW(Phdr) *segment = &file->dlpi_phdr[number];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) != 0) continue;
        uintptr_t start = (file->dlpi_addr + segment->p_vaddr + page - 1) / page * page;
        uintptr_t end = (file->dlpi_addr + segment->p_vaddr + segment->p_filesz) / page * page;
        /* The vDSO is no file; the kernel refuses, and that is fine. */
        if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void chs_release_code_pages(void) { dl_iterate_phdr(release_file, NULL); }
