package io.tensorcache.internal.resident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tensorcache.internal.device.Devices;
import io.tensorcache.internal.device.RequiresStandin;
import io.tensorcache.internal.device.Standin;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a tier that was closed gives back its stream, its event and the memory of its rows. */
@RequiresStandin
class ResidentRowsCloseTest {
  private RowsOnDevice under;
  private long streams;

  @BeforeEach
  void open() {
    Devices.get().device(0);
    streams = Standin.live("non-blocking streams");
    under = new RowsOnDevice(0, 200, 3 * 256, 0, false);
    under.add(Standin.stream(0), 1, 2);
    Standin.settle();
  }

  @AfterEach
  void close() {
    under.close();
  }

  private void isGone() {
    Standin.settle();
    assertEquals(0, Standin.live("pool"));
    assertEquals(streams, Standin.live("non-blocking streams"));
    assertEquals(1, Standin.count("cuStreamDestroy"));
    assertEquals(1, Standin.count("cuEventDestroy"));
    long frees = Standin.count("cuMemFreeAsync");
    under.rows.close();
    under.rows.clear();
    under.rows.find(List.of(1)).close();
    assertEquals(1, Standin.count("cuStreamDestroy"), "once");
    assertEquals(frees, Standin.count("cuMemFreeAsync"));
    assertEquals(0, Standin.count("dead handles"));
  }

  @Test
  void withoutReadersAllGoesAtOnce() {
    under.rows.close();
    isGone();
  }

  @Test
  void theLastReaderGivesBackTheRest() {
    DeviceHits<Integer, String> first = under.rows.find(List.of(1));
    DeviceHits<Integer, String> second = under.rows.find(List.of(1));
    under.rows.close();
    assertEquals(256, under.rows.stats().bytes().bytes(), "row 2 is freed");
    assertEquals(0, Standin.count("cuStreamDestroy"));
    first.close();
    assertEquals(256, under.rows.stats().bytes().bytes());
    assertEquals(0, Standin.count("cuStreamDestroy"));
    second.close();
    assertEquals(0, under.rows.stats().bytes().bytes());
    isGone();
  }

  @Test
  void whatTheDriverRefusedIsTriedOnceMore() {
    Standin.fail("cuStreamDestroy", 1, 1);
    under.rows.close();
    Standin.settle();
    assertEquals(streams, Standin.live("non-blocking streams"));
    assertEquals(2, Standin.count("cuStreamDestroy"));
  }

  @Test
  void aTierThatIsOpenKeepsItsStreamWhateverIsDropped() {
    under.rows.remove(1);
    under.rows.clear();
    under.rows.trim(0);
    assertEquals(0, Standin.count("cuStreamDestroy"));
    assertFalse(under.add(Standin.stream(0), 3).isEmpty());
  }
}
