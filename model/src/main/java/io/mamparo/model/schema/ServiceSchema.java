package io.mamparo.model.schema;

import io.mamparo.model.BreakerSpec;
import io.mamparo.model.Defaults;
import io.mamparo.model.Guards;
import io.mamparo.model.HealthSpec;
import io.mamparo.model.HedgeSpec;
import io.mamparo.model.OutlierSpec;
import io.mamparo.model.RestartSpec;
import io.mamparo.model.RetrySpec;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.SloSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Template;
import io.mamparo.model.TrafficSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code services.NAME}. */
final class ServiceSchema {
  private static final Key<List<Template>> RUN =
      Key.optional(
          "run",
          Types.list(new SecretText(true), "[java, -jar, cars.jar]"),
          "one of four",
          "Program and arguments; one process for each replica. A program without a slash is looked"
              + " up in PATH. Secrets are not allowed here, for every user of the machine can see"
              + " arguments: give them by `env`.");
  private static final Key<Source.Build> BUILD =
      Key.optional(
          "build",
          build(),
          "one of four",
          "A directory to build an image from; run as a container.");
  private static final Key<String> IMAGE =
      Key.optional(
          "image",
          Scalar.matching(
              "image",
              "[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}",
              "an image such as registry.example/cars:1.2"),
          "one of four",
          "An image of a registry; run as a container.");
  private static final Key<List<Source.Endpoint>> ENDPOINTS =
      Key.optional(
          "endpoints",
          Types.list(TrafficSchema.endpoint(), "[http://bookings.internal:8001]"),
          "one of four",
          "Where a service lives that Mamparo only calls.");
  private static final Key<Path> DIRECTORY =
      Key.optional(
          "dir", Types.directory(), "the stack file's", "The directory the program is started in.");
  private static final Key<Integer> REPLICAS =
      Key.of(
          "replicas",
          Scalar.integer(0, 1_000),
          1,
          "How many. Each process is given a free port of its own as `PORT`.");
  private static final Key<Map<String, Template>> ENV =
      Key.of(
          "env",
          Types.map(
              "variables",
              "[A-Za-z_][A-Za-z0-9_]*",
              "a variable such as DB_HOST",
              new SecretText(true)),
          Map.of(),
          "none",
          "Variables for every replica, beside those that Mamparo gives; these win.");
  private static final Key<Integer> PORT =
      Key.optional(
          "port",
          Scalar.integer(1, 65535),
          "a free one each",
          "The port the program insists on: then it can have one replica. For an image, the port"
              + " inside.");
  private static final Key<HealthSpec> HEALTH =
      Key.of("health", GuardSchema.health(), Defaults.HEALTH, "TCP connection", "Health checks.");
  private static final Key<ServiceSpec.DatabaseUse> DATABASE =
      Key.optional(
          "database",
          PoolSchema.database(),
          "none",
          "The database it uses. `DATABASE_URL`, `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`,"
              + " `PGDATABASE` and `PGSSLMODE` are given to it.");
  private static final Key<List<String>> CALLS =
      Key.of(
          "calls",
          Types.distinct(Types.list(Types.nameOf(Reading.Kind.SERVICE), "[cars]")),
          List.of(),
          "none",
          "Services it calls. `NAME_URL` (`CARS_URL`) is given to it and leads through the mesh."
              + " Services are started after those they call; services that call each other in a"
              + " circle are started together.");
  private static final Key<Duration> TIMEOUT =
      Key.of(
          "timeout",
          Scalar.DURATION,
          Defaults.GUARDS.timeout(),
          "Of a request with all its tries, until the answer's end.");
  private static final Key<Duration> PER_TRY =
      Key.optional("per-try-timeout", Scalar.DURATION, "`timeout`", "Of one try.");
  private static final Key<Concurrency> CONCURRENCY =
      Key.of(
          "concurrency",
          new Scalar<>("number, `adaptive` or `adaptive NUMBER`", Concurrency::parse),
          new Concurrency(Defaults.GUARDS.concurrency(), false),
          "Bulkhead: requests in flight at most, over all replicas. The next one is answered 503 at"
              + " once. `adaptive` finds the number by itself, from latencies (Gradient2), up to"
              + " 256 or what is said.");
  private static final Key<TrafficSpec.Protocol> PROTOCOL =
      Key.of(
          "protocol",
          new Scalar<>("one of http/1.1, h2", ServiceSchema::protocol),
          TrafficSpec.Protocol.HTTP_1,
          "`http/1.1`",
          "What its replicas speak: `h2` is HTTP/2 without asking, as gRPC has it, and by ALPN for"
              + " `https` endpoints. Clients speak what they like; `health` asks in the same.");
  private static final Key<TrafficSpec.Balance> BALANCE =
      Key.of(
          "balance",
          TrafficSchema.balance(),
          TrafficSpec.Balance.DEFAULT,
          "`least-request`",
          "How a replica is chosen.");
  private static final Key<List<TrafficSpec.Allow>> ALLOW =
      Key.of(
          "allow",
          Types.list(TrafficSchema.allow(), "[{from: [ingress], methods: [GET]}]"),
          List.of(),
          "nobody, once `mesh.authorization` is on",
          "Who may call it.");
  private static final Key<List<TrafficSpec.Fault>> FAULTS =
      Key.of(
          "faults",
          Types.list(TrafficSchema.fault(), "[{abort: 503, share: 10%}]"),
          List.of(),
          "none",
          "What is broken on purpose.");
  private static final Key<Optional<RetrySpec>> RETRIES =
      Key.of(
          "retries",
          Types.offOr(GuardSchema.retries()),
          Optional.of(Defaults.RETRIES),
          "on",
          "When requests are tried again.");
  private static final Key<Optional<HedgeSpec>> HEDGE =
      Key.of(
          "hedge",
          Types.offOr(GuardSchema.hedge()),
          Optional.empty(),
          "`off`",
          "When a slow request is sent to another replica as well.");
  private static final Key<Optional<BreakerSpec>> BREAKER =
      Key.of(
          "breaker",
          Types.offOr(GuardSchema.breaker("services.NAME.breaker")),
          Optional.of(Defaults.BREAKER),
          "on",
          "When calls are refused at once.");
  private static final Key<Optional<OutlierSpec>> OUTLIERS =
      Key.of(
          "outliers",
          Types.offOr(GuardSchema.outliers()),
          Optional.of(Defaults.OUTLIERS),
          "on",
          "When a bad replica is left out.");
  private static final Key<Optional<SloSpec>> SLO =
      Key.of(
          "slo",
          Types.offOr(GuardSchema.slo()),
          Optional.of(Defaults.SLO),
          "see there",
          "Promise.");
  private static final Key<RestartSpec> RESTART =
      Key.of("restart", GuardSchema.restart(), Defaults.RESTART, "see there", "Restarts.");
  private static final Key<Duration> STOP_GRACE =
      Key.of(
          "stop-grace",
          Scalar.DURATION,
          Defaults.STOP_GRACE,
          "From SIGTERM to SIGKILL, for the requests in flight.");

  static final Section<ServiceSpec> SECTION =
      Section.of(
              "services.NAME",
              "A service. Exactly one of `run`, `image`, `build` and `endpoints` says what it is."
                  + " `image` and `build` are checked, but a stack that has one cannot be started"
                  + " yet.",
              List.of(
                  RUN,
                  DIRECTORY,
                  IMAGE,
                  BUILD,
                  ENDPOINTS,
                  REPLICAS,
                  ENV,
                  PORT,
                  HEALTH,
                  DATABASE,
                  CALLS,
                  TIMEOUT,
                  PER_TRY,
                  CONCURRENCY,
                  PROTOCOL,
                  BALANCE,
                  ALLOW,
                  FAULTS,
                  RETRIES,
                  HEDGE,
                  BREAKER,
                  OUTLIERS,
                  SLO,
                  RESTART,
                  STOP_GRACE),
              ServiceSchema::service)
          .with(ServiceChecks::name)
          .with(ServiceChecks::exactlyOneSource)
          .with(ServiceChecks::references)
          .with(ServiceChecks::port);

  /** A bound, and whether it is found by itself. */
  private record Concurrency(int most, boolean adaptive) {
    static Concurrency parse(String text) {
      boolean adaptive = text.equals("adaptive") || text.startsWith("adaptive ");
      String number = adaptive ? text.substring("adaptive".length()).strip() : text;
      if (adaptive && number.isEmpty()) {
        return new Concurrency(Defaults.GUARDS.concurrency(), true);
      }
      int most = number.matches("\\d{1,7}") ? Integer.parseInt(number) : 0;
      if (most < 1 || most > 1_000_000) {
        throw new IllegalArgumentException(
            "expected a whole number from 1 to 1000000, adaptive, or adaptive and a number");
      }
      return new Concurrency(most, adaptive);
    }

    @Override
    public String toString() {
      return adaptive ? "adaptive " + most : Integer.toString(most);
    }
  }

  private ServiceSchema() {}

  private static ServiceSpec service(Fields f) {
    Source source = source(f);
    int replicas = source instanceof Source.Endpoints e ? e.endpoints().size() : f.get(REPLICAS);
    return new ServiceSpec(
        f.name(),
        source,
        replicas,
        f.get(ENV),
        f.find(PORT),
        f.get(HEALTH),
        f.find(DATABASE),
        f.get(CALLS),
        guards(f),
        f.get(SLO).orElse(new SloSpec(null, null, Defaults.SLO.window())),
        f.get(RESTART),
        f.get(STOP_GRACE),
        new TrafficSpec(
            f.get(BALANCE),
            f.get(CONCURRENCY).adaptive(),
            f.get(ALLOW),
            f.get(FAULTS),
            f.get(PROTOCOL)));
  }

  private static TrafficSpec.Protocol protocol(String text) {
    return switch (text) {
      case "http/1.1" -> TrafficSpec.Protocol.HTTP_1;
      case "h2" -> TrafficSpec.Protocol.H2;
      default -> throw new IllegalArgumentException("expected one of http/1.1, h2");
    };
  }

  private static Source source(Fields f) {
    if (f.has(IMAGE)) {
      return new Source.Image(f.get(IMAGE));
    }
    if (f.has(BUILD)) {
      return f.get(BUILD);
    }
    if (f.has(ENDPOINTS)) {
      return new Source.Endpoints(f.get(ENDPOINTS));
    }
    Path directory = f.find(DIRECTORY);
    List<Template> command = f.find(RUN);
    if (command == null) {
      throw new IllegalArgumentException(ServiceChecks.NO_SOURCE);
    }
    return new Source.Run(command, directory == null ? f.baseDirectory() : directory);
  }

  private static Guards guards(Fields f) {
    return new Guards(
        f.get(TIMEOUT),
        f.find(PER_TRY),
        f.get(CONCURRENCY).most(),
        f.get(RETRIES).orElse(Defaults.NO_RETRIES),
        f.get(BREAKER).orElse(null),
        f.get(OUTLIERS).orElse(null),
        f.get(HEDGE).orElse(HedgeSpec.OFF));
  }

  private static Section<Source.Build> build() {
    Key<Path> context =
        Key.required("context", Types.directory(), "The directory with all sources.");
    Key<Path> dockerfile =
        Key.optional("dockerfile", Types.file(), "the context's", "How the image is built.");
    return Section.of(
            "services.NAME.build",
            "How a service's image is built.",
            List.of(context, dockerfile),
            f -> new Source.Build(f.get(context), f.find(dockerfile)))
        .orShort(Types.directory(), path -> new Source.Build(path, null));
  }
}
