package io.tensorcache.internal.scope;

import io.tensorcache.ClosableTensor;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** Closable tensors that can be kept as copies too, of which negative ones must not. */
final class KeepableTensors extends ClosableTensor.Adapter {
  /** What was made and is still owned by somebody. */
  final List<ClosableTensor> made = new ArrayList<>();

  static ClosableTensor of(float... values) {
    return new ClosableTensor(HostTensor.ofFloats(values, values.length));
  }

  @Override
  public ClosableTensor allocate(TensorSpec spec) {
    ClosableTensor tensor = new ClosableTensor(HostTensor.zeros(spec));
    made.add(tensor);
    return tensor;
  }

  @Override
  public void release(ClosableTensor tensor) {
    made.remove(tensor);
    super.release(tensor);
  }

  @Override
  public void checkOutput(ClosableTensor tensor) {
    if (tensor.tensor().floats()[0] < 0) {
      throw new IllegalArgumentException("it is negative");
    }
  }
}
