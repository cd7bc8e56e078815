/* The vector type of each kind of processor: a VEC holds LANES sums, and DOT adds four products to
 * each.
 *
 * Weights are unsigned bytes (a number -127..127, plus 128), and the row's values are signed bytes.
 * Every variant computes the exact sum, so all variants and NumPy agree bit for bit.
 */
#if defined(USE_VNNI512)
#define VEC __m512i
#define LANES 16
#define ROWS 8   /* rows and blocks of a tile: as many sums as fit in the registers */
#define BLOCKS 3
#define ZERO() _mm512_setzero_si512()
#define LOAD(p) _mm512_loadu_si512((const void *)(p))
#define SPREAD(x) _mm512_set1_epi32(x)
#define STORE(p, v) _mm512_storeu_si512((void *)(p), v)
#define DOT(sum, w, a) _mm512_dpbusd_epi32(sum, w, a)

#elif defined(USE_VNNI256) || defined(USE_AVX2)
#define VEC __m256i
#define LANES 8
#define ROWS 4
#define BLOCKS 1
#define ZERO() _mm256_setzero_si256()
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define SPREAD(x) _mm256_set1_epi32(x)
#define STORE(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#if defined(USE_VNNI256)
#define DOT(sum, w, a) _mm256_dpbusd_avx_epi32(sum, w, a)
#else
/* Even and odd bytes are multiplied separately, as 16-bit numbers, because `maddubs` would
 * saturate. */
#define DOT(sum, w, a)                                                                           \
    _mm256_add_epi32(                                                                            \
        _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_and_si256(w, _mm256_set1_epi16(255)),     \
                                                _mm256_srai_epi16(_mm256_slli_epi16(a, 8), 8))), \
        _mm256_madd_epi16(_mm256_srli_epi16(w, 8), _mm256_srai_epi16(a, 8)))
#endif

#else /* any other processor: the compiler vectorises what it can */
typedef struct { int32_t lane[16]; } NAME(vec);
#define VEC NAME(vec)
#define LANES 16
#define ROWS 1
#define BLOCKS 1
INLINE VEC NAME(zero)(void) { VEC v = {{0}}; return v; }
INLINE VEC NAME(load)(const void *p) { VEC v; memcpy(&v, p, 64); return v; }
INLINE VEC NAME(spread)(int32_t x) { VEC v; for (int i = 0; i < 16; i++) v.lane[i] = x; return v; }
INLINE VEC NAME(dot)(VEC sum, VEC w, VEC a) {
    const uint8_t *wb = (const uint8_t *)&w;
    const int8_t *ab = (const int8_t *)&a;
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 4; j++) sum.lane[i] += wb[4 * i + j] * ab[4 * i + j];
    return sum;
}
#define ZERO() NAME(zero)()
#define LOAD(p) NAME(load)(p)
#define SPREAD(x) NAME(spread)(x)
#define STORE(p, v) memcpy(p, &(v), 64)
#define DOT(sum, w, a) NAME(dot)(sum, w, a)
#endif
