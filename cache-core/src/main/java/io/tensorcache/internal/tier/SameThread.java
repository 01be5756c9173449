package io.tensorcache.internal.tier;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.ehcache.core.spi.service.ExecutionService;
import org.ehcache.spi.service.Service;
import org.ehcache.spi.service.ServiceProvider;

/**
 * Runs Ehcache's eviction notices on the thread that evicts, after its locks are free: no thread of
 * its own, and no notice arrives after the operation that caused it.
 */
final class SameThread implements ExecutionService {
  @Override
  public ScheduledExecutorService getScheduledExecutor(String poolAlias) {
    throw new UnsupportedOperationException("nothing is scheduled: " + poolAlias);
  }

  @Override
  public ExecutorService getOrderedExecutor(String poolAlias, BlockingQueue<Runnable> queue) {
    return new Executor();
  }

  @Override
  public ExecutorService getUnorderedExecutor(String poolAlias, BlockingQueue<Runnable> queue) {
    return new Executor();
  }

  @Override
  public void start(ServiceProvider<Service> serviceProvider) {}

  @Override
  public void stop() {}

  private static final class Executor extends AbstractExecutorService {
    private volatile boolean shutDown;

    @Override
    public void execute(Runnable command) {
      command.run();
    }

    @Override
    public void shutdown() {
      shutDown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutDown = true;
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return shutDown;
    }

    @Override
    public boolean isTerminated() {
      return shutDown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
