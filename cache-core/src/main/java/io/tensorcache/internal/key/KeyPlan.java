package io.tensorcache.internal.key;

import io.tensorcache.config.Granularity;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything of a call's keys that does not depend on the data: the domain, hashed once for each
 * input. Immutable.
 */
public record KeyPlan(Kind kind, List<Tweak> tweaks) {
  /**
   * What the domain is made of.
   *
   * @param fingerprint the digest of what identifies the computation
   * @param rowSpecs of each input: one row, or the whole tensor
   */
  public record Kind(
      KeyAlgorithm algorithm,
      String function,
      TensorKey fingerprint,
      Granularity granularity,
      List<String> inputNames,
      List<TensorSpec> rowSpecs,
      Arguments arguments) {

    public Kind withFingerprint(TensorKey other) {
      return new Kind(algorithm, function, other, granularity, inputNames, rowSpecs, arguments);
    }

    // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Kind that
          && algorithm == that.algorithm
          && granularity == that.granularity
          && function.equals(that.function)
          && fingerprint.equals(that.fingerprint)
          && inputNames.equals(that.inputNames)
          && rowSpecs.equals(that.rowSpecs)
          && arguments.equals(that.arguments);
    }
  }

  /** The canonical bytes of the arguments, compared by content. */
  public record Arguments(ByteBuffer bytes) {
    public static final Arguments NONE = encoded(Map.of());

    public static Arguments of(Map<String, @Nullable Object> arguments) {
      return arguments.isEmpty() ? NONE : encoded(arguments);
    }

    private static Arguments encoded(Map<String, @Nullable Object> arguments) {
      return new Arguments(
          ByteBuffer.wrap(new DomainEncoder().put(arguments).toBytes()).asReadOnlyBuffer());
    }

    // Generated, it would keep the class loader: "Class loaders" in docs/design.md says why.
    @Override
    public boolean equals(@Nullable Object other) {
      return other == this || other instanceof Arguments that && bytes.equals(that.bytes);
    }
  }

  public static KeyPlan of(RowKeys keys, Kind kind) {
    byte[] domain = domain(kind);
    List<Tweak> tweaks = new ArrayList<>();
    for (TensorSpec spec : kind.rowSpecs()) {
      tweaks.add(keys.tweak(spec, tweaks.size(), domain));
    }
    return new KeyPlan(kind, tweaks);
  }

  /**
   * True if this is the plan of a call of the same function with such inputs. It is asked at each
   * call, and makes nothing where there are no arguments.
   *
   * @param names of the inputs, in order
   * @param inputs their rows
   */
  public boolean isOf(
      TensorKey fingerprint,
      Collection<String> names,
      List<TensorView> inputs,
      Map<String, @Nullable Object> arguments) {
    return kind.fingerprint().equals(fingerprint)
        && isOf(names)
        && isOfRows(inputs)
        && kind.arguments().equals(Arguments.of(arguments));
  }

  private boolean isOf(Collection<String> names) {
    List<String> own = kind.inputNames();
    int same = 0;
    for (String name : names) {
      if (same == own.size() || !own.get(same).equals(name)) {
        return false;
      }
      same++;
    }
    return same == own.size();
  }

  private boolean isOfRows(List<TensorView> inputs) {
    for (int i = 0; i < tweaks.size(); i++) {
      if (!tweaks.get(i).isOf(inputs.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * A digest that nobody can aim at: names and arguments may be chosen by strangers, and what
   * hashes the domain under the public seed would let them choose equal ones.
   */
  public static byte[] domain(Kind kind) {
    return ContentDigest.of(text(kind));
  }

  private static byte[] text(Kind kind) {
    byte[] arguments = new byte[kind.arguments().bytes().remaining()];
    kind.arguments().bytes().duplicate().get(arguments);
    return new DomainEncoder()
        .put("TCD2")
        .put(kind.algorithm().name())
        .put(kind.function())
        .put(kind.fingerprint().hi())
        .put(kind.fingerprint().lo())
        .put(kind.granularity().name())
        .put(kind.inputNames())
        .put(arguments)
        .toBytes();
  }
}
