#ifndef REGISTREE_MAPPED_FILES_H
#define REGISTREE_MAPPED_FILES_H

#include <stdbool.h>
#include <stddef.h>

// A mapped file that another process cuts short raises SIGBUS on the next touch of a lost page.
// Ranges registered here get zeros instead, and remember it; every other SIGBUS keeps its old fate.

/// Guards `length` bytes from `base`; the answer is a slot for the calls below, -1 when all are taken.
int registree_guard_mapping(const void *base, size_t length);

/// Whether a touch of the slot's range has met bytes that the file no longer has.
bool registree_mapping_lost_bytes(int slot);

/// Gives the slot back; call it before `munmap`.
void registree_release_mapping(int slot);

#endif
