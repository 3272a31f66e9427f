/* A whole model in C: degrees Celsius in, degrees Fahrenheit out. Build it with `make`, then
 *     sibyl serve --plugin ./celsius.so
 *     sibyl predict celsius 36.6
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sibyl_plugin.h"

static const char metadata_text[] =
    "{\"qualified_name\": \"celsius\", \"display_name\": \"Celsius to Fahrenheit\", \"version\": \"1.0.0\","
    " \"description\": \"Converts a temperature.\","
    " \"input_schema\": {\"type\": \"number\", \"minimum\": -273.15, \"description\": \"degrees Celsius\"},"
    " \"output_schema\": {\"type\": \"number\", \"description\": \"degrees Fahrenheit\"}}";

static sibyl_bytes metadata(void *context) {
    (void)context;
    return (sibyl_bytes){metadata_text, sizeof metadata_text - 1};
}

/* A result whose body is a copy of `text`. */
static sibyl_result result(int status, const char *text) {
    return (sibyl_result){status, {strdup(text), strlen(text)}};
}

/* A real model reads its parameters here; on failure it fills `error` and returns null. */
static void *create(void *context, sibyl_bytes configuration, sibyl_result *error) {
    (void)context, (void)configuration, (void)error;
    static int model;
    return &model;
}

static void predict(void *model, const sibyl_bytes *inputs, size_t count, sibyl_result *results) {
    (void)model;
    for (size_t i = 0; i < count; i++) {
        /* The host has checked that it is a JSON number; it is not ended by a zero. */
        char *number = strndup(inputs[i].data, inputs[i].size);
        double fahrenheit = atof(number) * 9 / 5 + 32;
        free(number);
        if (!isfinite(fahrenheit)) {
            results[i] = result(SIBYL_PREDICTION_FAILED, "too hot for a double");
            continue;
        }
        char output[64];
        snprintf(output, sizeof output, "%.10g", fahrenheit);
        results[i] = result(SIBYL_OK, output);
    }
}

static void release(sibyl_result *results, size_t count) {
    for (size_t i = 0; i < count; i++) free((void *)results[i].body.data);
}

static void destroy(void *model) { (void)model; }

const sibyl_plugin *sibyl_plugin_table(void) {
    static const sibyl_plugin table = {
        SIBYL_PLUGIN_ABI_VERSION, sizeof table, NULL, metadata, create, predict, release, destroy,
    };
    return &table;
}
