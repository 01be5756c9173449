package io.tensorcache.internal.key;

import io.tensorcache.internal.codec.CanonicalText;
import java.util.Objects;

/** What a cache or function may be called. */
public final class Names {
  private static final int LONGEST = 255;

  private Names() {}

  public static String check(String what, String name) {
    Objects.requireNonNull(name, () -> what + " name is null");
    if (name.isBlank() || name.length() > LONGEST || hasControl(name)) {
      String shown =
          name.length() > 40
              ? name.substring(0, 40) + "... (" + name.length() + " characters)"
              : name;
      throw new IllegalArgumentException(
          what
              + " name \""
              + shown
              + "\": 1 to "
              + LONGEST
              + " characters, not blank, no control characters");
    }
    return CanonicalText.requireWhole(what, name);
  }

  private static boolean hasControl(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (Character.isISOControl(name.charAt(i))) {
        return true;
      }
    }
    return false;
  }
}
