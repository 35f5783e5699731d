package dev.countermark.keyservice.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.HttpKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClientContract;
import dev.countermark.keys.KeyClientSettings;
import dev.countermark.keys.KeyServiceApi;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The HTTP adapter against the service itself. */
@QuarkusTest
@TestProfile(TestClients.class)
class ServiceContractTest extends KeyClientContract {
  @TestHTTPResource("/")
  URI url;

  private KeyClient client;

  @Override
  protected KeyClient client() {
    synchronized (this) {
      if (client == null) {
        client =
            new HttpKeyClient(
                KeyClientSettings.bearer(url, TestClients.SIGNER).withCurrentTtl(Duration.ZERO));
      }
      return client;
    }
  }

  @Override
  protected void rotate(RepositoryName repository, KeyClient.Purpose purpose) {
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          url.resolve(KeyServiceApi.rotateImmediately(repository, purpose)))
                      .header("Authorization", "Bearer " + TestClients.OPERATOR)
                      .POST(HttpRequest.BodyPublishers.noBody())
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
