package rental.cars;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.regex.Pattern;
import rental.web.Failure;
import rental.web.Fields;
import rental.web.Response;

/** A car. */
record Car(String registration, String make, String model, String colour, int capacity) {
  private static final Pattern REGISTRATION =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9 _-]{0,18}[A-Za-z0-9])?");

  /** From the body of a POST. */
  static Car from(Fields json) {
    String registration =
        json.text(
            "registration",
            REGISTRATION,
            "1 to 20 letters, digits, spaces and dashes, with a letter or digit at both ends");
    return from(registration, json);
  }

  /** From the body of a PUT: the registration stands in the path. */
  static Car from(String registration, Fields json) {
    if (json.has("registration") && !json.text("registration", 1, 20).equals(registration)) {
      throw Failure.field("registration", "must be the one in the path, for it cannot change");
    }
    return new Car(
        registration,
        json.text("make", 1, 64),
        json.text("model", 1, 64),
        json.text("colour", 1, 64),
        json.number("capacity", 1, 100));
  }

  static Car from(ResultSet row) throws SQLException {
    return new Car(
        row.getString("registration"),
        row.getString("make"),
        row.getString("model"),
        row.getString("colour"),
        row.getInt("capacity"));
  }

  Map<String, Object> json() {
    return Response.object(
        "registration", registration,
        "make", make,
        "model", model,
        "colour", colour,
        "capacity", capacity);
  }
}
