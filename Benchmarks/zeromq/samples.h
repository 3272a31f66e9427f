// The inputs that a client sends: lines "EXPECTED<tab>PAYLOAD" of a file. A reply's payload must contain EXPECTED.
#ifndef SIBYL_BENCH_SAMPLES_H
#define SIBYL_BENCH_SAMPLES_H

#include "common.h"

struct sample {
    const char *expected, *payload;
    size_t expected_size, payload_size;
};

struct samples {
    struct sample *items;
    size_t count;
};

// Reads the file; exits with a message when it can't, or when the file holds no sample.
struct samples read_samples(const char *path);
// With `echo`, the payload must be the request's own; else it must contain what the sample says.
bool is_expected(const struct sample *sample, const void *payload, size_t size, bool echo);

#endif
