package io.tensorcache.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.FingerprintSource;
import io.tensorcache.KeyBuilder;
import io.tensorcache.TensorCache;
import io.tensorcache.config.Granularity;
import io.tensorcache.stats.Sightings;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the comments of fingerprints and keys, run. */
class FingerprintExamplesTest {
  private final Squares squares = new Squares();
  private final HostTensor batch = Squares.batch();
  private final TensorCache cache = TensorCache.builder("features").build();

  @AfterEach
  void close() {
    cache.close();
  }

  @Test
  void fingerprints(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("model.pt"), "weights");
    HostTensor weights = HostTensor.ofFloats(new float[] {1, 2}, 2);
    // begin: fingerprints
    Fingerprint ofFile = Fingerprint.ofFile(file); // changes with its content, not with its name
    Fingerprint stated = Fingerprint.version("2026-11-20").and("k = 3");
    Fingerprint ofWeights =
        Fingerprint.ofWeights(Map.of("weight", weights), HostTensor.adapter()); // SHA-256 of all
    // end: fingerprints
    assertNotEquals(ofFile, ofWeights);
    assertNotEquals(Fingerprint.version("2026-11-20"), stated);
  }

  private HostTensor scaled(HostTensor x, int factor) {
    float[] values = squares.of(x).floats();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return HostTensor.ofFloats(values, x.spec().shape());
  }

  @Test
  void fingerprintSource() {
    // begin: fingerprint-source
    AtomicInteger factor = new AtomicInteger(1); // what the outputs depend on beside the input
    FingerprintSource source = () -> Fingerprint.version("factor " + factor.get());
    CachedFunction<HostTensor> scaled =
        cache.wrap("scaled", source, HostTensor.adapter(), x -> scaled(x, factor.get()));
    scaled.apply(batch);
    factor.set(2);
    scaled.apply(batch); // computes anew: the source was asked, and other rows are meant
    // end: fingerprint-source
    assertEquals(4, cache.stats().rowsComputed());
  }

  @Test
  void sightings() {
    // begin: sightings
    class Model implements FingerprintSource {
      private final AtomicLong updates = new AtomicLong();
      private final AtomicLong looks = new AtomicLong();

      void update() {
        updates.incrementAndGet();
      }

      public Fingerprint current() {
        looks.incrementAndGet();
        return Fingerprint.version("update " + updates.get());
      }

      public Sightings sightings() { // every look sees everything, so each confirms itself
        return new Sightings(updates.get(), 0, 0, looks.get(), looks.get() + 1, "");
      }
    }
    // end: sightings
    Model model = new Model();
    CachedFunction<HostTensor> function =
        cache.wrap("squares", model, HostTensor.adapter(), squares::of);
    function.apply(batch);
    function.apply(batch);
    assertEquals(2, cache.stats().rowsComputed());
    model.update();
    function.apply(batch);
    assertEquals(4, cache.stats().rowsComputed());
  }

  @Test
  void keys() {
    // begin: keys
    KeyBuilder keys =
        new KeyBuilder().function("squares", Fingerprint.version("1"), Granularity.ROWS);
    List<TensorKey> ofRows = keys.rowKeys(HostTensor.adapter().view(batch));
    String digits = ofRows.get(1).toString(); // 273b5de48bce492aff41fdc5127a8e71
    TensorKey parsed = TensorKey.parse(digits);
    // end: keys
    assertEquals("273b5de48bce492aff41fdc5127a8e71", digits);
    assertEquals(ofRows.get(1), parsed);
  }
}
