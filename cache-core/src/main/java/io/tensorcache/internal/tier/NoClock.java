package io.tensorcache.internal.tier;

import org.ehcache.core.spi.time.TimeSource;
import org.ehcache.core.spi.time.TimeSourceService;
import org.ehcache.spi.service.Service;
import org.ehcache.spi.service.ServiceProvider;

/**
 * What Ehcache takes for the time. Nothing here expires, and no order depends on times; so a
 * look-up neither asks a clock nor writes down when it was.
 */
final class NoClock implements TimeSourceService, TimeSource {
  @Override
  public TimeSource getTimeSource() {
    return this;
  }

  @Override
  public long getTimeMillis() {
    return 0;
  }

  @Override
  public void start(ServiceProvider<Service> serviceProvider) {}

  @Override
  public void stop() {}
}
