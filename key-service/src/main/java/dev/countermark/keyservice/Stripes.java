package dev.countermark.keyservice;

import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** Locks for any number of names; two names may share one. */
final class Stripes {
  private static final int COUNT = 64;

  private final List<Lock> locks = Stream.<Lock>generate(ReentrantLock::new).limit(COUNT).toList();

  Lock of(Object name) {
    return locks.get(Math.floorMod(name.hashCode(), COUNT));
  }
}
