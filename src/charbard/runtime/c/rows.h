/* Matrices borrowed from Python, and rows of numbers as bytes. */
typedef struct {
    Py_buffer packed, rows, units, bias;
} MatrixBuffers;

#define MATRIX_FORMAT "(y*y*y*y*)"
#define MATRIX_INTO(m) &(m).packed, &(m).rows, &(m).units, &(m).bias

static Matrix matrix_of(const MatrixBuffers *b) {
    long outputs = (long)(b->bias.len / sizeof(float)), blocks = (outputs + 15) / 16;
    Matrix m = {b->packed.buf, b->rows.buf,           b->units.buf,
                b->bias.buf,   b->packed.len / 64 / blocks, outputs};
    return m;
}

static void release_matrix(MatrixBuffers *b) {
    PyBuffer_Release(&b->packed), PyBuffer_Release(&b->rows);
    PyBuffer_Release(&b->units), PyBuffer_Release(&b->bias);
}

typedef struct { /* rows as bytes */
    int8_t *q;
    int32_t *sums;
    float *units;
} Bytes;

/* Return 0 if memory is short. The + 1 avoids sizes of 0, for which NULL is a valid result. */
static int quantise_rows(const float *x, long batch, long stride, long width, long k4, Bytes *out) {
    out->q = calloc(batch * k4 * 4 + 1, 1);
    out->sums = malloc(batch * sizeof(int32_t) + 1);
    out->units = malloc(batch * sizeof(float) + 1);
    if (!out->q || !out->sums || !out->units) return 0;
    for (long i = 0; i < batch; i++)
        out->sums[i] = kernel->quantise(x + i * stride, width, out->q + i * k4 * 4, out->units + i);
    return 1;
}

static void free_rows(Bytes *b) { free(b->q), free(b->sums), free(b->units); }
