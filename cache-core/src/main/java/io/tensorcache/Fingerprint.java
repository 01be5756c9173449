package io.tensorcache;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.DeviceException;
import io.tensorcache.internal.key.RowKeys;
import io.tensorcache.internal.key.Tweak;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorAdapter;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What identifies a computation: a digest of a model's weights, of a file, or a version that the
 * user states. It is mixed into every key, so that other weights never serve old outputs.
 * Immutable.
 */
public final class Fingerprint implements FingerprintSource {
  private static final int FILE_PIECE = 64 << 20;

  private final TensorKey digest;
  private final String description;

  private Fingerprint(TensorKey digest, String description) {
    this.digest = digest;
    this.description = description;
  }

  /**
   * The digest of all parameters and buffers of a model: names, dtypes, shapes and every byte.
   * Reads all of them once, in place; about 50 ms for 1 GB in host memory. Those in one stream of a
   * device are hashed there, in one launch, and give the same digest.
   *
   * @param tensors in a fixed order, which is part of the digest
   * @throws DeviceException if they lie on a device that is lost or cannot be used; the message
   *     says which and what to do
   */
  public static <T> Fingerprint ofWeights(
      Map<String, ? extends T> tensors, TensorAdapter<T> adapter) {
    List<TensorView> views = new ArrayList<>();
    List<Tweak> tweaks = new ArrayList<>();
    tensors.forEach(
        (name, tensor) -> {
          TensorView view = adapter.view(tensor);
          views.add(view);
          tweaks.add(tweak(view, "weights/" + name));
        });
    long[] digests = digestEach(views, tweaks);
    Reference.reachabilityFence(tensors);
    long[] out = new long[2];
    Keys.INSTANCE.combine(digests, views.size(), 1, out);
    TensorKey digest = new TensorKey(out[0], out[1]);
    return new Fingerprint(digest, "weights of " + views.size() + " tensors");
  }

  private static long[] digestEach(List<TensorView> views, List<Tweak> tweaks) {
    try {
      return Keys.INSTANCE.digestEach(views, tweaks);
    } catch (DeviceException e) {
      String what = "no fingerprint of " + views.size() + " tensors: ";
      throw new DeviceException(what + e.getMessage(), e);
    }
  }

  /**
   * The digest of the content of a file; its name does not count.
   *
   * @throws UncheckedIOException if it cannot be read
   */
  public static Fingerprint ofFile(Path path) {
    List<long[]> digests = new ArrayList<>();
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer piece =
          ByteBuffer.allocateDirect((int) Math.min(FILE_PIECE, Math.max(1, file.size())));
      while (fill(file, piece)) {
        digests.add(digest(bytes(piece.slice(0, piece.position())), "file"));
        piece.clear();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("fingerprint of " + path, e);
    }
    return new Fingerprint(combine(digests), "file " + path);
  }

  private static boolean fill(FileChannel file, ByteBuffer piece) throws IOException {
    while (piece.hasRemaining() && file.read(piece) >= 0) {
      // until the piece is full or the file ends
    }
    return piece.position() > 0;
  }

  /** A version that the user states, and changes whenever the computation changes. */
  public static Fingerprint version(String version) {
    byte[] text = CanonicalText.bytesOf(version);
    return new Fingerprint(
        combine(List.of(digest(bytes(ByteBuffer.wrap(text)), "version"))), "version " + version);
  }

  /** The fingerprint of this digest, as a store or an export names it. */
  public static Fingerprint ofDigest(TensorKey digest) {
    return new Fingerprint(digest, "digest");
  }

  /** This fingerprint with one more thing that counts, such as a mode. */
  public Fingerprint and(String detail) {
    byte[] text = CanonicalText.bytesOf(detail);
    long[] other = digest(bytes(ByteBuffer.wrap(text)), "detail");
    return new Fingerprint(
        combine(List.of(new long[] {digest.hi(), digest.lo()}, other)),
        description + ", " + detail);
  }

  private static TensorView bytes(ByteBuffer buffer) {
    return TensorView.of(TensorSpec.of(DType.UINT8, buffer.capacity()), HostMemory.of(buffer));
  }

  private static long[] digest(TensorView view, String domain) {
    long[] out = new long[2];
    Keys.INSTANCE.digest(view.asSingleRow(), tweak(view, domain), out);
    return out;
  }

  private static Tweak tweak(TensorView view, String domain) {
    return Keys.INSTANCE.tweak(view.spec(), 0, CanonicalText.bytesOf("fingerprint/" + domain));
  }

  private static TensorKey combine(List<long[]> digests) {
    long[] flat = digests.stream().flatMapToLong(java.util.Arrays::stream).toArray();
    long[] out = new long[2];
    Keys.INSTANCE.combine(flat, digests.size(), 1, out);
    return new TensorKey(out[0], out[1]);
  }

  /** 128 bits. */
  public TensorKey digest() {
    return digest;
  }

  /** This fingerprint, at every call. */
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

  /** Where it came from and the first digits. */
  @Override
  public String toString() {
    return description + " (" + digest.toString().substring(0, 12) + ")";
  }

  private static final class Keys {
    static final RowKeys INSTANCE = RowKeys.create(KeyBackend.AUTO, KeyAlgorithm.TCH1, 0, null);
  }
}
