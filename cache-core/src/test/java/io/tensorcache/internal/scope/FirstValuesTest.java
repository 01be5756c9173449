package io.tensorcache.internal.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.DeviceMemory;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class FirstValuesTest {
  private static String text(TensorView view) {
    StringBuilder text = new StringBuilder();
    FirstValues.append(text, view);
    return text.toString();
  }

  private static String text(DType dtype, long bits) {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(0, bits).putLong(8, Double.doubleToRawLongBits(-2));
    return text(TensorView.of(TensorSpec.of(dtype), HostMemory.of(bytes)));
  }

  @Test
  void floatsHaveFourDecimals() {
    double[] values = {0, -0.00004, 1, -2.39774, 0.99996, 123456.78909};
    HostTensor tensor = HostTensor.ofDoubles(values, 6);
    assertEquals(
        "tensor([0.0000, -4.0000e-05, 1.0000, -2.3977, 1.0000, 123456.7891])",
        text(HostTensor.adapter().view(tensor)));
    double[] special = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 3e20};
    assertEquals(
        "tensor([nan, inf, -inf, 3.0000e+20])",
        text(HostTensor.adapter().view(HostTensor.ofDoubles(special, 4))));
  }

  @Test
  void everyDtypeIsShownAsItsValue() {
    assertEquals("tensor(true)", text(DType.BOOL, 1));
    assertEquals("tensor(255)", text(DType.UINT8, 0xFF));
    assertEquals("tensor(-1)", text(DType.INT8, 0xFF));
    assertEquals("tensor(-2)", text(DType.INT16, 0xFFFE));
    assertEquals("tensor(65534)", text(DType.UINT16, 0xFFFE));
    assertEquals("tensor(-3)", text(DType.INT32, 0xFFFFFFFDL));
    assertEquals("tensor(4294967293)", text(DType.UINT32, 0xFFFFFFFDL));
    assertEquals("tensor(-1)", text(DType.INT64, -1));
    assertEquals("tensor(18446744073709551615)", text(DType.UINT64, -1));
    assertEquals("tensor(1.5000)", text(DType.FLOAT16, 0x3E00));
    assertEquals("tensor(-inf)", text(DType.FLOAT16, 0xFC00));
    assertEquals("tensor(1.5000)", text(DType.BFLOAT16, 0x3FC0));
    assertEquals("tensor(1.5000)", text(DType.FLOAT32, Float.floatToIntBits(1.5f)));
    assertEquals("tensor(1.5000)", text(DType.FLOAT64, Double.doubleToLongBits(1.5)));
    assertEquals("tensor(1.5000-2.0000j)", text(DType.COMPLEX128, Double.doubleToLongBits(1.5)));
    assertEquals("tensor(...)", text(DType.FLOAT8_E4M3, 1));
  }

  @Test
  void stridesAreFollowed() {
    HostTensor tensor = HostTensor.ofRows(new float[][] {{1, 2}, {3, 4}});
    TensorView transposed =
        TensorView.of(tensor.spec(), new long[] {4, 8}, HostMemory.of(tensor.bytes()), 0);
    assertEquals("tensor([[1.0000, 3.0000], [2.0000, 4.0000]])", text(transposed));
  }

  private static String floats(double... values) {
    return text(HostTensor.adapter().view(HostTensor.ofDoubles(values, values.length)));
  }

  @Test
  void threeRowsOfSixValuesAreShown() {
    String row = "[0.0000, 0.0000, 0.0000, 0.0000, 0.0000, 0.0000]";
    HostTensor all = HostTensor.ofDoubles(new double[18], 3, 6);
    assertEquals(
        "tensor([" + row + ", " + row + ", " + row + "])", text(HostTensor.adapter().view(all)));
    HostTensor more = HostTensor.ofDoubles(new double[28], 4, 7);
    String cut = "[0.0000, 0.0000, 0.0000, 0.0000, 0.0000, 0.0000, ...]";
    assertEquals(
        "tensor([" + cut + ", " + cut + ", " + cut + ", ...])",
        text(HostTensor.adapter().view(more)));
  }

  @Test
  void anEmptyTensorShowsItsBrackets() {
    assertEquals("tensor([])", floats());
    HostTensor rows = HostTensor.ofDoubles(new double[0], 2, 0);
    assertEquals("tensor([[], []])", text(HostTensor.adapter().view(rows)));
  }

  @Test
  void aMillionAndATenThousandthAreTheLimitsOfDecimals() {
    assertEquals("tensor([999999.0000])", floats(999_999));
    assertEquals("tensor([1.0000e+06])", floats(1e6));
    assertEquals("tensor([-1.0000e+06])", floats(-1e6));
    assertEquals("tensor([0.0001])", floats(1e-4));
    assertEquals("tensor([-0.0001])", floats(-1e-4));
    assertEquals("tensor([9.9990e-05])", floats(9.999e-5));
    assertEquals("tensor([0.0000])", floats(-0.0));
  }

  @Test
  void decimalsAreRounded() {
    assertEquals("tensor([1.2346, -1.2346, 9.0001])", floats(1.23456, -1.23456, 9.00006));
    assertEquals("tensor([1.0000, 0.0020, 0.0300])", floats(0.99996, 0.002, 0.03));
  }

  @Test
  void complexNumbersShowBothParts() {
    long one = Float.floatToIntBits(1.5f);
    long minusTwo = Float.floatToIntBits(-2f) & 0xFFFFFFFFL;
    assertEquals("tensor(1.5000-2.0000j)", text(DType.COMPLEX64, minusTwo << 32 | one));
    assertEquals("tensor(-2.0000+1.5000j)", text(DType.COMPLEX64, one << 32 | minusTwo));
  }

  @Test
  void sixteenBitFloatsAreWidened() {
    assertEquals("tensor(5.9605e-08)", text(DType.FLOAT16, 0x0001));
    assertEquals("tensor(-2.0000)", text(DType.FLOAT16, 0xC000));
    assertEquals("tensor(nan)", text(DType.FLOAT16, 0x7C01));
    assertEquals("tensor(-1.5000)", text(DType.BFLOAT16, 0xBFC0));
    assertEquals("tensor(false)", text(DType.BOOL, 0));
    assertEquals("tensor(true)", text(DType.BOOL, 2));
  }

  @Test
  void memoryOfADeviceIsNotRead() {
    TensorView view =
        TensorView.of(TensorSpec.of(DType.FLOAT32, 2), DeviceMemory.of(0, 4096, 8, 0));
    assertEquals("tensor(...)", text(view));
  }
}
