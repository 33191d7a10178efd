#define _GNU_SOURCE
#include "CBcrypt.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

// "$2a$10$", 22 characters of salt, 31 of hash.
static const size_t hash_length = 60;

bool registree_bcrypt_hash(const char *password, const char *setting, char hash[61]) {
    hash[0] = 0;
    // 32 KiB: too large for a stack that may be small.
    struct crypt_data *data = calloc(1, sizeof *data);
    if (!data) return false;
    const char *computed = crypt_r(password, setting, data);
    bool done = computed && strlen(computed) == hash_length;
    if (done) {
        memcpy(hash, computed, hash_length + 1);
        hash[2] = 'a';
    }
    explicit_bzero(data, sizeof *data);
    free(data);
    return done;
}

bool registree_bcrypt_verify(const char *password, const char *hash) {
    if (strlen(hash) != hash_length || strncmp(hash, "$2", 2) != 0) return false;

    // libcrypt's own "$2a$" differs from other implementations' for a few passwords with bytes above 127; "$2y$" does not.
    char setting[61], computed[61];
    memcpy(setting, hash, sizeof setting);
    if (setting[2] == 'a') setting[2] = 'y';
    if (!registree_bcrypt_hash(password, setting, computed)) return false;
    computed[2] = hash[2];
    unsigned char difference = 0;
    for (size_t i = 0; i < hash_length; i++) difference |= (unsigned char)(computed[i] ^ hash[i]);
    return difference == 0;
}
