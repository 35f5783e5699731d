package dev.countermark.standalone.parentwatch;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs a program and ends the process in an orderly way when its standard input ends, that is when
 * the parent that holds the other end of the pipe is gone, even by SIGKILL. No program has to know
 * who started it. Not an agent: with one the virtual machine reads the bytes of every class again
 * that a class data archive holds ready.
 */
public final class ParentWatch {
  private ParentWatch() {}

  /**
   * @param arguments the main class, and what it is given
   * @throws Throwable what the program throws
   */
  public static void main(String[] arguments) throws Throwable {
    InputStream parent = System.in;
    Thread watch = new Thread(() -> awaitEnd(parent), "parent-watch");
    watch.setDaemon(true);
    watch.start();
    try {
      Class.forName(arguments[0])
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
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
