package io.tensorcache.internal.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.CacheConfig;
import io.tensorcache.error.StorageException;
import io.tensorcache.error.TensorCacheException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CacheStateTest {
  private final CacheConfig config = OpenRows.config(1, OpenRows.NONE, null, null);
  private final List<TensorCacheException> told = new ArrayList<>();
  private final CacheState state = new CacheState(config, told::add);
  private final StorageException failure = new StorageException("a row is gone", null);

  @Test
  void isOpenUntilItIsClosed() {
    assertSame(config, state.config());
    state.checkOpen();
    assertFalse(state.isClosed());
    state.close();
    assertTrue(state.isClosed());
    String message = assertThrows(IllegalStateException.class, state::checkOpen).getMessage();
    assertEquals("cache \"c\" is closed", message);
  }

  @Test
  void saysHowToAddAStore() {
    assertEquals(
        "f persists, but cache \"c\" has no store:"
            + " add store(store -> store.directory(path)) to its builder",
        state.hasNoStore("f persists, but ").getMessage());
  }

  @Test
  void countsAndTellsFailures() {
    state.failed(failure);
    assertEquals(List.of(failure), told);
    assertEquals(1, state.counts().failures.sum());
    state.tellAfter(
        () -> {
          state.failed(failure);
          assertEquals(1, told.size());
        });
    assertEquals(2, told.size());
    CacheState silent = new CacheState(config, null);
    silent.failed(failure);
    assertEquals(1, silent.counts().failures.sum());
  }

  @Test
  void aListenerRunsAsAFunctionAndMayThrow() {
    CacheState[] own = new CacheState[1];
    boolean[] wasInside = new boolean[1];
    own[0] =
        new CacheState(
            config,
            failed -> {
              wasInside[0] = own[0].depth().isInside();
              throw new IllegalStateException("a listener that throws");
            });
    own[0].failed(failure);
    assertTrue(wasInside[0]);
    assertFalse(own[0].depth().isInside());
    own[0].depth().enter();
    own[0].failed(failure);
    assertEquals(1, own[0].depth().now(), "as deep as before");
    own[0].depth().returnTo(0);
  }
}
