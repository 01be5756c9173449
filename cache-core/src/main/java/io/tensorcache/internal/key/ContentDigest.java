package io.tensorcache.internal.key;

import io.tensorcache.tensor.TensorView;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Digests of contents that nobody can aim at without breaking SHA-256: a tree of leaves of 64 KiB
 * (KEY.md, "Fingerprints"), hashed on all cores. Safe for use by several threads.
 */
public final class ContentDigest {
  private ContentDigest() {}

  /** SHA-256 of a few bytes. */
  public static byte[] of(byte[] bytes) {
    return Sha256.start().digest(bytes);
  }

  /**
   * The digests of the bytes of tensors, each in logical row-major order for any strides. Memory of
   * the host is read in place, that of a device in pieces that are copied to the host, after what
   * is in its stream.
   *
   * @throws io.tensorcache.error.DeviceException if device memory cannot be read
   */
  public static List<byte[]> ofEach(List<TensorView> tensors) {
    try (TensorLeaves leaves = new TensorLeaves()) {
      List<LeafTree> trees = new ArrayList<>(tensors.size());
      tensors.forEach(tensor -> trees.add(leaves.add(tensor)));
      leaves.run();
      return trees.stream().map(LeafTree::root).toList();
    }
  }

  /**
   * The digest of the bytes of a file.
   *
   * @throws IOException if it is no regular file, cannot be read, or changes while it is read
   */
  public static byte[] ofFile(Path path) throws IOException {
    BasicFileAttributes before = Files.readAttributes(path, BasicFileAttributes.class);
    if (!before.isRegularFile()) {
      throw new IOException(
          "it is a " + kind(before) + ": only the content of a regular file stays what it is");
    }
    LeafTree tree = new LeafTree(before.size());
    if (path.getFileSystem() == FileSystems.getDefault()) {
      hashInParts(path, tree);
    } else {
      hashInOrder(path, tree);
    }
    BasicFileAttributes after = Files.readAttributes(path, BasicFileAttributes.class);
    if (after.size() != before.size()
        || !after.lastModifiedTime().equals(before.lastModifiedTime())) {
      throw changed();
    }
    return tree.root();
  }

  private static void hashInParts(Path path, LeafTree tree) throws IOException {
    // Not a channel: an interrupt would close it.
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      LeafWork.run(jobs(tree, file), tree.byteCount());
      file.seek(tree.byteCount());
      if (file.read() >= 0) {
        throw changed();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Of a file in an archive, for example. */
  private static void hashInOrder(Path path, LeafTree tree) throws IOException {
    LeafHasher hasher = new LeafHasher();
    try (InputStream file = Files.newInputStream(path)) {
      for (int leaf = 0; leaf < tree.leafCount(); leaf++) {
        int bytes = tree.byteCountOf(leaf);
        if (file.readNBytes(hasher.leaf, 0, bytes) != bytes) {
          throw changed();
        }
        tree.hash(leaf, hasher);
      }
      if (file.read() >= 0) {
        throw changed();
      }
    }
  }

  private static String kind(BasicFileAttributes attributes) {
    return attributes.isDirectory() ? "directory" : "pipe, socket or device";
  }

  private static IOException changed() {
    return new IOException("it changed while it was read: try again when it is complete");
  }

  private static List<LeafWork.Job> jobs(LeafTree tree, RandomAccessFile file) {
    List<LeafWork.Job> jobs = new ArrayList<>(tree.leafCount());
    for (int i = 0; i < tree.leafCount(); i++) {
      int leaf = i;
      jobs.add(
          hasher -> {
            read(file, LeafTree.start(leaf), hasher.leaf, tree.byteCountOf(leaf));
            tree.hash(leaf, hasher);
          });
    }
    return jobs;
  }

  private static void read(RandomAccessFile file, long offset, byte[] into, int byteCount)
      throws IOException {
    synchronized (file) { // guards its position
      file.seek(offset);
      int done = 0;
      while (done < byteCount) {
        int count = file.read(into, done, byteCount - done);
        if (count < 0) {
          throw changed();
        }
        done += count;
      }
    }
  }
}
