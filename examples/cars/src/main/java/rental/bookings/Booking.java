package rental.bookings;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import rental.web.Failure;
import rental.web.Fields;
import rental.web.Response;

/**
 * A booking.
 *
 * @param id 0 until it is stored
 */
record Booking(
    long id,
    String username,
    String carRegistration,
    Instant pickup,
    Instant dropOff,
    String title,
    String description,
    boolean approved) {

  static Booking from(Fields json) {
    Booking booking =
        new Booking(
            0,
            json.text("username", 1, 64),
            json.text("car_registration", 1, 20),
            json.time("pickup"),
            json.time("drop-off"),
            json.text("title", 1, 200),
            json.text("description", 0, 2000),
            false);
    if (!booking.pickup.isBefore(booking.dropOff)) {
      throw Failure.field("drop-off", "must be after pickup");
    }
    return booking;
  }

  static Booking from(ResultSet row) throws SQLException {
    return new Booking(
        row.getLong("id"),
        row.getString("username"),
        row.getString("car_registration"),
        row.getTimestamp("pickup").toInstant(),
        row.getTimestamp("drop_off").toInstant(),
        row.getString("title"),
        row.getString("description"),
        row.getString("status").equals("approved"));
  }

  Map<String, Object> json() {
    return Response.object(
        "id", id,
        "username", username,
        "car_registration", carRegistration,
        "pickup", pickup.toString(),
        "drop-off", dropOff.toString(),
        "title", title,
        "description", description,
        "status", approved ? "approved" : "pending",
        "approved", approved);
  }
}
