package rental.bookings;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import rental.sql.Database;
import rental.web.Failure;
import rental.web.Trace;

/** Bookings in the database. */
final class BookingStore {
  private static final int MOST = 500;
  private static final String ALL =
      "SELECT id, username, car_registration, pickup, drop_off, title, description, status"
          + " FROM booking";

  private final Database database;

  BookingStore(Database database) {
    this.database = database;
  }

  /** The booking as it is stored, and whether it is new. */
  record Added(Booking booking, boolean isNew) {}

  /**
   * Stores a booking; one that is there already, with the same times and title, stays as it is.
   *
   * @throws Failure 409 when the car is not available then
   */
  Added add(Booking booking, Trace trace) throws SQLException {
    String insert =
        "INSERT INTO booking"
            + " (username, car_registration, pickup, drop_off, title, description)"
            + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    return database.inTransaction(
        connection -> {
          refuseOverlap(connection, booking, trace);
          boolean isNew;
          try (PreparedStatement statement = connection.prepareStatement(trace.on(insert))) {
            identify(statement, booking);
            statement.setString(6, booking.description());
            isNew = statement.executeUpdate() == 1;
          }
          return new Added(stored(connection, booking, trace), isNew);
        });
  }

  private static Booking stored(Connection connection, Booking booking, Trace trace)
      throws SQLException {
    String sql =
        ALL
            + " WHERE username = ? AND car_registration = ? AND pickup = ? AND drop_off = ?"
            + " AND title = ?";
    try (PreparedStatement statement = connection.prepareStatement(trace.on(sql))) {
      identify(statement, booking);
      return bookings(statement).get(0);
    }
  }

  private static void identify(PreparedStatement statement, Booking booking) throws SQLException {
    statement.setString(1, booking.username());
    statement.setString(2, booking.carRegistration());
    statement.setTimestamp(3, Timestamp.from(booking.pickup()));
    statement.setTimestamp(4, Timestamp.from(booking.dropOff()));
    statement.setString(5, booking.title());
  }

  Optional<Booking> find(long id, Trace trace) throws SQLException {
    return database.with(connection -> find(connection, id, trace));
  }

  private static Optional<Booking> find(Connection connection, long id, Trace trace)
      throws SQLException {
    String sql = ALL + " WHERE id = ?";
    try (PreparedStatement statement = connection.prepareStatement(trace.on(sql))) {
      statement.setLong(1, id);
      return bookings(statement).stream().findFirst();
    }
  }

  /** The newest first, 500 at most. */
  List<Booking> all(Trace trace) throws SQLException {
    String sql = ALL + " ORDER BY id DESC LIMIT " + MOST;
    return database.with(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(trace.on(sql))) {
            return bookings(statement);
          }
        });
  }

  /**
   * Approves a booking; nothing when there is none, no change when it is approved already.
   *
   * @throws Failure 409 when another approved one overlaps
   */
  Optional<Booking> approve(long id, Trace trace) throws SQLException {
    return database.inTransaction(
        connection -> {
          Optional<Booking> booking = find(connection, id, trace);
          if (booking.isEmpty() || booking.get().approved()) {
            return booking;
          }
          lock(connection, booking.get().carRegistration(), trace);
          refuseOverlap(connection, booking.get(), trace);
          String sql = "UPDATE booking SET status = 'approved' WHERE id = ?";
          try (PreparedStatement statement = connection.prepareStatement(trace.on(sql))) {
            statement.setLong(1, id);
            statement.executeUpdate();
          }
          return find(connection, id, trace);
        });
  }

  /** Two approvals for one car go one after the other, until the transaction ends. */
  private static void lock(Connection connection, String registration, Trace trace)
      throws SQLException {
    String sql = "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))";
    try (PreparedStatement statement = connection.prepareStatement(trace.on(sql))) {
      statement.setString(1, registration);
      statement.execute();
    }
  }

  private static void refuseOverlap(Connection connection, Booking booking, Trace trace)
      throws SQLException {
    String sql =
        "SELECT 1 FROM booking WHERE car_registration = ? AND status = 'approved'"
            + " AND pickup < ? AND drop_off > ? AND id <> ? AND NOT (username = ? AND pickup = ?"
            + " AND drop_off = ? AND title = ?) LIMIT 1";
    try (PreparedStatement statement = connection.prepareStatement(trace.on(sql))) {
      statement.setString(1, booking.carRegistration());
      statement.setTimestamp(2, Timestamp.from(booking.dropOff()));
      statement.setTimestamp(3, Timestamp.from(booking.pickup()));
      statement.setLong(4, booking.id());
      statement.setString(5, booking.username());
      statement.setTimestamp(6, Timestamp.from(booking.pickup()));
      statement.setTimestamp(7, Timestamp.from(booking.dropOff()));
      statement.setString(8, booking.title());
      try (ResultSet rows = statement.executeQuery()) {
        if (rows.next()) {
          throw new Failure(
              409, "car " + booking.carRegistration() + " is not available at that time");
        }
      }
    }
  }

  private static List<Booking> bookings(PreparedStatement statement) throws SQLException {
    List<Booking> bookings = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        bookings.add(Booking.from(rows));
      }
    }
    return bookings;
  }
}
