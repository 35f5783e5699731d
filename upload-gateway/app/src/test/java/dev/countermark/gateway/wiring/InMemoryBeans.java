package dev.countermark.gateway.wiring;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import io.quarkus.test.Mock;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Store and keys of the service's tests, in place of the real ones. */
@Singleton
public class InMemoryBeans {
  /** A store that can be away. */
  public interface TestStore extends BlobStore {
    void away(boolean away);
  }

  @Produces
  @Singleton
  @Mock
  BlobStore store() {
    BlobStore store = new InMemoryBlobStore();
    boolean[] away = new boolean[1];
    return (BlobStore)
        Proxy.newProxyInstance(
            TestStore.class.getClassLoader(),
            new Class<?>[] {TestStore.class},
            (proxy, method, arguments) -> {
              if (method.getDeclaringClass() == TestStore.class) {
                away[0] = (boolean) arguments[0];
                return null;
              }
              if (away[0] && method.getDeclaringClass() == BlobStore.class) {
                throw new Failure.Transient("the store is away", null);
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Produces
  @Singleton
  @Mock
  KeyClient keys() {
    return new InMemoryKeyClient();
  }
}
