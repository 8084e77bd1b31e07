#ifndef C_HEAP_USE_H
#define C_HEAP_USE_H

#include <stddef.h>

/* Bytes of the heap that are in use, those of large blocks among them. */
size_t heap_use_bytes(void);

#endif
