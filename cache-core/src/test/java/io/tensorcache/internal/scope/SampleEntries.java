package io.tensorcache.internal.scope;

import io.tensorcache.config.CacheLevel;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries and terms, with what a test does not ask about filled in. */
final class SampleEntries {
  private SampleEntries() {}

  static Entry.Holding strongly(Object value) {
    return new Entry.Holding(value, null, 1, null);
  }

  static Entry.Holding bytes(long byteCount) {
    return new Entry.Holding("value", null, byteCount, null);
  }

  static Entry.Holding weakly(Object value) {
    return new Entry.Holding(null, value, 1, null);
  }

  /** May be held either way, as in a hybrid scope. */
  static Entry.Holding bothWays(Object value) {
    return new Entry.Holding(value, value, 1, null);
  }

  static Terms from(String... sources) {
    return new Terms(CacheLevel.NORMAL, false, false, null, null, List.of(sources));
  }

  static Terms persisting() {
    return new Terms(CacheLevel.NORMAL, true, false, null, null, List.of());
  }

  static Terms forced(CacheLevel level) {
    return new Terms(level, false, true, null, null, List.of());
  }

  static Terms group(String group) {
    return new Terms(CacheLevel.NORMAL, false, false, null, group, List.of());
  }

  static Terms livingFor(long millis, String... sources) {
    return from(sources).livingFor(Duration.ofMillis(millis));
  }

  static Entry entry(String name, Entry.Holding holding) {
    return entry(name, from(), holding, null);
  }

  static Entry entry(
      String name, Terms terms, Entry.Holding holding, Entry.@Nullable Special special) {
    return new Entry(
        name,
        terms,
        holding,
        special,
        new Entry.Places(new UsePlace(), new UsePlace(), new ReferenceQueue<>()));
  }

  /** Used last at a tick. */
  static Entry usedAt(long tick) {
    Entry entry = entry("used at " + tick, strongly("value"));
    entry.used = tick;
    return entry;
  }

  static Entry endingAt(long millis) {
    return entry(
        "ends at " + millis, from(), strongly("value"), new Entry.Special(millis, null, null));
  }
}
