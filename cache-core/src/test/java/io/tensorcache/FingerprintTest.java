package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FingerprintTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();

  private static Fingerprint weights(Object... namesAndTensors) {
    Map<String, HostTensor> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndTensors.length; i += 2) {
      map.put((String) namesAndTensors[i], (HostTensor) namesAndTensors[i + 1]);
    }
    return Fingerprint.ofWeights(map, HOST);
  }

  private static HostTensor floats(float... values) {
    return HostTensor.ofFloats(values, values.length);
  }

  @Test
  void equalWeightsGiveEqualFingerprints() {
    assertEquals(
        weights("w", floats(1, 2), "b", floats(3)), weights("w", floats(1, 2), "b", floats(3)));
  }

  @Test
  void everyByteNameOrderAndShapeCounts() {
    Fingerprint base = weights("w", floats(1, 2), "b", floats(3));
    assertNotEquals(base, weights("w", floats(1, 2), "b", floats(Math.nextUp(3f))));
    assertNotEquals(base, weights("w", floats(1, 2), "c", floats(3)));
    assertNotEquals(base, weights("b", floats(3), "w", floats(1, 2)));
    assertNotEquals(base, weights("w", floats(1), "b", floats(2, 3)));
    assertNotEquals(
        base, weights("w", HostTensor.ofFloats(new float[] {1, 2}, 2, 1), "b", floats(3)));
    assertNotEquals(base, weights("w", floats(1, 2)));
    assertNotEquals(weights(), weights("w", floats()));
  }

  /** A transposed tensor, of no leaf, one, and many. */
  @ParameterizedTest
  @CsvSource({"0, 5", "5, 0", "3, 5", "128, 128", "129, 127", "500, 1000", "1, 100000"})
  void stridesDoNotCount(int rows, int columns) {
    float[] values = new float[rows * columns];
    float[] turned = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
      turned[i % columns * rows + i / columns] = i;
    }
    TensorAdapter<HostTensor> turning =
        new FloatRows.Flawed() {
          @Override
          public TensorView view(HostTensor tensor) {
            return TensorView.of(
                TensorSpec.of(DType.FLOAT32, columns, rows),
                new long[] {4, 4L * columns},
                HostMemory.of(tensor.bytes()),
                0);
          }
        };
    assertEquals(
        weights("w", HostTensor.ofFloats(turned, columns, rows)),
        Fingerprint.ofWeights(Map.of("w", HostTensor.ofFloats(values, rows, columns)), turning));
  }

  @Test
  void scalarsAreWeightsToo() {
    assertNotEquals(weights("w", HostTensor.ofFloats(new float[] {1})), weights("w", floats(1)));
  }

  @Test
  void versionsModesAndKindsDiffer() throws IOException {
    assertEquals(Fingerprint.version("a"), Fingerprint.version("a"));
    assertNotEquals(Fingerprint.version("a"), Fingerprint.version("b"));
    assertNotEquals(Fingerprint.version("a"), Fingerprint.version(""));
    assertNotEquals(Fingerprint.version("\uD83D"), Fingerprint.version("?"));
    assertNotEquals(Fingerprint.version("a"), Fingerprint.version("a").and("training"));
    assertNotEquals(
        Fingerprint.version("a").and("x").and("y"), Fingerprint.version("a").and("y").and("x"));
  }

  @Test
  void filesAreComparedByContent(@TempDir Path directory) throws IOException {
    byte[] content = new byte[100_000];
    new java.util.Random(1).nextBytes(content);
    Path first = Files.write(directory.resolve("first"), content);
    Path copy = Files.write(directory.resolve("copy"), content);
    assertEquals(Fingerprint.ofFile(first), Fingerprint.ofFile(copy));
    content[99_999] ^= 1;
    Files.write(copy, content);
    assertNotEquals(Fingerprint.ofFile(first), Fingerprint.ofFile(copy));
    Path empty = Files.createFile(directory.resolve("empty"));
    assertNotEquals(Fingerprint.ofFile(empty), Fingerprint.ofFile(first));
    assertEquals(Fingerprint.ofFile(empty), Fingerprint.ofFile(empty));
  }

  @Test
  void aMissingFileIsNamed(@TempDir Path directory) {
    var error =
        assertThrows(
            UncheckedIOException.class, () -> Fingerprint.ofFile(directory.resolve("weights.pt")));
    assertTrue(error.getMessage().contains("weights.pt"), error.getMessage());
  }
}
