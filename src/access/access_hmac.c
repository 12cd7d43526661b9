/* HMAC-SHA1 by OpenSSL, in a file of its own: its headers and errors.def both say ERR_STATE. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool hmac_sha1(const void *key, size_t n, const void *message, size_t size, uint8_t out[20]);

bool hmac_sha1(const void *key, size_t n, const void *message, size_t size, uint8_t out[20])
{
    return HMAC(EVP_sha1(), key, (int)n, message, size, out, NULL) != NULL;
}
