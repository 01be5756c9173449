package io.tensorcache.internal.call;

import io.tensorcache.internal.key.ComputationDigest;
import io.tensorcache.stats.Sightings;

/** Tells which computation a function stands for, anew for each call. */
public interface WatchedSource {
  /** The computation as it is now. */
  ComputationDigest current();

  /** What was noticed so far, the last {@link #current} included. */
  Sightings sightings();

  /** The digest of the computation as it is now, after everything was read again. */
  ComputationDigest recheck();

  /** Lets go of what is held to notice changes. */
  void release();
}
