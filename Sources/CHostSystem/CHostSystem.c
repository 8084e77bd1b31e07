#define _GNU_SOURCE
#include "CHostSystem.h"

#include <sched.h>

int chs_enter_network_namespace(int descriptor) { return setns(descriptor, CLONE_NEWNET); }
