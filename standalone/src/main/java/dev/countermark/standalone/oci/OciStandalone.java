package dev.countermark.standalone.oci;

import dev.countermark.standalone.Addresses;
import dev.countermark.standalone.RunningPlatform;
import dev.countermark.standalone.StandaloneFormat;
import dev.countermark.standalone.demo.Checks;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** Container images. */
public final class OciStandalone implements StandaloneFormat {
  @Override
  public String label() {
    return "oci";
  }

  @Override
  public int order() {
    return 10;
  }

  @Override
  public List<String> banner(Addresses gateway, String repository) {
    String host = URI.create(gateway.url()).getAuthority();
    String image = host + "/" + repository + "/web:1.0";
    String keys = gateway.url() + "/" + repository + "/keys/oci/";
    return List.of(
        "   push an image (the repository " + repository + " is made on first push)",
        "     docker login " + host + " -u admin        # password: the admin token",
        "     docker tag IMAGE " + image,
        "     docker push " + image,
        "     crane auth login " + host + " -u admin -p TOKEN",
        "     crane push IMAGE.tar " + image,
        "",
        "   verify it, seconds later, with nothing but the public key",
        "     cosign verify --key " + keys + "cosign.pub \\",
        "       --insecure-ignore-tlog=true " + image,
        "     curl -O " + keys + "policy.json",
        "     curl --create-dirs -o registries.d/countermark.yaml \\",
        "       " + keys + "registries.yaml",
        "     skopeo --policy policy.json --registries.d registries.d copy \\",
        "       --src-tls-verify=false --src-creds admin:TOKEN \\",
        "       docker://" + image + " dir:verified");
  }

  @Override
  public String openSettings() {
    return "{\"anonymousPull\":true}";
  }

  @Override
  public void demonstrate(RunningPlatform platform, String repository, Checks checks)
      throws IOException, InterruptedException {
    new OciDemo(platform, repository, checks).show();
  }
}
