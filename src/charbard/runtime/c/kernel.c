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

#include "types.h"
#include "variants.h"
#include "rows.h"
#include "draw.h"

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
    int is_known = kind >= 0 && kind < MOST_CELLS && kernel->cells[kind];
    Py_BEGIN_ALLOW_THREADS
    for (long i = 0; is_known && i < batch; i++) {
        long at = (i * slots + slot) * H;
        kernel->cells[kind]((const float *)x.buf + i * G, (const float *)h.buf + i * G,
                            (const float *)before.buf + at, (float *)after.buf + at, H);
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&x), PyBuffer_Release(&h), PyBuffer_Release(&before), PyBuffer_Release(&after);
    if (!is_known) return PyErr_Format(PyExc_ValueError, "no cell %d in this kernel", kind);
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
    /* A kernel that was built from an older source would read other numbers than it is given. */
    if (ready && numbers.len != count * NUMBERS * (Py_ssize_t)sizeof(double)) {
        PyErr_Format(PyExc_TypeError, "this kernel reads %d numbers for each spec", NUMBERS);
        ready = 0;
    }
    for (Py_ssize_t i = 0; ready && i < count; i++)
        ready = row_from(rows + i, PyList_GetItem(allowed, i), PyList_GetItem(biases, i),
                         PyList_GetItem(capped, i), (const double *)numbers.buf + NUMBERS * i,
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
