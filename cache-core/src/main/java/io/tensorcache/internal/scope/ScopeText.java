package io.tensorcache.internal.scope;

import io.tensorcache.internal.codec.RowSchema;
import io.tensorcache.internal.json.PlainText;
import io.tensorcache.tensor.HostMemory;
import io.tensorcache.tensor.TensorKey;
import io.tensorcache.tensor.TensorSpec;
import io.tensorcache.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A scope as lines for a person, one for each entry, as kerch prints its caches:
 *
 * <pre>
 * K [light] persisting, float32[5, 5], 100 bytes, heap: tensor([[1.0000, 0.3058, ...], ...])
 * </pre>
 *
 * Printing is no use of an entry: it changes neither counts nor order.
 */
public final class ScopeText {
  private final ScopeState<?> scope;
  private final StringBuilder text = new StringBuilder();

  ScopeText(ScopeState<?> scope) {
    this.scope = scope;
  }

  /** The entries of a scope, then those of its children. */
  public static String of(ScopeState<?> scope, boolean includePrivate) {
    ScopeText text = new ScopeText(scope);
    text.text
        .append(PlainText.line(scope.path()))
        .append(" [")
        .append(lower(scope.table().level()))
        .append("]\n");
    for (Entry entry : scope.table().list(includePrivate)) {
      text.append(entry);
    }
    for (ScopeState<?> child : scope.children()) {
      text.text.append(of(child, includePrivate));
    }
    return text.text.toString();
  }

  /** What a row consists of. */
  public static String of(RowSchema schema) {
    List<String> parts = new ArrayList<>();
    for (RowSchema.Part part : schema.parts()) {
      String name = PlainText.line(RecordType.shown(part.name()));
      parts.add(name.isEmpty() ? part.spec().toString() : name + " " + part.spec());
    }
    return parts.size() == 1 ? parts.get(0) : "(" + String.join(", ", parts) + ")";
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private void append(Entry entry) {
    Object held = entry.held();
    List<ValueType.Part> parts = new ArrayList<>();
    String place;
    if (held instanceof TensorKey key) {
      place = copied(key, parts);
    } else if (held == null) {
      place = "gone";
    } else {
      place = entry.isWeak() ? "weak" : "strong";
      byReference(held, parts);
    }
    text.append("  ")
        .append(PlainText.line(entry.name()))
        .append(" [")
        .append(lower(entry.level()))
        .append(']');
    text.append(entry.isPersisting() ? " persisting, " : " ");
    for (ValueType.Part part : parts) {
      String name = PlainText.line(RecordType.shown(part.name()));
      text.append(name).append(name.isEmpty() ? "" : " ").append(part.view().spec()).append(", ");
    }
    boolean isInStoreOnly = place.equals("gone") && entry.isPersisting();
    text.append(entry.byteCount()).append(" bytes, ").append(isInStoreOnly ? "durable" : place);
    for (int i = 0; i < parts.size(); i++) {
      text.append(i == 0 ? ": " : ", ");
      FirstValues.append(text, parts.get(i).view());
    }
    text.append('\n');
  }

  private String copied(TensorKey key, List<ValueType.Part> parts) {
    ScopeRow row = ScopeRow.read(scope.scopes().rows().tiers(), key);
    if (row == null) {
      return "gone";
    }
    for (int i = 0; i < row.payloads().size(); i++) {
      RowSchema.Part part = row.schema().parts().get(i);
      parts.add(new ValueType.Part(part.name(), view(part.spec(), row.payloads().get(i))));
    }
    return row.place();
  }

  private static TensorView view(TensorSpec spec, ByteBuffer bytes) {
    return TensorView.of(spec, HostMemory.of(bytes));
  }

  private void byReference(Object held, List<ValueType.Part> parts) {
    ValueType<?> type = scope.types().of(held);
    if (type != null) {
      addParts(type, held, parts);
    }
  }

  private static <V> void addParts(ValueType<V> type, Object held, List<ValueType.Part> parts) {
    @Nullable V value = type.accept(held);
    if (value != null && type.isUsable(value)) {
      parts.addAll(type.parts(value));
    }
  }
}
