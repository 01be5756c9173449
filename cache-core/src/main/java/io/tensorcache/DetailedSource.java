package io.tensorcache;

import org.jspecify.annotations.Nullable;

/** A source with one more thing that counts. Safe for use by several threads if the source is. */
final class DetailedSource implements FingerprintSource {
  private final FingerprintSource source;
  private final String detail;
  private volatile @Nullable Detailed last;

  private record Detailed(Fingerprint plain, Fingerprint fingerprint) {}

  DetailedSource(FingerprintSource source, String detail) {
    this.source = source;
    this.detail = detail;
  }

  @Override
  public Fingerprint current() {
    return detailed(source.current());
  }

  @Override
  public Sightings sightings() {
    return source.sightings();
  }

  @Override
  public Fingerprint recheck() {
    return detailed(source.recheck());
  }

  @Override
  public void release() {
    source.release();
  }

  private Fingerprint detailed(Fingerprint plain) {
    Detailed known = last;
    if (known == null || !known.plain().equals(plain)) {
      known = new Detailed(plain, plain.and(detail));
      last = known;
    }
    return known.fingerprint();
  }
}
