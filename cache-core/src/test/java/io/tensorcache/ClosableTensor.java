package io.tensorcache;

import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;

/** A tensor that its owner closes, as an engine's is, and that has a device. */
public final class ClosableTensor {
  private final HostTensor tensor;
  private final String device;
  private volatile boolean closed;

  public ClosableTensor(HostTensor tensor) {
    this(tensor, "cpu");
  }

  private ClosableTensor(HostTensor tensor, String device) {
    this.tensor = tensor;
    this.device = device;
  }

  public HostTensor tensor() {
    return tensor;
  }

  public String device() {
    return device;
  }

  public void close() {
    closed = true;
  }

  /** Serves functions and scopes that hold by reference. */
  public static class Adapter implements TensorAdapter<ClosableTensor> {
    @Override
    public Class<ClosableTensor> type() {
      return ClosableTensor.class;
    }

    @Override
    public TensorView view(ClosableTensor tensor) {
      if (tensor.closed) {
        throw new IllegalArgumentException("the tensor is closed");
      }
      return HostTensor.adapter().view(tensor.tensor);
    }

    @Override
    public ClosableTensor allocate(TensorSpec spec, ClosableTensor like) {
      return new ClosableTensor(HostTensor.zeros(spec));
    }

    @Override
    public void release(ClosableTensor tensor) {
      tensor.close();
    }

    @Override
    public boolean isUsable(ClosableTensor tensor) {
      return !tensor.closed;
    }

    @Override
    public ClosableTensor moveTo(ClosableTensor tensor, String device) {
      return tensor.device.equals(device) ? tensor : new ClosableTensor(tensor.tensor, device);
    }
  }
}
