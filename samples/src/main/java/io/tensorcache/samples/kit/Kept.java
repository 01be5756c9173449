package io.tensorcache.samples.kit;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Tensors that outlive the {@code PointerScope} they are computed in. Safe for use by several
 * threads.
 */
public final class Kept {
  private Kept() {}

  /**
   * What {@code maker} computes, without gradients. The caller owns it: it is freed when it is
   * closed or collected, whatever scope is open. What else the maker makes is freed at once.
   */
  @SuppressWarnings("try") // the guard acts by being open
  public static Tensor tensor(Supplier<Tensor> maker) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      return maker.get().retainReference(); // one more than the scope drops
    }
  }
}
