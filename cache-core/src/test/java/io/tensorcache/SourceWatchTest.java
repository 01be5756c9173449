package io.tensorcache;

import static io.tensorcache.Counted.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tensorcache.config.ByteSize;
import io.tensorcache.config.Recheck;
import io.tensorcache.config.Tier;
import io.tensorcache.error.LateChangeException;
import io.tensorcache.error.TensorCacheException;
import io.tensorcache.stats.Sightings;
import io.tensorcache.tensor.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a source says it has noticed, and what becomes of the rows stored meanwhile. */
class SourceWatchTest {
  private static final int WIDTH = 3;

  private final List<TensorCacheException> told = new ArrayList<>();
  private final Weight weight = new Weight();
  private final HostTensor x = Counted.batch(0, 4, WIDTH);
  private final TensorCache cache =
      TensorCache.builder("watch").heap(ByteSize.ofMiB(4)).listener(told::add).build();

  @AfterEach
  void close() {
    cache.close();
  }

  /** One number, whose source sees a change only when it is told to, as late as a test wants. */
  private static class Weight implements FingerprintSource {
    float value = 1;
    float seen = 1;
    long changes;
    long late;
    long looks;
    long confirmed;
    int rechecks;
    int releases;

    void set(float now) {
      value = now;
      seen = now;
      changes++;
    }

    void noticeLate() {
      seen = value;
      changes++;
      late++;
      confirmed = looks + 1;
    }

    @Override
    public Fingerprint current() {
      looks++;
      return Fingerprint.version("weight " + seen);
    }

    @Override
    public Sightings sightings() {
      return new Sightings(changes, late, 0, looks, confirmed, "the weight was written");
    }

    @Override
    public Fingerprint recheck() {
      rechecks++;
      if (seen != value) {
        noticeLate();
      }
      Fingerprint now = current();
      confirmed = looks + 1;
      return now;
    }

    @Override
    public void release() {
      releases++;
    }
  }

  private HostTensor features(HostTensor in) {
    return Counted.featuresOf(in, WIDTH, weight.value);
  }

  private CachedFunction<HostTensor> cached(TensorCache in, boolean persisting) {
    return in.function("f", weight, HostTensor.adapter())
        .persisting(persisting)
        .probing(false) // a probe looks too
        .wrap(this::features);
  }

  @Test
  void nothingIsStoredIfTheWeightsWereOthersInBetween() {
    boolean[] swaps = {true};
    var cached =
        cache.wrap(
            "f",
            weight,
            HostTensor.adapter(),
            in -> {
              weight.set(swaps[0] ? 7 : 1);
              HostTensor out = features(in);
              weight.set(1);
              return out;
            });
    cached.apply(x); // the rows of 7, between two looks that both see 1
    assertEquals(4, cache.stats().rowsNotAdmitted());
    swaps[0] = false;
    assertTrue(sameBits(Counted.featuresOf(x, WIDTH, 1), cached.apply(x)));
    assertEquals(0, cache.stats().hits());
  }

  @Test
  void aDetailedSourceSeesTheSame() {
    FingerprintSource detailed = weight.and("detail");
    var cached =
        cache.wrap(
            "f",
            detailed,
            HostTensor.adapter(),
            in -> {
              weight.set(7);
              HostTensor out = features(in);
              weight.set(1);
              return out;
            });
    cached.apply(x);
    assertEquals(4, cache.stats().rowsNotAdmitted());
    assertEquals(weight.current().and("detail"), detailed.current());
    assertSame(detailed.current(), detailed.current());
    cached.close();
    assertEquals(1, weight.releases);
  }

  @Test
  void rowsStoredBeforeALateChangeWasNoticedAreDropped(@TempDir Path directory) {
    try (TensorCache own =
        TensorCache.builder("own")
            .heap(ByteSize.ofMiB(4))
            .listener(told::add)
            .store(store -> store.directory(directory))
            .build()) {
      var cached = cached(own, true);
      HostTensor early = Counted.batch(100, 3, WIDTH);
      cached.apply(early); // looks 1 and 2
      weight.confirmed = 3; // a full turn was without a change
      cached.apply(x);
      weight.value = 9; // nobody sees it
      HostTensor wrong = Counted.batch(200, 5, WIDTH);
      cached.apply(wrong);
      weight.noticeLate();
      weight.value = 1;
      weight.set(1);
      assertTrue(sameBits(features(wrong), cached.apply(wrong)), "computed anew");
      long computed = own.stats().rowsComputed();
      assertTrue(sameBits(features(x), cached.apply(x)));
      assertEquals(computed + 4, own.stats().rowsComputed(), "doubtful too");
      assertTrue(sameBits(features(early), cached.apply(early)));
      assertEquals(computed + 4, own.stats().rowsComputed(), "confirmed before");
      assertEquals(1, told.size());
      assertTrue(told.get(0) instanceof LateChangeException, told.toString());
      String message = told.get(0).getMessage();
      assertTrue(message.contains("\"f\"") && message.contains("9 rows"), message);
      assertTrue(own.flush());
      own.reset();
      cached.apply(wrong);
      assertEquals(5, own.stats().hitsByTier().get(Tier.DURABLE), "the new ones");
    }
  }

  @Test
  void rowsOfAChangeNoticedWhileTheyWereStoredAreDropped() {
    Weight racing =
        new Weight() {
          private int asked;

          @Override
          public Sightings sightings() {
            // wrap, look, isStill, storing: then another thread notices a change
            if (++asked == 5) {
              changes++;
            }
            return super.sightings();
          }
        };
    var cached = cache.wrap("f", racing, HostTensor.adapter(), this::features);
    cached.apply(x);
    assertEquals(0, cache.stats().tiers().get(0).entries());
    cached.apply(x);
    assertEquals(4, cache.stats().tiers().get(0).entries());
  }

  @Test
  void everythingIsReadAgainAsOftenAsAsked() {
    var third =
        cache
            .function("f", weight, HostTensor.adapter())
            .recheck(Recheck.everyCalls(3))
            .wrap(this::features);
    for (int i = 0; i < 7; i++) {
      third.apply(x);
    }
    assertEquals(3, weight.rechecks);
    var every =
        cache
            .function("g", weight, HostTensor.adapter())
            .recheck(Recheck.EVERY_CALL)
            .probing(false)
            .wrap(this::features);
    every.apply(x);
    assertEquals(5, weight.rechecks, "before and after what was computed");
    every.apply(x);
    assertEquals(6, weight.rechecks);
  }

  @Test
  void recheckSaysWhetherSomethingHadChanged() {
    var cached = cached(cache, false);
    cached.apply(x);
    assertTrue(cached.recheck());
    weight.value = 4;
    assertFalse(cached.recheck());
    assertTrue(cached.recheck());
    assertTrue(sameBits(features(x), cached.apply(x)));
  }

  @Test
  void whatIsRememberedIsBoundedByAFullCheck() {
    var cached = cached(cache, false);
    for (int i = 0; i < 5; i++) {
      cached.apply(Counted.batch(i << 16, 1 << 16, 1));
    }
    assertEquals(1, weight.rechecks, "once there were more than 2^18 rows");
  }

  @Test
  void aClosedFunctionHoldsNothingAndRefusesCalls() {
    var cached = cached(cache, false);
    cached.apply(x);
    cached.close();
    assertEquals(1, weight.releases);
    String message = assertThrows(IllegalStateException.class, () -> cached.apply(x)).getMessage();
    assertTrue(message.contains("\"f\" is closed"), message);
    cached(cache, false).apply(x);
    assertEquals(4, cache.stats().hits(), "the rows stay");
  }

  @Test
  void refusesNumbersThatAreNone() {
    assertThrows(IllegalArgumentException.class, () -> Recheck.everyCalls(0));
    assertThrows(IllegalArgumentException.class, () -> new Recheck(-1));
    assertEquals("every 3 calls", Recheck.everyCalls(3).toString());
    assertEquals("on request", Recheck.ON_REQUEST.toString());
    assertEquals("every call", Recheck.EVERY_CALL.toString());
  }
}
