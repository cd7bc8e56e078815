/* Functions of single numbers and of one row that round alike on every processor. Part of
 * body.h. */
/* Round to the nearest whole number, ties to even. At 1.5 x 2^23 the spacing of floats is 1, so the
 * addition rounds and the subtraction restores the scale; unlike rintf, compilers vectorise it. */
INLINE float NAME(nearest)(float x) { return (x + 12582912.0f) - 12582912.0f; }

/* Compute e^x for x <= 0; an x below -30 counts as -30. With x = n ln 2 + r, e^x = 2^n e^r. ln 2 is
 * subtracted in two parts; the first has so few bits that its product with n is exact. A polynomial
 * gives e^r, and 2^n is built from its exponent bits. */
INLINE float NAME(exp)(float x) {
    x = x > -30.0f ? x : -30.0f;
    float n = NAME(nearest)(x * 1.44269504f);
    float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    float y = 1.9875691500e-4f;
    y = y * r + 1.3981999507e-3f;
    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 0.5f;
    y = (y * (r * r) + r) + 1.0f;
    union { int32_t i; float f; } power = {((int32_t)n + 127) << 23};
    return y * power.f;
}

INLINE float NAME(sigmoid)(float x) {
    float e = NAME(exp)(-fabsf(x));
    return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

INLINE float NAME(tanh)(float x) {
    float e = NAME(exp)(-2.0f * fabsf(x));
    return copysignf((1.0f - e) / (1.0f + e), x);
}

/* Map the bits of floats to integers of the same order; the map is its own inverse. Compilers
 * vectorise a maximum of integers, but not a maximum of floats, where NaN makes the order
 * matter. */
INLINE int32_t NAME(ordered)(int32_t bits) { return bits ^ ((bits >> 31) & 0x7fffffff); }

INLINE float NAME(largest)(const float *x, long size, const int32_t mask) {
    int32_t top = INT32_MIN;
    for (long i = 0; i < size; i++) {
        int32_t bits;
        memcpy(&bits, x + i, 4);
        bits = NAME(ordered)(bits & mask);
        top = bits > top ? bits : top;
    }
    top = NAME(ordered)(top);
    float largest;
    memcpy(&largest, &top, 4);
    return largest;
}

/* Quantise one row to signed bytes, scaled by its own largest value, so that other rows have no
 * influence. Return the sum of the bytes; *unit is the value that a byte of 1 represents. */
FUNC int32_t NAME(quantise)(const float *x, long size, int8_t *q, float *unit) {
    int32_t sum = 0;
    float largest = NAME(largest)(x, size, 0x7fffffff); /* the mask removes the signs */
    float per = largest > 1e-30f ? 127.0f / largest : 0.0f;
    for (long i = 0; i < size; i++) {
        int32_t whole = (int32_t)NAME(nearest)(x[i] * per);
        q[i] = (int8_t)whole;
        sum += whole;
    }
    *unit = largest / 127.0f;
    return sum;
}
