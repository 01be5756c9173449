package io.tensorcache;

import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Inputs that other tensor caches confuse, and errors they make without a word: each must give its
 * own, right output.
 */
class RightAnswersTest {
  private static final TensorAdapter<HostTensor> HOST = HostTensor.adapter();
  private static final Fingerprint V1 = Fingerprint.version("1");
  private static final int IMAGE = 3 * 224 * 224;

  private final TensorCache cache = TensorCache.builder("right").heap(ByteSize.ofMiB(8)).build();

  @AfterEach
  void close() {
    cache.close();
  }

  private static TensorKey key(HostTensor tensor) {
    return new KeyBuilder().rowKeys(HOST.view(tensor)).get(0);
  }

  private static TensorKey key(float... row) {
    return key(HostTensor.ofFloats(row, 1, row.length));
  }

  /** Smooth, 8 bits a channel: like a photo, with many equal values. */
  private static float[] image(long seed) {
    Random random = new Random(seed);
    double a = random.nextDouble();
    double b = random.nextDouble();
    float[] pixels = new float[IMAGE];
    for (int i = 0; i < IMAGE; i++) {
      double value =
          0.5 + 0.25 * Math.sin(a * (i % 224) / 9) + 0.25 * Math.cos(b * (i / 224 % 224) / 11);
      pixels[i] = Math.round(value * 255) / 255f;
    }
    return pixels;
  }

  @Test
  void oneValueChangedByOneStepChangesTheKey() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    float[] pixels = image(seed);
    Set<TensorKey> keys = new HashSet<>(Set.of(key(pixels)));
    for (int at : random.ints(0, IMAGE).distinct().limit(300).toArray()) {
      float before = pixels[at];
      pixels[at] = before + 1 / 255f;
      assertTrue(keys.add(key(pixels)), "seed " + seed + ", element " + at);
      pixels[at] = before;
    }
  }

  @Test
  void aPatchInvertedChangesTheKey() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    float[] pixels = image(seed);
    TensorKey original = key(pixels);
    for (int trial = 0; trial < 200; trial++) {
      float[] patched = pixels.clone();
      int x = random.nextInt(221);
      int y = random.nextInt(221);
      for (int i = 0; i < 9; i++) {
        int at = (y + i / 3) * 224 + x + i % 3;
        patched[at] = 1 - patched[at];
      }
      assertNotEquals(original, key(patched), "seed " + seed + ", patch at " + x + ", " + y);
    }
  }

  @Test
  void everyCropOfASmoothImageHasItsOwnKey() {
    float[] pixels = image(7);
    float[] crops = new float[60 * 60 * 32 * 32];
    Set<FloatBuffer> contents = new HashSet<>();
    for (int y = 0; y < 60; y++) {
      for (int x = 0; x < 60; x++) {
        float[] crop = new float[32 * 32];
        for (int i = 0; i < crop.length; i++) {
          crop[i] = pixels[(y + i / 32) * 224 + x + i % 32];
        }
        System.arraycopy(crop, 0, crops, (y * 60 + x) * crop.length, crop.length);
        contents.add(FloatBuffer.wrap(crop));
      }
    }
    var keys = new KeyBuilder().rowKeys(HOST.view(HostTensor.ofFloats(crops, 60 * 60, 32 * 32)));
    assertEquals(contents.size(), new HashSet<>(keys).size());
  }

  @Test
  void normalisedEmbeddingsHaveTheirOwnKeys() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int width : new int[] {512, 768}) {
      int rows = 5_000;
      float[] values = new float[rows * width];
      for (int row = 0; row < rows; row++) {
        double norm = 0;
        for (int i = 0; i < width; i++) {
          values[row * width + i] = (float) random.nextGaussian();
          norm += values[row * width + i] * values[row * width + i];
        }
        for (int i = 0; i < width; i++) {
          values[row * width + i] /= (float) Math.sqrt(norm);
        }
      }
      var keys = new KeyBuilder().rowKeys(HOST.view(HostTensor.ofFloats(values, rows, width)));
      assertEquals(rows, new HashSet<>(keys).size(), "seed " + seed);
    }
  }

  @Test
  void scalarsPerRowHaveTheirOwnKeys() {
    float[] steps = new float[100_000];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = i / (float) steps.length;
    }
    assertEquals(
        steps.length,
        new HashSet<>(new KeyBuilder().rowKeys(HOST.view(HostTensor.ofFloats(steps, steps.length))))
            .size());
  }

  @Test
  void constructedPairsDiffer() {
    float[] swapped15a = new float[32];
    float[] swapped15b = new float[32];
    swapped15a[0] = 3;
    swapped15b[15] = 3;
    assertNotEquals(key(swapped15a), key(swapped15b));
    assertNotEquals(key(.1f, .2f, .1f), key(.9f, .1f, .2f));
    assertNotEquals(key(-.4f), key(.4f));
    assertNotEquals(key(1, 2, 3), key(1, 3, 2));
    assertNotEquals(key(1, 2), key(1, 2, 0));
    assertNotEquals(key(0, 0), key(0, 0, 0));
    assertNotEquals(key(0f), key(-0f));
    assertNotEquals(key(2, 2), key(-2, -2));
    assertNotEquals(key(2, -2), key(-2, 2));
    assertNotEquals(key(Float.NaN), key(Float.intBitsToFloat(0x7fc00001)));
    assertNotEquals(key(1e30f), key(2e30f));
    assertNotEquals(
        key(HostTensor.ofFloats(new float[6], 1, 2, 3)),
        key(HostTensor.ofFloats(new float[6], 1, 3, 2)));
    assertNotEquals(
        key(HostTensor.ofFloats(new float[6], 1, 6)),
        key(HostTensor.ofFloats(new float[6], 1, 6, 1)));
    HostTensor longs = HostTensor.ofLongs(new long[] {1, 2}, 1, 2);
    assertNotEquals(key(HostTensor.ofDoubles(new double[] {1, 2}, 1, 2)), key(longs));
    assertNotEquals(key(1, 2), key(longs));
  }

  @Test
  void bytesOfEveryDTypeAreKeptApart() {
    Set<TensorKey> keys = new HashSet<>();
    for (DType type : DType.values()) {
      keys.add(key(HostTensor.zeros(TensorSpec.of(type, 1, 32 / type.byteSize()))));
    }
    assertEquals(DType.values().length, keys.size());
  }

  @Test
  void twoInstancesWithOtherWeightsDoNotShare() {
    HostTensor x = Counted.batch(0, 4, 3);
    for (float weight : new float[] {1, 2, 1}) {
      Fingerprint weights =
          Fingerprint.ofWeights(
              java.util.Map.of("w", HostTensor.ofFloats(new float[] {weight}, 1)), HOST);
      var cached = cache.wrap("net", weights, HOST, in -> Counted.featuresOf(in, 3, weight));
      assertTrue(sameBits(Counted.featuresOf(x, 3, weight), cached.apply(x)));
    }
    assertEquals(4, cache.stats().hits());
  }

  @Test
  void weightsChangedInPlaceAreNoticedByASource() {
    float[] weight = {1};
    FingerprintSource source =
        () -> Fingerprint.ofWeights(java.util.Map.of("w", HostTensor.ofFloats(weight, 1)), HOST);
    var cached = cache.wrap("net", source, HOST, in -> Counted.featuresOf(in, 3, weight[0]));
    HostTensor x = Counted.batch(0, 4, 3);
    cached.apply(x);
    weight[0] = 5;
    assertTrue(sameBits(Counted.featuresOf(x, 3, 5), cached.apply(x)));
  }

  @Test
  void rowsOfAFunctionThatChangedWhileItRanAreNotStored() {
    float[] weight = {1};
    var cached =
        cache.wrap(
            "net",
            () -> Fingerprint.version("weight " + weight[0]),
            HOST,
            in -> {
              HostTensor out = Counted.featuresOf(in, 3, weight[0]);
              weight[0]++; // an optimiser's step on another thread, say
              return out;
            });
    HostTensor x = Counted.batch(0, 4, 3);
    cached.apply(x);
    weight[0] = 1;
    cached.apply(x);
    assertEquals(0, cache.stats().hits());
    assertEquals(8, cache.stats().rowsNotAdmitted());
  }

  @Test
  void aFingerprintPerStepDoesNotPileUp() {
    float[] weight = {0};
    var cached =
        cache.wrap(
            "net",
            () -> Fingerprint.version("step " + weight[0]),
            HOST,
            in -> Counted.featuresOf(in, 3, weight[0]));
    HostTensor x = Counted.batch(0, 2, 3);
    for (int step = 0; step < 500; step++) {
      weight[0]++;
      assertTrue(sameBits(Counted.featuresOf(x, 3, weight[0]), cached.apply(x)));
    }
    assertTrue(cache.stats().functions().get(0).rowsUnderOtherFingerprints() <= 2 * 9);
  }

  @Test
  void integersInGiveFloatsOut() {
    var cached =
        cache
            .function("f", V1, HOST)
            .probing(false)
            .wrap(in -> HostTensor.ofFloats(new float[] {0.25f, 0.75f}, 2));
    HostTensor x = HostTensor.ofLongs(new long[] {7, 8}, 2);
    cached.apply(x);
    assertEquals(0.75f, cached.apply(x).floats()[1]);
  }

  @Test
  void argumentsAreKeptApartByNameOrderAndValue() {
    var cached =
        cache
            .function("f", V1, HOST)
            .wrapOperation(
                in -> {
                  float mark = in.arguments().toString().hashCode() & 0xffff;
                  return Outputs.of(Counted.featuresOf(in.tensor(0), 2, mark));
                });
    HostTensor x = Counted.batch(0, 2, 3);
    Inputs<HostTensor> plain = Inputs.of(x);
    List<Inputs<HostTensor>> calls =
        List.of(
            plain,
            plain.with("a", 2).with("b", 3),
            plain.with("a", 3).with("b", 2),
            plain.with("b", 2).with("a", 3),
            plain.with("a", 2).with("b", 2),
            plain.with("a", 5).with("b", 5),
            plain.with("a", 2),
            plain.with("a", 2.0),
            plain.with("a", "2"),
            plain.with("a", List.of(2)),
            plain.with("a", null),
            plain.with("a", true));
    for (int round = 0; round < 2; round++) {
      for (Inputs<HostTensor> call : calls) {
        float mark = call.arguments().toString().hashCode() & 0xffff;
        assertTrue(
            sameBits(Counted.featuresOf(x, 2, mark), cached.apply(call).tensor(0)),
            call.arguments().toString());
      }
    }
    assertEquals(2 * calls.size(), cache.stats().misses());
  }

  @Test
  void swappedInputsAndMovedBoundariesAreKeptApart() {
    var joined =
        cache
            .function("join", V1, HOST)
            .wrapOperation(
                in ->
                    Outputs.of(
                        Counted.featuresOf(in.tensor(0), 2, 1),
                        Counted.featuresOf(in.tensor(1), 2, 1)));
    HostTensor a = HostTensor.ofFloats(new float[] {1, 2, 3}, 1, 3);
    HostTensor b = HostTensor.ofFloats(new float[] {4, 5, 6}, 1, 3);
    HostTensor two = HostTensor.ofFloats(new float[] {1, 2}, 1, 2);
    HostTensor four = HostTensor.ofFloats(new float[] {3, 4, 5, 6}, 1, 4);
    for (int round = 0; round < 2; round++) {
      for (HostTensor[] pair : new HostTensor[][] {{a, b}, {b, a}, {two, four}, {a, a}}) {
        Outputs<HostTensor> out = joined.apply(Inputs.of(pair[0], pair[1]));
        assertTrue(sameBits(Counted.featuresOf(pair[0], 2, 1), out.tensor(0)));
        assertTrue(sameBits(Counted.featuresOf(pair[1], 2, 1), out.tensor(1)));
      }
    }
    assertEquals(4, cache.stats().hits());
  }

  @Test
  void aPartialHitOfSeveralInputsStoresEachRowUnderItsOwnKey() {
    var sum =
        cache
            .function("sum", V1, HOST)
            .wrapOperation(
                in -> {
                  float[] left = in.tensor("left").floats();
                  float[] right = in.tensor("right").floats();
                  float[] out = new float[left.length];
                  for (int i = 0; i < out.length; i++) {
                    out[i] = left[i] + 10 * right[i];
                  }
                  return Outputs.of(HostTensor.ofFloats(out, in.tensor("left").spec().shape()));
                });
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int call = 0; call < 300; call++) {
      int rows = 1 + random.nextInt(8);
      float[] left = new float[rows];
      float[] right = new float[rows];
      for (int i = 0; i < rows; i++) {
        left[i] = random.nextInt(12);
        right[i] = random.nextInt(12);
      }
      var in =
          Inputs.<HostTensor>none()
              .and("left", HostTensor.ofFloats(left, rows))
              .and("right", HostTensor.ofFloats(right, rows));
      float[] out = sum.apply(in).tensor(0).floats();
      for (int i = 0; i < rows; i++) {
        assertEquals(left[i] + 10 * right[i], out[i], "seed " + seed);
      }
    }
    assertEquals(144, cache.stats().rowsComputed());
  }

  @Test
  void twoFunctionsOnTheSameInputAreKeptApart() {
    HostTensor x = Counted.batch(0, 2, 3);
    var f = cache.wrap("f", V1, HOST, in -> Counted.featuresOf(in, 2, 1));
    var g = cache.wrap("g", V1, HOST, in -> Counted.featuresOf(in, 2, 2));
    f.apply(x);
    assertTrue(sameBits(Counted.featuresOf(x, 2, 2), g.apply(x)));
  }

  @Test
  void aSaltChangesEveryKey() {
    byte[] salt = new byte[32];
    TensorKey plain = key(1, 2, 3);
    TensorKey salted =
        new KeyBuilder()
            .salt(salt)
            .rowKeys(HOST.view(HostTensor.ofFloats(new float[] {1, 2, 3}, 1, 3)))
            .get(0);
    salt[31] = 1;
    TensorKey other =
        new KeyBuilder()
            .salt(salt)
            .rowKeys(HOST.view(HostTensor.ofFloats(new float[] {1, 2, 3}, 1, 3)))
            .get(0);
    assertEquals(3, Set.of(plain, salted, other).size());
  }

  @Test
  void theCompatibleHashConfusesWhatItsOriginalConfusesAndOnlyOnRequest() {
    HostTensor pair = HostTensor.ofFloats(new float[] {.1f, .2f, .3f, .4f}, 2, 2);
    var compatible = new KeyBuilder().algorithm(KeyAlgorithm.TORCHCACHE).rowKeys(HOST.view(pair));
    assertEquals(
        compatible.get(0), compatible.get(1), "fractions are truncated: that is what it does");
    var ours = new KeyBuilder().rowKeys(HOST.view(pair));
    assertFalse(ours.get(0).equals(ours.get(1)));
  }
}
