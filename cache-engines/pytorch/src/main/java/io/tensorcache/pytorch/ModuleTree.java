package io.tensorcache.pytorch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.SharedModuleVector;
import org.bytedeco.pytorch.StringSharedModuleDict;
import org.jspecify.annotations.Nullable;

/**
 * A module and its submodules at one moment, in the order of registration. Immutable; keeps them
 * alive until it is closed, the root too if it is held by a {@code shared_ptr}, as every module
 * that Java makes is.
 */
final class ModuleTree implements AutoCloseable {
  /** A module and its dotted name; the root's is empty. */
  record Node(String path, Module module) {}

  private final String rootClass;
  private final Module root; // held, if it can be
  private final boolean isRootHeld;
  private final List<Node> nodes;
  private final long[] addresses;
  private final boolean fastAddresses;

  private ModuleTree(Module root, List<Node> nodes, boolean fastAddresses) {
    Module held = held(root);
    this.rootClass = root.getClass().getName();
    this.root = held == null ? root : held;
    this.isRootHeld = held != null;
    this.nodes = List.copyOf(nodes);
    this.addresses = nodes.stream().skip(1).mapToLong(node -> node.module().address()).toArray();
    this.fastAddresses = fastAddresses;
  }

  /** Reads the tree. Does not copy the modules. */
  @SuppressWarnings("try") // the scope frees what is made inside
  static ModuleTree of(Module root) {
    List<Node> nodes = new ArrayList<>();
    nodes.add(new Node("", root));
    try (PointerScope scope = new PointerScope()) {
      // Without the root, which need not be held by a shared_ptr.
      StringSharedModuleDict named = root.named_modules("", false);
      SharedModuleVector modules = named.values();
      for (long i = 0; i < named.size(); i++) {
        long at = i;
        String path = named.get(i).key().getString();
        nodes.add(new Node(path, Unscoped.keep(() -> modules.get(at))));
      }
      return new ModuleTree(root, nodes, SharedPointers.isLaidOutAsExpected(modules));
    }
  }

  /** Another reference to a module; null if it is not held by a {@code shared_ptr}. */
  @SuppressWarnings("try") // the scope frees what is made inside
  private static @Nullable Module held(Module root) {
    try (PointerScope scope = new PointerScope()) {
      SharedModuleVector modules = root.modules(true);
      return Unscoped.keep(() -> modules.get(0));
    } catch (RuntimeException e) {
      return null; // std::bad_weak_ptr
    }
  }

  /** The root first, then its submodules, depth first. */
  List<Node> nodes() {
    return nodes;
  }

  /**
   * What computes with the weights: the type of each module, by its path. A layer without weights,
   * such as an activation, shows only here. Options, such as a stride, do not.
   */
  @SuppressWarnings("try") // the scope frees what is made inside
  String layers() {
    StringJoiner layers = new StringJoiner("\n", rootClass + "\n", "");
    try (PointerScope scope = new PointerScope()) {
      for (Node node : nodes) {
        layers.add(node.path() + " " + node.module().name().getString());
      }
    }
    return layers.toString();
  }

  /** Whether the root still has these submodules, in this order. About 7 µs for 50 of them. */
  boolean isCurrent() {
    try (SharedModuleVector now = root.modules(false)) {
      return now.size() == addresses.length
          && Arrays.equals(
              addresses,
              fastAddresses ? SharedPointers.addresses(now) : SharedPointers.slowly(now));
    }
  }

  /** Whether any module is in training mode. */
  boolean isTraining() {
    if (root.is_training()) {
      return true;
    }
    for (int i = 1; i < nodes.size(); i++) {
      if (nodes.get(i).module().is_training()) {
        return true;
      }
    }
    return false;
  }

  /** Lets go of the modules; the root that was given stays the caller's. */
  @Override
  public void close() {
    if (isRootHeld) {
      root.close();
    }
    nodes.stream().skip(1).forEach(node -> node.module().close());
  }
}
