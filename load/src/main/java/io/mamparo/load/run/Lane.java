package io.mamparo.load.run;

/**
 * One connection and what is sent over it, one request at a time. Its virtual thread calls {@link
 * #call} and {@link #close}; another thread calls {@link #abort} when time is up.
 */
public interface Lane {
  /** Sends a request and waits for its answer; opens the connection if there is none. */
  Outcome call(Job job);

  /** Makes a call under way fail at once, by closing the connection beneath it. */
  void abort();

  /** Closes the connection. */
  void close();
}
