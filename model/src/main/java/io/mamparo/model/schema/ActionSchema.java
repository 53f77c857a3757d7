package io.mamparo.model.schema;

import io.mamparo.model.Defaults;
import io.mamparo.model.HedgeSpec;
import io.mamparo.model.LimitSpec;
import io.mamparo.model.Percentage;
import io.mamparo.model.RetrySpec;
import io.mamparo.model.RouteActions;
import io.mamparo.model.RouteActions.Edits;
import io.mamparo.model.RouteActions.Mirror;
import io.mamparo.model.RouteActions.Redirect;
import io.mamparo.model.RouteActions.Rewrite;
import io.mamparo.model.UserKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a route does beside leading somewhere. */
final class ActionSchema {
  private static final Scalar<String> PATH =
      Scalar.matching(
          "path", "/[^\\s*?#]*\\*?", "a path that starts with '/' and may end with '*'");
  private static final Scalar<String> PLACE =
      Scalar.matching(
          "path or URL",
          "(https?://[^\\s/*?#]+)?/[^\\s*?#]*\\*?",
          "a path or a URL with one, such as /new* or https://cars.example.org/*");

  private static final Key<Duration> TIMEOUT =
      Key.optional("timeout", Scalar.DURATION, "the service's", "In place of the service's.");
  private static final Key<Duration> PER_TRY =
      Key.optional(
          "per-try-timeout", Scalar.DURATION, "the service's", "In place of the service's.");
  private static final Key<Optional<RetrySpec>> RETRIES =
      Key.optional(
          "retries",
          Types.offOr(GuardSchema.retries()),
          "the service's",
          "In place of the service's, but for `budget` and `reserve`, which all routes share.");
  private static final Key<Optional<HedgeSpec>> HEDGE =
      Key.optional(
          "hedge",
          Types.offOr(GuardSchema.hedge()),
          "the service's",
          "In place of the service's, but for `budget`, which all routes share: the service's, or"
              + " 5% where that hedges nothing.");
  private static final Key<Redirect> REDIRECT =
      Key.optional("redirect", redirect(), "none", "Sends clients elsewhere.");
  private static final Key<Rewrite> REWRITE =
      Key.optional("rewrite", rewrite(), "none", "What the service sees in place of the path.");
  private static final Key<Edits> REQUEST =
      Key.of(
          "request-headers",
          MatchSchema.edits(),
          Edits.NONE,
          "none",
          "Changes of the request's fields.");
  private static final Key<Edits> RESPONSE =
      Key.of(
          "response-headers",
          MatchSchema.edits(),
          Edits.NONE,
          "none",
          "Changes of the answer's fields.");
  private static final Key<UserKey> STICKY =
      Key.optional(
          "sticky",
          MatchSchema.user(
              "routes.sticky",
              "What keeps a user on one of several targets: the same value leads to the same one as"
                  + " long as the weights are the same. Users without it are spread at random."),
          "each request anew",
          "What keeps a user on one of several targets.");
  private static final Key<Mirror> MIRROR =
      Key.optional(
          "mirror", mirror(), "none", "A service that gets a copy; its answers are dropped.");

  private static final Key<LimitSpec> LIMIT =
      Key.optional("limit", TrafficSchema.limit(), "none", "How many requests it takes.");
  private static final Key<RouteActions.Priority> PRIORITY =
      Key.of(
          "priority",
          Scalar.oneOf(RouteActions.Priority.class),
          RouteActions.Priority.NORMAL,
          "Who gives way first: `low` is refused from three quarters of the service's `concurrency`"
              + " on, `high` may use a tenth more.");

  private static final Key<Boolean> TOKEN =
      Key.of(
          "token",
          MatchSchema.FLAG,
          false,
          "Whether only requests with a good `Authorization: Bearer` token may pass; others are"
              + " answered 401. `mesh.jwt` says which are good.");

  static final List<Key<?>> KEYS =
      List.of(
          TIMEOUT, PER_TRY, RETRIES, HEDGE, REDIRECT, REWRITE, REQUEST, RESPONSE, STICKY, MIRROR,
          LIMIT, PRIORITY, TOKEN);

  private ActionSchema() {}

  static RouteActions actions(Fields f) {
    return new RouteActions(
        f.find(TIMEOUT),
        f.find(PER_TRY),
        retries(f),
        f.has(HEDGE) ? f.get(HEDGE).orElse(HedgeSpec.OFF) : null,
        f.find(REDIRECT),
        f.find(REWRITE),
        f.get(REQUEST),
        f.get(RESPONSE),
        f.find(STICKY),
        f.find(MIRROR),
        f.find(LIMIT),
        f.get(PRIORITY),
        f.get(TOKEN));
  }

  private static @Nullable RetrySpec retries(Fields f) {
    return f.has(RETRIES) ? f.get(RETRIES).orElse(Defaults.NO_RETRIES) : null;
  }

  private static Section<Redirect> redirect() {
    Key<String> to =
        Key.required(
            "to",
            PLACE,
            "A path or a URL. `*` at its end is what the route's own `*` stood for (all of the path"
                + " if it has none); `{name}` is the segment that the route calls so. The query"
                + " goes along.");
    Key<Integer> status =
        Key.of(
            "status",
            new Scalar<>(
                "301, 302, 303, 307 or 308",
                text -> {
                  if (!text.matches("30[12378]")) {
                    throw new IllegalArgumentException("expected 301, 302, 303, 307 or 308");
                  }
                  return Integer.parseInt(text);
                }),
            308,
            "308 and 307 keep the method.");
    return Section.of(
            "routes.redirect",
            "Answers in place of a service.",
            List.of(to, status),
            f -> new Redirect(f.get(to), f.get(status)))
        .orShort(PLACE, place -> new Redirect(place, 308));
  }

  private static Section<Rewrite> rewrite() {
    Key<String> path =
        Key.optional("path", PATH, "as it came", "With `*` and `{name}` as in `redirect`.");
    Key<String> host =
        Key.optional(
            "host",
            Scalar.matching("host", "[A-Za-z0-9.:-]{1,255}", "a host such as cars.internal"),
            "as it came",
            "In place of Host.");
    return Section.of(
            "routes.rewrite",
            "What the service sees. Records and conditions keep to what the client sent.",
            List.of(path, host),
            f -> new Rewrite(f.find(path), f.find(host)))
        .orShort(PATH, text -> new Rewrite(text, null));
  }

  private static Section<Mirror> mirror() {
    Type<String> service = Types.nameOf(Reading.Kind.SERVICE);
    Key<String> to = Key.required("to", service, "One of `services`.");
    Key<Percentage> share =
        Key.of("share", Scalar.PERCENTAGE, Percentage.ALL, "Of the route's requests.");
    return Section.of(
            "routes.mirror",
            "A copy of requests, with the body up to 64KiB. A copy is left out rather than waited"
                + " for: when as many as 128 are under way on a core, or the body is longer.",
            List.of(to, share),
            f -> new Mirror(f.get(to), f.get(share)))
        .orShort(service, name -> new Mirror(name, Percentage.ALL));
  }
}
