package dev.countermark.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.gateway.TestFormats;
import dev.countermark.gateway.api.RepositoryAdministration.Manager;
import dev.countermark.gateway.auth.GatewayAuthenticator;
import dev.countermark.gateway.auth.RequestCaller;
import dev.countermark.gateway.auth.RequestRates;
import dev.countermark.gateway.auth.TokenUses;
import dev.countermark.gateway.auth.Tokens;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.StrictJson;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RepositoryAdministrationTest {
  private static final Requests.Settings DEFAULTS =
      new Requests.RepositorySettings(null, null, null, null)
          .checked(RepositoryName.of("acme/app"), TestFormats.all());
  private static final Manager ADMINISTRATOR = new Manager("admin", true);
  private static final Manager MANAGER = new Manager("token acme/app/1", false);
  private static final RepositoryName APP = RepositoryName.of("acme/app");

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final List<RepositoryName> changed = new ArrayList<>();

  private RepositoryAdministration administration(KeyClient keys) {
    Clock clock = Clock.systemUTC();
    return new RepositoryAdministration(
        store,
        new Tokens(store, clock),
        keys,
        name -> {
          synchronized (changed) {
            changed.add(name);
          }
        },
        clock);
  }

  @Test
  void aRepositoryIsCreatedAlthoughTheKeyServiceIsAway() {
    var put = administration(new AwayKeyClient()).put(APP, DEFAULTS, ADMINISTRATOR).orElseThrow();

    assertThat(put.created()).isTrue();
    assertThat(changed).containsExactly(APP);
  }

  @Test
  void whoMayNotCreateCreatesNothing() {
    var administration = administration(new InMemoryKeyClient());

    assertThat(administration.put(APP, DEFAULTS, MANAGER)).isEmpty();
    assertThat(store.head(ObjectKeys.repository(APP))).isEmpty();
    assertThat(changed).isEmpty();
  }

  @Test
  void ofManyWhoCreateTheSameRepositoryAtOnceOneDid() throws Exception {
    var administration = administration(new InMemoryKeyClient());
    var pool = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Boolean>> puts = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        puts.add(() -> administration.put(APP, DEFAULTS, ADMINISTRATOR).orElseThrow().created());
      }
      int created = 0;
      for (Future<Boolean> put : pool.invokeAll(puts)) {
        created += put.get() ? 1 : 0;
      }
      assertThat(created).isEqualTo(1);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void deletingGoesOnWhereACrashLeftOff() {
    var administration = administration(new InMemoryKeyClient());
    administration.put(APP, DEFAULTS, ADMINISTRATOR);
    for (int i = 0; i < 2_100; i++) {
      store.create(OciKeys.tag("acme/app", "t" + i), new byte[] {'{', '}'});
    }
    store.delete(ObjectKeys.repository(APP)); // as far as the crash let it come

    assertThat(administration.delete(APP)).isTrue();

    assertThat(store.list(OciKeys.repository(APP), "", 1).entries()).isEmpty();
    assertThat(administration.delete(APP)).isFalse();
  }

  /** Without it, what was left of the one before would be there for the one that comes next. */
  @Test
  void whoMakesOneAgainGoesOnWithADeletionThatBrokeOff() {
    var administration = administration(new InMemoryKeyClient());
    administration.put(APP, DEFAULTS, ADMINISTRATOR);
    administration.delete(APP);
    // As a crash leaves them: the record is gone, and nobody holds the note any more.
    store.create(OciKeys.tag("acme/app", "left"), new byte[] {'{', '}'});
    store.create(ObjectKeys.token(APP, "left0000"), new byte[] {'{', '}'});

    assertThat(administration.put(APP, DEFAULTS, ADMINISTRATOR).orElseThrow().created()).isTrue();

    assertThat(store.list(OciKeys.repository(APP), "", 1).entries()).isEmpty();
    assertThat(store.list(ObjectKeys.tokens(APP), "", 1).entries()).isEmpty();
  }

  @Test
  void whatIsNewIsNotTakenForWhatWasLeft() {
    var administration = administration(new InMemoryKeyClient());
    administration.put(APP, DEFAULTS, ADMINISTRATOR);
    administration.delete(APP);
    administration.put(APP, DEFAULTS, ADMINISTRATOR);
    store.create(OciKeys.tag("acme/app", "new"), new byte[] {'{', '}'});

    assertThat(administration.put(APP, DEFAULTS, ADMINISTRATOR).orElseThrow().created()).isFalse();

    assertThat(store.head(OciKeys.tag("acme/app", "new"))).isPresent();
  }

  @Test
  void nobodyMakesOneThatIsBeingDeleted() {
    var administration = administration(new InMemoryKeyClient());
    administration.put(APP, DEFAULTS, ADMINISTRATOR);
    List<Throwable> failures = new ArrayList<>();
    var deleting =
        new RepositoryAdministration(
            store,
            new Tokens(store, Clock.systemUTC()),
            new InMemoryKeyClient(),
            name -> {
              try {
                administration.put(APP, DEFAULTS, ADMINISTRATOR);
              } catch (Failure.Transient e) {
                failures.add(e);
              }
            },
            Clock.systemUTC());

    assertThat(deleting.delete(APP)).isTrue();

    assertThat(failures).isNotEmpty();
  }

  @Test
  void aTokenThatIsMadeMeanwhileOpensNothing() {
    var administration = administration(new InMemoryKeyClient());
    administration.put(APP, DEFAULTS, ADMINISTRATOR);
    BlobStore deletedUnderneath =
        (BlobStore)
            Proxy.newProxyInstance(
                BlobStore.class.getClassLoader(),
                new Class<?>[] {BlobStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("create")) {
                    administration.delete(APP);
                  }
                  return method.invoke(store, arguments);
                });
    Clock clock = Clock.systemUTC();
    Tokens tokens = new Tokens(deletedUnderneath, clock);
    String admin = "an-admin-token-of-the-tests";
    var resource =
        new TokensResource(
            new Managers(
                new GatewayAuthenticator(
                    admin,
                    new byte[32],
                    "registry.test",
                    new GatewayAuthenticator.Callers(
                        tokens,
                        new TokenUses(tokens, clock),
                        RequestCaller.NONE,
                        RequestRates.NONE,
                        100),
                    clock)),
            administration,
            tokens,
            clock,
            null); // no request has a body here
    RepositoryRecord seen = administration.find(APP).orElseThrow();
    TokenRequests.NewToken wanted =
        StrictJson.read(
            "{\"scopes\":[\"read\"]}".getBytes(StandardCharsets.UTF_8),
            TokenRequests.NewToken.class);

    assertThatThrownBy(() -> resource.create(seen, wanted, "admin"))
        .isInstanceOf(ProblemException.class);

    assertThat(store.list(ObjectKeys.tokens(APP), "", 1).entries()).isEmpty();
  }

  private static final class AwayKeyClient implements KeyClient {
    @Override
    public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
      throw new Failure.Transient("away", null);
    }

    @Override
    public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
      throw new Failure.Transient("away", null);
    }

    @Override
    public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
      throw new Failure.Transient("away", null);
    }
  }
}
