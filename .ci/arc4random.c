// What glibc has from 2.36 on and libcrypt.a and libstdc++.a ask for, so that the packaged program runs with older ones too.
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

/// Fills `count` bytes with random ones; ends the process where the kernel has none, as glibc does.
void arc4random_buf(void *bytes, size_t count) {
    unsigned char *next = bytes;
    while (count > 0) {
        ssize_t got = getrandom(next, count, 0);
        if (got < 0 && errno != EINTR) abort();
        if (got > 0) {
            next += got;
            count -= (size_t)got;
        }
    }
}

/// A random number.
uint32_t arc4random(void) {
    uint32_t number;
    arc4random_buf(&number, sizeof number);
    return number;
}
