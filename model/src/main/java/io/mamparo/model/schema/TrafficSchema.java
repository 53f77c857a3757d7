package io.mamparo.model.schema;

import io.mamparo.model.Address;
import io.mamparo.model.LimitSpec;
import io.mamparo.model.MeshSpec;
import io.mamparo.model.Percentage;
import io.mamparo.model.Rate;
import io.mamparo.model.Source;
import io.mamparo.model.TrafficSpec.Allow;
import io.mamparo.model.TrafficSpec.Balance;
import io.mamparo.model.TrafficSpec.Fault;
import io.mamparo.model.TrafficSpec.Policy;
import io.mamparo.model.UserKey;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** How requests reach replicas, who may send them, and what is broken on purpose. */
final class TrafficSchema {
  private static final Scalar<String> CALLER =
      Scalar.matching("caller", "[a-z]([a-z0-9-]{0,38}[a-z0-9])?", "a service, ingress or visitor");
  private static final Scalar<String> ZONE =
      Scalar.matching("zone", "[A-Za-z0-9._-]{1,64}", "a zone such as eu-central-1a");

  private TrafficSchema() {}

  /** {@code services.NAME.balance}. */
  static Section<Balance> balance() {
    Balance d = Balance.DEFAULT;
    Scalar<Policy> policies = Scalar.oneOf(Policy.class);
    Key<Policy> policy =
        Key.of(
            "policy",
            policies,
            d.policy(),
            "`least-request`: of two at random, the one with fewer requests under way."
                + " `peak-ewma`: the one whose latency promises an earlier answer; failures count as"
                + " 5s. `round-robin`: one after the other, by weight. `hash`: the same for the same"
                + " user, by Maglev hashing.");
    Key<UserKey> by =
        Key.optional(
            "by",
            MatchSchema.user(
                "services.NAME.balance.by",
                "What tells users apart, so that one keeps to one replica as long as that is"
                    + " healthy. Requests without it go to any."),
            "needed for `hash`",
            "What tells users apart.");
    Key<Duration> slow =
        Key.of(
            "slow-start",
            Scalar.DURATION,
            d.slowStart(),
            "Over which the share of a new or recovered replica grows from a tenth.");
    Key<Percentage> panic =
        Key.of(
            "panic",
            Scalar.PERCENTAGE,
            d.panic(),
            "When fewer of the replicas are healthy, all get requests: leaving out would do more"
                + " harm than good. `0%`: never, and without a healthy one requests fail.");
    return Section.of(
            "services.NAME.balance",
            "How a replica is chosen among those that are healthy and not ejected.",
            List.of(policy, by, slow, panic),
            f -> new Balance(f.get(policy), f.find(by), f.get(slow), f.get(panic)))
        .orShort(policies, p -> new Balance(p, null, d.slowStart(), d.panic()));
  }

  /** An item of {@code services.NAME.allow}. */
  static Section<Allow> allow() {
    Key<List<String>> from =
        Key.of(
            "from",
            Types.list(CALLER, "[ingress, rentals]"),
            List.of(),
            "anybody",
            "Services that name it in `calls`; `ingress` is everybody outside.");
    Key<List<String>> methods =
        Key.of("methods", Types.list(MatchSchema.METHOD, "[GET]"), List.of(), "any", "Of HTTP.");
    Key<List<String>> paths =
        Key.of(
            "paths",
            Types.list(
                Scalar.matching("path", "/[^\\s*?#]*\\*?", "a path that starts with '/'"),
                "[/cars*]"),
            List.of(),
            "any",
            "Exact, prefixes or templates as in `routes`, of what the service sees. A path that a"
                + " server could take for another one (`..`, `//`, `%2e`) is never allowed.");
    return Section.of(
        "services.NAME.allow",
        "Who may call a service; one rule must allow a call. Counts when `mesh.authorization` is"
            + " `on` or `dry-run`: then a service without rules can be called by nobody.",
        List.of(from, methods, paths),
        f -> new Allow(f.get(from), Set.copyOf(f.get(methods)), f.get(paths)));
  }

  /** An item of {@code services.NAME.faults}. */
  static Section<Fault> fault() {
    Key<String> from = Key.optional("from", CALLER, "anybody", "A caller.");
    Key<String> header =
        Key.optional(
            "header",
            Scalar.matching("header", MatchSchema.HEADER_NAME, MatchSchema.HEADER_EXAMPLE),
            "any request",
            "Only requests with this header.");
    Key<String> value = Key.optional("value", Scalar.TEXT, "any", "The header's value.");
    Key<Duration> delay =
        Key.optional("delay", Scalar.DURATION, "none", "Before the service is called.");
    Key<Integer> abort =
        Key.optional(
            "abort", Scalar.integer(400, 599), "none", "Status answered in the service's place.");
    Key<Percentage> share = Key.of("share", Scalar.PERCENTAGE, Percentage.ALL, "Of the tries.");
    return Section.of(
        "services.NAME.faults",
        "What is broken on purpose, as long as it stands here. Breakers and retries see it.",
        List.of(from, header, value, delay, abort, share),
        f -> {
          String name = f.find(header);
          return new Fault(
              f.find(from),
              name == null ? null : name.toLowerCase(Locale.ROOT),
              f.find(value),
              f.find(delay),
              f.find(abort),
              f.get(share));
        });
  }

  /** {@code routes.limit}. */
  static Section<LimitSpec> limit() {
    Key<Rate> rate = Key.required("rate", Scalar.RATE, "Requests on average.");
    Key<Integer> burst =
        Key.optional(
            "burst", Scalar.integer(1, 1_000_000), "one second's requests", "Requests at once.");
    Key<UserKey> by =
        Key.optional(
            "by",
            MatchSchema.user(
                "routes.limit.by",
                "What has a limit of its own. 8192 at once are told apart; requests without it share"
                    + " one."),
            "all requests of the route share one limit",
            "What has a limit of its own.");
    return Section.of(
            "routes.limit",
            "How many requests a route takes. Those beyond are answered 429 with Retry-After and"
                + " RateLimit headers.",
            List.of(rate, burst, by),
            f -> {
              LimitSpec usual = LimitSpec.of(f.get(rate));
              Integer most = f.find(burst);
              return new LimitSpec(usual.rate(), most == null ? usual.burst() : most, f.find(by));
            })
        .orShort(Scalar.RATE, LimitSpec::of);
  }

  /** An item of {@code services.NAME.endpoints}. */
  static Section<Source.Endpoint> endpoint() {
    Scalar<Source.Endpoint> url = new Scalar<>("URL", TrafficSchema::url);
    Key<Source.Endpoint> where =
        Key.required(
            "url",
            url,
            "Scheme, host and port. Each address behind a name (A, AAAA) is an endpoint, looked up"
                + " again when its time to live is over. `http+srv://_cars._tcp.internal` takes"
                + " hosts, ports, weights and priorities from SRV records.");
    Key<Integer> weight =
        Key.of("weight", Scalar.integer(1, 1_000_000), 1, "Its share, compared with the others'.");
    Key<Integer> priority =
        Key.of(
            "priority",
            Scalar.integer(0, 15),
            0,
            "Those of 0 are used first, others as far as less than 72% of those before them are"
                + " healthy.");
    Key<String> zone =
        Key.optional(
            "zone",
            ZONE,
            "none",
            "Where it is. Those in `mesh.zone` are preferred in the same way.");
    return Section.of(
            "services.NAME.endpoints",
            "Where a service lives that Mamparo only calls: a URL, or more about it.",
            List.of(where, weight, priority, zone),
            f ->
                new Source.Endpoint(
                    f.get(where).tls(),
                    f.get(where).address(),
                    f.get(weight),
                    f.get(priority),
                    f.find(zone),
                    f.get(where).srv(),
                    null))
        .orShort(url, e -> e);
  }

  private static Source.Endpoint url(String url) {
    var matcher =
        java.util.regex.Pattern.compile("(https?)(\\+srv)?://([^/?#@\\s]+?)/?").matcher(url);
    boolean srv = matcher.matches() && matcher.group(2) != null;
    boolean port = matcher.matches() && matcher.group(3).matches(".*:\\d+");
    if (!matcher.matches() || (srv && port)) {
      throw new IllegalArgumentException(
          "expected scheme, host and port such as http://bookings.internal:8001, or"
              + " http+srv://_bookings._tcp.internal");
    }
    boolean tls = matcher.group(1).equals("https");
    String host = matcher.group(3);
    Address address = Address.parse(port ? host : host + (tls ? ":443" : ":80"));
    return new Source.Endpoint(tls, address, 1, 0, null, srv, null);
  }

  /** {@code mesh}. */
  static Section<MeshSpec> mesh() {
    MeshSpec d = MeshSpec.DEFAULT;
    Key<String> zone = Key.optional("zone", ZONE, "none", "Where Mamparo runs.");
    Key<MeshSpec.Authorization> authorization =
        Key.of(
            "authorization",
            Scalar.oneOf(MeshSpec.Authorization.class),
            d.authorization(),
            "What happens to calls that no `allow` of the service lets through: `off`: they go on;"
                + " `dry-run`: they go on, and are counted and shown; `on`: 403.");
    Key<MeshSpec.Jwt> jwt =
        Key.optional("jwt", jwt(), "no token is", "Which tokens of requests are good.");
    Key<Optional<MeshSpec.AccessLog>> log =
        Key.of(
            "access-log",
            Types.offOr(accessLog()),
            Optional.empty(),
            "`off`",
            "A line for each request in `logs/access.log` of the state directory.");
    return Section.of(
        "mesh",
        "What holds for all services.",
        List.of(zone, authorization, log, jwt),
        f ->
            new MeshSpec(f.find(zone), f.get(authorization), f.get(log).orElse(null), f.find(jwt)));
  }

  private static Section<MeshSpec.Jwt> jwt() {
    Key<String> jwks =
        Key.required(
            "jwks",
            Scalar.matching("path or URL", "\\S{1,2048}", "a file, or a URL with http or https"),
            "A JWK set: a file, relative to the stack file, or a URL. Read again every five minutes,"
                + " and when a token names a key that is not in it. RSA from 2048 bits, P-256, P-384"
                + " and Ed25519.");
    Key<String> issuer = Key.optional("issuer", Scalar.TEXT, "any", "The only `iss` accepted.");
    Key<String> audience =
        Key.optional("audience", Scalar.TEXT, "any", "One of `aud` must be this.");
    return Section.of(
        "mesh.jwt",
        "Which tokens are good for routes with `token: true`. They need a signature by a public key"
            + " (RS256, RS384, RS512, ES256, ES384, EdDSA) and `exp`; clocks may differ by 30s.",
        List.of(jwks, issuer, audience),
        f -> {
          String where = f.get(jwks);
          boolean url = where.matches("https?://.*");
          return new MeshSpec.Jwt(
              url ? where : f.baseDirectory().resolve(where).normalize().toString(),
              f.find(issuer),
              f.find(audience));
        });
  }

  private static Section<MeshSpec.AccessLog> accessLog() {
    Scalar<MeshSpec.AccessLog.Format> formats = Scalar.oneOf(MeshSpec.AccessLog.Format.class);
    Key<MeshSpec.AccessLog.Format> format =
        Key.of("format", formats, MeshSpec.AccessLog.Format.JSON, "Of a line.");
    Key<Percentage> share =
        Key.of(
            "share",
            Scalar.PERCENTAGE,
            Percentage.ALL,
            "Of the requests that succeeded; failures are always written. When the disk does not keep"
                + " up, lines are left out and counted: no request waits for its line.");
    return Section.of(
            "mesh.access-log",
            "What is written of requests.",
            List.of(format, share),
            f -> new MeshSpec.AccessLog(f.get(format), f.get(share)))
        .orShort(formats, word -> new MeshSpec.AccessLog(word, Percentage.ALL));
  }
}
