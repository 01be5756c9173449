#include "libtorch_abi.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/torch.h>

#include <string>
#include <utility>
#include <vector>

struct tc_tensor {
  at::Tensor value;
};

struct tc_head {
  int64_t classes;
  torch::nn::BatchNorm1d norm;
  torch::nn::Linear linear;
  torch::optim::Adam optimizer;
};

namespace {

thread_local std::string last_error;

template <typename Call>
int guarded(Call call) {
  try {
    call();
    return 0;
  } catch (const c10::Error& e) {
    last_error = e.what_without_backtrace();
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "an exception that is none of the standard library's";
  }
  return -1;
}

c10::Device device_of(int ordinal) {
  return ordinal < 0 ? c10::Device(c10::kCPU) : c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(ordinal));
}

at::TensorOptions floats(int ordinal) { return at::TensorOptions().dtype(at::kFloat).device(device_of(ordinal)); }

void give(tc_tensor** out, at::Tensor value) { *out = new tc_tensor{std::move(value)}; }

template <typename Operation>
int fresh(tc_tensor** out, Operation operation) {
  return guarded([&] {
    at::NoGradGuard guard;
    give(out, operation());
  });
}

}  // namespace

extern "C" {

const char* tc_torch_last_error() { return last_error.c_str(); }

int tc_torch_seed(int64_t seed) {
  return guarded([&] { torch::manual_seed(seed); });
}

int tc_torch_randn(double deviation, const int64_t* shape, int rank, int device, tc_tensor** out) {
  return fresh(out, [&] { return at::randn(at::IntArrayRef(shape, rank), floats(device)).mul_(deviation); });
}

int tc_torch_empty(const int64_t* shape, int rank, int device, tc_tensor** out) {
  return fresh(out, [&] { return at::empty(at::IntArrayRef(shape, rank), floats(device)); });
}

int tc_torch_free(tc_tensor* tensor) {
  return guarded([&] { delete tensor; });
}

int tc_torch_rank(const tc_tensor* tensor, int* rank) {
  return guarded([&] { *rank = static_cast<int>(tensor->value.dim()); });
}

int tc_torch_shape(const tc_tensor* tensor, int64_t* shape) {
  return guarded([&] {
    for (int64_t size : tensor->value.sizes()) {
      *shape++ = size;
    }
  });
}

int tc_torch_address(const tc_tensor* tensor, int64_t* address) {
  return guarded([&] {
    TORCH_CHECK(tensor->value.is_contiguous(), "the tensor is not contiguous");
    *address = reinterpret_cast<int64_t>(tensor->value.const_data_ptr());
  });
}

int tc_torch_item(const tc_tensor* tensor, double* value) {
  return guarded([&] { *value = tensor->value.item<double>(); });
}

int tc_torch_stream(int device, int64_t* stream) {
  return guarded([&] {
    c10::impl::VirtualGuardImpl guard(device_of(device).type());
    *stream = reinterpret_cast<int64_t>(guard.getStream(device_of(device)).native_handle());
  });
}

int tc_torch_synchronize(int device) {
  return guarded([&] {
    c10::impl::VirtualGuardImpl guard(device_of(device).type());
    guard.getStream(device_of(device)).synchronize();
  });
}

int tc_torch_conv2d(const tc_tensor* input, const tc_tensor* weight, int64_t padding, tc_tensor** out) {
  return fresh(out, [&] { return at::conv2d(input->value, weight->value, {}, 1, padding); });
}

int tc_torch_relu(const tc_tensor* input, tc_tensor** out) {
  return fresh(out, [&] { return at::relu(input->value); });
}

int tc_torch_max_pool2d(const tc_tensor* input, int64_t size, tc_tensor** out) {
  return fresh(out, [&] { return at::max_pool2d(input->value, size); });
}

int tc_torch_avg_pool2d(const tc_tensor* input, int64_t size, tc_tensor** out) {
  return fresh(out, [&] { return at::avg_pool2d(input->value, size); });
}

int tc_torch_flatten(const tc_tensor* input, tc_tensor** out) {
  return fresh(out, [&] { return at::flatten(input->value, 1); });
}

int tc_torch_narrow(const tc_tensor* input, int64_t from, int64_t count, tc_tensor** out) {
  return fresh(out, [&] { return input->value.narrow(0, from, count); });
}

int tc_torch_copy(tc_tensor* to, const tc_tensor* from) {
  return guarded([&] {
    at::NoGradGuard guard;
    to->value.copy_(from->value);
  });
}

int tc_torch_add_sum(tc_tensor* scalar, const tc_tensor* input) {
  return guarded([&] {
    at::NoGradGuard guard;
    scalar->value.add_(input->value.sum());
  });
}

int tc_torch_head(int64_t features, int64_t classes, double rate, int device, tc_head** out) {
  return guarded([&] {
    torch::nn::BatchNorm1d norm(torch::nn::BatchNorm1dOptions(features).affine(false));
    torch::nn::Linear linear(features, classes);
    norm->to(device_of(device));
    linear->to(device_of(device));
    torch::optim::Adam optimizer(linear->parameters(), torch::optim::AdamOptions(rate));
    *out = new tc_head{classes, norm, linear, std::move(optimizer)};
  });
}

int tc_torch_head_step(tc_head* head, const tc_tensor* features, double* loss) {
  return guarded([&] {
    int64_t rows = features->value.size(0);
    at::Tensor labels = at::arange(rows, features->value.options().dtype(at::kLong)).remainder(head->classes);
    head->optimizer.zero_grad();
    at::Tensor mean = at::cross_entropy_loss(head->linear(head->norm(features->value)), labels);
    mean.backward();
    head->optimizer.step();
    *loss = mean.item<double>();
  });
}

int tc_torch_head_free(tc_head* head) {
  return guarded([&] { delete head; });
}

}  // extern "C"
