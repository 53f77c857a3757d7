package io.mamparo.dbproxy.client;

/** Why a session's requests are not dealt with at the moment. */
enum Pause {
  NONE,
  /** What the client is told at log-in has to be asked from a server first. */
  GREETING,
  /** In line for a server. */
  WAITING,
  /** The server is brought to the session's settings. */
  REPLAYING,
  /** The server is asked what the session has left on it. */
  RECKONING,
  /** Until nothing is owed. */
  BARRIER,
  /** Until the server or the client takes more. */
  CONGESTED,
  CLOSED
}
