package dev.countermark.gateway.wiring;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.gateway.kit.IntegrityEvents;
import dev.countermark.gateway.kit.UploadEvents;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.readiness.Dependency;
import io.quarkus.test.Mock;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/** Store and keys of the service's tests, in place of the real ones. */
@Singleton
public class InMemoryBeans {
  /** Whether the broker does not answer. */
  public static volatile boolean brokerAway;

  /** A store that can be away. */
  public interface TestStore extends BlobStore {
    void away(boolean away);

    /** Is away as soon as the next package record is created: its writer does nothing after it. */
    void awayBehindRecord();
  }

  @Produces
  @Singleton
  @Mock
  BlobStore store() {
    BlobStore store = new InMemoryBlobStore();
    AtomicBoolean away = new AtomicBoolean();
    AtomicBoolean behindRecord = new AtomicBoolean();
    return (BlobStore)
        Proxy.newProxyInstance(
            TestStore.class.getClassLoader(),
            new Class<?>[] {TestStore.class},
            (proxy, method, arguments) -> {
              if (method.getDeclaringClass() == TestStore.class) {
                away.set(arguments != null && (boolean) arguments[0]);
                behindRecord.set(arguments == null);
                return null;
              }
              if (away.get() && method.getDeclaringClass() == BlobStore.class) {
                throw new Failure.Transient("the store is away", null);
              }
              try {
                Object result = method.invoke(store, arguments);
                if (method.getName().equals("create")
                    && Formats.all().stream().anyMatch(f -> f.isRecord((String) arguments[0]))
                    && behindRecord.getAndSet(false)) {
                  away.set(true);
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Tests of the gateway have no broker. */
  @Produces
  @Singleton
  @Mock
  @Identifier("broker")
  Dependency.Probe broker() {
    return () -> {
      if (brokerAway) {
        throw new IOException("the broker is away");
      }
    };
  }

  /** Tells the signers, unless the broker is away. */
  @Produces
  @Singleton
  @Mock
  UploadEvents events(IntegrityEvents publisher) {
    return new UploadEvents() {
      @Override
      public void uploaded(Format<?, ?> format, PackageUploaded upload) {
        if (brokerAway) {
          throw new Failure.Transient("the broker is away", null);
        }
        ((UploadEvents) publisher).uploaded(format, upload);
      }
    };
  }

  @Produces
  @Singleton
  @Mock
  KeyClient keys() {
    return new InMemoryKeyClient();
  }
}
