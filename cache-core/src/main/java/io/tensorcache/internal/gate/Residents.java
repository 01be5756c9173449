package io.tensorcache.internal.gate;

/** The rows that a stack of tiers holds. */
@FunctionalInterface
public interface Residents {
  /** Adds those of the sample, oldest first. Called without a lock. */
  void addTo(Sample sample);
}
