// What bench-gpu asks of the PyTorch that python3 imports. Every function returns 0, or -1 and leaves a text for
// tc_torch_last_error(); nothing throws. A device is a CUDA ordinal, or -1 for host memory. All floating-point tensors
// are float32; whoever gets a tensor or a head frees it. Calls of one thread at a time.
#pragma once
#include <cstdint>

struct tc_tensor;
struct tc_head;

extern "C" {
// Of the last call that failed, in this thread.
const char* tc_torch_last_error();
int tc_torch_seed(int64_t seed);

// Tensors.
// Normal numbers of this standard deviation.
int tc_torch_randn(double deviation, const int64_t* shape, int rank, int device, tc_tensor** out);
int tc_torch_empty(const int64_t* shape, int rank, int device, tc_tensor** out);
int tc_torch_free(tc_tensor* tensor);
int tc_torch_rank(const tc_tensor* tensor, int* rank);
int tc_torch_shape(const tc_tensor* tensor, int64_t* shape);
// Of the first element; the tensor must be contiguous.
int tc_torch_address(const tc_tensor* tensor, int64_t* address);
int tc_torch_item(const tc_tensor* tensor, double* value);

// The CUstream that is current for this thread.
int tc_torch_stream(int device, int64_t* stream);
int tc_torch_synchronize(int device);

// Operations: a fresh tensor each; narrow gives a view of the same memory.
int tc_torch_conv2d(const tc_tensor* input, const tc_tensor* weight, int64_t padding, tc_tensor** out);
int tc_torch_relu(const tc_tensor* input, tc_tensor** out);
int tc_torch_max_pool2d(const tc_tensor* input, int64_t size, tc_tensor** out);
int tc_torch_avg_pool2d(const tc_tensor* input, int64_t size, tc_tensor** out);
int tc_torch_flatten(const tc_tensor* input, tc_tensor** out);
int tc_torch_narrow(const tc_tensor* input, int64_t from, int64_t count, tc_tensor** out);
int tc_torch_copy(tc_tensor* to, const tc_tensor* from);
int tc_torch_add_sum(tc_tensor* scalar, const tc_tensor* input);

// A linear classifier on batch-normalised features, trained by cross-entropy and Adam. The label of row i is i % classes.
int tc_torch_head(int64_t features, int64_t classes, double rate, int device, tc_head** out);
int tc_torch_head_step(tc_head* head, const tc_tensor* features, double* loss);
int tc_torch_head_free(tc_head* head);
}
