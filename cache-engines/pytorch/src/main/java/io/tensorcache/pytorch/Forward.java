package io.tensorcache.pytorch;

import io.tensorcache.TensorFunction;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/**
 * The {@code forward(Tensor)} of a module. The presets declare it on each layer class, not on
 * {@link Module}.
 */
final class Forward implements TensorFunction<Tensor> {
  private final Module module;
  private final Method method;

  private Forward(Module module, Method method) {
    this.module = module;
    this.method = method;
  }

  /**
   * Finds the method.
   *
   * @throws IllegalArgumentException if the class of the module has no such public method
   */
  static Forward of(Module module) {
    try {
      Method method = module.getClass().getMethod("forward", Tensor.class);
      if (method.getReturnType() == Tensor.class && method.trySetAccessible()) {
        return new Forward(module, method);
      }
    } catch (NoSuchMethodException e) {
      // the message below says it
    }
    throw new IllegalArgumentException(
        module.getClass().getName()
            + " has no accessible method Tensor forward(Tensor); pass the function beside the module");
  }

  @Override
  public Tensor apply(Tensor input) throws Exception {
    try {
      return (Tensor) method.invoke(module, input);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }
}
