package io.tensorcache.internal.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whether a row was used, and how often. Written by readers without a lock; what they lose to each
 * other harms nothing.
 */
public abstract class RowUse {
  private static final int USED = 1;
  private static final int AGE_SHIFT = 5;
  private static final int AGES = 1 << Short.SIZE - AGE_SHIFT;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(RowUse.class, "state", short.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What the row counts for where it is held. */
  public final long byteCount;

  /** From the lowest bit: whether it was used, its frequency, and the age of that. */
  @SuppressWarnings("unused") // through STATE
  private short state;

  protected RowUse(long byteCount) {
    this.byteCount = byteCount;
  }

  /** Marks it as used since the last look; writes only when that is news. */
  public final void markUsed() {
    int now = (short) STATE.getOpaque(this);
    if ((now & USED) == 0) {
      STATE.setOpaque(this, (short) (now | USED));
    }
  }

  /**
   * Marks it as used, and counts that.
   *
   * @param age how often all frequencies were halved
   * @return how often it was used lately
   */
  public final int use(int age) {
    int now = (short) STATE.getOpaque(this);
    int frequency = Math.min(Sketch.MOST, frequency(now, age) + 1);
    int then = state(USED, frequency, age);
    if ((short) then != now) {
      STATE.setOpaque(this, (short) then);
    }
    return frequency;
  }

  /** How often it was used lately. */
  public final int frequency(int age) {
    return frequency((short) STATE.getOpaque(this), age);
  }

  /** True if it was used since the last look. */
  public final boolean isUsed() {
    return ((short) STATE.getOpaque(this) & USED) != 0;
  }

  /** Takes it for one that was used so often. */
  public final void setFrequency(int frequency, int age) {
    int used = (short) STATE.getOpaque(this) & USED;
    STATE.setOpaque(this, (short) state(used, Math.min(Sketch.MOST, frequency), age));
  }

  /** True if it was used since the last look; it begins anew. */
  final boolean takeUsed() {
    int now = (short) STATE.getOpaque(this);
    STATE.setOpaque(this, (short) (now & ~USED));
    return (now & USED) != 0;
  }

  private static int state(int used, int frequency, int age) {
    return used | frequency << 1 | age << AGE_SHIFT;
  }

  private static int frequency(int state, int age) {
    int halvings = age - (state >>> AGE_SHIFT) & AGES - 1;
    return halvings > 3 ? 0 : (state >>> 1 & Sketch.MOST) >>> halvings;
  }
}
