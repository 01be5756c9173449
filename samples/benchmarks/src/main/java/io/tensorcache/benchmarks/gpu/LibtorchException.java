package io.tensorcache.benchmarks.gpu;

/** An operation of the machine's own PyTorch failed; the message is PyTorch's, in one line. */
final class LibtorchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LibtorchException(String message) {
    super(message);
  }
}
