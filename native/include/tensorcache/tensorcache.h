/* The C interface of the native library. No function throws, prints or aborts: each returns a result code, and
 * tensorcache_last_error() has the text of the last failure on the calling thread. Everything is safe for use by several
 * threads. Memory is only read, and only during the call, except for what is documented as output. */
#ifndef TENSORCACHE_H
#define TENSORCACHE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define TENSORCACHE_NOEXCEPT noexcept
#else
#define TENSORCACHE_NOEXCEPT
#endif

#if defined(__GNUC__)
#define TENSORCACHE_API __attribute__((visibility("default")))
#else
#define TENSORCACHE_API
#endif

/* Raised when a function is added, or changes its meaning or its parameters. */
#define TENSORCACHE_ABI_VERSION 2

enum tensorcache_result {
  TENSORCACHE_OK = 0,
  TENSORCACHE_BAD_ARGUMENT = 1,
  TENSORCACHE_UNSUPPORTED = 2, /* not on this processor, or not for this dtype */
  TENSORCACHE_OUT_OF_MEMORY = 3
};

/* Key material for one seed on one back end. Immutable. */
typedef struct tensorcache_key tensorcache_key;

TENSORCACHE_API int32_t tensorcache_abi_version(void) TENSORCACHE_NOEXCEPT;

/* Why the last call on this thread failed; "" if none did. Valid until the next call on this thread. */
TENSORCACHE_API const char* tensorcache_last_error(void) TENSORCACHE_NOEXCEPT;

/* Derives the key material of a 32-byte seed. backend is "scalar", "avx2", "avx512", or "best" for the fastest that this
 * processor and its operating system support. The caller destroys *key. */
TENSORCACHE_API int32_t tensorcache_key_create(const uint8_t* seed, const char* backend,
                                               tensorcache_key** key) TENSORCACHE_NOEXCEPT;

/* Frees a key; null is allowed. No call may be using it. */
TENSORCACHE_API void tensorcache_key_destroy(tensorcache_key* key) TENSORCACHE_NOEXCEPT;

/* The back end the key was created for: "scalar", "avx2" or "avx512". */
TENSORCACHE_API const char* tensorcache_key_backend(const tensorcache_key* key) TENSORCACHE_NOEXCEPT;

/* Copies the key material, 545 words in the order K[515] f[8] r[4] a[8] b[8] q[2]; word_count must be 545. */
TENSORCACHE_API int32_t tensorcache_key_material(const tensorcache_key* key, int64_t* words,
                                                 int64_t word_count) TENSORCACHE_NOEXCEPT;

/* Keys of rows that are contiguous inside: row i is the row_bytes bytes at address + i * row_stride. (t0, t1) is the tweak,
 * the hash of the metadata. out[2 i] receives the upper half of key i, out[2 i + 1] the lower. Any byte alignment; row_stride
 * may be 0 or negative. */
TENSORCACHE_API int32_t tensorcache_tch1_rows(const tensorcache_key* key, const void* address, int64_t rows, int64_t row_stride,
                                              int64_t row_bytes, int64_t t0, int64_t t1, int64_t* out) TENSORCACHE_NOEXCEPT;

/* The same for rows of any strides and for sub-sampling: a row has rank (0 to 64) axes of dims[] elements, strides[] bytes
 * apart, of element_bytes (1, 2, 4, 8 or 16) each, and every step-th element of the row-major order is hashed. */
TENSORCACHE_API int32_t tensorcache_tch1_strided(const tensorcache_key* key, const void* address, int64_t rows,
                                                 int64_t row_stride, int32_t element_bytes, int32_t rank, const int64_t* dims,
                                                 const int64_t* strides, int64_t step, int64_t t0, int64_t t1,
                                                 int64_t* out) TENSORCACHE_NOEXCEPT;

/* torchcache's 64-bit hash of each row, laid out as above; dtype is the code of KEY.md. out receives one value per row. */
TENSORCACHE_API int32_t tensorcache_torchcache_rows(const void* address, int64_t rows, int64_t row_stride, int32_t dtype,
                                                    int32_t rank, const int64_t* dims, const int64_t* strides, int64_t step,
                                                    int64_t* out) TENSORCACHE_NOEXCEPT;

/* 1 where tensorcache_copy_crc32c is faster than a copy and then a sum by wider instructions, else 0. */
TENSORCACHE_API int32_t tensorcache_copy_crc32c_pays(void) TENSORCACHE_NOEXCEPT;

/* Copies bytes to where they do not overlap, of any alignment, and continues a CRC32C with them: sum is that of what came
 * before, 0 for nothing. Returns the new one, 0 to 2^32 - 1, or a result code times -1. */
TENSORCACHE_API int64_t tensorcache_copy_crc32c(uint32_t sum, void* to, const void* from, int64_t bytes) TENSORCACHE_NOEXCEPT;

/* Compares pieces of memory with copies: piece i has pieces[3 i + 2] bytes, at least 0, from address pieces[3 i] and a copy from
 * address pieces[3 i + 1]. *first receives the index of the first piece that differs from its copy, or count. Pieces are read
 * in order, none after one that differs: what a piece proves to be there may be read by the next. */
TENSORCACHE_API int32_t tensorcache_compare(const int64_t* pieces, int64_t count, int64_t* first) TENSORCACHE_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif /* TENSORCACHE_H */
