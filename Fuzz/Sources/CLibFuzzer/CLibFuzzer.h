// libFuzzer has no header of its own for the one function that a program calls.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Reads libFuzzer's flags and folders, and feeds the callback until it finds something or is told to stop.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
