package rental;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.Ports;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rental.bookings.BookingsService;
import rental.cars.CarsService;

/** Both services with a real database. */
class RentalIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private static Rental rental;
  private static Api cars;
  private static Api bookings;
  private static int number;

  @BeforeAll
  static void start() throws Exception {
    rental = new Rental();
    int port = CarsService.start(rental.environment("DB_CONNECTIONS", "3")).port();
    cars = new Api(port);
    String url = "http://127.0.0.1:" + port + "/";
    bookings = new Api(BookingsService.start(rental.environment("CARS_URL", url)).port());
  }

  @AfterAll
  static void stop() {
    rental.close();
  }

  @Test
  void car_isCreatedShownAndReplaced() throws Exception {
    String registration = "AB " + ++number;
    Api.Answer created = cars.send("POST", "/car/", car(registration));
    assertEquals(201, created.status());
    String path = "/car/AB%20" + number;
    assertEquals("/api/v0.1" + path, created.header("Location"));
    Map<String, Object> expected =
        Map.of(
            "registration", registration,
            "make", "Seat",
            "model", "Ibiza",
            "colour", "rød",
            "capacity", 5);
    assertEquals(expected, created.json());
    assertEquals(expected, cars.get(path).json());
    assertEquals(expected, cars.get(path + "/").json());

    String other = "{\"make\":\"Fiat\",\"model\":\"500\",\"colour\":\"blue\",\"capacity\":4}";
    assertEquals(200, cars.send("PUT", path, other).status());
    assertEquals("Fiat", cars.get(path).json().get("make"));
    assertTrue(cars.get("/cars/").list().contains(cars.get(path).json()), "listed");
    assertTrue(cars.get("/cars/available").list().contains(cars.get(path).json()), "available");
  }

  @Test
  void sameRegistrationTwice_isAConflict() throws Exception {
    String registration = newCar();
    Api.Answer again = cars.send("POST", "/car", car(registration));
    assertEquals(409, again.status());
    assertTrue(again.error().contains("registration"), again.error());
  }

  @Test
  void unknownCar_isNotFound() throws Exception {
    assertEquals(404, cars.get("/car/NOPE").status());
    assertEquals(404, cars.send("PUT", "/car/NOPE", car("NOPE")).status());
    assertEquals("there is no car NOPE", cars.get("/car/NOPE").error());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "registration | 7",
        "registration | \"\"",
        "registration | \"a/b\"",
        "registration | \"' OR 1=1 --\"",
        "registration | \"123456789012345678901\"",
        "make | null",
        "make | \"  \"",
        "model | [1]",
        "colour | {\"a\":1}",
        "capacity | \"5\"",
        "capacity | 0",
        "capacity | 5.5",
        "capacity | 99999999999999999999",
        "colour | \"\\u0000\"",
      })
  void wrongFieldOfACar_isNamed(String field, String value) throws Exception {
    String json =
        car("OK " + ++number).replaceFirst("(\"" + field + "\":)(\"[^\"]*\"|\\d+)", "$1@");
    Api.Answer answer = cars.send("POST", "/car/", json.replace("@", value));
    assertEquals(400, answer.status(), json);
    assertTrue(answer.error().startsWith(field + ": "), answer.error());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {"{", "[]", "7", "{} {}", "{\"a\":1,\"a\":2}", "not json", "{\"make\": \"\uD800\"}"})
  void whatIsNoJsonObject_isRefused(String body) throws Exception {
    Api.Answer answer = cars.send("POST", "/car/", body);
    assertEquals(400, answer.status());
    assertFalse(answer.error().isEmpty(), "says why");
  }

  @Test
  void limits_haveTheirStatus() throws Exception {
    assertEquals(413, cars.send("POST", "/car/", " ".repeat(70_000)).status());
    assertEquals(
        415, cars.send("POST", "/car/", "<car/>", "Content-Type", "application/xml").status());
    Api.Answer deep = cars.send("POST", "/car/", "[".repeat(30_000));
    assertEquals(400, deep.status());
  }

  @Test
  void otherMethods_areNotAllowed_andOtherPathsAreNotFound() throws Exception {
    Api.Answer answer = cars.send("DELETE", "/car/DEMO-1", "");
    assertEquals(405, answer.status());
    assertEquals("GET, HEAD, PUT", answer.header("Allow"));
    assertEquals(405, bookings.get("/admin/booking/approve/1").status());
    assertEquals(404, cars.get("/nothing").status());
    assertEquals("application/json", cars.get("/nothing").header("Content-Type"));
    assertEquals(200, cars.send("HEAD", "/cars/", "").status());
  }

  @Test
  void booking_isCreatedShownListedAndApproved() throws Exception {
    String registration = newCar();
    Api.Answer created = bookings.send("POST", "/booking/", booking(registration, 1, 3));
    assertEquals(201, created.status());
    String id = id(created.json());
    assertEquals("/api/v0.1/booking/" + id, created.header("Location"));
    assertEquals("pending", created.json().get("status"));
    assertEquals("2031-01-03T10:00:00Z", created.json().get("drop-off"));
    assertEquals(created.json(), bookings.get("/booking/" + id).json());
    assertTrue(bookings.get("/bookings/").list().contains(created.json()), "listed");

    Api.Answer approved = approve(id);
    assertEquals(200, approved.status());
    assertEquals("approved", approved.json().get("status"));
    assertEquals(true, approved.json().get("approved"));
    assertEquals(approved.json(), approve(id).json(), "approving again changes nothing");
  }

  @Test
  void sameBookingTwice_isOneBooking() throws Exception {
    String json = booking(newCar(), 1, 2);
    Api.Answer first = bookings.send("POST", "/booking/", json);
    Api.Answer second = bookings.send("POST", "/booking/", json);
    assertEquals(200, second.status());
    assertEquals(first.json(), second.json());
  }

  @Test
  void approvedBooking_makesTheCarUnavailable() throws Exception {
    String registration = newCar();
    Object first = bookings.send("POST", "/booking/", booking(registration, 10, 12)).json();
    Object second = bookings.send("POST", "/booking/", booking(registration, 11, 13)).json();
    assertTrue(isAvailable(registration, 10, 12), "pending bookings do not count");
    assertEquals(200, approve(id(first)).status());

    assertFalse(isAvailable(registration, 11, 20), "overlaps");
    assertTrue(isAvailable(registration, 12, 20), "ends when the other begins");
    assertTrue(isAvailable(registration, 5, 10), "begins when the other ends");
    assertEquals(409, approve(id(second)).status());
    Api.Answer third = bookings.send("POST", "/booking/", booking(registration, 9, 11));
    assertEquals(409, third.status());
    assertTrue(third.error().contains("not available"), third.error());
    assertEquals(201, bookings.send("POST", "/booking/", booking(registration, 12, 14)).status());
  }

  @Test
  void ofOverlappingApprovalsAtOnce_oneSucceeds() throws Exception {
    String registration = newCar();
    List<String> ids = new ArrayList<>();
    for (int day = 1; day <= 6; day++) {
      Api.Answer created = bookings.send("POST", "/booking/", booking(registration, day, 20));
      assertEquals(201, created.status(), created.response().body());
      ids.add(id(created.json()));
    }
    List<CompletableFuture<Integer>> answers =
        ids.stream().map(id -> CompletableFuture.supplyAsync(() -> statusOfApproval(id))).toList();
    List<Integer> statuses = answers.stream().map(CompletableFuture::join).sorted().toList();
    assertEquals(List.of(200, 409, 409, 409, 409, 409), statuses);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "username | 5",
        "car_registration | null",
        "pickup | \"tomorrow\"",
        "pickup | \"2031-13-01T00:00:00Z\"",
        "drop-off | \"2031-01-01T10:00:00Z\"",
        "drop-off | \"+99999-01-01T10:00:00Z\"",
        "title | \"\"",
        "description | 7",
      })
  void wrongFieldOfABooking_isNamed(String field, String value) throws Exception {
    String json = booking("DEMO-1", 1, 2).replaceFirst("(\"" + field + "\":)\"[^\"]*\"", "$1@");
    Api.Answer answer = bookings.send("POST", "/booking/", json.replace("@", value));
    assertEquals(400, answer.status(), json);
    assertTrue(answer.error().startsWith(field + ": "), answer.error());
  }

  @Test
  void bookingOfAnUnknownCar_isRefused_andUnknownBookingsAreNotFound() throws Exception {
    Api.Answer answer = bookings.send("POST", "/booking/", booking("NOPE", 1, 2));
    assertEquals(422, answer.status());
    assertEquals("car_registration: there is no car NOPE", answer.error());
    assertEquals(404, bookings.get("/booking/999999999").status());
    assertEquals(404, bookings.get("/booking/x").status());
    assertEquals(404, approve("999999999").status());
  }

  @Test
  void badPeriod_isNamed() throws Exception {
    assertEquals(400, cars.get("/cars/available?from=x").status());
    Api.Answer answer = cars.get("/cars/available?from=2031-02-01&to=2031-01-01");
    assertEquals("to: must be after from", answer.error());
    assertEquals(
        200, cars.get("/cars/available?from=2031-01-01T00:00:00%2B02:00&to=2031-02-01").status());
  }

  @Test
  void withoutTheCarsService_bookingsSaysSo() throws Exception {
    String nowhere = "http://127.0.0.1:" + Ports.free();
    Api alone = new Api(BookingsService.start(rental.environment("CARS_URL", nowhere)).port());
    Api.Answer answer = alone.send("POST", "/booking/", booking("DEMO-1", 1, 2));
    assertEquals(503, answer.status());
    assertEquals("1", answer.header("Retry-After"));
    assertEquals(200, alone.get("/bookings/").status());
  }

  @Test
  void trace_reachesTheStatementsOfBothServices() throws Exception {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    bookings.send("POST", "/booking/", booking(newCar(), 1, 2), "traceparent", trace);
    String comment = "/*traceparent='" + trace + "'*/";
    String log = rental.postgres.log();
    assertTrue(log.matches("(?s).*INSERT INTO booking[^\n]*" + quoted(comment) + ".*"), "bookings");
    assertTrue(log.matches("(?s).*FROM car WHERE[^\n]*" + quoted(comment) + ".*"), "cars");
  }

  @Test
  void traceThatIsNone_becomesNoPartOfAStatement() throws Exception {
    assertEquals(200, cars.get("/cars/", "traceparent", "*/; DROP TABLE car; --").status());
    assertFalse(rental.postgres.log().contains("DROP TABLE"), "not in a statement");
  }

  @Test
  void health_answersWhileThePoolIsExhausted() throws Exception {
    List<CompletableFuture<Api.Answer>> waiting = new ArrayList<>();
    try (Connection connection = rental.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("LOCK TABLE car IN ACCESS EXCLUSIVE MODE");
      for (int i = 0; i < 6; i++) {
        waiting.add(cars.later("/cars/"));
      }
      Await.until("the pool is exhausted", SOON, () -> pool("busy") == 3 && pool("waiting") == 3);
      assertEquals(200, cars.get("/health").status());
      Await.until("those who wait are refused", SOON, () -> pool("waiting") == 0);
      connection.rollback();
    }
    List<Integer> statuses = waiting.stream().map(f -> f.join().status()).sorted().toList();
    assertEquals(List.of(200, 200, 200, 503, 503, 503), statuses);
    Await.until("all connections are back", SOON, () -> pool("busy") == 0);
  }

  @Test
  void withoutTheDatabase_itSaysSo_andRecovers() throws Exception {
    assertEquals(200, cars.get("/cars/").status());
    rental.postgres.killNine();
    assertEquals(503, cars.get("/cars/").status());
    assertEquals(200, cars.get("/health").status());
    rental.postgres.startAgain();
    Await.until("it works again", SOON, () -> cars.get("/cars/").status() == 200);
    Await.until("for both", SOON, () -> bookings.get("/bookings/").status() == 200);
    assertEquals(200, bookings.get("/bookings/").status(), "and not once in a while");
  }

  @Test
  void schema_mayBeAppliedAgain() throws Exception {
    rental.applySchema();
    assertEquals(200, cars.get("/car/DEMO-1").status());
  }

  private static int pool(String field) throws Exception {
    Object database = java.util.Objects.requireNonNull(cars.get("/health").json().get("database"));
    return Integer.parseInt(field(database, field));
  }

  private static boolean isAvailable(String registration, int from, int to) throws Exception {
    String query = String.format("?from=2031-01-%02dT10:00:00Z&to=2031-01-%02dT10:00", from, to);
    return cars.get("/cars/available" + query).list().stream()
        .anyMatch(car -> field(car, "registration").equals(registration));
  }

  private static int statusOfApproval(String id) {
    try {
      Api.Answer answer = approve(id);
      if (answer.status() != 200 && answer.status() != 409) {
        throw new AssertionError(answer.status() + " " + answer.response().body());
      }
      return answer.status();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Api.Answer approve(String id) throws Exception {
    return bookings.send("PATCH", "/admin/booking/approve/" + id, "");
  }

  private static String id(Object booking) {
    return field(booking, "id");
  }

  private static String field(Object json, String name) {
    return String.valueOf(((Map<?, ?>) json).get(name));
  }

  private static String newCar() throws Exception {
    String registration = "T-" + ++number;
    assertEquals(201, cars.send("POST", "/car/", car(registration)).status());
    return registration;
  }

  private static String car(String registration) {
    return String.format(
        "{\"registration\":\"%s\",\"make\":\"Seat\",\"model\":\"Ibiza\",\"colour\":\"rød\","
            + "\"capacity\":5}",
        registration);
  }

  private static String booking(String registration, int from, int to) {
    return String.format(
        "{\"username\":\"ana\",\"car_registration\":\"%s\",\"pickup\":\"2031-01-%02dT10:00:00Z\","
            + "\"drop-off\":\"2031-01-%02dT12:00:00+02:00\",\"title\":\"Trip\","
            + "\"description\":\"to the sea\"}",
        registration, from, to);
  }

  private static String quoted(String text) {
    return java.util.regex.Pattern.quote(text);
  }
}
