package io.tensorcache.internal.lock;

import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test during which a thread took locks out of order, also where the error was
 * swallowed. Registered for all tests under META-INF/services.
 */
public final class LockOrderExtension
    implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  @Override
  public void beforeAll(ExtensionContext context) {
    if (!LockCheck.isOn()) {
      throw new IllegalStateException("run tests with -D" + LockCheck.PROPERTY + "=true");
    }
    failOnViolations();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    failOnViolations();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    failOnViolations();
  }

  private static void failOnViolations() {
    List<AssertionError> found = LockCheck.takeViolations();
    if (!found.isEmpty()) {
      AssertionError error =
          new AssertionError("locks were taken out of order: " + found.get(0).getMessage());
      found.forEach(error::addSuppressed);
      throw error;
    }
  }
}
