/* The kernel compiled once for each set of instructions, and the choice among them. */
#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define NAME(x) PASTE(x##_, VARIANT)

#define VARIANT any
#define TARGET
#include "body.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define USE_AVX2
#define VARIANT avx2
#define TARGET __attribute__((target("avx2")))
#include "body.h"
#undef USE_AVX2

#define USE_VNNI256
#define VARIANT vnni256
#define TARGET __attribute__((target("avx2,avxvnni")))
#include "body.h"
#undef USE_VNNI256

#define USE_VNNI512
#define VARIANT vnni512
#define AVX512 "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"
#ifdef __clang__
#define TARGET __attribute__((target(AVX512), min_vector_width(512)))
#else
#define TARGET __attribute__((target(AVX512 ",prefer-vector-width=512")))
#endif
#include "body.h"
#undef USE_VNNI512
#endif

static const struct {
    const char *name;
    const Kernel *kernel;
} KERNELS[] = {{"any", &kernel_any},
#if defined(__x86_64__)
               {"avx2", &kernel_avx2},
               {"vnni256", &kernel_vnni256},
               {"vnni512", &kernel_vnni512}
#endif
};

static const Kernel *kernel = &kernel_any;

static int runs_here(const char *name) {
    if (!strcmp(name, "any")) return 1;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!strcmp(name, "avx2")) return __builtin_cpu_supports("avx2");
    if (!strcmp(name, "vnni256"))
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("avxvnni");
    if (!strcmp(name, "vnni512"))
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512vnni");
#endif
    return 0;
}
