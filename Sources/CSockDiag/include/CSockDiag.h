#ifndef CSOCKDIAG_H
#define CSOCKDIAG_H
#endif
