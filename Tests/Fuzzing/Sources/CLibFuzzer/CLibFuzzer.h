// libFuzzer's way in for programs that have a main of their own.
// Source: llvm/llvm-project compiler-rt/lib/fuzzer/FuzzerInterface.h and FuzzerMain.cpp.
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *data, size_t size));
