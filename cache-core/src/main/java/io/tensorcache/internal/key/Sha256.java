package io.tensorcache.internal.key;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The JDK's own SHA-256, which uses the processor's instructions for it where there are any. */
final class Sha256 {
  static final int BYTES = 32;

  private Sha256() {}

  static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Ends a digest and writes its 32 bytes. */
  static void finish(MessageDigest digest, byte[] out, int at) {
    try {
      digest.digest(out, at, BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException("no room for 32 bytes at " + at, e);
    }
  }
}
