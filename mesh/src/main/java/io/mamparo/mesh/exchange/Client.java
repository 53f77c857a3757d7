package io.mamparo.mesh.exchange;

/** A client's connection, whatever it speaks. Owned by the loop that accepted it. */
interface Client {
  /** Another plan holds now. */
  void planChanged();

  /** Takes no more requests; those under way end as usual. */
  void drain();

  /** Closes without another word; requests under way end as if the client had gone. */
  void abortAll();
}
