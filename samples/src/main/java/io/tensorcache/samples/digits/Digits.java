package io.tensorcache.samples.digits;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The 1,797 handwritten digits of the UCI "Optical Recognition of Handwritten Digits" test set, as
 * tensors. The images are scaled from 8×8 to 32×32 by bilinear interpolation, their values to 0..1.
 *
 * @param images {@code float32[n, 1, 32, 32]}, owned by the caller of {@link #train} and {@link
 *     #heldOut}
 * @param labels {@code int64[n]}, 0 to 9
 */
public record Digits(Tensor images, Tensor labels) {
  /** Pixels of an image each way. */
  public static final int SIDE = 32;

  /** How many images {@link #train} has. */
  public static final int TRAINING_IMAGES = 1_438;

  /** How many images {@link #heldOut} has. */
  public static final int HELD_OUT_IMAGES = 359;

  private static final int PIXELS = 64;
  private static final int HELD_OUT_EVERY = 5;
  private static final String RESOURCE = "/data/digits.csv.gz";

  /** Four of five images, in the order of the file. */
  public static Digits train() {
    return load(false);
  }

  /** Every fifth image; none of them is in {@link #train}. */
  public static Digits heldOut() {
    return load(true);
  }

  /** The first of them, on the same memory. */
  public Digits first(int count) {
    return new Digits(images.narrow(0, 0, count), labels.narrow(0, 0, count));
  }

  /** How many images. */
  public int count() {
    return (int) labels.size(0);
  }

  private static Digits load(boolean heldOut) {
    List<String> lines = lines();
    int count = 0;
    float[] pixels = new float[lines.size() * PIXELS];
    long[] labels = new long[lines.size()];
    for (int line = 0; line < lines.size(); line++) {
      if (heldOut == (line % HELD_OUT_EVERY == HELD_OUT_EVERY - 1)) {
        String[] values = lines.get(line).split(",");
        for (int pixel = 0; pixel < PIXELS; pixel++) {
          pixels[count * PIXELS + pixel] = Float.parseFloat(values[pixel]) / 16;
        }
        labels[count++] = Long.parseLong(values[PIXELS]);
      }
    }
    Tensor small = torch.tensor(pixels).view(-1, 1, 8, 8).narrow(0, 0, count);
    Tensor images = torch.upsample_bilinear2d(small, new long[] {SIDE, SIDE}, false);
    return new Digits(images, torch.tensor(labels).narrow(0, 0, count));
  }

  private static List<String> lines() {
    try (InputStream in = Digits.class.getResourceAsStream(RESOURCE);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
  }
}
