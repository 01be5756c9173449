package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class RowKeysArgumentsTest {
  private final RowKeys keys = create(KeyAlgorithm.TCH1, 0);
  private final TensorSpec row = TensorSpec.of(DType.FLOAT32, 4);
  private final Tweak tweak = keys.tweak(row, 0, new byte[0]);
  private final TensorView batch = Rows.batch(DType.FLOAT32, new byte[32], 2, 4);

  private static RowKeys create(KeyAlgorithm algorithm, int samples) {
    return RowKeys.create(KeyBackend.JAVA, algorithm, samples, null);
  }

  private static void assertRefused(String words, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(words), message);
  }

  @Test
  void refusesAWrongSaltOrSampleCount() {
    assertRefused(
        "salt has 31 bytes: must be exactly 32",
        () -> RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, new byte[31]));
    assertRefused("samplesPerRow is -1: must be >= 0", () -> create(KeyAlgorithm.TCH1, -1));
    assertRefused("samplesPerRow is -1", () -> TorchcacheHash.hashes(batch, -1));
  }

  @Test
  void refusesABatchThatDoesNotFitTheTweak() {
    TensorView other = Rows.batch(DType.FLOAT32, new byte[32], 2, 2, 2);
    assertRefused(
        "batch is float32[2, 2, 2]: must be a batch of rows of float32[4]",
        () -> keys.digest(other, tweak, new long[4]));
    TensorView integers = Rows.batch(DType.INT32, new byte[32], 2, 4);
    assertRefused("int32[2, 4]", () -> keys.digest(integers, tweak, new long[4]));
    TensorView scalar = Rows.batch(DType.FLOAT32, new byte[4]);
    assertRefused("float32[]", () -> keys.digest(scalar, tweak, new long[4]));
  }

  @Test
  void refusesArraysThatAreTooShort() {
    assertRefused(
        "out has 3 longs: must have at least 4", () -> keys.digest(batch, tweak, new long[3]));
    TensorView endless = Rows.batch(DType.FLOAT32, new byte[0], 1L << 62, 0);
    Tweak empty = keys.tweak(endless.spec().row(), 0, new byte[0]);
    assertRefused(
        "must have at least 9223372036854775808", () -> keys.digest(endless, empty, new long[4]));
    assertRefused("digests has 5", () -> keys.combine(new long[5], 3, 1, new long[2]));
    assertRefused("out has 1", () -> keys.combine(new long[6], 3, 1, new long[1]));
    assertRefused("inputs is -1", () -> keys.combine(new long[6], -1, 1, new long[2]));
    assertRefused("rows is -1", () -> keys.rebase(new long[6], -1, tweak, tweak, new long[2]));
    assertRefused("digests has 2", () -> keys.rebase(new long[2], 2, tweak, tweak, new long[4]));
  }

  @Test
  void refusesTweaksThatReadOtherBytesOrHaveAnotherSalt() {
    RowKeys salted = RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, Rows.seed2());
    Tweak foreign = salted.tweak(row, 0, new byte[0]);
    assertRefused("another salt", () -> keys.digest(batch, foreign, new long[4]));
    Tweak longer = keys.tweak(TensorSpec.of(DType.FLOAT32, 5), 0, new byte[0]);
    assertRefused(
        "rebase from float32[4] to float32[5]",
        () -> keys.rebase(new long[4], 2, tweak, longer, new long[4]));
    assertRefused("slot is -1: must be >= 0", () -> keys.tweak(row, -1, new byte[0]));
  }

  @Test
  void namesTheDtypesThatTorchcacheHas() {
    RowKeys torchcache = create(KeyAlgorithm.TORCHCACHE, 0);
    TensorSpec complex = row.withDtype(DType.COMPLEX64);
    assertRefused(
        "not defined for COMPLEX64: use one of [BOOL, UINT8,",
        () -> torchcache.tweak(complex, 0, new byte[0]));
  }

  @Test
  void readsTenThousandElementsForTorchcacheUnlessToldOtherwise() {
    TensorSpec large = TensorSpec.of(DType.FLOAT32, 50_000);
    assertEquals(5, create(KeyAlgorithm.TORCHCACHE, 0).tweak(large, 0, new byte[0]).step());
    assertEquals(50, create(KeyAlgorithm.TORCHCACHE, 1000).tweak(large, 0, new byte[0]).step());
    assertEquals(1, keys.tweak(large, 0, new byte[0]).step());
  }
}
