package io.mamparo.mesh.exchange;

import io.mamparo.mesh.MeshConfig.RetryOn;
import io.mamparo.mesh.Reason;

/** How a try ends that brings no answer. */
enum TryEnd {
  /** No connection could be made: nothing was sent for sure. */
  NOT_CONNECTED(Reason.NO_CONNECTION, RetryOn.CONNECT),
  /** The connection ended before the answer's first byte. */
  RESET(Reason.CONNECTION_LOST, RetryOn.RESET),
  /** The endpoint says that it has not begun with the request. */
  REFUSED(Reason.CONNECTION_LOST, RetryOn.CONNECT),
  /** The try's time is over. */
  TIMED_OUT(Reason.TRY_TIMEOUT, RetryOn.TIMEOUT),
  /** The answer's head cannot be understood or ended within. */
  MALFORMED(Reason.BAD_RESPONSE, RetryOn.BAD_GATEWAY);

  private final Reason reason;
  private final RetryOn condition;

  TryEnd(Reason reason, RetryOn condition) {
    this.reason = reason;
    this.condition = condition;
  }

  Reason reason() {
    return reason;
  }

  RetryOn condition() {
    return condition;
  }
}
