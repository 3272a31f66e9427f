#include "samples.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sample parse(const char *path, const char *line, size_t size) {
    const char *tab = memchr(line, '\t', size);
    errno = 0;
    if (!tab) die("%s: a line without a tab between what is expected and the payload", path);
    size_t expected = (size_t)(tab - line);
    char *copy = malloc(size);
    memcpy(copy, line, size);
    return (struct sample){copy, copy + expected + 1, expected, size - expected - 1};
}

struct samples read_samples(const char *path) {
    enum { limit = 100000 };  // a benchmark has some hundreds
    FILE *file = fopen(path, "r");
    if (!file) die("can't read %s", path);
    struct samples samples = {calloc(limit, sizeof(struct sample)), 0};
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    while (samples.count < limit && (size = getline(&line, &room, file)) > 0) {
        if (line[size - 1] == '\n') size--;
        if (size > 0) samples.items[samples.count++] = parse(path, line, (size_t)size);
    }
    free(line);
    fclose(file);
    errno = 0;
    if (samples.count == 0) die("%s holds no sample", path);
    return samples;
}

bool is_expected(const struct sample *sample, const void *payload, size_t size, bool echo) {
    if (echo) return size == sample->payload_size && memcmp(payload, sample->payload, size) == 0;
    return memmem(payload, size, sample->expected, sample->expected_size) != NULL;
}
