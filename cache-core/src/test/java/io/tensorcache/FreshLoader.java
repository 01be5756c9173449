package io.tensorcache;

import java.io.File;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A class loader that loads the library and what it needs for itself, as a server does. */
final class FreshLoader {
  private FreshLoader() {}

  /** One over the class path of this JVM, but what writes the log: setting that up takes long. */
  static URLClassLoader make() {
    List<URL> urls = new ArrayList<>();
    try {
      for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
        if (!path.contains("logback")) {
          urls.add(Path.of(path).toUri().toURL());
        }
      }
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  /** Calls with this loader as the thread's. */
  static <T> T call(ClassLoader loader, Callable<T> action) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return action.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
