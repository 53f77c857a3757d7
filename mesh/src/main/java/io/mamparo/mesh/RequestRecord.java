package io.mamparo.mesh;

import org.jspecify.annotations.Nullable;

/**
 * One finished hop of a request, or one finished try. A flyweight that belongs to its loop: valid
 * only during the call, never to be kept. Reading it allocates nothing, except {@link #path()}.
 */
public interface RequestRecord {
  /** Who called: a service, {@code ingress} or {@code visitor}. */
  String caller();

  /** Where it went; null when no route matched. */
  @Nullable String service();

  /** The id of the route, or of the listener of an edge; null when no route matched. */
  @Nullable String route();

  /** The method; {@code OTHER} for one that is in no RFC. */
  String method();

  /** The route's path template, or null when the route has an exact path or a prefix. */
  @Nullable String template();

  /** The path without its query, at most 256 characters. Allocates. */
  String path();

  /** The status the client was sent; 499 when it had gone. */
  int status();

  /** The status of a call of gRPC, the service's or the mesh's own; -1 where there is none. */
  default int grpcStatus() {
    return -1;
  }

  /** Why the client did not get a service's answer. */
  Reason reason();

  /** The id of the endpoint of the last try; null when there was none. */
  @Nullable String endpoint();

  /** The version of the endpoint of the last try. */
  @Nullable String version();

  /** How many tries there were; in {@code onTry} which one this was, from 1. */
  int tries();

  /** Whether the request was sent to a second endpoint because the first did not answer soon. */
  default boolean hedged() {
    return false;
  }

  /** Whether the try that is told, or that brought the answer, was such a second one. */
  default boolean hedge() {
    return false;
  }

  /** In {@code onTry}: whether the try was called off because another one brought the answer. */
  default boolean calledOff() {
    return false;
  }

  /** Whether the tries ended because the budget was spent. */
  boolean budgetSpent();

  /** Whether it went on although no rule allows it, for authorization is a dry run. */
  boolean wouldDeny();

  /** When the head had arrived, in nanoseconds since 1970. */
  long startEpochNanos();

  /** From the request's head to the answer's last byte, in nanoseconds. */
  long durationNanos();

  /** From the request's head to the answer's head, in nanoseconds; -1 without an answer. */
  long firstByteNanos();

  /** Bytes of the request, head and body, as received. */
  long requestBytes();

  /** Bytes of the answer, head and body, as sent. */
  long responseBytes();

  /** Upper half of the trace id. */
  long traceHigh();

  /** Lower half of the trace id. */
  long traceLow();

  /** This hop's span id; the service sees it as its parent. */
  long span();

  /** The caller's span id; 0 without one. */
  long parentSpan();

  /** Whether the caller, or else the {@link HeadSampler}, asked to keep the trace. */
  boolean sampled();

  /** Whether the request came with a valid trace context, so that this is not its entry. */
  boolean traced();

  /** Whether the built-in visitor sent it. */
  boolean visitor();

  /** The index of the loop it ran on. */
  int loop();
}
