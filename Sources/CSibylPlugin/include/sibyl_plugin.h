/* The table by which a shared library serves a model in Sibyl. Any language that can export a C function can fill it.
 *
 * A library exports one function, sibyl_plugin_table, which returns a table that lives as long as the process. The host
 * loads the library once and never unloads it: a new version of a model is a new worker process. */
#ifndef SIBYL_PLUGIN_H
#define SIBYL_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes when a table of an earlier version can no longer be called. */
#define SIBYL_PLUGIN_ABI_VERSION 1

/* Some bytes, not ended by a zero. */
typedef struct sibyl_bytes {
    const void *data;
    size_t size;
} sibyl_bytes;

/* The status of a result. */
enum {
    /* The body is the output, one JSON value that meets the output schema. */
    SIBYL_OK = 0,
    /* The input was not acceptable; the body says why, as UTF-8 text. */
    SIBYL_INVALID_INPUT = 1,
    /* The prediction failed; the body says why, as UTF-8 text. */
    SIBYL_PREDICTION_FAILED = 2
};

/* What became of one input. The library owns the body until `release`. */
typedef struct sibyl_result {
    int32_t status;
    sibyl_bytes body;
} sibyl_result;

typedef struct sibyl_plugin {
    /* SIBYL_PLUGIN_ABI_VERSION and sizeof(sibyl_plugin), as the library was compiled with them. */
    uint32_t abi_version;
    uint32_t struct_size;

    /* The library's own; handed to `metadata` and `create`. May be null. */
    void *context;

    /* One JSON object that lives as long as the process: "qualified_name" (letters, digits, ., _ and -),
     * "display_name", "description", "version" (semantic, such as "1.2.0"), "input_schema" and "output_schema"
     * (JSON Schema, draft 2020-12). */
    sibyl_bytes (*metadata)(void *context);

    /* Loads the model's parameters. `configuration` is a JSON object: "settings" holds what the operator wrote for this
     * model, "base_directory" the folder at which relative paths among the settings start. Returns the model, or null
     * after filling `error` (its status is not looked at), which the host releases. */
    void *(*create)(void *context, sibyl_bytes configuration, sibyl_result *error);

    /* Predicts `count` inputs, each a JSON value that the host has checked against the input schema, and fills `results`
     * in the same order. The host may call it from several threads at once. It must not keep the inputs. */
    void (*predict)(void *model, const sibyl_bytes *inputs, size_t count, sibyl_result *results);

    /* Frees the bodies of `count` results that `create` or `predict` filled. */
    void (*release)(sibyl_result *results, size_t count);

    /* Frees a model. Nothing is predicting any more. */
    void (*destroy)(void *model);
} sibyl_plugin;

/* The one symbol that a library exports. */
const sibyl_plugin *sibyl_plugin_table(void);

#ifdef __cplusplus
}
#endif

#endif
