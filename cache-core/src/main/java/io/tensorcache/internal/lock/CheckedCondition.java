package io.tensorcache.internal.lock;

import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** A condition that nobody waits for with another lock in hand. */
final class CheckedCondition implements Condition {
  private final Condition condition;
  private final RankedLock lock;

  CheckedCondition(Condition condition, RankedLock lock) {
    this.condition = condition;
    this.lock = lock;
  }

  @Override
  public void await() throws InterruptedException {
    LockCheck.waiting(lock);
    condition.await();
  }

  @Override
  public void awaitUninterruptibly() {
    LockCheck.waiting(lock);
    condition.awaitUninterruptibly();
  }

  @Override
  public long awaitNanos(long nanos) throws InterruptedException {
    LockCheck.waiting(lock);
    return condition.awaitNanos(nanos);
  }

  @Override
  public boolean await(long time, TimeUnit unit) throws InterruptedException {
    LockCheck.waiting(lock);
    return condition.await(time, unit);
  }

  @Override
  public boolean awaitUntil(Date deadline) throws InterruptedException {
    LockCheck.waiting(lock);
    return condition.awaitUntil(deadline);
  }

  @Override
  public void signal() {
    condition.signal();
  }

  @Override
  public void signalAll() {
    condition.signalAll();
  }
}
