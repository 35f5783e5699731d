package dev.countermark.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerTest {
  @Test
  void anAddressIsItsNetworkWhereEveryClientHasAWholeOne() throws Exception {
    assertThat(Peer.address(InetAddress.getByName("192.0.2.7"))).isEqualTo("192.0.2.7");
    assertThat(Peer.address(InetAddress.getByName("2001:db8:1:2::1")))
        .isEqualTo(Peer.address(InetAddress.getByName("2001:db8:1:2:ffff::9")))
        .isNotEqualTo(Peer.address(InetAddress.getByName("2001:db8:1:3::1")));
  }

  @ParameterizedTest
  @CsvSource({
    "/v2/acme/app/blobs/sha256:0, /v2/acme/app",
    "/v2/acme/app/team/x/manifests/1, /v2/acme/app",
    "/acme/app/nuget/v3/flat/a/1.0.0/a.1.0.0.nupkg, /acme/app/nuget",
    "/v2/token, /v2/token",
    "/, /",
  })
  void aPlaceIsNeverPartOfTwoRepositories(String path, String place) {
    assertThat(Peer.place(path)).isEqualTo(place);
  }
}
