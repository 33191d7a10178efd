#ifndef REGISTREE_POLY1305_H
#define REGISTREE_POLY1305_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether `tag` (16 bytes) is Poly1305 of `length` bytes under the one-time `key` (32 bytes).
///
/// Takes the same time wherever a wrong tag differs. False too when libcrypto cannot compute one.
bool registree_poly1305_verify(const void *key, const void *bytes, size_t length, const void *tag);

/// Sets `length` bytes to zero in a way that no compiler leaves out.
void registree_wipe(void *bytes, size_t length);

#endif
