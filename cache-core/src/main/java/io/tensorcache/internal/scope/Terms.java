package io.tensorcache.internal.scope;

import io.tensorcache.config.CacheLevel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * On what terms a value is kept.
 *
 * @param level stored where the level of the scope is at least this
 * @param persisting kept in the durable store too
 * @param forced kept whatever the level of the scope
 * @param timeToLive how long it is served, or null for as long as it is there
 * @param group what a reset can spare it by, or null
 * @param sources entries whose reset, removal or replacement makes it leave
 */
public record Terms(
    CacheLevel level,
    boolean persisting,
    boolean forced,
    @Nullable Duration timeToLive,
    @Nullable String group,
    List<String> sources) {

  /** Copies the list. */
  public Terms {
    sources = List.copyOf(sources);
  }

  /** Nothing but a level. */
  public static Terms of(CacheLevel level) {
    return new Terms(level, false, false, null, null, List.of());
  }

  /** Those of a value that was read from the store. */
  public Terms read() {
    return new Terms(level, true, forced, null, group, List.of());
  }

  /** These terms, for so long. */
  public Terms livingFor(Duration duration) {
    return new Terms(level, persisting, forced, duration, group, sources);
  }

  boolean areSpecial() {
    return timeToLive != null || group != null;
  }
}
