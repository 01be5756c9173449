package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.tensorcache.config.ByteSize;
import io.tensorcache.internal.key.KeyPlan;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two rows of 112 bytes that were made to collide under the public seed, by a minute of lattice
 * reduction: what they may confuse and what not.
 */
class CollidingRowsTest {
  private static final byte[] SALT = new byte[32];

  private byte[] first;
  private byte[] second;

  @BeforeEach
  void read() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/key/colliding-rows.txt")) {
      List<String> lines =
          new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
      first = HexFormat.of().parseHex(lines.get(0));
      second = HexFormat.of().parseHex(lines.get(1));
    }
    assertFalse(Arrays.equals(first, second));
  }

  private static HostTensor row(byte[] bytes, DType dtype) {
    HostTensor row = HostTensor.zeros(TensorSpec.of(dtype, 1, bytes.length / dtype.byteSize()));
    row.bytes().put(bytes);
    return row;
  }

  private TensorKey key(byte[] bytes, DType dtype, byte[] salt) {
    KeyBuilder builder = new KeyBuilder();
    if (salt != null) {
      builder.salt(salt);
    }
    return builder.rowKeys(HostTensor.adapter().view(row(bytes, dtype))).get(0);
  }

  /** KEY.md says so; a key algorithm without this weakness would be another one. */
  @Test
  void theyCollideUnderThePublicSeedAndUnderNoOther() {
    for (DType dtype : List.of(DType.UINT8, DType.FLOAT32, DType.INT64)) {
      assertEquals(key(first, dtype, null), key(second, dtype, null), dtype.toString());
      assertNotEquals(key(first, dtype, SALT), key(second, dtype, SALT), dtype.toString());
    }
  }

  @Test
  void aSaltedCacheTellsThemApart() {
    try (TensorCache cache = TensorCache.builder("x").heap(ByteSize.ofMiB(1)).salt(SALT).build()) {
      CachedFunction<HostTensor> copy =
          cache.wrap("copy", Fingerprint.version("1"), HostTensor.adapter(), x -> x);
      copy.apply(row(first, DType.UINT8));
      byte[] found = new byte[second.length];
      copy.apply(row(second, DType.UINT8)).bytes().get(found);
      assertArrayEquals(second, found);
    }
  }

  @Test
  void weightsAndFilesOfTheseBytesHaveDifferentFingerprints(@TempDir Path directory)
      throws IOException {
    for (DType dtype : List.of(DType.UINT8, DType.FLOAT32, DType.INT64)) {
      assertNotEquals(
          Fingerprint.ofWeights(Map.of("w", row(first, dtype)), HostTensor.adapter()),
          Fingerprint.ofWeights(Map.of("w", row(second, dtype)), HostTensor.adapter()));
    }
    Path one = Files.write(directory.resolve("one"), first);
    Path two = Files.write(directory.resolve("two"), second);
    assertNotEquals(Fingerprint.ofFile(one), Fingerprint.ofFile(two));
  }

  /** Names and arguments reach the hash as a SHA-256 only, whatever their length. */
  @Test
  void whatStrangersNameDoesNotReachTheHashAsItIs() {
    for (String text : List.of("", "x", "x".repeat(10_000))) {
      KeyPlan.Kind kind =
          new KeyPlan.Kind(
              io.tensorcache.config.KeyAlgorithm.TCH1,
              "f",
              Fingerprint.version("1").digest(),
              io.tensorcache.config.Granularity.WHOLE,
              List.of(),
              List.of(),
              KeyPlan.Arguments.of(Map.of("text", text)));
      assertEquals(32, KeyPlan.domain(kind).length);
    }
  }
}
