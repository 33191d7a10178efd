#ifndef REGISTREE_CHECKSUMS_H
#define REGISTREE_CHECKSUMS_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli) of `length` bytes, going on from `crc` (0 at the start), as Go's
/// `crc32.Update(crc, crc32.MakeTable(crc32.Castagnoli), bytes)`.
uint32_t registree_crc32c(uint32_t crc, const void *bytes, size_t length);

/// CRC-32C of A followed by B, from the CRC of A, the CRC of B (begun at 0) and B's length in bytes.
uint32_t registree_crc32c_combine(uint32_t crc_a, uint32_t crc_b, uint64_t length_b);

/// The same as `registree_crc32c`, by tables alone; for processors without the instruction and for tests.
uint32_t registree_crc32c_portable(uint32_t crc, const void *bytes, size_t length);

#endif
