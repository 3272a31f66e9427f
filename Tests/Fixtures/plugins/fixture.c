/* Plug-ins for tests, one for each value of FIXTURE: models that are slow, fall or lie, and libraries that are no
 * plug-in. scripts/build-fixtures compiles them all. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sibyl_plugin.h"

#define ECHO 1            /* gives back its input; {"sleep_ms": n} waits first, {"crash": 1} ends the process, {"fail": 1} \
                             is an error, {"fail_bytes": n} one of a long message */
#define NO_TABLE 2        /* exports nothing of ours */
#define OTHER_VERSION 3   /* a table of another version */
#define SHORT_TABLE 4     /* a table that is too short */
#define EMPTY_FUNCTION 5  /* a table without predict */
#define BAD_METADATA 6    /* describes itself with what is no JSON */
#define BAD_NAME 7        /* a name that can't stand in a URL */
#define BAD_SCHEMA 8      /* a schema that is none */
#define REFUSES 9         /* can't load its parameters */
#define LIES 10           /* an output that does not meet its schema */
#define BABBLES 11        /* an output that is no JSON */
#define NO_TABLE_GIVEN 12 /* returns null for a table */

#ifndef NAME
#define NAME "echo"
#endif
#ifndef VERSION
#define VERSION "1.0.0"
#endif

static sibyl_result result(int status, const char *text, size_t size) {
    char *copy = malloc(size + 1);
    memcpy(copy, text, size);
    return (sibyl_result){status, {copy, size}};
}

static sibyl_bytes metadata(void *context) {
    (void)context;
    static const char text[] =
#if FIXTURE == BAD_METADATA
        "{nonsense";
#else
        "{\"qualified_name\": \"" NAME "\", \"display_name\": \"Echo\", \"version\": \"" VERSION "\","
        " \"description\": \"Gives back what it gets.\", \"input_schema\": "
#if FIXTURE == BAD_SCHEMA
        "{\"type\": \"strnig\"}"
#else
        "true"
#endif
        ", \"output_schema\": "
#if FIXTURE == LIES
        "{\"type\": \"string\"}}";
#else
        "true}";
#endif
#endif
    return (sibyl_bytes){text, sizeof text - 1};
}

static void *create(void *context, sibyl_bytes configuration, sibyl_result *error) {
    (void)context, (void)configuration;
#if FIXTURE == REFUSES
    const char reason[] = "its parameters are missing";
    *error = result(SIBYL_PREDICTION_FAILED, reason, sizeof reason - 1);
    return NULL;
#else
    (void)error;
    static int model;
    return &model;
#endif
}

/* The number behind `"key": `, or 0. */
static long member(sibyl_bytes input, const char *key) {
    char text[256];
    snprintf(text, sizeof text, "%.*s", (int)input.size, (const char *)input.data);
    const char *found = strstr(text, key);
    return found ? atol(found + strlen(key) + 2) : 0;
}

/* Waits until the file of that number is there: a test holds an executor for as long as it likes, 10 s at most. Another
 * file tells that it waits. */
static void wait_at_gate(long number) {
    char path[64];
    snprintf(path, sizeof path, "/tmp/sibyl-test-gate-%ld-reached", number);
    FILE *reached = fopen(path, "w");
    if (reached) fclose(reached);
    snprintf(path, sizeof path, "/tmp/sibyl-test-gate-%ld", number);
    for (int turn = 0; turn < 10000 && access(path, F_OK) != 0; turn++) usleep(1000);
}

static void predict(void *model, const sibyl_bytes *inputs, size_t count, sibyl_result *results) {
    (void)model;
    for (size_t i = 0; i < count; i++) {
        if (member(inputs[i], "\"crash") == 1) abort();
        if (member(inputs[i], "\"fail") == 1) {
            results[i] = result(SIBYL_PREDICTION_FAILED, "as you wish", 11);
            continue;
        }
        long length = member(inputs[i], "\"fail_bytes");
        if (length > 0) {
            char *message = malloc((size_t)length);
            memset(message, 'm', (size_t)length);
            results[i] = result(SIBYL_PREDICTION_FAILED, message, (size_t)length);
            free(message);
            continue;
        }
        usleep(1000 * member(inputs[i], "\"sleep_ms"));
        long gate = member(inputs[i], "\"gate");
        if (gate) wait_at_gate(gate);
#if FIXTURE == LIES
        results[i] = result(SIBYL_OK, "7", 1);
#elif FIXTURE == BABBLES
        results[i] = result(SIBYL_OK, "{bla", 4);
#else
        results[i] = result(SIBYL_OK, inputs[i].data, inputs[i].size);
#endif
    }
}

static void release(sibyl_result *results, size_t count) {
    for (size_t i = 0; i < count; i++) free((void *)results[i].body.data);
}

static void destroy(void *model) { (void)model; }

#if FIXTURE == NO_TABLE
int answer(void) { return 42; }
#elif FIXTURE == NO_TABLE_GIVEN
const sibyl_plugin *sibyl_plugin_table(void) { return NULL; }
#else
const sibyl_plugin *sibyl_plugin_table(void) {
    static sibyl_plugin table = {
        SIBYL_PLUGIN_ABI_VERSION, sizeof table, NULL, metadata, create, predict, release, destroy,
    };
    if (FIXTURE == OTHER_VERSION) table.abi_version = SIBYL_PLUGIN_ABI_VERSION + 1;
    if (FIXTURE == SHORT_TABLE) table.struct_size = 24;
    if (FIXTURE == EMPTY_FUNCTION) table.predict = NULL;
    return &table;
}
#endif
