/* The structures that the variants share, and what every one of them needs. */
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
