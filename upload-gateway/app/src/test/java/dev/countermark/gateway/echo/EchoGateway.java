package dev.countermark.gateway.echo;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.format.echo.EchoSettings;
import dev.countermark.gateway.auth.Authenticator;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.repositories.Repositories;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;

/** How the throw-away format hangs into the gateway. */
@Singleton
class EchoGateway implements GatewayFormat<EchoRecord, EchoSettings> {
  private final RepositoryAccess<EchoSettings> access;

  EchoGateway(Authenticator authenticator, Repositories repositories) {
    this.access =
        new RepositoryAccess<>(authenticator, repositories, format(), EchoSettings::anonymousRead);
  }

  @Override
  public Format<EchoRecord, EchoSettings> format() {
    return new EchoFormat();
  }

  @Override
  public RepositoryAccess<EchoSettings> access() {
    return access;
  }

  @Override
  public Optional<String> statusKey(RepositoryName repository, String rest) {
    return new EchoFormat().recordKey(repository, rest);
  }

  @Override
  public Map<String, Object> statusDetails(EchoRecord record) {
    return Map.of("size", record.upload().size());
  }
}
