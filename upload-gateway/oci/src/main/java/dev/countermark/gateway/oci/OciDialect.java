package dev.countermark.gateway.oci;

import dev.countermark.contracts.Json;
import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.DeniedException;
import dev.countermark.gateway.kit.Dialect;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Trouble;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;

/** The registry's own error format. */
final class OciDialect implements Dialect {
  private record Body(List<Item> errors) {}

  private record Item(String code, String message, Map<String, String> detail) {}

  @Override
  public Failed failed(Trouble trouble, String detail) {
    return switch (trouble) {
      case BUSY, TOO_MANY -> OciCode.TOOMANYREQUESTS.failed(detail);
      case UNAVAILABLE, NO_ROOM ->
          OciCode.UNAVAILABLE.failed("the registry is busy or starting: try again");
      case ADDRESS -> OciCode.NAME_INVALID.failed(trouble.status(), detail);
      case CUT_OFF -> OciCode.BLOB_UPLOAD_INVALID.failed("the request was cut off");
      case TOO_SLOW -> OciCode.BLOB_UPLOAD_INVALID.failed(trouble.status(), detail);
      case TOO_LARGE, RANGE -> OciCode.SIZE_INVALID.failed(trouble.status(), detail);
      case DAMAGED -> OciCode.UNKNOWN.failed(detail);
      case UNFORESEEN -> OciCode.UNKNOWN.failed("unforeseen failure; the log has it");
    };
  }

  @Override
  public Failed denied(DeniedException e) {
    return e.reason() == DeniedException.Reason.UNKNOWN_REPOSITORY
        ? OciCode.NAME_UNKNOWN.failed(e.getMessage())
        : Dialect.super.denied(e);
  }

  @Override
  public Response answer(Failed failed, Call call) {
    byte[] body =
        Json.write(new Body(List.of(new Item(failed.code(), failed.getMessage(), Map.of()))));
    Response.ResponseBuilder response =
        Response.status(failed.status())
            .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON)
            .header("Docker-Distribution-Api-Version", "registry/2.0");
    failed.headers().forEach(response::header);
    if (!call.head()) {
      response.entity(body).header(HttpHeaders.CONTENT_LENGTH, body.length);
    }
    return response.build();
  }
}
