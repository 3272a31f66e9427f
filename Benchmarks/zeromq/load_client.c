// A load generator that speaks Sibyl's wire protocol in its two-frame shape over one DEALER. It keeps `--in-flight`
// requests unanswered, checks that each is answered exactly once and rightly, and prints one JSON object.
//
//   load_client --connect ENDPOINT --model NAME --samples FILE --check echo|contains
//               --requests N --warm-up N --seconds S --in-flight W [--priority bulk] --watch NAME=PID,PID --watch ...
//
// The window that is measured starts once the warm-up is answered, and ends with the last answer: after `--requests`,
// or once `--seconds` are over. `--watch` says whose processor time is to be told; the client's own always is.
#include "common.h"
#include "samples.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { watch_limit = 8, process_limit = 64, silence_milliseconds = 5000 };

struct watched {
    char name[32];
    pid_t processes[process_limit];
    size_t count;
    uint64_t before, used;
};

struct client {
    void *socket;
    const char *model;
    const char *priority;  // a member of the envelope, or nothing
    struct samples samples;
    bool echo;
    uint64_t *times;  // for each request: when it was sent, and once answered how long that took, marked by `answered`
    uint64_t sent, received, target;
    uint64_t failed, duplicates, strangers;
    char first_failure[256];
};

static const uint64_t answered = UINT64_C(1) << 63;

// MARK: Requests

static bool send_request(struct client *client) {
    const struct sample *sample = &client->samples.items[client->sent % client->samples.count];
    char envelope[256];
    int size = snprintf(envelope, sizeof envelope, "{\"op\":\"predict\",\"id\":%llu,\"model\":\"%s\"%s}",
                        (unsigned long long)client->sent, client->model, client->priority);
    client->times[client->sent] = now();
    if (zmq_send(client->socket, envelope, (size_t)size, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
        if (errno == EAGAIN || errno == EINTR) return false;
        die("zmq_send");
    }
    // Once a first frame is taken, ZeroMQ takes the rest.
    if (zmq_send(client->socket, sample->payload, sample->payload_size, 0) < 0) die("zmq_send");
    client->sent++;
    return true;
}

static void fill(struct client *client, uint64_t in_flight) {
    while (client->sent < client->target && client->sent - client->received < in_flight)
        if (!send_request(client)) return;
}

// MARK: Replies

static void note_failure(struct client *client, const void *text, size_t size) {
    if (client->failed++ > 0) return;
    size_t count = size < sizeof client->first_failure - 1 ? size : sizeof client->first_failure - 1;
    memcpy(client->first_failure, text, count);
}

static void check_payload(struct client *client, uint64_t id, zmq_msg_t *envelope, zmq_msg_t *payload) {
    const struct sample *sample = &client->samples.items[id % client->samples.count];
    const char *text = zmq_msg_data(envelope);
    size_t size = zmq_msg_size(envelope);
    if (!has_more(envelope) || !memmem(text, size, "\"status\":\"ok\"", 13))
        note_failure(client, text, size);
    else if (!is_expected(sample, zmq_msg_data(payload), zmq_msg_size(payload), client->echo))
        note_failure(client, zmq_msg_data(payload), zmq_msg_size(payload));
}

static void take_reply(struct client *client, zmq_msg_t *envelope, zmq_msg_t *payload) {
    uint64_t id;
    if (!envelope_id(zmq_msg_data(envelope), zmq_msg_size(envelope), &id) || id >= client->sent) {
        if (client->strangers++ == 0) note_failure(client, zmq_msg_data(envelope), zmq_msg_size(envelope));
    } else if (client->times[id] & answered) {
        client->duplicates++;
    } else {
        client->times[id] = (now() - client->times[id]) | answered;
        client->received++;
        check_payload(client, id, envelope, payload);
    }
}

// Takes all that has come, so that one wake-up serves many replies; no more can come than are in flight.
static void drain(struct client *client) {
    zmq_msg_t envelope, payload;
    zmq_msg_init(&envelope);
    zmq_msg_init(&payload);
    while (receive(client->socket, &envelope)) {
        bool more = has_more(&envelope);
        while (more && receive(client->socket, &payload)) more = has_more(&payload);
        take_reply(client, &envelope, &payload);
    }
    zmq_msg_close(&envelope);
    zmq_msg_close(&payload);
}

// An answer that comes twice may come after the last one.
static void await_strays(struct client *client) {
    while (wait_readable(client->socket, 20)) drain(client);
}

// Runs until `target` requests are answered, or those sent before `deadline`, or nothing comes any more.
static void run_until(struct client *client, uint64_t target, uint64_t in_flight, uint64_t deadline) {
    client->target = target;
    while (client->received < client->target) {
        fill(client, in_flight);
        if (!wait_readable(client->socket, silence_milliseconds)) return;
        drain(client);
        if (now() > deadline) client->target = client->sent;
    }
}

// MARK: Processor time

static void parse_watched(struct watched *watched, char *text) {
    char *equals = strchr(text, '=');
    errno = 0;
    if (!equals) die("--watch %s: want NAME=PID,PID", text);
    snprintf(watched->name, sizeof watched->name, "%.*s", (int)(equals - text), text);
    for (char *pid = strtok(equals + 1, ","); pid && watched->count < process_limit; pid = strtok(NULL, ","))
        watched->processes[watched->count++] = (pid_t)atoi(pid);
}

static size_t read_watched(int argc, char **argv, struct watched watched[watch_limit]) {
    size_t count = 1;
    snprintf(watched[0].name, sizeof watched[0].name, "client");
    watched[0].processes[watched[0].count++] = getpid();
    for (int i = 1; i + 1 < argc && count < watch_limit; i++)
        if (strcmp(argv[i], "--watch") == 0) parse_watched(&watched[count++], argv[i + 1]);
    return count;
}

static uint64_t total_time(const struct watched *watched) {
    uint64_t sum = 0;
    for (size_t i = 0; i < watched->count; i++) sum += processor_time(watched->processes[i]);
    return sum;
}

// MARK: Report

static int compare(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

// Keeps the answered requests' latencies at the front, sorted; their count.
static size_t sort_latencies(uint64_t *times, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (times[i] & answered) times[kept++] = times[i] & ~answered;
    qsort(times, kept, sizeof *times, compare);
    return kept;
}

static double quantile(const uint64_t *sorted, size_t count, double fraction) {
    return count == 0 ? 0 : (double)sorted[(size_t)(fraction * (double)(count - 1))] / 1000;
}

static void print_text(const char *text) {
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        putchar((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e ? '?' : *text);
    }
    putchar('"');
}

static void print_latencies(const uint64_t *sorted, size_t count) {
    printf("\"latency_us\":{\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"max\":%.1f},", quantile(sorted, count, 0.5),
           quantile(sorted, count, 0.9), quantile(sorted, count, 0.99), quantile(sorted, count, 1));
}

static void print_processor_time(const struct watched *watched, size_t watchers, double answers) {
    printf("\"cpu_us\":{");
    for (size_t i = 0; i < watchers; i++) {
        double each = answers > 0 ? (double)watched[i].used / 1000 / answers : 0;
        printf("%s\"%s\":%.4f", i ? "," : "", watched[i].name, each);
    }
    printf("},");
}

static void print_faults(const struct client *client) {
    printf("\"missing\":%llu,\"failed\":%llu,\"duplicates\":%llu,\"strangers\":%llu,\"first_failure\":",
           (unsigned long long)(client->sent - client->received), (unsigned long long)client->failed,
           (unsigned long long)client->duplicates, (unsigned long long)client->strangers);
    print_text(client->first_failure);
}

static void print_report(const struct client *client, uint64_t warm_up, double seconds, const struct watched *watched,
                         size_t watchers) {
    uint64_t requests = client->sent - warm_up;
    size_t answers = sort_latencies(client->times + warm_up, requests);
    printf("{\"requests\":%llu,\"seconds\":%.6f,\"rate\":%.1f,", (unsigned long long)requests, seconds,
           (double)answers / seconds);
    print_latencies(client->times + warm_up, answers);
    print_processor_time(watched, watchers, (double)answers);
    print_faults(client);
    puts("}");
}

static bool is_clean(const struct client *client) {
    return client->failed + client->duplicates + client->strangers == 0 && client->received == client->sent;
}

int main(int argc, char **argv) {
    uint64_t requests = (uint64_t)integer_option(argc, argv, "--requests", 100000, 1, 100000000);
    uint64_t warm_up = (uint64_t)integer_option(argc, argv, "--warm-up", 1000, 1, 1000000);
    uint64_t in_flight = (uint64_t)integer_option(argc, argv, "--in-flight", 256, 1, 100000);
    uint64_t seconds = (uint64_t)integer_option(argc, argv, "--seconds", 60, 1, 600);
    int mark = (int)integer_option(argc, argv, "--mark", 4096, 1, 1000000);
    struct watched watched[watch_limit] = {0};
    size_t watchers = read_watched(argc, argv, watched);
    bool bulk = strcmp(option(argc, argv, "--priority", "interactive"), "bulk") == 0;
    struct client client = {.model = option(argc, argv, "--model", "echo"),
                            .priority = bulk ? ",\"priority\":\"bulk\"" : "",
                            .samples = read_samples(required_option(argc, argv, "--samples")),
                            .echo = strcmp(option(argc, argv, "--check", "echo"), "echo") == 0};
    size_t room = (warm_up + requests) * sizeof *client.times;
    client.times = memset(malloc(room), 0, room);  // touched now, so that no page is faulted in while it is measured

    void *context = zmq_ctx_new();
    client.socket = open_socket(context, ZMQ_DEALER, mark);
    connect_socket(client.socket, required_option(argc, argv, "--connect"));
    run_until(&client, warm_up, in_flight, UINT64_MAX);
    warm_up = client.sent;

    for (size_t i = 0; i < watchers; i++) watched[i].before = total_time(&watched[i]);
    uint64_t start = now();
    if (is_clean(&client)) run_until(&client, warm_up + requests, in_flight, start + seconds * 1000000000u);
    uint64_t end = now();
    for (size_t i = 0; i < watchers; i++) watched[i].used = total_time(&watched[i]) - watched[i].before;
    await_strays(&client);

    print_report(&client, warm_up, (double)(end - start) / 1e9, watched, watchers);
    zmq_close(client.socket);
    zmq_ctx_term(context);
    return is_clean(&client) ? 0 : 2;
}
