package io.tensorcache.internal.device;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The requirement {@code native} for tests with the stand-in for the CUDA driver, which a C++
 * compiler makes. Without it the test is skipped and says why; with {@code -Dtc.native=on} it fails
 * instead. Each test begins with the stand-in as it is at the start, and leaves no context behind.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("standin")
@ExtendWith(RequiresStandin.Condition.class)
public @interface RequiresStandin {
  /** Looks for the library, and resets it. */
  final class Condition implements ExecutionCondition, BeforeEachCallback, AfterEachCallback {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      String path = System.getProperty("tc.standin", "");
      if (!path.isEmpty() && Files.exists(Path.of(path))) {
        return ConditionEvaluationResult.enabled("the stand-in is " + path);
      }
      String reason = "requirement 'native': no stand-in for the CUDA driver was built: " + path;
      if ("on".equals(System.getProperty("tests.native"))) {
        throw new IllegalStateException("-Dtc.native=on, but " + reason);
      }
      return ConditionEvaluationResult.disabled(reason);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
      Standin.reset();
      Devices.forget();
    }

    @Override
    public void afterEach(ExtensionContext context) {
      Standin.reset();
      Standin.restart(0);
      Standin.restart(1);
    }
  }
}
