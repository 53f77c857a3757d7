package io.mamparo.compute.postgres;

import java.util.List;
import java.util.Optional;

/** Says what a server's log complains of, in a sentence. Pure functions. */
public final class Complaint {
  private record Known(String sign, String meaning) {}

  private static final List<Known> KNOWN =
      List.of(
          new Known("No space left on device", "the disk is full; free some space"),
          new Known("incorrect checksum in control file", corrupt("its control file")),
          new Known("could not read file \"global/pg_control\"", corrupt("its control file")),
          new Known("could not open file \"global/pg_control\"", corrupt("its control file")),
          new Known(
              "database files are incompatible with server", "its data is of another version"),
          new Known("could not locate a valid checkpoint record", corrupt("its write-ahead log")),
          new Known("invalid page in block", corrupt("a table or index")),
          new Known("Address already in use", "its port was taken by another program"),
          new Known("could not map anonymous shared memory", "there is not enough memory"),
          new Known("Cannot allocate memory", "there is not enough memory"),
          new Known(
              "pre-existing shared memory block",
              "processes of an earlier server are still running; end them"),
          new Known("is not owned by", "its data belongs to another user"));

  private Complaint() {}

  private static String corrupt(String what) {
    return what + " is damaged; restore its data from a backup";
  }

  /** What is wrong, by the end of a log; empty when nothing is known to be. */
  public static Optional<String> of(String log) {
    return KNOWN.stream()
        .filter(known -> log.contains(known.sign()))
        .map(Known::meaning)
        .findFirst()
        .or(() -> lastFatal(log));
  }

  private static Optional<String> lastFatal(String log) {
    return log.lines()
        .filter(l -> l.contains("FATAL:") || l.contains("PANIC:") || l.contains("error:"))
        .reduce((_, last) -> last)
        .map(Complaint::withoutPrefix);
  }

  private static String withoutPrefix(String line) {
    for (String mark : List.of("FATAL:", "PANIC:", "error:")) {
      int at = line.indexOf(mark);
      if (at >= 0) {
        return line.substring(at + mark.length()).strip();
      }
    }
    return line.strip();
  }
}
