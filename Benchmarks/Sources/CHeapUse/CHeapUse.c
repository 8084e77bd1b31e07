#include "CHeapUse.h"

#include <malloc.h>

size_t heap_use_bytes(void) {
    struct mallinfo2 information = mallinfo2();
    return information.uordblks + information.hblkhd;
}
