/* Counts the heap allocations of a thread, so that a test can prove that a piece of code makes none. */
#ifndef CALLOCATIONCOUNT_H
#define CALLOCATIONCOUNT_H

/* How often the calling thread has allocated or grown memory so far, freed or not. -1 where it cannot be counted. */
long cac_allocations(void);

#endif
