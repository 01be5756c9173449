package io.tensorcache.internal.device;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.error.DeviceException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A context is current while a call runs, the thread is as before afterwards, and a loss is told.
 */
@RequiresStandin
class DeviceContextTest {
  private static final int GLOBAL = 0;
  private static final int THREAD_LOCAL = 1;
  private static final int RELAXED = 2;

  private final AtomicInteger calls = new AtomicInteger();
  private DeviceContext context;

  @BeforeEach
  void open() {
    Devices.get();
    Driver.exchangeCaptureMode(GLOBAL); // a test of failing calls may have left another
    context = new DeviceContext(0, "card");
  }

  @AfterEach
  void isAsBefore() {
    assertEquals(0, Standin.live("contexts"), "the thread's contexts");
    assertEquals(GLOBAL, Driver.exchangeCaptureMode(GLOBAL), "what the thread may do in a capture");
  }

  private DeviceException fails(Runnable call) {
    return assertThrows(DeviceException.class, call::run);
  }

  private void isLost() {
    assertTrue(context.isLost());
    DeviceException e = fails(() -> context.with(calls::incrementAndGet));
    assertEquals(709, e.code());
    assertTrue(e.getMessage().startsWith("device 0 card is lost"), e.getMessage());
    assertEquals(0, calls.get());
    context.tryWith(calls::incrementAndGet);
    assertEquals(0, calls.get(), "a clean-up has nothing to do");
  }

  @Test
  void isCurrentWhileACallRuns() {
    long depth =
        context.with(
            () -> {
              assertEquals(1, Standin.live("contexts"));
              return context.with(() -> Standin.live("contexts"));
            });
    assertEquals(2, depth);
    assertFalse(context.isLost());
  }

  @Test
  void theCallMayDoWhatACaptureForbids() {
    Driver.exchangeCaptureMode(THREAD_LOCAL);
    int before = context.enter();
    assertEquals(THREAD_LOCAL, before);
    assertEquals(RELAXED, Driver.exchangeCaptureMode(RELAXED));
    context.leave(before);
    assertEquals(THREAD_LOCAL, Driver.exchangeCaptureMode(GLOBAL));
  }

  @Test
  void anotherStreamsCaptureGoesOn() {
    long stream = Standin.stream(0);
    Standin.capture(stream, true);
    context.with(
        () -> {
          Driver.free(Driver.allocate(8));
          return true;
        });
    assertTrue(Standin.isCapturing(stream));
    Standin.capture(stream, false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuCtxPushCurrent", "cuThreadExchangeStreamCaptureMode"})
  void whatCannotBeMadeCurrentRunsNothing(String function) {
    Standin.fail(function, 1, 1);
    assertEquals(1, fails(() -> context.with(calls::incrementAndGet)).code());
    assertEquals(0, calls.get());
    assertFalse(context.isLost());
    assertEquals(1, context.with(calls::incrementAndGet));
  }

  @Test
  void theResultStandsWhereTheModeCannotBePutBack() {
    int result =
        context.with(
            () -> {
              Standin.fail("cuThreadExchangeStreamCaptureMode", 1, 1);
              return 5;
            });
    assertEquals(5, result);
    assertFalse(context.isLost());
    Driver.exchangeCaptureMode(GLOBAL);
  }

  @Test
  void aContextThatCannotBePoppedIsLost() {
    int result =
        context.with(
            () -> {
              Standin.fail("cuCtxPopCurrent", 1, 1);
              return 5;
            });
    assertEquals(5, result, "the next call tells");
    isLost();
    Driver.pop();
  }

  @Test
  void aFailureAfterWhichNothingComesBackIsTold() {
    DeviceException cause = new DeviceException("cuX", 700);
    DeviceException told =
        fails(
            () ->
                context.whereCurrent(
                    () -> {
                      throw cause;
                    }));
    assertSame(cause, told.getCause());
    assertEquals(700, told.code());
    isLost();
  }

  @Test
  void anyOtherFailureIsTheCallersAndChangesNothing() {
    DeviceException refused = new DeviceException("no memory", 2);
    assertSame(
        refused,
        fails(
            () ->
                context.with(
                    () -> {
                      throw refused;
                    })));
    assertThrows(
        IllegalStateException.class,
        () ->
            context.with(
                () -> {
                  throw new IllegalStateException();
                }));
    assertFalse(context.isLost());
    assertEquals(1, context.with(calls::incrementAndGet));
  }

  @Test
  void aContextThatWasDestroyedIsLost() {
    Standin.destroyContext(0);
    assertFalse(context.isLost(), "nobody has looked yet");
    fails(context::enter);
    isLost();
  }

  /** It has the same handle, and blocks of others may lie where ours did. */
  @Test
  void soIsOneThatLivesAgainWithBlocksAtTheSameAddresses() {
    Standin.set("recycle", 1);
    Standin.destroyContext(0);
    for (int i = 0; i < 40; i++) {
      Standin.allocate(0, 1);
    }
    fails(() -> context.with(calls::incrementAndGet));
    isLost();
  }

  @Test
  void lookingAsksNothingOfWhatIsOurs() {
    long queries = Standin.count("cuPointerGetAttribute");
    context.look(() -> assertEquals(1, Standin.live("contexts")));
    assertEquals(queries, Standin.count("cuPointerGetAttribute"));
    fails(
        () ->
            context.look(
                () -> {
                  throw LostContext.destroyed();
                }));
    isLost();
  }

  @Test
  void aCleanUpThatFailsIsNobodysFailure() {
    assertDoesNotThrow(
        () ->
            context.tryWith(
                () -> {
                  assertEquals(1, Standin.live("contexts"));
                  throw new DeviceException("still used", 1);
                }));
    assertFalse(context.isLost());
    context.tryWith(calls::incrementAndGet);
    assertEquals(1, calls.get());
    context.tryWith(
        () -> {
          throw LostContext.destroyed();
        });
    calls.set(0);
    isLost();
  }

  @Test
  void oneThatCannotBeOpenedLeavesTheThreadAsItWas() {
    Standin.fail("cuMemAlloc", 2, 1);
    assertEquals(2, fails(() -> new DeviceContext(0, "card")).code());
  }
}
