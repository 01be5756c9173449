package io.tensorcache.internal.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jcuda.NativePointerObject;

/**
 * JCuda's handle objects from plain addresses, and back. JCuda has no public way for a stream or an
 * address that another library made.
 */
final class Handles {
  private static final VarHandle ADDRESS;

  static {
    try {
      ADDRESS =
          MethodHandles.privateLookupIn(NativePointerObject.class, MethodHandles.lookup())
              .findVarHandle(NativePointerObject.class, "nativePointer", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Handles() {}

  /** Sets the address of a handle, and returns it. */
  static <H extends NativePointerObject> H set(H handle, long address) {
    ADDRESS.set(handle, address);
    return handle;
  }

  static long address(NativePointerObject handle) {
    return (long) ADDRESS.get(handle);
  }
}
