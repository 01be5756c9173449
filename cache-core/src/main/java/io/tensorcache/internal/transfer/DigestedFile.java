package io.tensorcache.internal.transfer;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A new file whose digest is taken while it is written. Confined to one thread. */
final class DigestedFile implements AutoCloseable {
  private static final int BUFFER = 1 << 20;

  private final String name;
  private final FileOutputStream file;
  private final OutputStream out;
  private final MessageDigest digest = sha256();
  private long bytes;

  /** What a file was when it was written. */
  record Digest(String name, long bytes, String sha256) {
    Map<String, @Nullable Object> toJson() {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      object.put("name", name);
      object.put("bytes", bytes);
      object.put("sha256", sha256);
      return object;
    }
  }

  /** Creates a file, which must not exist. */
  DigestedFile(Path directory, String name) throws IOException {
    this.name = name;
    // Not a channel: an interrupt would close it.
    this.file = new FileOutputStream(Files.createFile(directory.resolve(name)).toFile());
    this.out = new BufferedOutputStream(file, BUFFER);
  }

  void write(byte[] piece) throws IOException {
    digest.update(piece);
    out.write(piece);
    bytes += piece.length;
  }

  /** Puts everything on the disk. */
  Digest finish() throws IOException {
    out.flush();
    file.getFD().sync();
    return new Digest(name, bytes, hex(digest.digest()));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** The digest of what a file is now. */
  static String of(InputFile file) throws IOException {
    MessageDigest digest = sha256();
    int most = (int) Math.min(BUFFER, Math.max(1, file.size()));
    ByteBuffer piece = file.upTo(0, most);
    for (long at = 0; piece.hasRemaining(); piece = file.upTo(at, most)) {
      at += piece.remaining();
      digest.update(piece);
    }
    return hex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
