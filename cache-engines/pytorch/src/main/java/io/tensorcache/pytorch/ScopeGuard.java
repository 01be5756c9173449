package io.tensorcache.pytorch;

import org.bytedeco.javacpp.Pointer;

/**
 * Runs something when the inner {@code PointerScope} at its making is closed, or, without a scope,
 * when it is closed or collected.
 */
final class ScopeGuard extends Pointer {
  /** Must not lead to the guard: the presets hold it until then. */
  private record Release(Runnable action) implements Deallocator {
    @Override
    public void deallocate() {
      action.run();
    }
  }

  ScopeGuard(Runnable action) {
    super((Pointer) null);
    deallocator(new Release(action));
  }
}
