#ifndef REGISTREE_BCRYPT_H
#define REGISTREE_BCRYPT_H

#include <stdbool.h>

/// Whether `password` is the one that `hash` was made of, with the cost and salt that stand in it.
///
/// Only bcrypt's hashes are taken (`$2a$`, `$2b$`, `$2y$`); for any other, and when the system's libcrypt
/// cannot compute one, the answer is false. Both strings end in a zero byte.
bool registree_bcrypt_verify(const char *password, const char *hash);

/// Writes bcrypt's hash of `password` to `hash`: 60 characters that begin with `$2a$`, and a zero byte.
///
/// `setting` is `$2y$`, two digits of cost, `$` and 22 characters of salt. The answer is false, and `hash`
/// empty, when the system's libcrypt cannot compute it.
bool registree_bcrypt_hash(const char *password, const char *setting, char hash[61]);

#endif
