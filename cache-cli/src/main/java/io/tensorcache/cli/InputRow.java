package io.tensorcache.cli;

import io.tensorcache.Fingerprint;
import io.tensorcache.KeyBuilder;
import io.tensorcache.config.Granularity;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.internal.transfer.NpyFile;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostTensor;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A row that a function is called with, and what else counts for its key. */
final class InputRow {
  @Option(
      names = "--row",
      paramLabel = "FILE",
      description = "An .npy file of one row, its shape without the batch axis.")
  @Nullable Path file;

  @Option(names = "--index", description = "FILE is a batch: this row of it, from 0.")
  @Nullable Integer index;

  @Option(names = "--dtype", description = "What the integers of FILE are the bits of, as bf16.")
  @Nullable DType dtype;

  @Option(names = "--function", description = "The function; needed with --row.")
  @Nullable String function;

  @Option(
      names = "--fingerprint",
      description = "Its fingerprint now; left out: any that is there.")
  @Nullable TensorKey fingerprint;

  @Option(names = "--fingerprint-version", description = "The same, stated as a version.")
  @Nullable String version;

  @Option(names = "--whole", description = "The function is one over whole tensors.")
  boolean whole;

  @Option(names = "--algorithm", description = "tch1 or torchcache.")
  KeyAlgorithm algorithm = KeyAlgorithm.TCH1;

  @Option(names = "--samples", description = "Elements a row that count, if the cache says so.")
  @Nullable Integer samples;

  @Option(names = "--salt", paramLabel = "FILE", description = "32 bytes, if the cache has a salt.")
  @Nullable Path salt;

  /** The fingerprint that was named; null if none was. */
  @Nullable TensorKey named() {
    return version != null ? Fingerprint.version(version).digest() : fingerprint;
  }

  /**
   * The row itself.
   *
   * @throws IllegalArgumentException if it cannot be had
   */
  HostTensor tensor() {
    HostTensor tensor = NpyFile.read(given(file, "--row"), dtype);
    if (index == null) {
      return tensor;
    }
    TensorSpec spec = tensor.spec();
    if (spec.rank() == 0 || index < 0 || index >= spec.dim(0)) {
      throw new IllegalArgumentException("--index " + index + ": the file holds " + spec);
    }
    HostTensor one = HostTensor.adapter().selectRows(tensor, new int[] {index});
    HostTensor row = HostTensor.zeros(spec.row());
    row.bytes().put(one.bytes());
    return row;
  }

  /** The key of the row under a fingerprint. */
  TensorKey key(HostTensor row, TensorKey under) {
    KeyBuilder keys =
        new KeyBuilder()
            .algorithm(algorithm)
            .function(
                given(function, "--function"),
                Fingerprint.ofDigest(under),
                whole ? Granularity.WHOLE : Granularity.ROWS);
    if (samples != null) {
      if (samples < 1) {
        throw new IllegalArgumentException("--samples " + samples + ": must be >= 1");
      }
      keys.samplesPerRow(samples);
    }
    if (salt != null) {
      keys.salt(secret(salt));
    }
    return keys.key(HostTensor.adapter().view(row));
  }

  private static byte[] secret(Path path) {
    try {
      if (!Files.isRegularFile(path)) {
        throw new IllegalArgumentException(path + " is not a file");
      }
      if (Files.size(path) != 32) {
        throw new IllegalArgumentException(path + " has " + Files.size(path) + " bytes: 32 needed");
      }
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new IllegalArgumentException(path + " cannot be read: " + e, e);
    }
  }

  static <V> V given(@Nullable V value, String option) {
    if (value == null) {
      throw new IllegalArgumentException(option + " is needed");
    }
    return value;
  }
}
