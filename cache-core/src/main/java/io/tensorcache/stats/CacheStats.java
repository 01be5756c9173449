package io.tensorcache.stats;

import io.tensorcache.config.Tier;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a cache did, counted in rows. This is an immutable snapshot; counters that change while it
 * is taken may be off by the rows in flight.
 * <!-- region: cache-stats, from StatsExamplesTest.java -->
 *
 * <pre>{@code
 * CacheStats before = cache.stats();
 * // ... a part of the program
 * CacheStats since = cache.stats().since(before);
 * double rate = since.hitRate(); // of the distinct rows asked for
 * long cold = since.misses(MissReason.COLD); // never seen before
 * long fromHeap = cache.stats().hitsByTier().getOrDefault(Tier.HEAP, 0L);
 * }</pre>
 *
 * @param hitsByTier rows served, by the tier they lay in
 * @param waited rows served by waiting for another thread that was computing them: neither hits nor
 *     misses
 * @param missesByReason rows not served, by reason
 * @param duplicates rows that were copies of another row of the same batch: neither hits nor misses
 * @param rowsVerified hits that were computed again because of {@code verifying}; not in {@code
 *     rowsComputed}
 * @param mismatches those that differed from what was served
 * @param rowsComputed rows the functions computed, without those computed again as a check
 * @param rowsNotAdmitted computed rows that neither a tier nor the store took
 * @param rowsRefused rows that full tiers, or the full store, did not let in, because they were
 *     asked for no more often than what would have gone for them; those that are kept elsewhere are
 *     not in {@code rowsNotAdmitted}
 * @param evictions rows dropped to make room, from memory or from the store
 * @param failures errors of tiers and entries, each told to the listener
 * @param keyNanos time spent on keys; without what is set up once, such as the kernels of a device
 * @param loadNanos time spent on look-ups and copying hits
 * @param storeNanos time spent on storing
 * @param checkNanos time spent in the functions to verify hits and to probe
 * @param computeNanos time spent in the functions otherwise
 * @param savedNanos hits times the mean computing time of a row of their function, less the time on
 *     keys, loads, stores and checks; negative for a cache that costs more than it saves. Empty
 *     while a function has hits and its computing time is not known: no row was computed in this
 *     program, nor noted in the store by an earlier one. Rows that waited are not in it
 * @param tiers what each tier and the store hold now
 * @param devices what the device tier holds now, on each device that it was used on
 * @param functions what each function did
 * @param scopes what the scopes that are open now did, all together; in none of the other counts,
 *     but their copies in the tiers are in {@code tiers}
 */
public record CacheStats(
    Map<Tier, Long> hitsByTier,
    long waited,
    Map<MissReason, Long> missesByReason,
    long duplicates,
    long rowsVerified,
    long mismatches,
    long rowsComputed,
    long rowsNotAdmitted,
    long rowsRefused,
    long evictions,
    long failures,
    long keyNanos,
    long loadNanos,
    long storeNanos,
    long checkNanos,
    long computeNanos,
    OptionalLong savedNanos,
    List<TierStats> tiers,
    List<DeviceStats> devices,
    List<FunctionStats> functions,
    ScopeStats scopes) {

  /** Copies the collections. */
  public CacheStats {
    hitsByTier = Map.copyOf(hitsByTier);
    missesByReason = Map.copyOf(missesByReason);
    tiers = List.copyOf(tiers);
    devices = List.copyOf(devices);
    functions = List.copyOf(functions);
  }

  /** Returns how many rows were served from any tier. */
  public long hits() {
    return hitsByTier.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns how many rows were not served, for whatever reason. */
  public long misses() {
    return missesByReason.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns how many rows were not served for one reason. */
  public long misses(MissReason reason) {
    return missesByReason.getOrDefault(reason, 0L);
  }

  /**
   * Returns the part of the distinct rows asked for that was served without computing it for the
   * caller: {@code (hits + waited) / (hits + waited + misses)}; 0 before the first row.
   */
  public double hitRate() {
    long served = hits() + waited;
    long rows = served + misses();
    return rows == 0 ? 0 : (double) served / rows;
  }

  /** Returns {@link #savedNanos} as a duration; it is empty while that is unknown. */
  public Optional<Duration> saved() {
    return savedNanos.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(savedNanos.getAsLong()));
  }

  /**
   * Computes {@link #savedNanos} of functions.
   *
   * @param now what they did
   * @param earlier what they had done when counting began; may lack functions
   * @param spentNanos time spent on keys, loads, stores and checks since
   */
  public static OptionalLong savedNanos(
      List<FunctionStats> now, List<FunctionStats> earlier, long spentNanos) {
    double saved = -spentNanos;
    for (FunctionStats function : now) {
      long before =
          earlier.stream()
              .filter(other -> other.name().equals(function.name()))
              .mapToLong(FunctionStats::hits)
              .sum();
      long hits = function.hits() - before;
      if (hits > 0 && function.rowNanos().isEmpty()) {
        return OptionalLong.empty();
      }
      saved += hits * function.rowNanos().orElse(0);
    }
    return OptionalLong.of((long) saved);
  }

  private long spentNanos() {
    return keyNanos + loadNanos + storeNanos + checkNanos;
  }

  /**
   * Returns what happened between an earlier snapshot of the same cache and this one; tiers,
   * devices, functions and scopes are those of now.
   */
  public CacheStats since(CacheStats earlier) {
    return new CacheStats(
        minus(hitsByTier, earlier.hitsByTier, Tier.class),
        waited - earlier.waited,
        minus(missesByReason, earlier.missesByReason, MissReason.class),
        duplicates - earlier.duplicates,
        rowsVerified - earlier.rowsVerified,
        mismatches - earlier.mismatches,
        rowsComputed - earlier.rowsComputed,
        rowsNotAdmitted - earlier.rowsNotAdmitted,
        rowsRefused - earlier.rowsRefused,
        evictions - earlier.evictions,
        failures - earlier.failures,
        keyNanos - earlier.keyNanos,
        loadNanos - earlier.loadNanos,
        storeNanos - earlier.storeNanos,
        checkNanos - earlier.checkNanos,
        computeNanos - earlier.computeNanos,
        savedNanos(functions, earlier.functions, spentNanos() - earlier.spentNanos()),
        tiers,
        devices,
        functions,
        scopes);
  }

  private static <K extends Enum<K>> Map<K, Long> minus(
      Map<K, Long> now, Map<K, Long> then, Class<K> type) {
    Map<K, Long> result = new EnumMap<>(type);
    now.forEach((key, count) -> result.put(key, count - then.getOrDefault(key, 0L)));
    return result;
  }

  /** Says it in several lines for a person. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "served %,d of %,d rows (%.1f %%): %,d from tiers %s, %,d by waiting for another thread",
        hits() + waited,
        hits() + waited + misses(),
        100 * hitRate(),
        hits(),
        present(hitsByTier),
        waited);
    line(
        text,
        "misses %,d %s, duplicates %,d, computed %,d",
        misses(),
        present(missesByReason),
        duplicates,
        rowsComputed);
    if (rowsVerified > 0) {
      line(text, "verified %,d hits, of which %,d differed", rowsVerified, mismatches);
    }
    line(
        text,
        "not admitted %,d, refused %,d, evicted %,d, failures %,d",
        rowsNotAdmitted,
        rowsRefused,
        evictions,
        failures);
    line(
        text,
        "seconds: keys %.3f, loads %.3f, stores %.3f, checks %.3f, computing %.3f, saved %s",
        keyNanos / 1e9,
        loadNanos / 1e9,
        storeNanos / 1e9,
        checkNanos / 1e9,
        computeNanos / 1e9,
        savedNanos.isEmpty()
            ? "unknown (no row was computed yet)"
            : String.format(Locale.ROOT, "%.3f", savedNanos.getAsLong() / 1e9));
    appendParts(text);
    return text.toString().stripTrailing();
  }

  private void appendParts(StringBuilder text) {
    for (TierStats tier : tiers) {
      line(text, "%s: %,d rows, %s of %s", tier.tier(), tier.entries(), tier.bytes(), tier.limit());
    }
    for (FunctionStats function : functions) {
      line(
          text,
          "%s: hits %,d, waited %,d, misses %,d, rows in memory %,d%s",
          function.name(),
          function.hits(),
          function.waited(),
          function.misses(),
          function.rowsInMemory(),
          function.rowsUnderOtherFingerprints() == 0
              ? ""
              : String.format(
                  Locale.ROOT,
                  ", %,d rows exist under another fingerprint",
                  function.rowsUnderOtherFingerprints()));
    }
    if (scopes.hits() + scopes.misses() + scopes.entries() > 0) {
      line(
          text,
          "scopes: hits %,d, misses %,d, evicted %,d, entries %,d of %,d bytes",
          scopes.hits(),
          scopes.misses(),
          scopes.evictions(),
          scopes.entries(),
          scopes.bytes());
    }
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static <K extends Enum<K>> Map<K, Long> present(Map<K, Long> counts) {
    Map<K, Long> result = new java.util.TreeMap<>(counts);
    result.values().removeIf(count -> count == 0);
    return result;
  }
}
