package dev.countermark.conformance;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives every suite that one process of tests runs the same {@link Platform}; the last one to go
 * stops it. Where tests have several processes, each is told one suite after the other, so what
 * they share belongs to the launcher's session and not to one run of it.
 */
public final class PlatformExtension implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(PlatformExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Platform.class;
  }

  @Override
  public Platform resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return platform(context);
  }

  /** What a suite gets that asks for one; for extensions. */
  public static Platform platform(ExtensionContext context) {
    return context
        .getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
        .computeIfAbsent(Platform.class, type -> Platform.open(), Platform.class);
  }
}
