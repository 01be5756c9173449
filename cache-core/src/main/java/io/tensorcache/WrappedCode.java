package io.tensorcache;

/**
 * Names the code of a wrapped function, as far as it can be told without calling it: its class. A
 * lambda's class has a number that lasts as long as the process; a later one can tell the class
 * that the lambda is written in, and no more.
 */
final class WrappedCode {
  private static final String LAMBDA = "$$Lambda";

  private WrappedCode() {}

  /** A function from one tensor to one tensor, as an operation. */
  record OfOneTensor<T>(TensorFunction<T> function) implements TensorOperation<T> {
    @Override
    public Outputs<T> apply(Inputs<T> inputs) throws Exception {
      T output = function.apply(inputs.tensor(0));
      return output == null ? Outputs.none() : Outputs.of(output);
    }
  }

  /** The class of what the user gave, for this process. */
  static String of(TensorOperation<?> operation) {
    Object code = operation instanceof OfOneTensor<?> one ? one.function() : operation;
    return code.getClass().getName();
  }

  /** The same for other processes. */
  static String lasting(String code) {
    int lambda = code.indexOf(LAMBDA);
    return lambda < 0 ? code : "a lambda in " + code.substring(0, lambda);
  }
}
