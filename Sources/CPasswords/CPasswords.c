#define _GNU_SOURCE
#include "CPasswords.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

// "$2a$10$", 22 characters of salt, 31 of hash.
static const size_t hash_length = 60;

bool registree_bcrypt_verify(const char *password, const char *hash) {
    if (strlen(hash) != hash_length || strncmp(hash, "$2", 2) != 0) return false;

    // 32 KiB: too large for a stack that may be small.
    struct crypt_data *data = calloc(1, sizeof *data);
    if (!data) return false;
    const char *computed = crypt_r(password, hash, data);
    unsigned char difference = 1;
    if (computed && strlen(computed) == hash_length) {
        difference = 0;
        for (size_t i = 0; i < hash_length; i++) difference |= (unsigned char)(computed[i] ^ hash[i]);
    }
    explicit_bzero(data, sizeof *data);
    free(data);
    return difference == 0;
}
