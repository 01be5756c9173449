package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Native memory must not wait for a collection, with and without a scope of the caller. */
class NativeMemoryTest {
  private static final int CALLS = 20_000;
  private static final TensorSpec SPEC = TensorSpec.of(DType.FLOAT32, 64, 256);

  private final TensorAdapter<Tensor> adapter = PyTorch.tensors();

  @Test
  void staysTheSameOver20000CallsWithoutScope() {
    try (Tensor input = torch.rand(64, 256)) {
      assertMemoryStays(() -> call(input));
    }
  }

  @Test
  void staysTheSameOver20000CallsInsideOneScope() {
    try (PointerScope scope = new PointerScope()) {
      Tensor input = torch.rand(64, 256);
      assertMemoryStays(() -> call(input));
      scope.detach(input);
    }
  }

  @Test
  void staysTheSameOver20000Refusals() {
    try (Tensor leaf = torch.rand(2, 2);
        Tensor sparse = leaf.to_sparse()) {
      assertMemoryStays(
          () -> assertThrows(IllegalArgumentException.class, () -> adapter.view(sparse)));
    }
  }

  private void call(Tensor input) {
    adapter.checkInput(input);
    HostMemory memory = (HostMemory) adapter.view(input).memory();
    Tensor output = adapter.allocate(SPEC, input);
    HostMemory target = (HostMemory) adapter.view(output).memory();
    target.slice(0, 1024).put(memory.slice(0, 1024));
    adapter.checkOutput(output);
    adapter.release(output);
  }

  private static void assertMemoryStays(Runnable call) {
    for (int i = 0; i < 1000; i++) {
      call.run();
    }
    long objects = Pointer.totalCount();
    long resident = Pointer.physicalBytes();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    assertEquals(objects, Pointer.totalCount(), "live native objects");
    long grown = Pointer.physicalBytes() - resident;
    // 20,000 leaked outputs would be 1.3 GB, 20,000 leaked options about 1 MB and counted above.
    assertTrue(grown < 256L << 20, "resident memory grew by " + grown + " bytes");
  }
}
