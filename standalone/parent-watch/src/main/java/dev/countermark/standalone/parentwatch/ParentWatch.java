package dev.countermark.standalone.parentwatch;

import java.io.IOException;
import java.io.InputStream;

/**
 * Ends this process in an orderly way when its standard input ends, that is when the parent that
 * holds the other end of the pipe is gone, even by SIGKILL. An agent, so that no service has to
 * know who started it.
 */
public final class ParentWatch {
  private ParentWatch() {}

  public static void premain(String arguments) {
    InputStream parent = System.in;
    Thread watch = new Thread(() -> awaitEnd(parent), "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }

  private static void awaitEnd(InputStream parent) {
    byte[] ignored = new byte[64];
    try {
      while (parent.read(ignored) >= 0) {
        // Nothing is ever sent; only the end matters.
      }
    } catch (IOException e) {
      // A broken pipe is an end, too.
    }
    System.exit(0);
  }
}
