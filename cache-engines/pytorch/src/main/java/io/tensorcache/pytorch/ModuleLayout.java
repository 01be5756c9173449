package io.tensorcache.pytorch;

import io.tensorcache.internal.key.MemoryPieces;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.SharedModuleVector;
import org.jspecify.annotations.Nullable;

/**
 * Where PyTorch keeps the list of a module's submodules: a block of items, whose begin and end are
 * among the bytes of the module. Found out on modules that are made for it, as the only place that
 * behaves like that; what it says of another module is compared with what PyTorch says.
 *
 * @param moduleBytes of what all modules have in common: the lists of what is registered, the mode
 * @param children where in the module the address of the first item is, and after it that of the
 *     end
 * @param itemBytes from item to item
 * @param pointer where in an item the address of the submodule is
 */
record ModuleLayout(int moduleBytes, int children, int itemBytes, int pointer) {
  private static final int MOST_ITEM_BYTES = 256;
  private static final int REGISTERED = 3;

  private static final class Found {
    static final @Nullable ModuleLayout LAYOUT = find(Loader.sizeof(Module.class));
  }

  /** That of the PyTorch that is loaded; null if it is not as expected. */
  static @Nullable ModuleLayout get() {
    return Found.LAYOUT;
  }

  /** Null if there is no such place, or there are several. */
  @SuppressWarnings("try") // the scope frees what is made inside
  static @Nullable ModuleLayout find(int moduleBytes) {
    if (Loader.sizeof(Pointer.class) != Long.BYTES
        || Loader.sizeof(BytePointer.class) != 1
        || moduleBytes < 3 * Long.BYTES) {
      return null;
    }
    try (PointerScope scope = new PointerScope()) {
      Module parent = new Module();
      ByteBuffer bytes = NativeBytes.at(parent.address(), moduleBytes);
      long[][] lengths = new long[1 + REGISTERED][];
      lengths[0] = lengths(bytes);
      for (int i = 1; i <= REGISTERED; i++) {
        String name = "x".repeat(20 * i - 10); // inside a string and beside it
        parent.register_module(name, new Module());
        lengths[i] = lengths(bytes);
      }
      ModuleLayout layout = null;
      for (int i = 0; i < lengths[0].length; i++) {
        long each = lengths[1][i];
        boolean isList = lengths[0][i] == 0 && each >= Long.BYTES && each <= MOST_ITEM_BYTES;
        for (int n = 2; n <= REGISTERED; n++) {
          isList = isList && lengths[n][i] == n * each;
        }
        if (isList) {
          int children = i * Long.BYTES;
          int pointer = pointer(parent, bytes.getLong(children), (int) each);
          if (layout != null || pointer < 0) {
            return null;
          }
          layout = new ModuleLayout(moduleBytes, children, (int) each, pointer);
        }
      }
      return showsMode(parent, bytes) ? layout : null;
    }
  }

  /** From each word to the next one, if these may be the begin and end of a block. */
  private static long[] lengths(ByteBuffer module) {
    long[] lengths = new long[module.capacity() / Long.BYTES - 2];
    for (int i = 0; i < lengths.length; i++) {
      long begin = module.getLong(i * Long.BYTES);
      long end = module.getLong((i + 1) * Long.BYTES);
      long capacity = module.getLong((i + 2) * Long.BYTES);
      boolean isBlock = begin % Long.BYTES == 0 && (begin > 0 || end == 0) && capacity >= end;
      lengths[i] = isBlock ? end - begin : -1;
    }
    return lengths;
  }

  /** Where in each item the address of its submodule is; -1 if there is no or no single place. */
  private static int pointer(Module parent, long begin, int itemBytes) {
    long[] addresses;
    try (SharedModuleVector modules = parent.modules(false)) {
      addresses = SharedPointers.slowly(modules);
    }
    ByteBuffer items = NativeBytes.at(begin, (long) itemBytes * addresses.length);
    int pointer = -1;
    for (int at = 0; at + Long.BYTES <= itemBytes; at += Long.BYTES) {
      boolean isPointer = true;
      for (int i = 0; i < addresses.length; i++) {
        isPointer = isPointer && items.getLong(i * itemBytes + at) == addresses[i];
      }
      if (isPointer && pointer >= 0) {
        return -1;
      }
      pointer = isPointer ? at : pointer;
    }
    return pointer;
  }

  /** Whether the mode of a module is among its bytes. */
  private static boolean showsMode(Module module, ByteBuffer bytes) {
    ByteBuffer training = NativeBytes.copyOf(bytes);
    module.train(false);
    boolean isOther = bytes.mismatch(training) >= 0;
    module.train(true);
    return isOther && bytes.mismatch(training) < 0;
  }

  /**
   * Adds the bytes of modules and their lists of submodules.
   *
   * @param modules addresses, the root first, then its submodules, depth first; kept alive
   * @return whether the lists say the same; if not, no more than these modules was read
   */
  boolean add(long[] modules, MemoryPieces pieces) {
    return add(modules, 0, pieces) == modules.length;
  }

  /** The number of the next module; more than there are if a list says something else. */
  private int add(long[] modules, int number, MemoryPieces pieces) {
    int other = modules.length + 1;
    pieces.add(modules[number], moduleBytes);
    ByteBuffer list = NativeBytes.at(modules[number] + children, 2 * Long.BYTES);
    long begin = list.getLong(0);
    long bytes = list.getLong(Long.BYTES) - begin;
    if (bytes < 0 || bytes % itemBytes != 0 || bytes / itemBytes > modules.length) {
      return other;
    }
    int next = number + 1;
    if (bytes > 0) {
      pieces.add(begin, (int) bytes);
      ByteBuffer items = NativeBytes.at(begin, bytes);
      for (int at = pointer; at < bytes; at += itemBytes) {
        if (next >= modules.length || items.getLong(at) != modules[next]) {
          return other;
        }
        next = add(modules, next, pieces);
      }
    }
    return next;
  }
}
