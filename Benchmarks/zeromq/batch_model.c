// A plug-in that gives back what it gets, and takes as long for it as a model on another device might: so many
// microseconds a call and so many for each input, by its settings "fixed_us" and "each_us". It sleeps meanwhile.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sibyl_plugin.h"

struct model {
    long fixed, each;  // nanoseconds
};

static sibyl_bytes metadata(void *context) {
    (void)context;
    static const char text[] =
        "{\"qualified_name\": \"batched\", \"display_name\": \"Batched\", \"version\": \"1.0.0\","
        " \"description\": \"Gives back what it gets, and takes its time.\","
        " \"input_schema\": true, \"output_schema\": true}";
    return (sibyl_bytes){text, sizeof text - 1};
}

// The number behind `"key":`, or 0.
static long setting(const char *text, const char *key) {
    const char *found = strstr(text, key);
    return found ? atol(found + strlen(key)) : 0;
}

static void *create(void *context, sibyl_bytes configuration, sibyl_result *error) {
    (void)context, (void)error;
    struct model *model = malloc(sizeof *model);
    char *text = strndup(configuration.data, configuration.size);
    if (model && text) *model = (struct model){1000 * setting(text, "\"fixed_us\":"), 1000 * setting(text, "\"each_us\":")};
    free(text);
    return model;
}

static void predict(void *context, const sibyl_bytes *inputs, size_t count, sibyl_result *results) {
    const struct model *model = context;
    for (size_t i = 0; i < count; i++) {
        char *copy = malloc(inputs[i].size);
        if (copy) memcpy(copy, inputs[i].data, inputs[i].size);
        results[i] = (sibyl_result){copy ? SIBYL_OK : SIBYL_PREDICTION_FAILED, {copy, copy ? inputs[i].size : 0}};
    }
    long span = model->fixed + model->each * (long)count;
    struct timespec rest = {span / 1000000000, span % 1000000000};
    while (span && clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &rest) == EINTR) {}
}

static void release(sibyl_result *results, size_t count) {
    for (size_t i = 0; i < count; i++) free((void *)results[i].body.data);
}

static void destroy(void *model) { free(model); }

const sibyl_plugin *sibyl_plugin_table(void) {
    static const sibyl_plugin table = {
        SIBYL_PLUGIN_ABI_VERSION, sizeof table, NULL, metadata, create, predict, release, destroy,
    };
    return &table;
}
