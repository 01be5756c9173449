package io.tensorcache;

import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.NativeLibraryException;
import io.tensorcache.internal.key.RowKeys;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The requirement {@code native}: the test needs the C++ library. Without it the test is skipped
 * and says why; with {@code -Dtc.native=on} it fails instead.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresNative.Condition.class)
public @interface RequiresNative {
  /** Tries to load the library. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      try {
        RowKeys.create(KeyBackend.NATIVE, KeyAlgorithm.TCH1, 0, null);
        return ConditionEvaluationResult.enabled("the native library is here");
      } catch (NativeLibraryException e) {
        if ("on".equals(System.getProperty("tests.native"))) {
          throw new IllegalStateException("-Dtc.native=on, but " + e.getMessage(), e);
        }
        return ConditionEvaluationResult.disabled("requirement 'native': " + e.getMessage());
      }
    }
  }
}
