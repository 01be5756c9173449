package io.tensorcache.samples;

import io.tensorcache.CachedFunction;
import io.tensorcache.Fingerprint;
import io.tensorcache.TensorCache;
import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.HostTensor;
import java.util.Random;

/** A slow function of rows of numbers, called three times. Run it by {@code samples/run first}. */
public final class FirstCache {
  private static final int ROWS = 256;
  private static final int COLUMNS = 784;

  private FirstCache() {}

  /** Prints how long each call took, and what the cache did. */
  public static void main(String[] args) {
    HostTensor images = HostTensor.ofRows(random(ROWS, COLUMNS));
    try (TensorCache cache = TensorCache.builder("first").heap(ByteSize.ofMiB(64)).build()) {
      // The version stands for the code: change it when slowFeatures changes.
      CachedFunction<HostTensor> features =
          cache.wrap(
              "features", Fingerprint.version("1"), HostTensor.adapter(), FirstCache::slowFeatures);
      for (int epoch = 1; epoch <= 3; epoch++) {
        long start = System.nanoTime();
        features.apply(images);
        long micros = (System.nanoTime() - start) / 1000;
        System.out.println("epoch " + epoch + ": " + micros + " microseconds");
      }
      System.out.println(cache.stats());
    }
  }

  /** Random Fourier features: row i of the result depends on row i of the input only. */
  private static HostTensor slowFeatures(HostTensor images) {
    float[] pixels = images.floats();
    float[][] weights = random(512, COLUMNS);
    float[][] features = new float[pixels.length / COLUMNS][weights.length];
    for (int row = 0; row < features.length; row++) {
      for (int feature = 0; feature < weights.length; feature++) {
        double sum = 0;
        for (int column = 0; column < COLUMNS; column++) {
          sum += pixels[row * COLUMNS + column] * weights[feature][column];
        }
        features[row][feature] = (float) Math.cos(sum);
      }
    }
    return HostTensor.ofRows(features);
  }

  private static float[][] random(int rows, int columns) {
    Random random = new Random(1);
    float[][] values = new float[rows][columns];
    for (int i = 0; i < rows * columns; i++) {
      values[i / columns][i % columns] = random.nextFloat();
    }
    return values;
  }
}
