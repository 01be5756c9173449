package io.tensorcache.internal.scope;

import io.tensorcache.internal.codec.RowSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Words, of which "closed" is one that the program closed. */
final class ClosedOnes extends ValueType<String> {
  /** How often one was looked at. */
  int looks;

  @Override
  public String description() {
    return "a word";
  }

  @Override
  public @Nullable String accept(Object held) {
    return held instanceof String word ? word : null;
  }

  @Override
  public boolean isUsable(String value) {
    looks++;
    return !value.equals("closed");
  }

  @Override
  public List<Part> parts(String value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void checkCopy(String value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String movedTo(String value, String device) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean matches(RowSchema schema) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Slot newSlot(RowSchema.Part part) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String build(RowSchema schema, List<Object> slotValues) {
    throw new UnsupportedOperationException();
  }
}
