package io.mamparo.telemetry.spans;

import io.mamparo.telemetry.KeptBecause;
import io.mamparo.telemetry.TraceQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Summaries of many traces as bytes, with one dictionary for all their terms: a search compares
 * each distinct text once and then only numbers. Its head tells whether it is worth reading on.
 *
 * <pre>
 * version, earliest start, latest start, longest duration, any error, dictionary, count,
 * then each: id, start, duration, spans, error | kept, root, entry, number of terms, terms
 * </pre>
 *
 * Stateless.
 */
final class SummaryBlock {
  private static final int VERSION = 1;
  static final String SERVICE = "service=";

  private SummaryBlock() {}

  static byte[] encode(List<Summary> summaries) {
    Dictionary dictionary = new Dictionary();
    Out rows = new Out();
    long earliest = Long.MAX_VALUE;
    long latest = 0;
    long longest = 0;
    boolean error = false;
    for (Summary s : summaries) {
      earliest = Math.min(earliest, s.startMicros());
      latest = Math.max(latest, s.startMicros());
      longest = Math.max(longest, s.durationMicros());
      error |= s.error();
      row(rows, dictionary, s);
    }
    Out whole = new Out();
    whole.number(VERSION).number(earliest).number(latest).number(longest).number(error ? 1 : 0);
    dictionary.writeTo(whole);
    return whole.number(summaries.size()).append(rows).toBytes();
  }

  private static void row(Out rows, Dictionary dictionary, Summary s) {
    rows.fixed(s.high())
        .fixed(s.low())
        .number(s.startMicros())
        .number(s.durationMicros())
        .number(s.spans())
        .number((s.error() ? 1 : 0) | (s.kept().code() << 1))
        .number(dictionary.number(s.root()))
        .number(dictionary.number(s.entry()))
        .number(s.terms().size());
    for (String term : s.terms()) {
      rows.number(dictionary.number(term));
    }
  }

  /** Calls {@code found} with those that match. */
  static void search(byte[] block, TraceQuery query, Consumer<Summary> found) {
    In in = new In(block);
    if (in.number() != VERSION) {
      return;
    }
    long earliest = in.number();
    long latest = in.number();
    long longest = in.number();
    boolean error = in.number() != 0;
    if ((query.errorsOnly() && !error)
        || longest < micros(query.minDuration())
        || latest < micros(query.since(), 0)
        || earliest >= micros(query.until(), Long.MAX_VALUE)) {
      return;
    }
    Terms terms = Terms.of(Dictionary.read(in), query);
    if (terms == null) {
      return;
    }
    int count = in.small();
    for (int i = 0; i < count; i++) {
      readRow(in, terms, query, found);
    }
  }

  private static void readRow(In in, Terms terms, TraceQuery query, Consumer<Summary> found) {
    long high = in.fixed();
    long low = in.fixed();
    long start = in.number();
    long duration = in.number();
    int spans = in.small();
    int errorAndKept = in.small();
    boolean error = (errorAndKept & 1) != 0;
    String root = terms.texts[in.small()];
    String entry = terms.texts[in.small()];
    boolean service = terms.service < 0;
    boolean text = terms.matching == null;
    Set<String> own = new HashSet<>();
    for (int left = in.small(); left > 0; left--) {
      int term = in.small();
      service |= term == terms.service;
      text |= terms.matching != null && terms.matching[term];
    }
    if (service
        && text
        && (error || !query.errorsOnly())
        && duration >= micros(query.minDuration())
        && start >= micros(query.since(), 0)
        && start < micros(query.until(), Long.MAX_VALUE)) {
      found.accept(
          new Summary(
              high,
              low,
              start,
              duration,
              spans,
              error,
              KeptBecause.of(errorAndKept >>> 1),
              root,
              entry,
              own));
    }
  }

  /**
   * A block's dictionary, and which of it a query asks for.
   *
   * @param service number of the service's term; -1 if any will do
   * @param matching which terms contain the text; null if any will do
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Terms(String[] texts, int service, boolean @Nullable [] matching) {
    /** Null if no row can match. */
    static @Nullable Terms of(String[] texts, TraceQuery query) {
      int service = -1;
      if (query.service() != null) {
        service = List.of(texts).indexOf(SERVICE + query.service());
        if (service < 0) {
          return null;
        }
      }
      String text = query.text();
      if (text == null || text.isEmpty()) {
        return new Terms(texts, service, null);
      }
      boolean[] matching = new boolean[texts.length];
      boolean any = false;
      String lower = text.toLowerCase(Locale.ROOT);
      for (int i = 0; i < texts.length; i++) {
        matching[i] = texts[i].toLowerCase(Locale.ROOT).contains(lower);
        any |= matching[i];
      }
      return any ? new Terms(texts, service, matching) : null;
    }
  }

  private static long micros(@Nullable Duration duration) {
    return duration == null ? 0 : duration.toNanos() / 1000;
  }

  private static long micros(@Nullable Instant instant, long otherwise) {
    return instant == null
        ? otherwise
        : instant.getEpochSecond() * 1_000_000L + instant.getNano() / 1000;
  }
}
