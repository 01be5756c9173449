package io.tensorcache.pytorch;

import io.tensorcache.internal.key.MemoryPieces;
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
 * A module and its submodules at one moment, in the order of registration. Keeps them alive until
 * it is closed, the root too if it is held by a {@code shared_ptr}, as every module that Java makes
 * is. Confined to one thread at a time.
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
  private final @Nullable ModuleLayout layout; // null if only calls may look
  private final List<Module> overriding; // those whose mode may be another than the one they keep
  private @Nullable MemoryPieces pieces; // what shows the list and the modes; null if only calls do
  private boolean wasTraining; // any of the others, when the pieces were remembered

  private ModuleTree(
      Module root, List<Node> nodes, boolean fastAddresses, @Nullable ModuleLayout layout) {
    Module held = held(root);
    this.rootClass = root.getClass().getName();
    this.root = held == null ? root : held;
    this.isRootHeld = held != null;
    this.nodes = List.copyOf(nodes);
    this.addresses = nodes.stream().skip(1).mapToLong(node -> node.module().address()).toArray();
    this.fastAddresses = fastAddresses;
    this.layout = isRootHeld ? layout : null;
    this.overriding = nodes.stream().map(Node::module).filter(ModuleTree::mayOverride).toList();
    remember();
    if (!isCurrentByCalls()) {
      forget(); // it changed meanwhile, which a call will see again
    }
  }

  /** Reads the tree. Does not copy the modules. */
  static ModuleTree of(Module root) {
    return of(root, ModuleLayout.get());
  }

  /** Reads the tree. Calls alone look at it later if no layout is known. */
  @SuppressWarnings("try") // the scope frees what is made inside
  static ModuleTree of(Module root, @Nullable ModuleLayout layout) {
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
      return new ModuleTree(root, nodes, SharedPointers.isLaidOutAsExpected(modules), layout);
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

  /** Whether another class than those of PyTorch may say in which mode it is. */
  @SuppressWarnings("try") // the scope frees what is made inside
  private static boolean mayOverride(Module module) {
    try (PointerScope scope = new PointerScope()) {
      return !module.name().getString().startsWith("torch::nn::");
    }
  }

  /** Whether calls alone look at it. */
  boolean isCalled() {
    return pieces == null;
  }

  private void forget() {
    MemoryPieces then = pieces;
    pieces = null;
    if (then != null) {
      then.close();
    }
  }

  /** From here on a look compares what the modules hold now. */
  private void remember() {
    forget();
    if (layout == null) {
      return;
    }
    long[] all = new long[addresses.length + 1];
    all[0] = root.address();
    System.arraycopy(addresses, 0, all, 1, addresses.length);
    MemoryPieces now = new MemoryPieces();
    if (layout.add(all, now)) {
      now.remember();
      wasTraining = isTrainingByCalls(); // after that: what is set meanwhile is seen by a look
      pieces = now;
    }
  }

  /**
   * Whether the root still has these submodules, in this order. A microsecond or two for 50 of them
   * while nothing in the modules changes, else about 7.
   */
  boolean isCurrent() {
    MemoryPieces then = pieces;
    if (then != null) {
      if (then.firstChanged() < 0) {
        return true;
      }
      remember(); // before the calls: what changes after them is seen by the next look
    }
    return isCurrentByCalls();
  }

  private boolean isCurrentByCalls() {
    try (SharedModuleVector now = root.modules(false)) {
      return now.size() == addresses.length
          && Arrays.equals(
              addresses,
              fastAddresses ? SharedPointers.addresses(now) : SharedPointers.slowly(now));
    }
  }

  /** Whether any module was in training mode at the last look. */
  boolean isTraining() {
    if (pieces == null) {
      return isTrainingByCalls();
    }
    return wasTraining || overriding.stream().anyMatch(Module::is_training);
  }

  private boolean isTrainingByCalls() {
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
    forget();
    if (isRootHeld) {
      root.close();
    }
    nodes.stream().skip(1).forEach(node -> node.module().close());
  }
}
