/* The arithmetic of a step and of a draw, compiled once for each kind of processor.
 *
 * charbard/runtime/sampling.py and plain.py define the results, and this file follows them bit for
 * bit. So no operation here may be reordered or fused: the file is compiled without -ffast-math and
 * with -ffp-contract=off.
 */
#define FUNC TARGET static
#define INLINE TARGET static inline __attribute__((always_inline))
#include "lanes.h"
#include "numbers.h"
#define PER_BLOCK (16 / LANES)

/* Sum the products of `rows` x `blocks` x 16 outputs. The sums stay in registers over the whole
 * inner loop: each loaded weight serves all rows, and each input all blocks. w: blocks of (k4, 16,
 * 4) bytes; q: rows of k4 x 4 bytes. `rows` and `blocks` are constants after inlining, so the
 * compiler unrolls the loops over them. */
INLINE void NAME(tile)(const uint8_t *w, const int8_t *q, long k4, int32_t *out, const int rows,
                       const int blocks) {
    VEC sum[ROWS][BLOCKS * PER_BLOCK];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < blocks * PER_BLOCK; v++) sum[r][v] = ZERO();
    for (long k = 0; k < k4; k++) {
        VEC weight[BLOCKS * PER_BLOCK];
        for (int v = 0; v < blocks * PER_BLOCK; v++)
            weight[v] = LOAD(w + ((v / PER_BLOCK) * k4 + k) * 64 + (v % PER_BLOCK) * 4 * LANES);
        for (int r = 0; r < rows; r++) {
            int32_t four;
            memcpy(&four, q + (r * k4 + k) * 4, 4);
            VEC a = SPREAD(four);
            for (int v = 0; v < blocks * PER_BLOCK; v++) sum[r][v] = DOT(sum[r][v], weight[v], a);
        }
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < blocks * PER_BLOCK; v++)
            STORE(out + r * BLOCKS * 16 + v * LANES, sum[r][v]);
}

/* Compute any number of rows up to ROWS, in tiles of 4, 2 and 1 rows, because `tile` needs a
 * constant. The conditions on ROWS keep the compiler from making tiles larger than ROWS. */
INLINE void NAME(tiles)(const uint8_t *w, const int8_t *q, long k4, int32_t *out, int rows,
                        const int blocks) {
    if (rows == ROWS) {
        NAME(tile)(w, q, k4, out, ROWS, blocks);
        return;
    }
    int r = 0;
    for (; ROWS > 4 && r + 4 <= rows; r += 4)
        NAME(tile)(w, q + r * k4 * 4, k4, out + r * BLOCKS * 16, ROWS > 4 ? 4 : 1, blocks);
    for (; ROWS > 2 && r + 2 <= rows; r += 2)
        NAME(tile)(w, q + r * k4 * 4, k4, out + r * BLOCKS * 16, ROWS > 2 ? 2 : 1, blocks);
    for (; r < rows; r++) NAME(tile)(w, q + r * k4 * 4, k4, out + r * BLOCKS * 16, 1, blocks);
}

/* Compute out = x W' + b; q, sums and units are the results of `quantise`. */
FUNC void NAME(product)(const Matrix *m, const int8_t *q, const int32_t *sums, const float *units,
                        long batch, float *out) {
    int32_t acc[ROWS * BLOCKS * 16];
    long blocks, last = (m->outputs + 15) / 16;
    for (long j = 0; j < last; j += blocks) {
        const uint8_t *w = m->packed + j * m->k4 * 64;
        blocks = j + BLOCKS <= last ? BLOCKS : 1;
        for (long i = 0; i < batch; i += ROWS) {
            int rows = (int)(batch - i < ROWS ? batch - i : ROWS);
            if (blocks == BLOCKS) NAME(tiles)(w, q + i * m->k4 * 4, m->k4, acc, rows, BLOCKS);
            else NAME(tiles)(w, q + i * m->k4 * 4, m->k4, acc, rows, 1);
            for (int r = 0; r < rows; r++) {
                float *to = out + (i + r) * m->outputs;
                long end = (j + blocks) * 16 < m->outputs ? (j + blocks) * 16 : m->outputs;
                for (long n = j * 16; n < end; n++)
                    /* Weights are stored plus 128, so 128 x the sum of the inputs is subtracted. */
                    to[n] = (float)(acc[r * BLOCKS * 16 + n - j * 16] - 128 * sums[i + r]) *
                                units[i + r] * m->units[n] + m->bias[n];
            }
        }
    }
}

/* Compute the same for single outputs of one row, from the copy of the weights that has a row for
 * each output. */
FUNC void NAME(columns)(const Matrix *m, const int8_t *q, int32_t sum, float unit, Ids ids,
                          float *out) {
    long width = m->k4 * 4;
    for (long c = 0; c < ids.size; c++) {
        const uint8_t *w = m->rows + (long)ids.of[c] * width;
        int32_t lanes[LANES], acc = 0;
        VEC part = ZERO();
        for (long k = 0; k < width; k += 4 * LANES) part = DOT(part, LOAD(w + k), LOAD(q + k));
        STORE(lanes, part);
        for (int l = 0; l < LANES; l++) acc += lanes[l];
        out[c] = (float)(acc - 128 * sum) * unit * m->units[ids.of[c]] + m->bias[ids.of[c]];
    }
}

FUNC void NAME(lstm)(const float *restrict x, const float *restrict h,
                     const float *restrict before, float *restrict after, long H) {
    const float *c = before + H;
    for (long i = 0; i < H; i++) {
        float in = NAME(sigmoid)(x[i] + h[i]);
        float forget = NAME(sigmoid)(x[H + i] + h[H + i]);
        float fresh = NAME(tanh)(x[2 * H + i] + h[2 * H + i]);
        float open = NAME(sigmoid)(x[3 * H + i] + h[3 * H + i]);
        float cell = forget * c[i] + in * fresh;
        after[H + i] = cell;
        after[i] = open * NAME(tanh)(cell);
    }
}

FUNC void NAME(gru)(const float *restrict x, const float *restrict h,
                    const float *restrict before, float *restrict after, long H) {
    for (long i = 0; i < H; i++) {
        float reset = NAME(sigmoid)(x[i] + h[i]);
        float update = NAME(sigmoid)(x[H + i] + h[H + i]);
        float fresh = NAME(tanh)(x[2 * H + i] + reset * h[2 * H + i]);
        after[i] = fresh + update * (before[i] - fresh);
    }
}

FUNC void NAME(rnn)(const float *restrict x, const float *restrict h,
                    const float *restrict before, float *restrict after, long H) {
    (void)before;
    for (long i = 0; i < H; i++) after[i] = NAME(tanh)(x[i] + h[i]);
}

/* Compute the integer weights of scores; return their sum, and the best score in *best. Adding 0.5
 * makes the conversion, which truncates, round to the nearest integer. */
FUNC int64_t NAME(weigh)(const float *scores, long size, int32_t *weights, float *best) {
    float top = NAME(largest)(scores, size, -1);
    int64_t total = 0;
    for (long i = 0; i < size; i++) {
        weights[i] = (int32_t)(NAME(exp)(scores[i] - top) * (float)ONE + 0.5f);
        total += weights[i];
    }
    *best = top;
    return total;
}

/* Compute the attention of one row over the places that it has read, in `found`, and the row's new
 * place, in `place`. A place holds key plus 128 and value, each padded to a line, then the units of
 * both. An address of 0 means that there is no place.
 *
 * 1) Quantise key, value and query. 2) Score the zero slot and every place, and weigh the scores as
 * integers. 3) Scale each weight by its value's unit and round it to a whole number, as large as
 * `most` allows, so that the weighted sum of the values is exact in 32 bits. */
FUNC void NAME(look)(const float *qkv, const uintptr_t *address, long places, long width,
                     float most, Room *room, uint8_t *place, float *found) {
    long size = padded(width), seen = 0;
    float unit, units[2], scale = (float)(1.0 / sqrt((double)width));
    memset(place, 0, 2 * size);
    NAME(quantise)(qkv + width, width, (int8_t *)place, units);
    NAME(quantise)(qkv + 2 * width, width, (int8_t *)place + size, units + 1);
    for (long k = 0; k < size; k++) place[k] ^= 128;
    memcpy(place + 2 * size, units, sizeof units);
    int32_t sum = NAME(quantise)(qkv, width, room->query, &unit);
    room->scores[0] = 0.0f; /* the zero slot */
    for (long m = 0; m < places; m++) {
        if (!address[m]) continue;
        const uint8_t *key = (const uint8_t *)address[m];
        int32_t lanes[LANES], acc = 0;
        VEC part = ZERO();
        for (long k = 0; k < size; k += 4 * LANES)
            part = DOT(part, LOAD(key + k), LOAD(room->query + k));
        STORE(lanes, part);
        for (int l = 0; l < LANES; l++) acc += lanes[l];
        memcpy(units, key + 2 * size, sizeof units);
        room->values[seen] = (const int8_t *)key + size;
        room->units[seen++] = units[1];
        room->scores[seen] = (float)(acc - 128 * sum) * (unit * units[0]) * scale;
    }
    int64_t total = NAME(weigh)(room->scores, seen + 1, room->weights, &unit);
    for (long m = 0; m < seen; m++) room->units[m] *= (float)room->weights[m + 1];
    float largest = seen ? NAME(largest)(room->units, seen, 0x7fffffff) : 0.0f;
    float per = largest > 1e-30f ? most / largest : 0.0f;
    memset(room->sums, 0, width * sizeof(int32_t));
    for (long m = 0; m < seen; m++) {
        int32_t share = (int32_t)NAME(nearest)(room->units[m] * per);
        const int8_t *restrict value = room->values[m];
        int32_t *restrict sums = room->sums;
        for (long i = 0; share && i < width; i++) sums[i] += share * value[i];
    }
    unit = largest / most / (float)total;
    for (long i = 0; i < width; i++) found[i] = (float)room->sums[i] * unit;
}

/* Count the weights above t, and sum them up in *mass. */
INLINE int64_t NAME(heavier)(const int32_t *weights, long size, int32_t t, int64_t *mass) {
    int64_t sum = 0;
    int32_t count = 0;
    for (long i = 0; i < size; i++) {
        count += weights[i] > t;
        sum += weights[i] > t ? weights[i] : 0;
    }
    *mass = sum;
    return count;
}

/* Keep the heaviest weights, at least one, until k are kept or their sum reaches `share`; of equal
 * weights the first are kept. A binary search for the threshold replaces sorting, because its 31
 * passes are vectorised. */
FUNC void NAME(keep_top)(int32_t *weights, long size, int64_t k, double share) {
    int64_t mass, count;
    int32_t low = -1, high = 1 << 30; /* high: the weights above it are too few */
    while (high - low > 1) {
        int32_t t = low + (high - low) / 2;
        count = NAME(heavier)(weights, size, t, &mass);
        if (count < k && (double)mass < share) high = t;
        else low = t;
    }
    /* `high` is now the lowest such threshold: weights equal to it fill the remaining room. */
    count = NAME(heavier)(weights, size, high, &mass);
    for (long i = 0; i < size; i++) {
        if (weights[i] > high) continue;
        if (weights[i] == high && (count == 0 || (count < k && (double)mass < share)))
            count++, mass += high;
        else weights[i] = 0;
    }
}

/* Return the first place whose cumulative weight exceeds u times the total. Whole blocks are
 * summed, which is vectorised; only the block that holds the place is searched one by one. */
FUNC long NAME(draw)(const int32_t *weights, long size, double u) {
    int64_t total = 0, passed = 0;
    for (long i = 0; i < size; i++) total += weights[i];
    int64_t target = (int64_t)(u * (double)total);
    if (target > total - 1) target = total - 1;
    for (long i = 0; i < size; i += 128) {
        long end = i + 128 < size ? i + 128 : size;
        int64_t block = 0;
        for (long j = i; j < end; j++) block += weights[j];
        if (passed + block > target)
            for (long j = i;; j++)
                if ((passed += weights[j]) > target) return j;
        passed += block;
    }
    return size - 1;
}

FUNC double NAME(log_sum)(const float *scores, long size, int32_t *weights) {
    float best;
    int64_t total = NAME(weigh)(scores, size, weights, &best);
    return (double)best + log((double)total) - LOG_ONE;
}

/* Compute the weights of a rule's allowed ids, filters included. scores: the scores of these ids,
 * which are modified. Return whether anything may be drawn; *log_sum is of the scores before the
 * filters. */
FUNC int NAME(follow)(const Rule *rule, float *scores, int32_t *weights, double *log_sum) {
    float best;
    long size = rule->allowed.size;
    for (long i = 0; i < size; i++) scores[i] *= rule->inverse_temperature;
    for (long b = 0; b < rule->bias_ids.size; b++) {
        long place = find(rule->allowed, rule->bias_ids.of[b]);
        if (place >= 0) scores[place] += rule->bias_nats[b];
    }
    int64_t total = NAME(weigh)(scores, size, weights, &best);
    if (best < -3e38f) return 0; /* all are barred: -3e38 is below every finite score in use */
    *log_sum = (double)best + log((double)total) - LOG_ONE;
    if (rule->top_k > 0) {
        NAME(keep_top)(weights, size, rule->top_k, 1e300); /* 1e300: any share */
        total = 0;
        for (long i = 0; i < size; i++) total += weights[i];
    }
    if (rule->top_p < 1.0) NAME(keep_top)(weights, size, size, rule->top_p * (double)total);
    if (rule->min_p > 0.0)
        for (long i = 0; i < size; i++)
            if ((double)weights[i] < rule->min_p * ONE) weights[i] = 0;
    return 1;
}

/* Return the highest id. As unsigned, a negative id exceeds all others, so one comparison with the
 * number of outputs catches both kinds of wrong ids. */
FUNC uint32_t NAME(highest)(Ids ids) {
    uint32_t top = 0;
    for (long i = 0; i < ids.size; i++) top = (uint32_t)ids.of[i] > top ? (uint32_t)ids.of[i] : top;
    return top;
}

INLINE void NAME(gather)(const float *restrict from, const int32_t *restrict ids, long size,
                         float *restrict to) {
    /* Ids are distinct and ascend, so if the ends are this far apart, none is left out. */
    if (size && ids[size - 1] - ids[0] == size - 1) {
        memcpy(to, from + ids[0], size * sizeof(float));
        return;
    }
    for (long i = 0; i < size; i++) to[i] = from[ids[i]];
}

/* Move scores away from the twin's, into `out`, as `sampling.guided` does. all, all_bare: the
 * log-sums of the row's scores and of the twin's. */
FUNC void NAME(guide)(const float *restrict logits, const float *restrict bare, long size, float all,
                      float all_bare, const Rule *rule, float *restrict out) {
    for (long i = 0; i < size; i++) {
        float own = logits[i] - all;
        out[i] = own + (own - (bare[i] - all_bare)) * rule->push;
    }
    for (long c = 0; c < rule->capped.size; c++) {
        long i = rule->capped.of[c];
        float own = logits[i] - all, push = (own - (bare[i] - all_bare)) * rule->push;
        out[i] = own + (push < 0.0f ? push : 0.0f);
    }
}

/* Compute the weights for a draw from one row. logits: the scores of all symbols, or NULL to
 * compute only the scores of the allowed ones. bare: the scores of the twin that guides the row, or
 * NULL. scores: scratch space for twice the number of outputs. */
FUNC void NAME(prepare)(const Matrix *m, const int8_t *q, int32_t sum, float unit,
                        const float *logits, const float *bare, const Rule *rule, float *scores,
                        int32_t *weights, Sums *sums) {
    Ids allowed = rule->allowed;
    if (bare) {
        sums->unguided = NAME(log_sum)(logits, m->outputs, weights);
        sums->bare = NAME(log_sum)(bare, m->outputs, weights);
        NAME(guide)(logits, bare, m->outputs, (float)sums->unguided, (float)sums->bare, rule,
                    scores + m->outputs);
        logits = scores + m->outputs;
    }
    if (logits)
        NAME(gather)(logits, allowed.of, allowed.size, scores);
    else
        NAME(columns)(m, q, sum, unit, allowed, scores);
    for (long b = 0; b < rule->bias_ids.size; b++)
        if (rule->bias_nats[b] < -3e38f) {
            long place = find(allowed, rule->bias_ids.of[b]);
            if (place >= 0) scores[place] = rule->bias_nats[b];
        }
    if (rule->wants_logp) {
        sums->all = NAME(log_sum)(logits, m->outputs, weights);
        sums->own = NAME(log_sum)(scores, allowed.size, weights);
    }
    sums->is_open = NAME(follow)(rule, scores, weights, &sums->biased);
}

/* Draw once from the weights that `prepare` computed. */
FUNC void NAME(pick)(Rule *rule, const float *logits, const float *bare, const int32_t *weights,
                     const Sums *sums) {
    rule->id = -1;
    if (!sums->is_open) return;
    rule->id = rule->allowed.of[NAME(draw)(weights, rule->allowed.size, rule->u)];
    if (!rule->wants_logp) return;
    rule->logp = (float)((double)logits[rule->id] - (bare ? sums->unguided : sums->all));
    if (bare)
        rule->gain =
            (logits[rule->id] - (float)sums->unguided) - (bare[rule->id] - (float)sums->bare);
    rule->log_mass = (float)(sums->own - sums->all);
    rule->log_z = (float)(sums->biased - (double)rule->inverse_temperature * sums->all);
}

const Kernel NAME(kernel) = {NAME(quantise), NAME(product), NAME(highest), NAME(prepare), NAME(pick),
                             {NAME(rnn), NAME(gru), NAME(lstm)}, NAME(look)};

#undef VEC
#undef LANES
#undef ROWS
#undef BLOCKS
#undef ZERO
#undef LOAD
#undef SPREAD
#undef STORE
#undef DOT
#undef PER_BLOCK
#undef INLINE
#undef FUNC
#undef VARIANT
#undef TARGET
