package io.tensorcache.pytorch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** Native objects that must outlive every {@code PointerScope} of the caller. */
final class Unscoped {
  private Unscoped() {}

  /**
   * What {@code maker} returns, held by no scope: freed when it is closed or collected. Everything
   * else that it makes is freed at once.
   */
  static <P extends Pointer> P keep(Supplier<P> maker) {
    try (PointerScope scope = new PointerScope()) {
      P result = maker.get();
      // A scope counts as one reference, and detaching drops it: without a second one it would
      // free.
      result.retainReference();
      scope.detach(result);
      return result;
    }
  }
}
