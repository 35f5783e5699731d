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
                    + " of what is in them. Errors are problems (RFC 9457). The registries' own"
                    + " protocols are not in this document."),
    components =
        @Components(
            responses = {
              @APIResponse(
                  name = ProblemAnswers.MALFORMED,
                  description = "a name, a parameter or the body is not what this address takes",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = ProblemAnswers.UNAUTHENTICATED,
                  description = "credentials are missing or not valid",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = ProblemAnswers.FORBIDDEN,
                  description = "the credentials are not for this",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = ProblemAnswers.UNKNOWN,
                  description = "there is nothing of that name",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = ProblemAnswers.NOT_ACCEPTABLE,
                  description = "the address has no document of the types in Accept; no body"),
              @APIResponse(
                  name = ProblemAnswers.TOO_SLOW,
                  description = "the body comes more slowly than is waited for",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = ProblemAnswers.TOO_LARGE,
                  description = "the body is larger than this address takes",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = ProblemAnswers.TOO_MANY,
                  description = "too many requests, or too many credentials that were not valid",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = ProblemAnswers.UNFORESEEN,
                  description = "a fault of the gateway, which its log tells more about",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class))),
              @APIResponse(
                  name = ProblemAnswers.UNAVAILABLE,
                  description = "store, broker or key service do not answer; try again",
                  content =
                      @Content(
                          mediaType = Problem.MEDIA_TYPE,
                          schema = @Schema(implementation = Problem.class)))
            },
            securitySchemes =
                @SecurityScheme(
                    securitySchemeName = ManagementApi.TOKEN,
                    type = SecuritySchemeType.HTTP,
                    scheme = "bearer",
                    description = "the admin token, or a repository token with the scope admin")))
package dev.countermark.gateway.api;

import dev.countermark.gateway.kit.Problem;
import dev.countermark.gateway.kit.ProblemAnswers;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
