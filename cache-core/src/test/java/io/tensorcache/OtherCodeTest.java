package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.internal.call.FunctionUse;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** One line where a name and fingerprint come back with other code. */
class OtherCodeTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");
  private static final HostTensor X = Counted.batch(0, 3, 3);

  @RegisterExtension final LogLines log = new LogLines(FunctionUse.class.getName());

  private static CachedFunction<HostTensor> wrapInALoop(TensorCache cache) {
    return cache.wrap("f", V1, HOST, x -> Counted.featuresOf(x, 4, 1));
  }

  @Test
  void anotherLambdaIsToldOnceAndTheSameOneIsNot() {
    try (TensorCache cache = TensorCache.builder("code").heap(ByteSize.ofMiB(1)).build()) {
      for (int i = 0; i < 3; i++) {
        wrapInALoop(cache).apply(X);
      }
      assertEquals(List.of(), log.warnings());
      CachedFunction<HostTensor> other =
          cache.wrap("f", V1, HOST, x -> Counted.featuresOf(x, 4, 2));
      for (int i = 0; i < 3; i++) {
        other.apply(X);
        wrapInALoop(cache).apply(X);
      }
      assertEquals(1, log.warnings().size(), log.warnings().toString());
      String line = log.warnings().get(0);
      assertTrue(line.contains("function \"f\""), line);
      assertTrue(line.contains("OtherCodeTest"), line);
      assertTrue(line.contains("change the version"), line);
    }
  }

  @Test
  void otherFingerprintsAndNamesAreNothingToTell() {
    try (TensorCache cache = TensorCache.builder("code").heap(ByteSize.ofMiB(1)).build()) {
      cache.wrap("f", V1, HOST, x -> Counted.featuresOf(x, 4, 1)).apply(X);
      cache.wrap("g", V1, HOST, x -> Counted.featuresOf(x, 4, 2)).apply(X);
      cache.wrap("f", Fingerprint.version("2"), HOST, x -> Counted.featuresOf(x, 4, 3)).apply(X);
      assertEquals(List.of(), log.warnings());
    }
  }

  /** A class of its own, as an earlier program may have had it. */
  private static final class Earlier implements TensorFunction<HostTensor> {
    @Override
    public HostTensor apply(HostTensor x) {
      return Counted.featuresOf(x, 4, 1);
    }
  }

  @Test
  void aLaterProgramIsToldOfAnotherClass(@TempDir Path directory) {
    run(directory, new Earlier());
    run(directory, new Earlier());
    assertEquals(List.of(), log.warnings());
    run(directory, x -> Counted.featuresOf(x, 4, 1));
    assertEquals(1, log.warnings().size(), log.warnings().toString());
    String line = log.warnings().get(0);
    assertTrue(line.contains("was with " + Earlier.class.getName()), line);
    assertTrue(line.contains("a lambda in " + OtherCodeTest.class.getName()), line);
    run(directory, x -> Counted.featuresOf(x, 4, 1)); // another lambda of the same class: not seen
    assertEquals(1, log.warnings().size(), log.warnings().toString());
  }

  private static void run(Path directory, TensorFunction<HostTensor> function) {
    try (TensorCache cache =
        TensorCache.builder("code").store(store -> store.directory(directory)).build()) {
      cache.function("f", V1, HOST).persisting(true).wrap(function).apply(X);
    }
  }
}
