package io.tensorcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tensorcache.config.ByteSize;
import io.tensorcache.tensor.HostTensor;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The thread's context class loader, in a server or a plugin, is not the one of this library. */
class ContextLoaderTest {
  @TempDir private Path directory;

  /** Knows classes and services by these names, and none of them is ours. */
  private static final class Foreign extends ClassLoader {
    final List<String> asked = new ArrayList<>();

    Foreign() {
      super(ClassLoader.getPlatformClassLoader());
    }

    @Override
    public Enumeration<URL> getResources(String name) {
      asked.add(name);
      return Collections.emptyEnumeration();
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      asked.add(name);
      throw new ClassNotFoundException(name);
    }
  }

  private void use(@Nullable ClassLoader context) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(context);
    try {
      TensorCache cache =
          TensorCache.builder("loader")
              .heap(ByteSize.ofMiB(1))
              .offHeap(ByteSize.ofMiB(4))
              .disk(ByteSize.ofMiB(16), directory)
              .build();
      try (cache) {
        var cached = cache.wrap("f", Fingerprint.version("1"), HostTensor.adapter(), x -> x);
        HostTensor batch = Counted.batch(0, 4, 3);
        cached.apply(batch);
        cached.apply(batch);
        assertEquals(4, cache.stats().hits());
      }
      assertSame(context, thread.getContextClassLoader());
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void buildsWithoutOne() {
    use(null);
  }

  @Test
  void buildsWithOneThatKnowsNoEhcache() {
    use(ClassLoader.getPlatformClassLoader());
  }

  @Test
  void asksNothingOfAForeignOne() {
    Foreign foreign = new Foreign();
    use(foreign);
    List<String> ofEhcache =
        foreign.asked.stream().filter(name -> name.contains("ehcache")).toList();
    assertEquals(List.of(), ofEhcache);
  }
}
