#include "CChecksums.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#if defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#endif

// Polynomials are reflected: bit 31 is the coefficient of x^0, and 0x82F63B78 is Castagnoli's.
static const uint32_t POLYNOMIAL = 0x82F63B78u;

// A run is read as three streams of LANE bytes, which hides the latency of the CRC instruction.
enum { LANE = 1024 };

static uint32_t byte_table[8][256];   // byte_table[n][b]: b followed by n zero bytes
static uint32_t lane_table[4][256];   // a register's byte k = b, moved on by LANE zero bytes
static bool has_instruction;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

/// a × b modulo the polynomial.
static uint32_t multiply(uint32_t a, uint32_t b) {
    uint32_t product = 0;
    for (uint32_t bit = 0x80000000u; bit != 0; bit >>= 1) {
        if (a & bit) product ^= b;
        b = (b & 1) ? (b >> 1) ^ POLYNOMIAL : b >> 1;
    }
    return product;
}

/// x to the power of 8 × `bytes`, modulo the polynomial: what `bytes` zero bytes do to a register.
static uint32_t zero_bytes_operator(uint64_t bytes) {
    uint32_t result = 0x80000000u;  // 1
    uint32_t square = 0x00800000u;  // x^8
    for (; bytes != 0; bytes >>= 1) {
        if (bytes & 1) result = multiply(square, result);
        square = multiply(square, square);
    }
    return result;
}

static void prepare(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; bit++) value = (value & 1) ? (value >> 1) ^ POLYNOMIAL : value >> 1;
        byte_table[0][byte] = value;
    }
    for (int zeros = 1; zeros < 8; zeros++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t value = byte_table[zeros - 1][byte];
            byte_table[zeros][byte] = (value >> 8) ^ byte_table[0][value & 0xFF];
        }
    }
    uint32_t lane = zero_bytes_operator(LANE);
    for (int position = 0; position < 4; position++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            lane_table[position][byte] = multiply(lane, byte << (8 * position));
        }
    }
#if defined(__x86_64__)
    has_instruction = __builtin_cpu_supports("sse4.2");
#elif defined(__aarch64__)
    // Armv8.0 leaves the instruction open; the kernel says whether it is there (`Documentation/arch/arm64/elf_hwcaps.rst`).
    has_instruction = (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
#endif
}

static uint32_t portable(uint32_t state, const uint8_t *bytes, size_t length) {
    while (length >= 8) {
        uint32_t low, high;
        memcpy(&low, bytes, 4);
        memcpy(&high, bytes + 4, 4);
        low ^= state;
        state = byte_table[7][low & 0xFF] ^ byte_table[6][(low >> 8) & 0xFF]
            ^ byte_table[5][(low >> 16) & 0xFF] ^ byte_table[4][low >> 24]
            ^ byte_table[3][high & 0xFF] ^ byte_table[2][(high >> 8) & 0xFF]
            ^ byte_table[1][(high >> 16) & 0xFF] ^ byte_table[0][high >> 24];
        bytes += 8;
        length -= 8;
    }
    for (; length != 0; length--) state = (state >> 8) ^ byte_table[0][(state ^ *bytes++) & 0xFF];
    return state;
}

#if defined(__x86_64__)
#define INSTRUCTION __attribute__((target("sse4.2")))
#define CRC_WORD(state, word) __builtin_ia32_crc32di((state), (word))
#define CRC_BYTE(state, byte) __builtin_ia32_crc32qi((state), (byte))
#elif defined(__aarch64__)
#define INSTRUCTION __attribute__((target("+crc")))
#define CRC_WORD(state, word) __crc32cd((state), (word))
#define CRC_BYTE(state, byte) __crc32cb((state), (byte))
#endif

#ifdef INSTRUCTION
static uint32_t move_on_by_lane(uint32_t state) {
    return lane_table[0][state & 0xFF] ^ lane_table[1][(state >> 8) & 0xFF]
        ^ lane_table[2][(state >> 16) & 0xFF] ^ lane_table[3][state >> 24];
}

static inline uint64_t word_at(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
}

INSTRUCTION static uint32_t by_instruction(uint32_t start, const uint8_t *bytes, size_t length) {
    uint64_t first = start;
    while (length >= 3 * LANE) {
        uint64_t second = 0, third = 0;
        for (int offset = 0; offset < LANE; offset += 8) {
            first = CRC_WORD(first, word_at(bytes + offset));
            second = CRC_WORD(second, word_at(bytes + LANE + offset));
            third = CRC_WORD(third, word_at(bytes + 2 * LANE + offset));
        }
        first = move_on_by_lane((uint32_t)first) ^ second;
        first = move_on_by_lane((uint32_t)first) ^ third;
        bytes += 3 * LANE;
        length -= 3 * LANE;
    }
    for (; length >= 8; bytes += 8, length -= 8) first = CRC_WORD(first, word_at(bytes));
    uint32_t state = (uint32_t)first;
    for (; length != 0; length--) state = CRC_BYTE(state, *bytes++);
    return state;
}
#endif

uint32_t registree_crc32c_portable(uint32_t crc, const void *bytes, size_t length) {
    pthread_once(&prepared, prepare);
    return ~portable(~crc, bytes, length);
}

uint32_t registree_crc32c(uint32_t crc, const void *bytes, size_t length) {
    pthread_once(&prepared, prepare);
#ifdef INSTRUCTION
    if (has_instruction) return ~by_instruction(~crc, bytes, length);
#endif
    return ~portable(~crc, bytes, length);
}

uint32_t registree_crc32c_combine(uint32_t crc_a, uint32_t crc_b, uint64_t length_b) {
    return multiply(zero_bytes_operator(length_b), crc_a) ^ crc_b;
}
