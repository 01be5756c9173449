package io.tensorcache.benchmarks.gpu;

import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;

/**
 * The functions of libtorch_abi.h, which documents them. Result codes are checked in {@link
 * Libtorch} only. JavaCPP generates the glue from this class when {@link LibtorchBuild} compiles
 * it; before that, nothing here can be called.
 */
@Properties(
    @Platform(value = "linux-x86_64", include = "libtorch_abi.h", library = LibtorchBinding.NAME))
final class LibtorchBinding {
  static final String NAME = "jnitclibtorch";

  private LibtorchBinding() {}

  @Name("tc_torch_last_error")
  static native String lastError();

  @Name("tc_torch_seed")
  static native int seed(@Cast("int64_t") long seed);

  @Name("tc_torch_randn")
  static native int randn(
      double deviation,
      @Cast("const int64_t*") long[] shape,
      int rank,
      int device,
      @Cast("tc_tensor**") long[] out);

  @Name("tc_torch_empty")
  static native int empty(
      @Cast("const int64_t*") long[] shape, int rank, int device, @Cast("tc_tensor**") long[] out);

  @Name("tc_torch_free")
  static native int free(@Cast("tc_tensor*") long tensor);

  @Name("tc_torch_rank")
  static native int rank(@Cast("const tc_tensor*") long tensor, int[] rank);

  @Name("tc_torch_shape")
  static native int shape(@Cast("const tc_tensor*") long tensor, @Cast("int64_t*") long[] shape);

  @Name("tc_torch_address")
  static native int address(
      @Cast("const tc_tensor*") long tensor, @Cast("int64_t*") long[] address);

  @Name("tc_torch_item")
  static native int item(@Cast("const tc_tensor*") long tensor, double[] value);

  @Name("tc_torch_stream")
  static native int stream(int device, @Cast("int64_t*") long[] stream);

  @Name("tc_torch_synchronize")
  static native int synchronize(int device);

  @Name("tc_torch_conv2d")
  static native int conv2d(
      @Cast("const tc_tensor*") long input,
      @Cast("const tc_tensor*") long weight,
      @Cast("int64_t") long padding,
      @Cast("tc_tensor**") long[] out);

  @Name("tc_torch_relu")
  static native int relu(@Cast("const tc_tensor*") long input, @Cast("tc_tensor**") long[] out);

  @Name("tc_torch_max_pool2d")
  static native int maxPool2d(
      @Cast("const tc_tensor*") long input,
      @Cast("int64_t") long size,
      @Cast("tc_tensor**") long[] out);

  @Name("tc_torch_avg_pool2d")
  static native int avgPool2d(
      @Cast("const tc_tensor*") long input,
      @Cast("int64_t") long size,
      @Cast("tc_tensor**") long[] out);

  @Name("tc_torch_flatten")
  static native int flatten(@Cast("const tc_tensor*") long input, @Cast("tc_tensor**") long[] out);

  @Name("tc_torch_narrow")
  static native int narrow(
      @Cast("const tc_tensor*") long input,
      @Cast("int64_t") long from,
      @Cast("int64_t") long count,
      @Cast("tc_tensor**") long[] out);

  @Name("tc_torch_copy")
  static native int copy(@Cast("tc_tensor*") long to, @Cast("const tc_tensor*") long from);

  @Name("tc_torch_add_sum")
  static native int addSum(@Cast("tc_tensor*") long scalar, @Cast("const tc_tensor*") long input);

  @Name("tc_torch_head")
  static native int head(
      @Cast("int64_t") long features,
      @Cast("int64_t") long classes,
      double rate,
      int device,
      @Cast("tc_head**") long[] out);

  @Name("tc_torch_head_step")
  static native int headStep(
      @Cast("tc_head*") long head, @Cast("const tc_tensor*") long features, double[] loss);

  @Name("tc_torch_head_free")
  static native int freeHead(@Cast("tc_head*") long head);
}
