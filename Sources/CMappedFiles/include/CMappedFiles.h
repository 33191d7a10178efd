#ifndef REGISTREE_MAPPED_FILES_H
#define REGISTREE_MAPPED_FILES_H

#include <stddef.h>
#include <stdint.h>

// The next touch of a page raises SIGBUS when another process has cut the mapped file short, and when the disk
// fails to give the page. Ranges registered here get zeros instead, and remember it; every other SIGBUS is
// handled as it was before.

/// How many ranges can be guarded at once.
#define REGISTREE_MAPPING_LIMIT 256

/// Guards `length` bytes from `base`; the answer is a slot for the calls below, -1 when all are taken.
int registree_guard_mapping(const void *base, size_t length);

/// Where the first page begins that was touched in vain, in bytes from the slot's base; -1 when there was none.
int64_t registree_mapping_lost_offset(int slot);

/// Gives the slot back; call it before `munmap`.
void registree_release_mapping(int slot);

/// Begins to fetch the memory at `address`, and goes on without waiting for it; any address will do.
static inline void registree_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
