package io.tensorcache.internal.key;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.tensor.TensorView;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells whether tensors changed, much faster than a fingerprint: every byte, dtype and shape by the
 * key algorithm, where the memory lies, under a random key of this process. Two different contents
 * have the same digest with a probability below 2^-110, for anyone who cannot read this process. A
 * digest means nothing outside this process, and is never to be stored.
 */
public final class ChangeDigest {
  private static final byte[] NO_DOMAIN = new byte[0];

  private ChangeDigest() {}

  /**
   * The digest of these tensors, in order: two longs.
   *
   * @throws io.tensorcache.error.DeviceException if they lie on a device that cannot be used
   */
  public static long[] of(List<TensorView> tensors) {
    List<Tweak> tweaks = new ArrayList<>(tensors.size());
    tensors.forEach(tensor -> tweaks.add(Keys.SECRET.tweak(tensor.spec(), 0, NO_DOMAIN)));
    long[] digests = Keys.SECRET.digestEach(tensors, tweaks);
    long[] out = new long[2];
    Keys.SECRET.combine(digests, tensors.size(), 1, out);
    return out;
  }

  private static final class Keys {
    static final RowKeys SECRET =
        RowKeys.create(KeyBackend.AUTO, KeyAlgorithm.TCH1, 0, randomKey());

    private static byte[] randomKey() {
      byte[] key = new byte[KeyMaterial.SEED_BYTES];
      new SecureRandom().nextBytes(key);
      return key;
    }
  }
}
