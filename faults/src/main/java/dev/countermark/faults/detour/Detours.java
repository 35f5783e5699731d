package dev.countermark.faults.detour;

import dev.countermark.standalone.Arrangement;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The ways to all parts that others reach. */
public final class Detours implements Arrangement.Detour, AutoCloseable {
  private final Map<String, Way> ways = new ConcurrentHashMap<>();

  @Override
  public int around(String part, int port) throws IOException {
    Way way = new Way(part, port);
    ways.put(part, way);
    return way.port();
  }

  /** Changes how the way to a part is. */
  public void become(String part, Condition condition) {
    ways.get(part).become(condition);
  }

  @Override
  public void close() throws IOException {
    for (Way way : ways.values()) {
      way.close();
    }
  }
}
