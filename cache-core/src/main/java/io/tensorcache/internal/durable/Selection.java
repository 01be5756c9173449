package io.tensorcache.internal.durable;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which entries to prune: those that meet every condition that is given.
 *
 * @param function of this function, or null for any
 * @param fingerprintHi the first 64 bits of the fingerprint; used if {@code byFingerprint}
 * @param fingerprintLo the last 64 bits
 * @param byFingerprint true if the fingerprint must be this one
 * @param except turns the condition on the fingerprint round: every one but this
 * @param before stored before this time, or null for any
 */
public record Selection(
    @Nullable String function,
    long fingerprintHi,
    long fingerprintLo,
    boolean byFingerprint,
    boolean except,
    @Nullable Instant before) {
  /** Every entry of a function. */
  public static Selection ofFunction(String function) {
    return new Selection(function, 0, 0, false, false, null);
  }

  /** The entries of one fingerprint of a function. */
  public static Selection ofFingerprint(Provenance of) {
    return new Selection(of.function(), of.fingerprintHi(), of.fingerprintLo(), true, false, null);
  }

  /** The entries of a function under every other fingerprint than this. */
  public static Selection otherFingerprints(Provenance than) {
    return new Selection(
        than.function(), than.fingerprintHi(), than.fingerprintLo(), true, true, null);
  }

  /** Every entry that was stored before a time. */
  public static Selection storedBefore(Instant time) {
    return new Selection(null, 0, 0, false, false, time);
  }

  /** True if an entry meets every condition. */
  public boolean matches(StoredEntry entry) {
    return matches(entry.provenance(), entry.created().toEpochMilli());
  }

  boolean matches(Provenance of, long createdMillis) {
    boolean sameFingerprint =
        of.fingerprintHi() == fingerprintHi && of.fingerprintLo() == fingerprintLo;
    return (function == null || function.equals(of.function()))
        && (!byFingerprint || sameFingerprint != except)
        && (before == null || createdMillis < before.toEpochMilli());
  }
}
