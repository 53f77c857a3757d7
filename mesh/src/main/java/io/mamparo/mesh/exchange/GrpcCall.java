package io.mamparo.mesh.exchange;

/** What an exchange knows of gRPC. Owned by one loop. */
final class GrpcCall {
  /** Whether it is one at all. */
  boolean yes;

  /** Its status; -1 before it is known. */
  int status = Grpc.NONE;

  /** Whether the caller's deadline is for all of the answer, and not for its head only. */
  boolean deadline;

  void reset() {
    yes = false;
    status = Grpc.NONE;
    deadline = false;
  }
}
