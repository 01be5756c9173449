package io.tensorcache.benchmarks.gpu;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import java.util.function.ToIntFunction;

/**
 * Operations of the machine's own PyTorch on one device. Every call that fails throws a {@link
 * LibtorchException}. A result is a fresh tensor that the caller closes. Confined to one thread.
 */
final class Libtorch {
  private static final int HOST = -1; // as the ABI counts devices

  private final int device;

  /**
   * The first CUDA device or host memory. The library is loaded already: see {@link LibtorchBuild}.
   */
  Libtorch(boolean cuda) {
    this.device = cuda ? 0 : HOST;
  }

  boolean isCuda() {
    return device != HOST;
  }

  /** The driver's ordinal. */
  int device() {
    return device;
  }

  void seed(long seed) {
    check(LibtorchBinding.seed(seed));
  }

  /** Normal numbers of this standard deviation. */
  LibtorchTensor randn(double deviation, long... shape) {
    return tensor(out -> LibtorchBinding.randn(deviation, shape, shape.length, device, out));
  }

  LibtorchTensor empty(long... shape) {
    return tensor(out -> LibtorchBinding.empty(shape, shape.length, device, out));
  }

  LibtorchTensor conv2d(LibtorchTensor input, LibtorchTensor weight, long padding) {
    return tensor(out -> LibtorchBinding.conv2d(input.handle(), weight.handle(), padding, out));
  }

  LibtorchTensor relu(LibtorchTensor input) {
    return tensor(out -> LibtorchBinding.relu(input.handle(), out));
  }

  LibtorchTensor maxPool2d(LibtorchTensor input, long size) {
    return tensor(out -> LibtorchBinding.maxPool2d(input.handle(), size, out));
  }

  LibtorchTensor avgPool2d(LibtorchTensor input, long size) {
    return tensor(out -> LibtorchBinding.avgPool2d(input.handle(), size, out));
  }

  /** All axes but the first as one. */
  LibtorchTensor flatten(LibtorchTensor input) {
    return tensor(out -> LibtorchBinding.flatten(input.handle(), out));
  }

  /** A view of some rows: the same memory, which lives as long as one of the two tensors. */
  LibtorchTensor narrow(LibtorchTensor input, long from, long count) {
    return tensor(out -> LibtorchBinding.narrow(input.handle(), from, count, out));
  }

  void copy(LibtorchTensor to, LibtorchTensor from) {
    check(LibtorchBinding.copy(to.handle(), from.handle()));
  }

  /** Adds the sum of all elements to a tensor of one. */
  void addSum(LibtorchTensor scalar, LibtorchTensor input) {
    check(LibtorchBinding.addSum(scalar.handle(), input.handle()));
  }

  /** The only element, after everything that is in the stream. */
  double item(LibtorchTensor tensor) {
    double[] value = new double[1];
    check(LibtorchBinding.item(tensor.handle(), value));
    return value[0];
  }

  long address(LibtorchTensor tensor) {
    long[] address = new long[1];
    check(LibtorchBinding.address(tensor.handle(), address));
    return address[0];
  }

  /** The driver's handle of the stream that is current for this thread. */
  long stream() {
    long[] stream = new long[1];
    check(LibtorchBinding.stream(device, stream));
    return stream[0];
  }

  /** Waits for everything that is in the current stream. */
  void await() {
    check(LibtorchBinding.synchronize(device));
  }

  /** A classifier whose first weights follow from the seed; to be freed. */
  long newHead(long features, long classes, double rate) {
    long[] head = new long[1];
    check(LibtorchBinding.head(features, classes, rate, device, head));
    return head[0];
  }

  /** The mean loss before the step. */
  double step(long head, LibtorchTensor features) {
    double[] loss = new double[1];
    check(LibtorchBinding.headStep(head, features.handle(), loss));
    return loss[0];
  }

  void freeHead(long head) {
    check(LibtorchBinding.freeHead(head));
  }

  void free(long tensor) {
    check(LibtorchBinding.free(tensor));
  }

  private LibtorchTensor tensor(ToIntFunction<long[]> call) {
    long[] handle = new long[1];
    check(call.applyAsInt(handle));
    int[] rank = new int[1];
    check(LibtorchBinding.rank(handle[0], rank));
    long[] shape = new long[rank[0]];
    check(LibtorchBinding.shape(handle[0], shape));
    return new LibtorchTensor(this, TensorSpec.of(DType.FLOAT32, shape), handle[0]);
  }

  private static void check(int code) {
    if (code != 0) {
      String text = LibtorchBinding.lastError().lines().findFirst().orElse("");
      throw new LibtorchException("PyTorch of python3: " + text);
    }
  }
}
