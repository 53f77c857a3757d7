package io.mamparo.gameday.run;

/** Something that happened, for the time line; {@code seconds} from time 0. */
public record Event(double seconds, String text) {}
