#include "onnx_runtime.h"

/* That the gaps of the table are as wide as they should be: the places of onnxruntime_c_api.h, counted there. */
#define PLACE(function, place) \
    _Static_assert(offsetof(ort_api, function) == place * sizeof(void *), #function " has another place")

PLACE(GetErrorCode, 1);
PLACE(GetErrorMessage, 2);
PLACE(CreateEnv, 3);
PLACE(CreateSession, 7);
PLACE(Run, 9);
PLACE(CreateSessionOptions, 10);
PLACE(SetSessionExecutionMode, 13);
PLACE(DisableMemPattern, 17);
PLACE(SetSessionGraphOptimizationLevel, 23);
PLACE(SetIntraOpNumThreads, 24);
PLACE(SetInterOpNumThreads, 25);
PLACE(SessionGetInputCount, 30);
PLACE(SessionGetOutputCount, 31);
PLACE(SessionGetInputTypeInfo, 33);
PLACE(SessionGetOutputTypeInfo, 34);
PLACE(SessionGetInputName, 36);
PLACE(SessionGetOutputName, 37);
PLACE(CreateTensorAsOrtValue, 48);
PLACE(CreateTensorWithDataAsOrtValue, 49);
PLACE(GetTensorMutableData, 51);
PLACE(GetStringTensorDataLength, 53);
PLACE(GetStringTensorContent, 54);
PLACE(CastTypeInfoToTensorInfo, 55);
PLACE(GetOnnxTypeFromTypeInfo, 56);
PLACE(GetTensorElementType, 60);
PLACE(GetDimensionsCount, 61);
PLACE(GetDimensions, 62);
PLACE(CreateCpuMemoryInfo, 69);
PLACE(AllocatorFree, 76);
PLACE(GetAllocatorWithDefaultOptions, 78);
PLACE(ReleaseStatus, 93);
PLACE(ReleaseSession, 95);
PLACE(ReleaseValue, 96);
PLACE(ReleaseTypeInfo, 98);
PLACE(ReleaseSessionOptions, 100);
PLACE(SessionGetModelMetadata, 111);
PLACE(ModelMetadataGetProducerName, 112);
PLACE(ModelMetadataGetGraphName, 113);
PLACE(ModelMetadataGetDomain, 114);
PLACE(ModelMetadataGetDescription, 115);
PLACE(ModelMetadataLookupCustomMetadataMap, 116);
PLACE(ModelMetadataGetVersion, 117);
PLACE(ReleaseModelMetadata, 118);
PLACE(ModelMetadataGetCustomMetadataMapKeys, 123);
PLACE(AddSessionConfigEntry, 130);
PLACE(ModelMetadataGetGraphDescription, 158);
PLACE(GetResizedStringTensorElementBuffer, 252);
PLACE(GetTensorElementTypeAndShapeDataReference, 414);
