package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.internal.codec.CanonicalText;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Texts with half a surrogate pair, which UTF-8 does not have: values come back as they are, names
 * are refused, nothing becomes a question mark.
 */
class HalfPairsTest {
  private static final Fingerprint V1 = Fingerprint.version("1");
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final HostTensor X = HostTensor.ofRows(new float[][] {{1, 2}});
  private static final List<String> HALVES =
      List.of("\uD83D", "\uDE00", "a\uD83Db", "\uDE00\uD83D", "\uD83D\uD83D\uDE00", "e\uDFFF");

  record Named(String text, HostTensor tensor) {}

  @Test
  void valuesComeBackAsTheyAre(@TempDir Path directory) {
    for (int program = 0; program < 2; program++) {
      try (TensorCache cache =
          TensorCache.builder("half").store(store -> store.directory(directory)).build()) {
        var scope = cache.scopeBuilder("s", HOST).fingerprint(V1).open();
        for (String half : HALVES) {
          String text = half + " \u00e9\uD83D\uDE00";
          var entry = scope.entry("k" + HALVES.indexOf(half), Named.class).persisting(true);
          boolean isFirst = program == 0;
          assertEquals(
              text, entry.get(() -> new Named(isFirst ? text : "computed again", X)).text());
        }
        cache.flush();
      }
    }
  }

  @Test
  void anyTextSurvivesItsBytes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      char[] chars = new char[random.nextInt(6)];
      for (int j = 0; j < chars.length; j++) {
        chars[j] =
            (char)
                (random.nextBoolean() ? 0xD7F0 + random.nextInt(0x830) : random.nextInt(0x10000));
      }
      String text = new String(chars);
      byte[] bytes = CanonicalText.bytesOf(text);
      assertEquals(text, CanonicalText.read(ByteBuffer.wrap(bytes)), () -> "seed " + seed);
    }
    assertNotEquals(List.of(CanonicalText.bytesOf("?")), List.of(CanonicalText.bytesOf("\uD83D")));
  }

  private static void assertRefused(Executable call) {
    String message =
        String.valueOf(assertThrows(IllegalArgumentException.class, call).getMessage());
    assertTrue(message.contains("half a surrogate pair"), message);
  }

  @Test
  void namesAreRefusedAndNothingIsStored(@TempDir Path directory) {
    try (TensorCache cache =
        TensorCache.builder("half")
            .heap(ByteSize.ofMiB(1))
            .store(store -> store.directory(directory))
            .build()) {
      for (String half : HALVES) {
        assertRefused(() -> TensorCache.builder(half));
        assertRefused(() -> cache.wrap(half, V1, HOST, x -> x));
        assertRefused(() -> cache.scope(half, HOST));
        var scope = cache.scope("s", HOST);
        assertRefused(() -> scope.entry(half).get(() -> X));
        assertRefused(() -> scope.child(half));
        assertRefused(() -> scope.outputs("o").get(() -> Outputs.<HostTensor>none().and(half, X)));
        for (boolean persisting : new boolean[] {false, true}) {
          var outputs =
              cache
                  .function("f" + persisting, V1, HOST)
                  .persisting(persisting)
                  .wrapOperation(in -> Outputs.<HostTensor>none().and(half, in.tensor(0)));
          assertRefused(() -> outputs.apply(Inputs.of(X)));
        }
      }
      assertEquals(0, cache.store().functions().size());
    }
  }

  /** They are in keys only, where each has bytes of its own. */
  @Test
  void argumentsAndNamesOfInputsAreKeptApart() {
    try (TensorCache cache = TensorCache.builder("half").heap(ByteSize.ofMiB(1)).build()) {
      var f = cache.function("f", V1, HOST).wrapOperation(in -> Outputs.of(in.tensor(0)));
      for (String text : List.of("?", "\uD83D", "\uDE00", "\uFFFD")) {
        f.apply(Inputs.of(X).with("text", text));
        f.apply(Inputs.of(X).and(text, X));
      }
      assertEquals(8, cache.stats().rowsComputed());
    }
  }
}
