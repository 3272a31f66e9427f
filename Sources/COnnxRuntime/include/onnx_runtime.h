/* The part of ONNX Runtime's C interface that Sibyl calls, written down by hand: its shared library is opened when a
 * model needs it, and so no header of it is there when Sibyl is built.
 *
 * The library's table of functions is append-only since its version 1: a function keeps its place for good, and that is
 * all that is said here of the places in between. Names, arguments and their meaning are those of onnxruntime_c_api.h,
 * the library's own header, which documents them. */
#ifndef ONNX_RUNTIME_H
#define ONNX_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct OrtStatus OrtStatus;
typedef struct OrtEnv OrtEnv;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtValue OrtValue;
typedef struct OrtAllocator OrtAllocator;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;
typedef struct OrtModelMetadata OrtModelMetadata;

/* Codes of a status. */
enum { ORT_INVALID_ARGUMENT = 2, ORT_INVALID_PROTOBUF = 7 };

enum { ORT_LOGGING_LEVEL_FATAL = 4, ORT_DEVICE_ALLOCATOR = 0, ORT_MEMORY_DEFAULT = 0 };

/* What an input or output is. */
enum {
    ONNX_TYPE_TENSOR = 1,
    ONNX_TYPE_SEQUENCE = 2,
    ONNX_TYPE_MAP = 3,
    ONNX_TYPE_SPARSETENSOR = 5,
    ONNX_TYPE_OPTIONAL = 6
};

/* What the elements of a tensor are. */
enum {
    ONNX_FLOAT = 1,
    ONNX_UINT8 = 2,
    ONNX_INT8 = 3,
    ONNX_UINT16 = 4,
    ONNX_INT16 = 5,
    ONNX_INT32 = 6,
    ONNX_INT64 = 7,
    ONNX_STRING = 8,
    ONNX_BOOL = 9,
    ONNX_FLOAT16 = 10,
    ONNX_DOUBLE = 11,
    ONNX_UINT32 = 12,
    ONNX_UINT64 = 13,
    ONNX_BFLOAT16 = 16
};

/* A function that gives null when it succeeds, and what it fills. */
#define ORT_CALL(name, ...) OrtStatus *_Nullable (*_Nonnull name)(__VA_ARGS__)
#define ORT_OUT(type) type *_Nullable *_Nonnull
/* Places first to last, which Sibyl doesn't call. */
#define ORT_UNUSED(first, last) uintptr_t unused_##first[last - first + 1]

typedef struct ort_api {
    ORT_UNUSED(0, 0);
    int (*_Nonnull GetErrorCode)(const OrtStatus *status);
    const char *_Nonnull (*_Nonnull GetErrorMessage)(const OrtStatus *status);
    ORT_CALL(CreateEnv, int log_severity, const char *log_id, ORT_OUT(OrtEnv) out);
    ORT_UNUSED(4, 6);
    ORT_CALL(CreateSession,
        const OrtEnv *env, const char *path, const OrtSessionOptions *options, ORT_OUT(OrtSession) out);
    ORT_UNUSED(8, 8);
    ORT_CALL(Run,
        OrtSession *session, const OrtRunOptions *_Nullable options, const char *const _Nonnull *_Nonnull input_names,
        const OrtValue *const _Nullable *_Nonnull inputs, size_t input_count, const char *const _Nonnull *_Nonnull
        output_names, size_t output_count, OrtValue *_Nullable *_Nonnull outputs);
    ORT_CALL(CreateSessionOptions, ORT_OUT(OrtSessionOptions) out);
    ORT_UNUSED(11, 12);
    ORT_CALL(SetSessionExecutionMode, OrtSessionOptions *options, int mode);
    ORT_UNUSED(14, 16);
    ORT_CALL(DisableMemPattern, OrtSessionOptions *options);
    ORT_UNUSED(18, 22);
    ORT_CALL(SetSessionGraphOptimizationLevel, OrtSessionOptions *options, int level);
    ORT_CALL(SetIntraOpNumThreads, OrtSessionOptions *options, int threads);
    ORT_CALL(SetInterOpNumThreads, OrtSessionOptions *options, int threads);
    ORT_UNUSED(26, 29);
    ORT_CALL(SessionGetInputCount, const OrtSession *session, size_t *out);
    ORT_CALL(SessionGetOutputCount, const OrtSession *session, size_t *out);
    ORT_UNUSED(32, 32);
    ORT_CALL(SessionGetInputTypeInfo, const OrtSession *session, size_t index, ORT_OUT(OrtTypeInfo) out);
    ORT_CALL(SessionGetOutputTypeInfo, const OrtSession *session, size_t index, ORT_OUT(OrtTypeInfo) out);
    ORT_UNUSED(35, 35);
    ORT_CALL(SessionGetInputName,
        const OrtSession *session, size_t index, OrtAllocator *allocator, ORT_OUT(char) out);
    ORT_CALL(SessionGetOutputName,
        const OrtSession *session, size_t index, OrtAllocator *allocator, ORT_OUT(char) out);
    ORT_UNUSED(38, 47);
    ORT_CALL(CreateTensorAsOrtValue,
        OrtAllocator *allocator, const int64_t *_Nullable shape, size_t rank, int type, ORT_OUT(OrtValue) out);
    ORT_CALL(CreateTensorWithDataAsOrtValue,
        const OrtMemoryInfo *info, void *_Nullable data, size_t byte_count, const int64_t *_Nullable shape, size_t
        rank, int type, ORT_OUT(OrtValue) out);
    ORT_UNUSED(50, 50);
    ORT_CALL(GetTensorMutableData, OrtValue *value, ORT_OUT(void) out);
    ORT_UNUSED(52, 52);
    ORT_CALL(GetStringTensorDataLength, const OrtValue *value, size_t *out);
    ORT_CALL(GetStringTensorContent,
        const OrtValue *value, void *bytes, size_t byte_count, size_t *offsets, size_t offset_count);
    ORT_CALL(CastTypeInfoToTensorInfo, const OrtTypeInfo *info, const ORT_OUT(OrtTensorTypeAndShapeInfo) out);
    ORT_CALL(GetOnnxTypeFromTypeInfo, const OrtTypeInfo *info, int *out);
    ORT_UNUSED(57, 59);
    ORT_CALL(GetTensorElementType, const OrtTensorTypeAndShapeInfo *info, int *out);
    ORT_CALL(GetDimensionsCount, const OrtTensorTypeAndShapeInfo *info, size_t *out);
    ORT_CALL(GetDimensions, const OrtTensorTypeAndShapeInfo *info, int64_t *_Nullable dimensions, size_t count);
    ORT_UNUSED(63, 68);
    ORT_CALL(CreateCpuMemoryInfo, int allocator_type, int memory_type, ORT_OUT(OrtMemoryInfo) out);
    ORT_UNUSED(70, 75);
    ORT_CALL(AllocatorFree, OrtAllocator *allocator, void *_Nullable memory);
    ORT_UNUSED(77, 77);
    ORT_CALL(GetAllocatorWithDefaultOptions, ORT_OUT(OrtAllocator) out);
    ORT_UNUSED(79, 92);
    void (*_Nonnull ReleaseStatus)(OrtStatus *_Nullable status);
    ORT_UNUSED(94, 94);
    void (*_Nonnull ReleaseSession)(OrtSession *_Nullable session);
    void (*_Nonnull ReleaseValue)(OrtValue *_Nullable value);
    ORT_UNUSED(97, 97);
    void (*_Nonnull ReleaseTypeInfo)(OrtTypeInfo *_Nullable info);
    ORT_UNUSED(99, 99);
    void (*_Nonnull ReleaseSessionOptions)(OrtSessionOptions *_Nullable options);
    ORT_UNUSED(101, 110);
    ORT_CALL(SessionGetModelMetadata, const OrtSession *session, ORT_OUT(OrtModelMetadata) out);
    ORT_CALL(ModelMetadataGetProducerName,
        const OrtModelMetadata *metadata, OrtAllocator *allocator, ORT_OUT(char) out);
    ORT_CALL(ModelMetadataGetGraphName, const OrtModelMetadata *metadata, OrtAllocator *allocator, ORT_OUT(char) out);
    ORT_CALL(ModelMetadataGetDomain, const OrtModelMetadata *metadata, OrtAllocator *allocator, ORT_OUT(char) out);
    ORT_CALL(ModelMetadataGetDescription,
        const OrtModelMetadata *metadata, OrtAllocator *allocator, ORT_OUT(char) out);
    ORT_CALL(ModelMetadataLookupCustomMetadataMap,
        const OrtModelMetadata *metadata, OrtAllocator *allocator, const char *key, ORT_OUT(char) out);
    ORT_CALL(ModelMetadataGetVersion, const OrtModelMetadata *metadata, int64_t *out);
    void (*_Nonnull ReleaseModelMetadata)(OrtModelMetadata *_Nullable metadata);
    ORT_UNUSED(119, 122);
    ORT_CALL(ModelMetadataGetCustomMetadataMapKeys,
        const OrtModelMetadata *metadata, OrtAllocator *allocator, char *_Nullable *_Nullable *_Nonnull keys, int64_t
        *count);
    ORT_UNUSED(124, 129);
    ORT_CALL(AddSessionConfigEntry, OrtSessionOptions *options, const char *key, const char *value);
    ORT_UNUSED(131, 157);
    ORT_CALL(ModelMetadataGetGraphDescription,
        const OrtModelMetadata *metadata, OrtAllocator *allocator, ORT_OUT(char) out);
    ORT_UNUSED(159, 251);
    ORT_CALL(GetResizedStringTensorElementBuffer,
        OrtValue *value, size_t index, size_t byte_count, ORT_OUT(char) buffer);
    ORT_UNUSED(253, 413);
    ORT_CALL(GetTensorElementTypeAndShapeDataReference,
        const OrtValue *value, int *type, const int64_t *_Nullable *_Nonnull shape, size_t *rank);
} ort_api;

#undef ORT_CALL
#undef ORT_OUT
#undef ORT_UNUSED

/* What the library's one exported function gives, OrtGetApiBase. */
typedef struct ort_api_base {
    const ort_api *_Nullable (*_Nonnull GetApi)(uint32_t version);
    const char *_Nonnull (*_Nonnull GetVersionString)(void);
} ort_api_base;

#pragma clang assume_nonnull end

#endif
