package io.tensorcache.internal.device;

/**
 * Times what is queued in a stream, by two events of the driver, for programs that measure.
 * Confined to one thread.
 */
public final class StreamTimer implements AutoCloseable {
  private final Device device;
  private final long stream;
  private final long begin;
  private final long end;

  /** A timer of one stream of a device. */
  public StreamTimer(Device device, long stream) {
    this.device = device;
    this.stream = stream;
    this.begin = device.inContext(Driver::createTimedEvent);
    this.end = device.inContext(Driver::createTimedEvent);
  }

  /**
   * Microseconds on the device from the start to the end of what this queues; waits for it.
   *
   * @throws io.tensorcache.error.DeviceException if the driver refuses something
   */
  public double micros(Runnable queueing) {
    return device.inContext(
        () -> {
          Driver.record(begin, stream);
          queueing.run();
          Driver.record(end, stream);
          Driver.await(end);
          return 1000.0 * Driver.millisBetween(begin, end);
        });
  }

  @Override
  public void close() {
    device.tryInContext(
        () -> {
          Driver.destroyEvent(begin);
          Driver.destroyEvent(end);
        });
  }
}
