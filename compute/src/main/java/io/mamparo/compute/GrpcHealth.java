package io.mamparo.compute;

import io.mamparo.wire.http2.OneCall;
import org.jspecify.annotations.Nullable;

/**
 * What gRPC's health service answers (grpc.health.v1, doc/health-checking.md of gRPC). Stateless.
 */
final class GrpcHealth {
  /** Asked with an empty message, which means the whole server. */
  static final String METHOD = "/grpc.health.v1.Health/Check";

  private static final int OK = 200;
  private static final int NO_STATUS = -1;
  private static final int UNIMPLEMENTED = 12;

  /** One byte whether it is compressed, four of length, then field 1, a number. */
  private static final int MESSAGE = 5;

  private static final int STATUS_FIELD = 0x08;
  private static final int SERVING = 1;
  private static final int NOT_SERVING = 2;

  private GrpcHealth() {}

  /** Null when it serves, otherwise why not. */
  static @Nullable String judge(OneCall.Answer answer) {
    if (answer.status() != OK) {
      return "gRPC's health service answered HTTP status " + answer.status();
    }
    return switch (answer.grpcStatus()) {
      case 0 -> serving(answer.body());
      case NO_STATUS -> "does not answer in gRPC";
      case UNIMPLEMENTED -> "has no health service of gRPC (grpc.health.v1.Health)";
      default -> "gRPC's health service answered status " + answer.grpcStatus();
    };
  }

  private static @Nullable String serving(byte[] body) {
    boolean said = body.length >= MESSAGE + 2 && body[MESSAGE] == STATUS_FIELD;
    int status = said ? body[MESSAGE + 1] : 0;
    return switch (status) {
      case SERVING -> null;
      case NOT_SERVING -> "gRPC's health service answered NOT_SERVING";
      default -> "gRPC's health service does not know whether it serves";
    };
  }
}
