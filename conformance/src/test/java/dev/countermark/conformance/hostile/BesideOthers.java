package dev.countermark.conformance.hostile;

import dev.countermark.conformance.PlatformExtension;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets {@link OtherTenants} go on while the tests of a suite do their worst on the platform that it
 * shares with others, and fails the suite when they noticed, or when a process is another one.
 */
final class BesideOthers implements BeforeAllCallback, AfterAllCallback {
  private OtherTenants others;
  private OtherTenants.Watch watch;

  @Override
  public void beforeAll(ExtensionContext context) {
    others = new OtherTenants(new LivingGateway(PlatformExtension.platform(context)));
    watch = others.watch();
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    if (watch == null) {
      return; // the platform is somebody else's
    }
    try {
      watch.requireUndisturbed(context.getRequiredTestClass().getSimpleName());
    } finally {
      others.close();
    }
  }
}
