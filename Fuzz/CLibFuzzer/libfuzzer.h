/* The part of libFuzzer's interface that a program with a main function of its own uses. The library comes with the
 * compiler: https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library */
#include <stddef.h>
#include <stdint.h>

/* Runs the fuzzer with its own arguments, and returns the exit status. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *data, size_t size));
