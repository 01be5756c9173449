package io.tensorcache.internal.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tensorcache.RequiresNative;
import io.tensorcache.config.KeyAlgorithm;
import io.tensorcache.config.KeyBackend;
import io.tensorcache.error.NativeLibraryException;
import io.tensorcache.tensor.DType;
import io.tensorcache.tensor.HostMemory;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ChosenBackendTest {
  private static final Logger LOGGER =
      (Logger) LoggerFactory.getLogger("io.tensorcache.internal.key");
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  /** Right but for one bit of the first key. */
  private static RowHasher wrong(KeyMaterial material) {
    RowHasher right = new JavaRowHasher(material);
    return new RowHasher() {
      @Override
      public String name() {
        return "WRONG";
      }

      @Override
      public void tch1(HostMemory memory, RowLayout layout, long t0, long t1, long[] out) {
        right.tch1(memory, layout, t0, t1, out);
        out[0] ^= 1;
      }

      @Override
      public void torchcache(HostMemory memory, RowLayout layout, DType dtype, long[] out) {
        right.torchcache(memory, layout, dtype, out);
      }
    };
  }

  private static RowHasher absent(KeyMaterial material) {
    throw new NativeLibraryException("no native library: planted");
  }

  @BeforeEach
  void listen() {
    logged.start();
    LOGGER.setLevel(Level.INFO);
    LOGGER.addAppender(logged);
  }

  @AfterEach
  void stopListening() {
    LOGGER.detachAppender(logged);
    LOGGER.setLevel(null);
  }

  private List<String> lines(Level level) {
    return logged.list.stream()
        .filter(event -> event.getLevel() == level)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private static RowKeys create(KeyBackend backend, HasherSource source) {
    return RowKeys.create(backend, KeyAlgorithm.TCH1, 0, null, source);
  }

  @Test
  void refusesABackEndThatGivesWrongKeys() {
    RowKeys keys = create(KeyBackend.AUTO, ChosenBackendTest::wrong);
    assertEquals(KeyBackend.JAVA, keys.backend());
    assertEquals(1, lines(Level.INFO).size());
    assertTrue(lines(Level.INFO).get(0).contains("gives wrong keys: key b4dace04881f93c6"));
    var refused =
        assertThrows(
            NativeLibraryException.class,
            () -> create(KeyBackend.NATIVE, ChosenBackendTest::wrong));
    assertTrue(String.valueOf(refused.getMessage()).contains("use KeyBackend.JAVA"));
  }

  @Test
  void fallsBackToJavaAndSaysWhyOnce() {
    RowKeys keys = create(KeyBackend.AUTO, ChosenBackendTest::absent);
    assertEquals(KeyBackend.JAVA, keys.backend());
    assertEquals("JAVA (no native library: planted)", keys.description());
    assertEquals(
        List.of("Keys are computed by JAVA (no native library: planted)"), lines(Level.INFO));
  }

  @Test
  void failsWhenTheNativeLibraryIsDemandedButAbsent() {
    assertThrows(
        NativeLibraryException.class, () -> create(KeyBackend.NATIVE, ChosenBackendTest::absent));
  }

  @Test
  void takesJavaWithoutTouchingTheLibrary() {
    assertEquals(
        "JAVA (as configured)", create(KeyBackend.JAVA, ChosenBackendTest::absent).description());
  }

  @Test
  @RequiresNative
  void takesTheNativeLibraryWhereItIs() {
    RowKeys keys = RowKeys.create(KeyBackend.AUTO, KeyAlgorithm.TCH1, 0, null);
    assertEquals(KeyBackend.NATIVE, keys.backend());
    assertTrue(keys.description().startsWith("NATIVE ("));
  }

  @Test
  void warnsOnceOfKeysThatDoNotReadEverything() {
    RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 0, null);
    assertEquals(List.of(), lines(Level.WARN));
    RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TCH1, 100, null);
    assertEquals(1, lines(Level.WARN).size());
    RowKeys.create(KeyBackend.JAVA, KeyAlgorithm.TORCHCACHE, 100, null);
    assertEquals(2, lines(Level.WARN).size());
  }
}
