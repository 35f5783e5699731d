/**
 * The management API below {@code /api/v1}: repositories, their settings and their tokens, resync.
 * Start at {@link dev.countermark.gateway.api.RepositoriesResource}. Everything is refused unless
 * {@link dev.countermark.gateway.api.Managers} allows it; every error is a problem (RFC 9457).
 *
 * <p>Must not know the registry's protocol or how tokens are checked.
 */
@OpenAPIDefinition(
    info =
        @Info(
            title = "Countermark",
            version = "1",
            description =
                "Repositories, their settings and tokens, and the trust material and signing status"
                    + " of what is in them. Errors are problems (RFC 9457)."),
    components =
        @Components(
            securitySchemes =
                @SecurityScheme(
                    securitySchemeName = ManagementApi.TOKEN,
                    type = SecuritySchemeType.HTTP,
                    scheme = "bearer",
                    description = "the admin token, or a repository token with the scope admin")))
package dev.countermark.gateway.api;

import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
