package io.tensorcache.benchmarks.gpu;

import io.tensorcache.tensor.TensorSpec;

/**
 * A contiguous float32 tensor of the machine's own PyTorch, freed by {@link #close}. Confined to
 * one thread.
 */
final class LibtorchTensor implements AutoCloseable {
  private final Libtorch torch;
  private final TensorSpec spec;
  private long handle;

  LibtorchTensor(Libtorch torch, TensorSpec spec, long handle) {
    this.torch = torch;
    this.spec = spec;
    this.handle = handle;
  }

  TensorSpec spec() {
    return spec;
  }

  long handle() {
    if (handle == 0) {
      throw new IllegalStateException("the tensor " + spec + " is closed");
    }
    return handle;
  }

  @Override
  public void close() {
    if (handle != 0) {
      torch.free(handle);
      handle = 0;
    }
  }
}
