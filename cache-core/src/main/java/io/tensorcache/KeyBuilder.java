package io.tensorcache;

import io.tensorcache.config.Granularity;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.internal.key.KeyPlan;
import io.tensorcache.internal.key.Names;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.key.Tweak;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Computes keys without a cache: for tools, tests and comparison with other programs. Confined to
 * one thread while it is configured, safe for use by several threads afterwards.
 * <!-- region: keys, from FingerprintExamplesTest.java -->
 *
 * <pre>{@code
 * KeyBuilder keys =
 *     new KeyBuilder().function("squares", Fingerprint.version("1"), Granularity.ROWS);
 * List<TensorKey> ofRows = keys.rowKeys(HostTensor.adapter().view(batch));
 * String digits = ofRows.get(1).toString(); // 273b5de48bce492aff41fdc5127a8e71
 * TensorKey parsed = TensorKey.parse(digits);
 * }</pre>
 */
public final class KeyBuilder {
  private final Once<KeyBackend> backend = new Once<>("backend");
  private final Once<KeyAlgorithm> algorithm = new Once<>("algorithm");
  private final Once<Integer> samplesPerRow = new Once<>("samplesPerRow");
  private final Once<byte[]> salt = new Once<>("salt");
  private final Once<Function<KeyAlgorithm, byte[]>> domain = new Once<>("domain");
  private volatile @Nullable RowKeys keys;
  private volatile @Nullable Tweak last; // of the rows that were asked for last

  /** Starts with TCH1, every byte, the public seed, an empty domain and the fastest back end. */
  public KeyBuilder() {}

  /** Sets who computes. */
  public KeyBuilder backend(KeyBackend value) {
    backend.set(value);
    return this;
  }

  /** Sets how keys are computed. */
  public KeyBuilder algorithm(KeyAlgorithm value) {
    algorithm.set(value);
    last = null;
    return this;
  }

  /** Sets how many elements of a row count; see {@link TensorCacheBuilder#samplesPerRow}. */
  public KeyBuilder samplesPerRow(int samples) {
    samplesPerRow.set(TensorCacheBuilder.checkedSamples(samples));
    return this;
  }

  /** Sets 32 bytes in place of the public seed. */
  public KeyBuilder salt(byte[] secret) {
    salt.set(TensorCacheBuilder.checkedSalt(secret));
    return this;
  }

  /** Sets bytes that are mixed into every key. */
  public KeyBuilder domain(byte[] bytes) {
    byte[] copy = Objects.requireNonNull(bytes, "domain is null: leave it out for none").clone();
    domain.set(algorithm -> copy);
    last = null;
    return this;
  }

  /**
   * Sets, in place of {@link #domain}, the domain of the cached function of this name, on one
   * tensor without arguments. The keys are then those under which a cache stores what the function
   * returns. With {@code WHOLE}, use {@link #key}.
   *
   * @param fingerprint of the rows: for a persisting function with {@code storeAs}, as the store
   *     lists it
   */
  public KeyBuilder function(String name, Fingerprint fingerprint, Granularity granularity) {
    Names.check("function", name);
    Objects.requireNonNull(fingerprint, "fingerprint is null: give that of the rows");
    Objects.requireNonNull(granularity, "granularity is null");
    domain.set(
        algorithm ->
            KeyPlan.domain(
                new KeyPlan.Kind(
                    algorithm,
                    name,
                    fingerprint.digest(),
                    granularity,
                    List.of("0"),
                    List.of(),
                    KeyPlan.Arguments.NONE)));
    last = null;
    return this;
  }

  /** Returns the keys of the rows of a batch, along its first axis. Copies nothing. */
  public List<TensorKey> rowKeys(TensorView batch) {
    RowKeys hasher = keys();
    Tweak tweak = tweak(hasher, batch);
    long[] out = new long[Math.toIntExact(2 * batch.spec().dim(0))];
    hasher.digest(batch, tweak, out);
    List<TensorKey> result = new ArrayList<>(out.length / 2);
    for (int i = 0; i < out.length; i += 2) {
      result.add(new TensorKey(out[i], out[i + 1]));
    }
    return result;
  }

  /** Returns the key of a whole tensor, as of one row. Copies nothing. */
  public TensorKey key(TensorView tensor) {
    return rowKeys(tensor.asSingleRow()).get(0);
  }

  /** Says which back end computes, and why. */
  public String describe() {
    return keys().description();
  }

  private Tweak tweak(RowKeys hasher, TensorView batch) {
    Tweak kept = last;
    if (kept != null && kept.isOf(batch)) {
      return kept;
    }
    byte[] bytes = domain.or(algorithm -> new byte[0]).apply(algorithm.or(KeyAlgorithm.TCH1));
    Tweak made = hasher.tweak(batch.spec().row(), 0, bytes);
    last = made;
    return made;
  }

  private RowKeys keys() {
    RowKeys current = keys;
    if (current == null) {
      current =
          RowKeys.create(
              backend.or(KeyBackend.AUTO),
              algorithm.or(KeyAlgorithm.TCH1),
              samplesPerRow.or(0),
              salt.orNull());
      keys = current;
    }
    return current;
  }
}
