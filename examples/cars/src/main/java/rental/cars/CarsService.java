package rental.cars;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rental.sql.Database;
import rental.web.Failure;
import rental.web.Fields;
import rental.web.Request;
import rental.web.Response;
import rental.web.WebServer;

/** The cars: {@code /api/v0.1/car/…} and {@code /api/v0.1/cars/…}. */
public final class CarsService {
  private static final String API = "/api/v0.1";

  private final Database database;
  private final CarStore cars;

  private CarsService(Database database) {
    this.database = database;
    this.cars = new CarStore(database);
  }

  /** Runs it until SIGTERM, on {@code PORT}. */
  public static void main(String[] arguments) throws IOException {
    WebServer server = start(System.getenv());
    System.out.println("cars listens on 127.0.0.1:" + server.port());
  }

  /** Starts it with these variables. */
  public static WebServer start(Map<String, String> environment) throws IOException {
    Database database = new Database(environment);
    CarsService service = new CarsService(database);
    database.warmUp();
    return new WebServer(Integer.parseInt(environment.getOrDefault("PORT", "8002")))
        .on("GET", API + "/health", service::health)
        .on("POST", API + "/car/", service::add)
        .on("GET", API + "/car/{registration}", service::show)
        .on("PUT", API + "/car/{registration}", service::replace)
        .on("GET", API + "/cars/", service::list)
        .on("GET", API + "/cars/available", service::available)
        .start();
  }

  private Response health(Request request) {
    return Response.ok(
        Response.object("status", "ok", "service", "cars", "database", database.state()));
  }

  private Response add(Request request) throws IOException, SQLException {
    Car car = Car.from(request.json());
    if (!cars.add(car, request.trace())) {
      throw new Failure(409, "registration: there is a car " + car.registration() + " already");
    }
    String path = API + "/car/" + car.registration().replace(" ", "%20");
    return Response.created(car.json(), path);
  }

  private Response show(Request request) throws SQLException {
    String registration = request.pathVariable();
    return Response.ok(
        cars.find(registration, request.trace())
            .orElseThrow(() -> Failure.notFound("car " + registration))
            .json());
  }

  private Response replace(Request request) throws IOException, SQLException {
    Car car = Car.from(request.pathVariable(), request.json());
    if (!cars.replace(car, request.trace())) {
      throw Failure.notFound("car " + car.registration());
    }
    return Response.ok(car.json());
  }

  private Response list(Request request) throws SQLException {
    return list(cars.all(request.trace()));
  }

  /** At a moment, or over a period; without either, now. */
  private Response available(Request request) throws SQLException {
    Instant from = time(request, "from", Instant.now());
    Instant to = time(request, "to", from.plusSeconds(1));
    if (!from.isBefore(to)) {
      throw Failure.field("to", "must be after from");
    }
    return list(cars.available(from, to, request.trace()));
  }

  private static Instant time(Request request, String parameter, Instant otherwise) {
    @Nullable String text = request.query(parameter);
    return text == null ? otherwise : Fields.time(parameter, text.replace(' ', '+'));
  }

  private static Response list(List<Car> cars) {
    return Response.ok(cars.stream().map(Car::json).toList());
  }
}
