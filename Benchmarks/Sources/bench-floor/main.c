/* The C loop as a program of its own: bench-floor PORT [info] takes one dump and prints what it counted. */
#include "CFloor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int count, char **arguments) {
    if (count < 2) return fprintf(stderr, "usage: bench-floor PORT [info]\n"), 2;
    struct floor_count counted;
    int descriptor = floor_open();
    if (descriptor < 0) return perror("bench-floor: cannot open a sock_diag socket"), 2;
    if (floor_dump(descriptor, (uint16_t)atoi(arguments[1]), count > 2, &counted) != 0) {
        return perror("bench-floor: the dump failed"), 2;
    }
    for (int state = 1; state < 13; state++) {
        if (counted.states[state]) printf("%d %llu\n", state, (unsigned long long)counted.states[state]);
    }
    return 0;
}
