#include "CPoly1305.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

// OpenSSL 3: EVP_MAC(3), EVP_MAC-POLY1305(7).
bool registree_poly1305_verify(const void *key, const void *bytes, size_t length, const void *tag) {
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "POLY1305", NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    uint8_t computed[16];
    size_t written = 0;
    bool isRight = context && EVP_MAC_init(context, key, 32, NULL) && EVP_MAC_update(context, bytes, length) &&
                   EVP_MAC_final(context, computed, &written, sizeof computed) && written == sizeof computed &&
                   CRYPTO_memcmp(computed, tag, sizeof computed) == 0;
    OPENSSL_cleanse(computed, sizeof computed);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return isRight;
}

void registree_wipe(void *bytes, size_t length) {
    OPENSSL_cleanse(bytes, length);
}
