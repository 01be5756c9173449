package io.tensorcache.benchmarks;

import io.tensorcache.pytorch.PyTorch;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Before any test: the JVMs of the tests unpack PyTorch one after another. */
public final class LoadsPyTorch implements BeforeAllCallback {
  @Override
  public void beforeAll(ExtensionContext context) {
    PyTorch.load();
  }
}
