package rental.bookings;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import rental.sql.Database;
import rental.web.Failure;
import rental.web.Request;
import rental.web.Response;
import rental.web.WebServer;

/** The bookings: {@code /api/v0.1/booking/…}, {@code /bookings/} and {@code /admin/booking/…}. */
public final class BookingsService {
  private static final String API = "/api/v0.1";

  private final Database database;
  private final BookingStore bookings;
  private final CarsClient cars;

  private BookingsService(Database database, CarsClient cars) {
    this.database = database;
    this.bookings = new BookingStore(database);
    this.cars = cars;
  }

  /** Runs it until SIGTERM, on {@code PORT}. */
  public static void main(String[] arguments) throws IOException {
    WebServer server = start(System.getenv());
    System.out.println("bookings listens on 127.0.0.1:" + server.port());
  }

  /** Starts it with these variables. */
  public static WebServer start(Map<String, String> environment) throws IOException {
    CarsClient cars = new CarsClient(environment.getOrDefault("CARS_URL", "http://127.0.0.1:8002"));
    Database database = new Database(environment);
    BookingsService service = new BookingsService(database, cars);
    database.warmUp();
    cars.warmUp();
    return new WebServer(Integer.parseInt(environment.getOrDefault("PORT", "8001")))
        .on("GET", API + "/health", service::health)
        .on("POST", API + "/booking/", service::add)
        .on("GET", API + "/booking/{id}", service::show)
        .on("GET", API + "/bookings/", service::list)
        .on("PATCH", API + "/admin/booking/approve/{id}", service::approve)
        .start();
  }

  private Response health(Request request) {
    return Response.ok(
        Response.object("status", "ok", "service", "bookings", "database", database.state()));
  }

  private Response add(Request request) throws IOException, SQLException {
    Booking booking = Booking.from(request.json());
    cars.require(booking.carRegistration(), request.trace());
    BookingStore.Added added = bookings.add(booking, request.trace());
    Booking stored = added.booking();
    return added.isNew()
        ? Response.created(stored.json(), API + "/booking/" + stored.id())
        : Response.ok(stored.json());
  }

  private Response show(Request request) throws SQLException {
    long id = id(request);
    return Response.ok(
        bookings
            .find(id, request.trace())
            .orElseThrow(() -> Failure.notFound("booking " + id))
            .json());
  }

  private Response list(Request request) throws SQLException {
    return Response.ok(bookings.all(request.trace()).stream().map(Booking::json).toList());
  }

  private Response approve(Request request) throws SQLException {
    long id = id(request);
    return Response.ok(
        bookings
            .approve(id, request.trace())
            .orElseThrow(() -> Failure.notFound("booking " + id))
            .json());
  }

  private static long id(Request request) {
    String id = request.pathVariable();
    if (!id.matches("\\d{1,18}")) {
      throw Failure.notFound("booking " + id);
    }
    return Long.parseLong(id);
  }
}
