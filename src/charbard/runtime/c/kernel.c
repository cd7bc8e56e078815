/* The kernel of charbard.runtime.quant in C, with the results of charbard/runtime/plain.py bit for
 * bit. Each function works on independent rows, without the GIL, in the fastest variant that the
 * processor supports. The caller must pass arrays of the right sizes.
 */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030b0000
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CELLS 8 /* size of a table; only the cells in `config.CELLS` are called */
#define ONE 1073741824.0 /* 2^30: the weight of the likeliest character */
#define LOG_ONE 20.794415416798357 /* log 2^30 */

typedef struct {
    const uint8_t *packed; /* blocks of 16 outputs: (blocks, k4, 16, 4) */
    const uint8_t *rows;   /* (outputs, k4 * 4) */
    const float *units;    /* scale of each output's weights */
    const float *bias;
    long k4, outputs;
} Matrix;

typedef struct {
    const int32_t *of;
    long size;
} Ids;

typedef struct { /* the sample spec of one draw, and its result */
    Ids allowed, bias_ids;
    const float *bias_nats;
    Ids capped;    /* ids that guidance does not raise */
    float push;    /* how far guidance goes beyond the row's own scores */
    float inverse_temperature;
    int64_t top_k;
    double top_p, min_p, u;
    int wants_logp;
    int64_t id;
    float logp, log_mass, log_z, gain;
} Rule;

typedef struct { /* logarithms of sums, from `prepare` */
    int is_open;     /* whether anything may be drawn */
    double all, own; /* of all scores (guided if the row is); of the allowed scores */
    double unguided, bare;
    double biased; /* of the allowed scores, after temperature and bias */
} Sums;

typedef struct { /* scratch space of the attention */
    int8_t *query;
    float *scores, *units;
    int32_t *weights, *sums;
    const int8_t **values;
} Room;

typedef struct {
    int32_t (*quantise)(const float *, long, int8_t *, float *);
    void (*product)(const Matrix *, const int8_t *, const int32_t *, const float *, long, float *);
    uint32_t (*highest)(Ids);
    void (*prepare)(const Matrix *, const int8_t *, int32_t, float, const float *, const float *,
                    const Rule *, float *, int32_t *, Sums *);
    void (*pick)(Rule *, const float *, const float *, const int32_t *, const Sums *);
    void (*cells[MOST_CELLS])(const float *, const float *, const float *, float *, long);
    void (*look)(const float *, const uintptr_t *, long, long, float, Room *, uint8_t *, float *);
} Kernel;

/* Return the number of bytes of a key or a value, padding included. */
static long padded(long width) { return (width + 63) / 64 * 64; }

/* Return the index of an id among ascending ids, or -1. */
static long find(Ids ids, int32_t id) {
    long low = 0, high = ids.size;
    while (low < high) {
        long middle = (low + high) / 2;
        if (ids.of[middle] < id) low = middle + 1;
        else high = middle;
    }
    return low < ids.size && ids.of[low] == id ? low : -1;
}

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

/* variants(): the names of the variants that this processor supports, the fastest last. */
static PyObject *variants(PyObject *self, PyObject *unused) {
    (void)self, (void)unused;
    PyObject *names = PyList_New(0);
    for (size_t i = 0; names && i < sizeof KERNELS / sizeof *KERNELS; i++) {
        PyObject *name = runs_here(KERNELS[i].name) ? PyUnicode_FromString(KERNELS[i].name) : NULL;
        if (name && PyList_Append(names, name) < 0) Py_CLEAR(names);
        Py_XDECREF(name);
    }
    return names;
}

/* use(name): select the variant for the whole process. */
static PyObject *use(PyObject *self, PyObject *args) {
    (void)self;
    const char *name;
    if (!PyArg_ParseTuple(args, "s", &name)) return NULL;
    for (size_t i = 0; i < sizeof KERNELS / sizeof *KERNELS; i++)
        if (!strcmp(KERNELS[i].name, name) && runs_here(name)) {
            kernel = KERNELS[i].kernel;
            Py_RETURN_NONE;
        }
    return PyErr_Format(PyExc_ValueError, "no variant %s on this processor", name);
}

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

/* product(x, (batch, stride, offset, width), matrix, out): out (batch, outputs) = x W' + b. */
static PyObject *product(PyObject *self, PyObject *args) {
    (void)self;
    Py_buffer x, out;
    MatrixBuffers buffers;
    Py_ssize_t batch, stride, offset, width;
    if (!PyArg_ParseTuple(args, "y*(nnnn)" MATRIX_FORMAT "w*", &x, &batch, &stride, &offset, &width,
                          MATRIX_INTO(buffers), &out))
        return NULL;
    Matrix m = matrix_of(&buffers);
    Bytes rows;
    int enough;
    Py_BEGIN_ALLOW_THREADS
    enough = quantise_rows((const float *)x.buf + offset, batch, stride, width, m.k4, &rows);
    if (enough) kernel->product(&m, rows.q, rows.sums, rows.units, batch, out.buf);
    free_rows(&rows);
    Py_END_ALLOW_THREADS
    release_matrix(&buffers);
    PyBuffer_Release(&x), PyBuffer_Release(&out);
    if (!enough) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

/* cell(kind, x, h, before, after, (batch, slots, slot, H)): compute one step of a layer. kind: the
 * index of the cell in `config.CELLS`. */
static PyObject *cell(PyObject *self, PyObject *args) {
    (void)self;
    Py_buffer x, h, before, after;
    Py_ssize_t batch, slots, slot, H;
    int kind;
    if (!PyArg_ParseTuple(args, "iy*y*y*w*(nnnn)", &kind, &x, &h, &before, &after, &batch, &slots,
                          &slot, &H))
        return NULL;
    long G = batch ? (long)(x.len / (batch * sizeof(float))) : 0;
    Py_BEGIN_ALLOW_THREADS
    for (long i = 0; i < batch; i++) {
        long at = (i * slots + slot) * H;
        kernel->cells[kind]((const float *)x.buf + i * G, (const float *)h.buf + i * G,
                            (const float *)before.buf + at, (float *)after.buf + at, H);
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&x), PyBuffer_Release(&h), PyBuffer_Release(&before), PyBuffer_Release(&after);
    Py_RETURN_NONE;
}

static int make_room(Room *room, long places, long width) {
    room->query = calloc(padded(width), 1);
    room->scores = malloc((places + 1) * sizeof(float));
    room->weights = malloc((places + 1) * sizeof(int32_t));
    room->units = malloc((places + 1) * sizeof(float));
    room->values = malloc((places + 1) * sizeof(int8_t *));
    room->sums = malloc(width * sizeof(int32_t));
    return room->query && room->scores && room->weights && room->units && room->values &&
           room->sums;
}

static void free_room(Room *room) {
    free(room->query), free(room->scores), free(room->weights);
    free(room->units), free(room->values), free(room->sums);
}

/* look(qkv, address, (batch, places, width, most), new, found): see `plain.attend`. qkv: query, key
 * and value of each row; address: the addresses of each row's places, 0 for none; new: each row's
 * new place. */
static PyObject *look(PyObject *self, PyObject *args) {
    (void)self;
    Py_buffer qkv, address, new, found;
    Py_ssize_t batch, places, width, most;
    if (!PyArg_ParseTuple(args, "y*y*(nnnn)w*w*", &qkv, &address, &batch, &places, &width, &most,
                          &new, &found))
        return NULL;
    Room room;
    int enough;
    Py_BEGIN_ALLOW_THREADS
    enough = make_room(&room, places, width);
    for (long i = 0; enough && i < batch; i++)
        kernel->look((const float *)qkv.buf + i * 3 * width,
                     (const uintptr_t *)address.buf + i * places, places, width, (float)most, &room,
                     (uint8_t *)new.buf + i * (2 * padded(width) + 2 * (long)sizeof(float)),
                     (float *)found.buf + i * width);
    free_room(&room);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&qkv), PyBuffer_Release(&address);
    PyBuffer_Release(&new), PyBuffer_Release(&found);
    if (!enough) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static uint64_t mixed(uint64_t word) {
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
    return word ^ (word >> 31);
}

/* Return a number in [0, 1) from (seed, sample, step), as `sampling.uniform` does. */
static double uniform(const uint64_t *place) {
    uint64_t word = place[0];
    for (int i = 1; i < 3; i++) word = mixed(word + place[i] * 0x9E3779B97F4A7C15u);
    return (double)(mixed(word) >> 11) * 0x1p-53;
}

typedef struct { /* a rule, with the Python buffers that its arrays belong to */
    Rule rule;
    Py_buffer allowed, bias_ids, bias_nats, capped;
    int is_guided;
} Row;

/* Borrow ids from an array of int32; every id must be in 0..outputs - 1. */
static int ids_from(PyObject *array, Py_buffer *lent, Ids *ids, long outputs) {
    if (PyObject_GetBuffer(array, lent, PyBUF_CONTIG_RO) < 0) return 0;
    if (lent->itemsize != sizeof(int32_t)) {
        PyErr_SetString(PyExc_TypeError, "ids are not int32");
        return 0;
    }
    ids->of = lent->buf;
    ids->size = (long)(lent->len / sizeof(int32_t));
    uint32_t highest = kernel->highest(*ids);
    if (highest < (uint32_t)outputs) return 1;
    PyErr_Format(PyExc_IndexError, "id %d of %ld", (int)highest, outputs);
    return 0;
}

/* Fill a row from a sample spec. numbers: inverse temperature, top-k (0 off), top-p (1 off), min-p
 * (0 off), wants logp, push. */
static int row_from(Row *row, PyObject *allowed, PyObject *bias, PyObject *capped,
                    const double *numbers, const uint64_t *place, long outputs) {
    Rule *rule = &row->rule;
    if (allowed == Py_None) return 1;
    if (!ids_from(allowed, &row->allowed, &rule->allowed, outputs)) return 0;
    row->is_guided = capped != Py_None;
    if (row->is_guided && !ids_from(capped, &row->capped, &rule->capped, outputs)) return 0;
    if (bias != Py_None) {
        if (!PyArg_ParseTuple(bias, "y*y*", &row->bias_ids, &row->bias_nats)) return 0;
        if (row->bias_ids.len != row->bias_nats.len) {
            PyErr_SetString(PyExc_TypeError, "a bias needs as many int32 ids as float32 nats");
            return 0;
        }
        rule->bias_ids.of = row->bias_ids.buf;
        rule->bias_ids.size = (long)(row->bias_ids.len / sizeof(int32_t));
        rule->bias_nats = row->bias_nats.buf;
    }
    rule->inverse_temperature = (float)numbers[0];
    rule->top_k = (int64_t)numbers[1];
    rule->top_p = numbers[2];
    rule->min_p = numbers[3];
    rule->wants_logp = numbers[4] != 0.0;
    rule->push = (float)numbers[5];
    rule->u = uniform(place);
    return 1;
}

/* `calloc` zeroed the rows, and releasing a zeroed buffer that was never filled does nothing. */
static void release_rows(Row *rows, Py_ssize_t batch) {
    for (Py_ssize_t i = 0; rows && i < batch; i++) {
        PyBuffer_Release(&rows[i].allowed);
        PyBuffer_Release(&rows[i].bias_ids), PyBuffer_Release(&rows[i].bias_nats);
        PyBuffer_Release(&rows[i].capped);
    }
    free(rows);
}

/* Return whether two are the same part of one array; parts with the same start may differ in
 * length. */
static int are_same(Ids a, Ids b) { return a.of == b.of && a.size == b.size; }

/* Return whether two specs give a row the same weights, so that they differ only in the draw. */
static int are_alike(const Row *one, const Row *other) {
    const Rule *a = &one->rule, *b = &other->rule;
    return are_same(a->allowed, b->allowed) && are_same(a->bias_ids, b->bias_ids) &&
           a->bias_nats == b->bias_nats && one->is_guided == other->is_guided &&
           are_same(a->capped, b->capped) && a->push == b->push &&
           a->inverse_temperature == b->inverse_temperature && a->top_k == b->top_k &&
           a->top_p == b->top_p && a->min_p == b->min_p && a->wants_logp == b->wants_logp;
}

/* Draw for each spec. at: for each row of x, its row in logits, or -1; row_of: for each spec, its
 * row of x. */
static int choose_rows(const Matrix *m, const float *x, long width, const float *logits,
                       const int64_t *at, long batch, const int64_t *row_of, Row *specs,
                       long count) {
    Bytes bytes;
    float *scores = malloc(2 * m->outputs * sizeof(float)); /* own and guided scores */
    int32_t *weights = malloc(m->outputs * sizeof(int32_t));
    int enough = quantise_rows(x, batch, width, width, m->k4, &bytes) && scores && weights;
    Sums sums;
    for (long a = 0; enough && a < count; a++) {
        Rule *rule = &specs[a].rule;
        if (!rule->allowed.size) continue;
        long i = (long)row_of[a];
        const float *own = at[i] < 0 ? NULL : logits + at[i] * m->outputs;
        const float *bare = specs[a].is_guided ? logits + at[i + 1] * m->outputs : NULL;
        /* Specs of the same draft are adjacent, so its weights are computed only once. */
        if (!a || i != row_of[a - 1] || !are_alike(specs + a, specs + a - 1))
            kernel->prepare(m, bytes.q + i * m->k4 * 4, bytes.sums[i], bytes.units[i], own, bare,
                            rule, scores, weights, &sums);
        kernel->pick(rule, own, bare, weights, &sums);
    }
    free_rows(&bytes), free(scores), free(weights);
    return enough;
}

/* choose(features, width, matrix, logits, at, row_of, allowed, biases, capped, numbers, places,
 * ids, logp, mass, tempered, gain) for each sample spec with allowed ids. at: for each row, its row
 * in logits, or -1. row_of: the row that each spec draws from. A spec with capped ids is guided by
 * the next row; both rows have logits. The results of specs without allowed ids are not written. */
static PyObject *choose(PyObject *self, PyObject *args) {
    (void)self;
    Py_buffer x, logits, at, row_of, numbers, places, ids, logp, mass, tempered, gain;
    MatrixBuffers buffers;
    Py_ssize_t width;
    PyObject *allowed, *biases, *capped;
    if (!PyArg_ParseTuple(args, "y*n" MATRIX_FORMAT "y*y*y*OOOy*y*w*w*w*w*w*", &x, &width,
                          MATRIX_INTO(buffers), &logits, &at, &row_of, &allowed, &biases, &capped, &numbers,
                          &places, &ids, &logp, &mass, &tempered, &gain))
        return NULL;
    Py_ssize_t count = PyList_Size(allowed);
    Row *rows = calloc(count + 1, sizeof(Row));
    int ready = rows != NULL, enough = 1;
    Matrix m = matrix_of(&buffers);
    for (Py_ssize_t i = 0; ready && i < count; i++)
        ready = row_from(rows + i, PyList_GetItem(allowed, i), PyList_GetItem(biases, i),
                         PyList_GetItem(capped, i), (const double *)numbers.buf + 6 * i,
                         (const uint64_t *)places.buf + 3 * i, m.outputs);
    if (ready) {
        Py_BEGIN_ALLOW_THREADS
        enough = choose_rows(&m, x.buf, width, logits.buf, at.buf, at.len / (long)sizeof(int64_t),
                             row_of.buf, rows, count);
        Py_END_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < count; i++) {
            const Rule *rule = &rows[i].rule;
            if (!rule->allowed.size) continue;
            ((int64_t *)ids.buf)[i] = rule->id;
            if (!rule->wants_logp || rule->id < 0) continue;
            ((float *)logp.buf)[i] = rule->logp;
            ((float *)mass.buf)[i] = rule->log_mass;
            ((float *)tempered.buf)[i] = rule->log_z;
            if (rows[i].is_guided) ((float *)gain.buf)[i] = rule->gain;
        }
    }
    release_rows(rows, count);
    release_matrix(&buffers);
    Py_buffer *lent[] = {&x, &logits, &at, &row_of, &numbers, &places, &ids, &logp, &mass, &tempered, &gain};
    for (size_t i = 0; i < sizeof lent / sizeof *lent; i++) PyBuffer_Release(lent[i]);
    if (!enough || !rows) return PyErr_NoMemory();
    if (!ready) return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"variants", variants, METH_NOARGS, NULL},
                                {"use", use, METH_VARARGS, NULL},
                                {"product", product, METH_VARARGS, NULL},
                                {"cell", cell, METH_VARARGS, NULL},
                                {"look", look, METH_VARARGS, NULL},
                                {"choose", choose, METH_VARARGS, NULL},
                                {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_kernel", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) {
    for (size_t i = 0; i < sizeof KERNELS / sizeof *KERNELS; i++)
        if (runs_here(KERNELS[i].name)) kernel = KERNELS[i].kernel;
    return PyModule_Create(&module);
}
