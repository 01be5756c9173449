package io.tensorcache.internal.device;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests with the stand-in that call the driver themselves: the context of device 0 is current on
 * the thread of the test, and streams that a test held go on at its end.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@RequiresStandin
@ExtendWith(InContext.Entered.class)
public @interface InContext {
  /** Enters before the test's own preparations, and leaves after them. */
  final class Entered implements BeforeEachCallback, AfterEachCallback {
    @Override
    public void beforeEach(ExtensionContext context) {
      Devices.get();
      Driver.push(Driver.retainPrimary(0));
    }

    @Override
    public void afterEach(ExtensionContext context) {
      Standin.hold(false);
      Driver.pop();
    }
  }
}
