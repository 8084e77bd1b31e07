#include "CBuildRevision.h"

const char *const cbr_revision = SSE_SOCKWATCH_REVISION;
