package io.tensorcache;

import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.internal.key.ContentDigest;
import io.tensorcache.internal.key.DomainEncoder;
import io.tensorcache.stats.Sightings;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What identifies a computation: a digest of a model's weights, of a file, or a version that the
 * user states. It is mixed into every key, so that other weights never serve old outputs. It is
 * derived by SHA-256 (KEY.md, "Fingerprints"): nobody can make a second model, file or version with
 * the fingerprint of a given one. Immutable.
 * <!-- region: fingerprints, from FingerprintExamplesTest.java -->
 *
 * <pre>{@code
 * Fingerprint ofFile = Fingerprint.ofFile(file); // changes with its content, not with its name
 * Fingerprint stated = Fingerprint.version("2026-11-20").and("k = 3");
 * Fingerprint ofWeights =
 *     Fingerprint.ofWeights(Map.of("weight", weights), HostTensor.adapter()); // SHA-256 of all
 * }</pre>
 */
public final class Fingerprint implements FingerprintSource {
  private final ComputationDigest digest;

  private Fingerprint(ComputationDigest digest) {
    this.digest = digest;
  }

  /**
   * Returns the digest of all parameters and buffers of a model: names, dtypes, shapes and every
   * byte. Reads all of them once, on all cores, which takes about 0.4 s for 1 GB in host memory on
   * two cores. Those on a device are copied to the host in pieces, and give the same digest.
   *
   * @param tensors in a fixed order, which is part of the digest
   * @throws DeviceException if they lie on a device that is lost or cannot be used; the message
   *     says which and what to do
   */
  public static <T> Fingerprint ofWeights(
      Map<String, ? extends T> tensors, TensorAdapter<T> adapter) {
    List<TensorView> views = new ArrayList<>(tensors.size());
    tensors.values().forEach(tensor -> views.add(adapter.view(tensor)));
    List<byte[]> contents = digestEach(views);
    Reference.reachabilityFence(tensors);
    DomainEncoder text = ComputationDigest.start("weights").put(views.size());
    int i = 0;
    for (String name : tensors.keySet()) {
      TensorSpec spec = views.get(i).spec();
      text.put(name).put(spec.dtype().code()).put(spec.shape()).put(contents.get(i++));
    }
    return of(text, "weights of " + views.size() + " tensors");
  }

  private static List<byte[]> digestEach(List<TensorView> views) {
    try {
      return ContentDigest.ofEach(views);
    } catch (DeviceException e) {
      String what = "no fingerprint of " + views.size() + " tensors: ";
      throw new DeviceException(what + e.getMessage(), e);
    }
  }

  /**
   * Returns the digest of the content of a file; its name does not count. Reads it once, on all
   * cores.
   *
   * @throws UncheckedIOException if it cannot be read, is no regular file, or changes while it is
   *     read
   */
  public static Fingerprint ofFile(Path path) {
    try {
      return of(ComputationDigest.start("file").put(ContentDigest.ofFile(path)), "file " + path);
    } catch (IOException e) {
      throw new UncheckedIOException("fingerprint of " + path + ": " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    boolean isMissing = e instanceof NoSuchFileException;
    return isMissing ? "there is no such file" : String.valueOf(e.getMessage());
  }

  /**
   * Returns the digest of a version, which the user states and changes whenever the computation
   * changes.
   */
  public static Fingerprint version(String version) {
    Objects.requireNonNull(version, "version is null: state one, such as \"1\"");
    return of(ComputationDigest.start("version").put(version), "version " + version);
  }

  /** Returns the fingerprint of a digest, as a store or an export names it. */
  public static Fingerprint ofDigest(TensorKey digest) {
    return new Fingerprint(ComputationDigest.of(digest));
  }

  /** Returns this fingerprint with one more thing that counts, such as a mode. */
  public Fingerprint and(String detail) {
    return new Fingerprint(digest.and(detail));
  }

  private static Fingerprint of(DomainEncoder text, String description) {
    return new Fingerprint(ComputationDigest.of(text, description));
  }

  /** Returns the digest as the engine knows it. */
  ComputationDigest computation() {
    return digest;
  }

  /** Returns its 128 bits. */
  public TensorKey digest() {
    return digest.digest();
  }

  /** Returns this fingerprint, at every call. */
  @Override
  public Fingerprint current() {
    return this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fingerprint that && digest.equals(that.digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  /** Says where it came from, with the first digits. */
  @Override
  public String toString() {
    return digest.toString();
  }

  /** A source with one more thing that counts. */
  static FingerprintSource detailed(FingerprintSource source, String detail) {
    return new Detailed(source, detail);
  }

  /** Safe for use by several threads if its source is. */
  private static final class Detailed implements FingerprintSource {
    private final FingerprintSource source;
    private final String detail;
    private volatile @Nullable Both last;

    private record Both(Fingerprint plain, Fingerprint detailed) {}

    Detailed(FingerprintSource source, String detail) {
      this.source = source;
      this.detail = detail;
    }

    @Override
    public Fingerprint current() {
      return detailed(source.current());
    }

    @Override
    public Sightings sightings() {
      return source.sightings();
    }

    @Override
    public Fingerprint recheck() {
      return detailed(source.recheck());
    }

    @Override
    public void release() {
      source.release();
    }

    private Fingerprint detailed(Fingerprint plain) {
      Both known = last;
      if (known == null || !known.plain().equals(plain)) {
        known = new Both(plain, plain.and(detail));
        last = known;
      }
      return known.detailed();
    }
  }
}
