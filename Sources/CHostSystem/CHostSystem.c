#define _GNU_SOURCE
#include "CHostSystem.h"

#include <link.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int chs_enter_network_namespace(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

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
