package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Native memory must not wait for a collection, with and without a scope of the caller. */
@SuppressWarnings("try") // a scope acts by being open
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

  @Test
  void staysTheSameOver20000LooksAtAModule() {
    try (PointerScope scope = new PointerScope()) {
      LinearImpl module = new LinearImpl(64, 64);
      ModuleState state = ModuleState.of(module);
      assertMemoryStays(() -> assertTrue(state.isCurrent()));
      state.close();
    }
  }

  @Test
  void closedStateKeepsNothing() {
    try (PointerScope scope = new PointerScope()) {
      SequentialImpl module = new SequentialImpl();
      module.push_back("linear", new LinearImpl(64, 64));
      module.push_back("relu", new ReLUImpl());
      assertMemoryStays(() -> ModuleState.of(module).close(), 1000);
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
    assertMemoryStays(call, CALLS);
  }

  private static void assertMemoryStays(Runnable call, int calls) {
    for (int i = 0; i < 1000; i++) {
      call.run();
    }
    long objects = Pointer.totalCount();
    long resident = Pointer.physicalBytes();
    for (int i = 0; i < calls; i++) {
      call.run();
    }
    // fewer if what other tests left was collected meanwhile
    long live = Pointer.totalCount();
    assertTrue(live <= objects, objects + " native objects before, " + live + " after");
    long grown = Pointer.physicalBytes() - resident;
    // 20,000 leaked outputs would be 1.3 GB, 20,000 leaked options about 1 MB and counted above.
    assertTrue(grown < 256L << 20, "resident memory grew by " + grown + " bytes");
  }
}
