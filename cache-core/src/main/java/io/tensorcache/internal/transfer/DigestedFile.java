package io.tensorcache.internal.transfer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
  private final FileChannel channel;
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
    this.channel =
        FileChannel.open(
            directory.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    this.out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
  }

  void write(byte[] piece) throws IOException {
    digest.update(piece);
    out.write(piece);
    bytes += piece.length;
  }

  /** Puts everything on the disk. */
  Digest finish() throws IOException {
    out.flush();
    channel.force(true);
    return new Digest(name, bytes, hex(digest.digest()));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** The digest of what a file is now. */
  static String of(FileChannel file) throws IOException {
    MessageDigest digest = sha256();
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(BUFFER, Math.max(1, file.size())));
    for (long at = 0; ; at += piece.position()) {
      piece.clear();
      if (file.read(piece, at) <= 0) {
        return hex(digest.digest());
      }
      digest.update(piece.array(), 0, piece.position());
    }
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
