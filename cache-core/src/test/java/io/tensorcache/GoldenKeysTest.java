package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Granularity;
import io.tensorcache.store.RowSelection;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fingerprints, and the keys of stored rows, are those that a program in Python computes from
 * KEY.md (key/make_golden.py).
 */
class GoldenKeysTest {
  private static final Properties GOLDEN = new Properties();

  @TempDir Path directory;

  static {
    try (InputStream in = GoldenKeysTest.class.getResourceAsStream("/key/golden-keys.txt")) {
      GOLDEN.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertGolden(String name, TensorKey found) {
    assertEquals(GOLDEN.getProperty(name), found.toString(), name);
  }

  private static byte[] inc(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (i % 251);
    }
    return bytes;
  }

  private static HostTensor bytes(byte[] content, long... shape) {
    HostTensor tensor = HostTensor.zeros(TensorSpec.of(DType.UINT8, shape));
    tensor.bytes().put(content);
    return tensor;
  }

  @Test
  void files() throws IOException {
    Path file = directory.resolve("weights");
    for (int size : new int[] {0, 1, 65535, 65536, 65537, 131072, 2000000}) {
      Files.write(file, inc(size));
      assertGolden("file." + size, Fingerprint.ofFile(file).digest());
    }
  }

  @Test
  void texts() {
    assertGolden("version.1", Fingerprint.version("1").digest());
    assertGolden("version.empty", Fingerprint.version("").digest());
    assertGolden("version.umlaut", Fingerprint.version("\u00e4").digest());
    assertGolden("version.face", Fingerprint.version("\uD83D\uDE00").digest());
    assertGolden("version.half", Fingerprint.version("\uD83D").digest());
    assertGolden("and", Fingerprint.version("1").and("training").and("k = 3").digest());
  }

  @Test
  void weights() {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    assertGolden("weights.none", Fingerprint.ofWeights(tensors, HostTensor.adapter()).digest());
    tensors.put("conv.weight", HostTensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    tensors.put("empty", HostTensor.ofDoubles(new double[0], 0, 7));
    tensors.put("steps", HostTensor.ofLongs(new long[] {42}));
    assertGolden("weights.three", Fingerprint.ofWeights(tensors, HostTensor.adapter()).digest());
    tensors.clear();
    tensors.put("a", bytes(inc(200000), 1000, 200));
    tensors.put("b", bytes(inc(65536), 65536));
    assertGolden("weights.big", Fingerprint.ofWeights(tensors, HostTensor.adapter()).digest());
  }

  private TensorKey storedKey(byte[] salt, String function, Consumer<TensorCache> call) {
    TensorCacheBuilder builder =
        TensorCache.builder("golden")
            .heap(ByteSize.ofMiB(1))
            .store(store -> store.directory(directory.resolve("store" + salt.length)));
    if (salt.length > 0) {
      builder.salt(salt);
    }
    try (TensorCache cache = builder.build()) {
      call.accept(cache);
      cache.flush();
      var keys = new ArrayList<TensorKey>();
      cache.store().forEach(RowSelection.ofFunction(function), row -> keys.add(row.key()));
      assertEquals(1, keys.size(), keys.toString());
      return keys.get(0);
    }
  }

  private static void square(TensorCache cache, Granularity granularity) {
    cache
        .function("squares", Fingerprint.version("1"), HostTensor.adapter())
        .granularity(granularity)
        .persisting(true)
        .wrap(x -> HostTensor.ofFloats(new float[] {9, 16}, 1, 2))
        .apply(HostTensor.ofRows(new float[][] {{3, 4}}));
  }

  @Test
  void keyMdShowsThem() throws IOException {
    String text = Files.readString(Path.of("..", "KEY.md"));
    for (String name : List.of("version.1", "row.public", "row.salted")) {
      assertTrue(text.contains(GOLDEN.getProperty(name)), name);
    }
  }

  @Test
  void storedRows() {
    byte[] salt = new byte[32];
    for (int i = 0; i < salt.length; i++) {
      salt[i] = (byte) i;
    }
    assertGolden("row.public", storedKey(new byte[0], "squares", c -> square(c, Granularity.ROWS)));
    assertGolden("row.salted", storedKey(salt, "squares", c -> square(c, Granularity.ROWS)));
  }

  @Test
  void storedRowsOfSeveralInputsAndArguments() {
    HostTensor mask = bytes(new byte[] {1, 0, 1}, 1, 3);
    HostTensor image = HostTensor.ofRows(new float[][] {{3, 4}});
    Inputs<HostTensor> inputs =
        Inputs.<HostTensor>none()
            .and("image", image)
            .and("mask", mask)
            .with("k", 3)
            .with("scale", 0.5f)
            .with("mode", "h\u00e4lf")
            .with("flags", Arrays.asList(true, null))
            .with("raw", new byte[] {0, -1});
    TensorKey found =
        storedKey(
            new byte[0],
            "pair",
            cache ->
                cache
                    .function("pair", Fingerprint.version("1"), HostTensor.adapter())
                    .persisting(true)
                    .wrapOperation(in -> Outputs.of(in.tensor("image")))
                    .apply(inputs));
    assertGolden("row.arguments", found);
  }

  @Test
  void storedWholes() {
    assertGolden("whole", storedKey(new byte[0], "squares", c -> square(c, Granularity.WHOLE)));
  }

  @Test
  void storedEntriesOfScopes() {
    TensorKey found =
        storedKey(
            new byte[0],
            "kpca/inner/K",
            cache ->
                cache
                    .scopeBuilder("kpca", HostTensor.adapter())
                    .fingerprint(Fingerprint.version("1"))
                    .open()
                    .child("inner")
                    .entry("K")
                    .persisting(true)
                    .get(() -> HostTensor.ofRows(new float[][] {{3, 4}})));
    assertGolden("scope.entry", found);
  }
}
