package io.tensorcache.internal.call;

/**
 * Names the code of a wrapped function, as far as it can be told without calling it: its class. A
 * lambda's class has a number that lasts as long as the process; a later one can tell the class
 * that the lambda is written in, and no more.
 */
final class WrappedCode {
  private static final String LAMBDA = "$$Lambda";

  private WrappedCode() {}

  /** The class of what the user gave, for this process. */
  static String of(NamedOperation<?> operation) {
    return operation.code().getClass().getName();
  }

  /** The class of what the user gave, for other processes. */
  static String lasting(String code) {
    int lambda = code.indexOf(LAMBDA);
    return lambda < 0 ? code : "a lambda in " + code.substring(0, lambda);
  }
}
