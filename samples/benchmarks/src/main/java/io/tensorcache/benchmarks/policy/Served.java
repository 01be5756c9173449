package io.tensorcache.benchmarks.policy;

/**
 * What was served.
 *
 * @param percent of the look-ups
 * @param written rows written to the disk, for a hundred look-ups
 */
record Served(double percent, double written) {}
