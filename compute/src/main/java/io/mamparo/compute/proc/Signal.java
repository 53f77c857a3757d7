package io.mamparo.compute.proc;

import java.util.Arrays;
import java.util.Optional;

/** Signals by their Linux numbers. */
public enum Signal {
  HUP(1),
  INT(2),
  QUIT(3),
  ILL(4),
  ABRT(6),
  BUS(7),
  KILL(9),
  SEGV(11),
  PIPE(13),
  TERM(15),
  CONT(18),
  STOP(19);

  private final int number;

  Signal(int number) {
    this.number = number;
  }

  /** As the kernel counts them. */
  public int number() {
    return number;
  }

  /** The signal with this number, if it has a name here. */
  public static Optional<Signal> of(int number) {
    return Arrays.stream(values()).filter(s -> s.number == number).findFirst();
  }
}
