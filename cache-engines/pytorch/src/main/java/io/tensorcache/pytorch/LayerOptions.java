package io.tensorcache.pytorch;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Module;

/**
 * The options of a layer as text: what it computes with beside its weights, such as a stride, a
 * slope or an epsilon. Every getter of the presets' option classes is read; a layer with one that
 * cannot be read is refused.
 */
final class LayerOptions {
  /** Recurrent layers compute with the options of their base. */
  private static final List<String> GETTERS = List.of("options", "options_base");

  private LayerOptions() {}

  /**
   * The options of a layer of the presets; empty for a module that has none.
   *
   * @param path the layer's dotted name, for messages
   * @throws IllegalArgumentException if one of them cannot be read, with what to do
   */
  static String of(String path, Module layer) {
    StringJoiner all = new StringJoiner(" ");
    for (Pointer options : pointers(layer)) {
      all.add(text(path, options));
    }
    return all.toString();
  }

  /** Where the options of a layer of the presets are. */
  static List<Pointer> pointers(Module layer) {
    List<Pointer> all = new ArrayList<>(1);
    for (String getter : GETTERS) {
      try {
        Object options = layer.getClass().getMethod(getter).invoke(layer);
        if (options instanceof Pointer pointer && !pointer.isNull()) {
          all.add(pointer);
        }
      } catch (NoSuchMethodException e) {
        continue; // it has none of this name
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException("cannot read the options of " + layer, e);
      }
    }
    return all;
  }

  private static String text(String path, Pointer options) {
    StringJoiner text = new StringJoiner(", ", "(", ")");
    for (Method getter : OptionReader.getters(options.getClass())) {
      String value = OptionReader.read(options, getter);
      if (value == null) {
        throw new IllegalArgumentException(
            "the option "
                + getter.getName()
                + " of layer "
                + (path.isEmpty() ? "" : "\"" + path + "\" of ")
                + options.getClass().getSimpleName()
                + " cannot be read: give the module a version with cache.wrap(name,"
                + " Fingerprint.version(\"1\"), PyTorch.tensors(), module::forward), and another"
                + " one whenever its weights or options change");
      }
      text.add(getter.getName() + "=" + value);
    }
    return text.toString();
  }
}
