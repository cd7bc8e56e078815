/* Draws: from sample specs in Python to one id for each. */
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

#define NUMBERS 6 /* of each spec, in the order of `compiled._numbers` */

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
