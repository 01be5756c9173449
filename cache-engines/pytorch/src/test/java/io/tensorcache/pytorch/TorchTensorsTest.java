package io.tensorcache.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DataPtr;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TorchTensorsTest {
  private final TensorAdapter<Tensor> adapter = PyTorch.tensors();
  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    torch.manual_seed(1);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @ParameterizedTest
  @EnumSource
  void bringsEveryDTypeBackBitForBit(DType dtype) {
    byte[] bytes = new byte[2 * 3 * dtype.byteSize()];
    new Random(7).nextBytes(bytes);
    if (dtype == DType.BOOL) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] &= 1;
      }
    }
    Tensor like = torch.empty(1);
    Tensor tensor = adapter.allocate(TensorSpec.of(dtype, 2, 3), like);
    RowMajor.write(adapter.view(tensor), bytes);
    assertEquals(TorchDTypes.scalarType(dtype), tensor.scalar_type().intern());
    assertEquals(TensorSpec.of(dtype, 2, 3), adapter.view(tensor).spec());
    assertArrayEquals(bytes, RowMajor.read(adapter.view(tensor.clone())));
    assertArrayEquals(bytes, RowMajor.read(adapter.view(tensor)));
  }

  @Test
  void mapsEveryDTypeToItsOwnScalarType() {
    for (DType dtype : DType.values()) {
      assertEquals(dtype, TorchDTypes.dtype(TorchDTypes.scalarType(dtype)));
      assertEquals(
          dtype.byteSize(), torch.elementSize(TorchDTypes.scalarType(dtype)), dtype.name());
    }
  }

  @Test
  void readsTransposedTensor() {
    assertReadsAsContiguous(torch.rand(4, 5).t(), false);
  }

  @Test
  void readsPermutedTensor() {
    assertReadsAsContiguous(torch.rand(2, 3, 4, 5).permute(3, 1, 0, 2), false);
  }

  @Test
  void readsSliceFromTheMiddle() {
    Tensor whole = torch.rand(6, 7);
    Tensor slice = whole.narrow(0, 2, 3).narrow(1, 1, 4);
    assertReadsAsContiguous(slice, false);
    assertEquals(
        adapter.view(whole).memory().byteCount() - 4 * (2 * 7 + 1 + 7 + 2),
        adapter.view(slice).memory().byteCount(),
        "reaches from its first to its last element and no further");
  }

  @Test
  void readsStepSlice() {
    Tensor strided =
        torch.arange(new org.bytedeco.pytorch.Scalar(24)).as_strided(new long[] {3, 2}, 8, 3);
    assertReadsAsContiguous(strided, false);
  }

  @Test
  void readsExpandedTensorWithStrideZero() {
    Tensor expanded = torch.rand(3, 1).expand(3, 4);
    assertReadsAsContiguous(expanded, false);
    assertEquals(0, adapter.view(expanded).byteStride(1));
    assertEquals(12, adapter.view(expanded).memory().byteCount());
  }

  @Test
  void readsChannelsLastTensor() {
    Tensor image = torch.rand(2, 3, 4, 5).contiguous(MemoryFormat.ChannelsLast);
    assertFalse(image.is_contiguous());
    assertReadsAsContiguous(image, false);
  }

  @Test
  void readsScalarTensor() {
    Tensor scalar = torch.rand(3).select(0, 1);
    assertReadsAsContiguous(scalar, true);
    assertEquals(0, adapter.view(scalar).spec().rank());
  }

  @Test
  void readsEmptyTensors() {
    for (long[] shape : new long[][] {{0}, {0, 3}, {3, 0, 2}}) {
      Tensor empty = torch.empty(shape);
      TensorView view = adapter.view(empty);
      assertEquals(TensorSpec.of(DType.FLOAT32, shape), view.spec());
      assertEquals(0, view.memory().byteCount());
      assertEquals(0, ((HostMemory) view.memory()).slice(0, 0).capacity());
      assertEquals(0, RowMajor.read(view).length);
    }
    Tensor allocated = adapter.allocate(TensorSpec.of(DType.INT64, 0, 3), torch.empty(1));
    assertEquals(0, allocated.numel());
  }

  private void assertReadsAsContiguous(Tensor tensor, boolean contiguous) {
    TensorView view = adapter.view(tensor);
    assertEquals(contiguous, view.isContiguous());
    assertArrayEquals(RowMajor.read(adapter.view(tensor.contiguous())), RowMajor.read(view));
    assertTrue(adapter.view(tensor.contiguous()).isContiguous());
  }

  @Test
  void viewSharesTheMemoryOfTheTensor() {
    Tensor tensor = torch.zeros(4);
    HostMemory memory = (HostMemory) adapter.view(tensor).memory();
    assertEquals(tensor.data_ptr().address(), memory.address());
    memory.slice(4, 4).putFloat(0, 2.5f);
    assertEquals(2.5f, tensor.select(0, 1).item_float());
    assertEquals(4, memory.slice(4, 4).capacity());
    assertEquals(0, memory.slice(4, 4).position());
    assertThrows(IndexOutOfBoundsException.class, () -> memory.slice(13, 4));
  }

  @Test
  void readsBeyondTwoGiB() {
    long bytes = (1L << 31) + 4096;
    Tensor tensor = adapter.allocate(TensorSpec.of(DType.UINT8, bytes), torch.empty(1));
    HostMemory memory = (HostMemory) adapter.view(tensor).memory();
    memory.slice(bytes - 8, 8).putLong(0, 0x0102030405060708L);
    assertEquals(bytes, memory.byteCount());
    assertEquals(8, tensor.select(0, bytes - 8).item_byte());
    assertEquals(1, tensor.select(0, bytes - 1).item_byte());
    adapter.release(tensor);
  }

  @Test
  void allocatesContiguousTensorsThatShareNothing() {
    Tensor like = torch.rand(2, 3).t();
    TensorSpec spec = TensorSpec.of(DType.BFLOAT16, 3, 2);
    Tensor one = adapter.allocate(spec, like);
    Tensor two = adapter.allocate(spec, like);
    assertTrue(one.is_contiguous());
    assertFalse(one.is_alias_of(two));
    assertFalse(one.requires_grad());
    adapter.release(one);
    assertTrue(one.isNull());
    adapter.release(one);
  }

  @Test
  @SuppressWarnings("try") // a scope acts by being open
  void allocatedTensorBelongsToTheInnerScopeOfTheCaller() {
    TensorSpec spec = TensorSpec.of(DType.FLOAT32, 2);
    Tensor like = torch.empty(1);
    Tensor tensor;
    try (PointerScope inner = new PointerScope()) {
      tensor = adapter.allocate(spec, like);
      adapter.view(tensor);
      assertFalse(tensor.isNull());
    }
    assertTrue(tensor.isNull());
    assertFalse(like.isNull());
  }

  @Test
  void refusesTensorsWithoutPlainHostMemory() {
    assertRefused(torch.rand(2, 2).to_sparse(), "not dense", "to_dense()");
    assertRefused(new Tensor(), "undefined", "shape");
    Tensor closed = torch.rand(2);
    closed.close();
    assertRefused(closed, "closed", "after the call");
    Tensor emptied = torch.rand(2);
    emptied.storage().set_data_ptr_noswap(new DataPtr());
    assertRefused(emptied, "its storage has no memory", "still has its elements");
    assertRefused(meta(), "not in host memory or on a CUDA device", "cpu()");
    Tensor complex = torch.view_as_complex(torch.rand(3, 2));
    assertRefused(complex.conj(), "conjugate", "resolve_conj()");
    assertRefused(torch.imag(complex.conj()), "negative", "resolve_neg()");
    assertEquals(DType.COMPLEX64, adapter.view(complex.conj().resolve_conj()).spec().dtype());
  }

  private static Tensor meta() {
    TensorOptions options =
        new TensorOptions(new org.bytedeco.pytorch.Device(torch.DeviceType.Meta));
    return torch.empty(new long[] {2, 3}, options, new MemoryFormatOptional());
  }

  @Test
  void refusesQuantisedTensors() {
    Tensor quantised = torch.quantize_per_tensor(torch.rand(2), 0.1, 0, torch.ScalarType.QInt8);
    assertRefused(quantised, "QInt8[2] on cpu", "to(dtype)");
  }

  private void assertRefused(Tensor tensor, String reason, String remedy) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> adapter.view(tensor)).getMessage();
    assertTrue(message.contains(reason), message);
    assertTrue(message.contains(remedy), message);
  }

  @Test
  @SuppressWarnings("try") // the guard acts by being open
  void refusesInputsAndOutputsWithGradients() {
    Tensor leaf = torch.rand(2, 3).set_requires_grad(true);
    Tensor computed = leaf.mul(leaf);
    for (Tensor tensor : new Tensor[] {leaf, computed}) {
      String input = refusal(() -> adapter.checkInput(tensor));
      assertTrue(input.contains("Float[2, 3]") && input.contains("detach()"), input);
      String output = refusal(() -> adapter.checkOutput(tensor));
      assertTrue(output.contains("graph") && output.contains("NoGradGuard"), output);
    }
    adapter.checkInput(computed.detach());
    try (NoGradGuard guard = new NoGradGuard()) {
      adapter.checkOutput(leaf.mul(leaf));
    }
  }

  private static String refusal(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }
}
