package io.tensorcache;

import io.tensorcache.tensor.CopyingAdapter;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;

/** Plain {@code float[][]}, whose memory cannot be shown. */
final class FloatRows {
  private FloatRows() {}

  private static float[][] zeros(TensorSpec spec) {
    return new float[(int) spec.dim(0)][(int) spec.dim(1)];
  }

  /** What anyone writes first: its view is a copy. */
  static class Naive implements TensorAdapter<float[][]> {
    @Override
    public Class<float[][]> type() {
      return float[][].class;
    }

    @Override
    public TensorView view(float[][] tensor) {
      return HostTensor.adapter().view(HostTensor.ofRows(tensor));
    }

    @Override
    public float[][] allocate(TensorSpec spec, float[][] like) {
      return zeros(spec);
    }

    @Override
    public float[][] allocate(TensorSpec spec) {
      return zeros(spec);
    }

    @Override
    public void release(float[][] tensor) {}
  }

  /** The right way. */
  static final class Copying extends CopyingAdapter<float[][]> {
    @Override
    public Class<float[][]> type() {
      return float[][].class;
    }

    @Override
    public HostTensor toHost(float[][] tensor) {
      return HostTensor.ofRows(tensor);
    }

    @Override
    public float[][] fromHost(HostTensor content) {
      float[][] rows = zeros(content.spec());
      var floats = content.bytes().asFloatBuffer();
      for (float[] row : rows) {
        floats.get(row);
      }
      return rows;
    }
  }

  /** Views of heap buffers with another flaw each. */
  abstract static class Flawed implements TensorAdapter<HostTensor> {
    @Override
    public Class<HostTensor> type() {
      return HostTensor.class;
    }

    @Override
    public TensorView view(HostTensor tensor) {
      return HostTensor.adapter().view(tensor);
    }

    @Override
    public HostTensor allocate(TensorSpec spec, HostTensor like) {
      return HostTensor.zeros(spec);
    }

    @Override
    public void release(HostTensor tensor) {}
  }

  static final class ReadOnly extends Flawed {
    @Override
    public TensorView view(HostTensor tensor) {
      return TensorView.of(tensor.spec(), HostMemory.of(tensor.bytes().asReadOnlyBuffer()));
    }
  }

  /** One buffer for all. */
  static final class Shared extends Flawed {
    private HostTensor last = HostTensor.zeros(TensorSpec.of(DType.FLOAT32));

    @Override
    public HostTensor allocate(TensorSpec spec, HostTensor like) {
      if (!last.spec().equals(spec)) {
        last = HostTensor.zeros(spec);
      }
      return last;
    }
  }

  static final class OtherShape extends Flawed {
    @Override
    public HostTensor allocate(TensorSpec spec, HostTensor like) {
      return HostTensor.zeros(spec.batch(1));
    }
  }
}
