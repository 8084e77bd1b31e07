/* Which commit the program is built from: what SSE_SOCKWATCH_REVISION was while it was built, or "unknown". */
#ifndef CBUILDREVISION_H
#define CBUILDREVISION_H

extern const char *const cbr_revision;

#endif
