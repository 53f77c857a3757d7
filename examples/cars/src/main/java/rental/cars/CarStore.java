package rental.cars;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import rental.sql.Database;
import rental.web.Trace;

/** Cars in the database. */
final class CarStore {
  private static final int MOST = 500;
  private static final String COLUMNS = "registration, make, model, colour, capacity";

  private final Database database;

  CarStore(Database database) {
    this.database = database;
  }

  /** Whether it is new; false when there is a car with this registration. */
  boolean add(Car car, Trace trace) throws SQLException {
    String sql =
        "INSERT INTO car (make, model, colour, capacity, registration) VALUES (?, ?, ?, ?, ?)"
            + " ON CONFLICT DO NOTHING";
    return database.with(connection -> write(connection, trace.on(sql), car)) == 1;
  }

  /** Whether it was there. */
  boolean replace(Car car, Trace trace) throws SQLException {
    String sql =
        "UPDATE car SET make = ?, model = ?, colour = ?, capacity = ? WHERE registration = ?";
    return database.with(connection -> write(connection, trace.on(sql), car)) == 1;
  }

  private static int write(Connection connection, String sql, Car car) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, car.make());
      statement.setString(2, car.model());
      statement.setString(3, car.colour());
      statement.setInt(4, car.capacity());
      statement.setString(5, car.registration());
      return statement.executeUpdate();
    }
  }

  Optional<Car> find(String registration, Trace trace) throws SQLException {
    String sql = "SELECT " + COLUMNS + " FROM car WHERE registration = ?";
    return database.with(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(trace.on(sql))) {
            statement.setString(1, registration);
            return cars(statement).stream().findFirst();
          }
        });
  }

  /** The newest first, 500 at most. */
  List<Car> all(Trace trace) throws SQLException {
    String sql = "SELECT " + COLUMNS + " FROM car ORDER BY id DESC LIMIT " + MOST;
    return database.with(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(trace.on(sql))) {
            return cars(statement);
          }
        });
  }

  /** Those without an approved booking that overlaps; the newest first, 500 at most. */
  List<Car> available(Instant from, Instant to, Trace trace) throws SQLException {
    String sql =
        "SELECT "
            + COLUMNS
            + " FROM car WHERE NOT EXISTS (SELECT 1 FROM booking"
            + " WHERE car_registration = registration AND status = 'approved'"
            + " AND pickup < ? AND drop_off > ?) ORDER BY id DESC LIMIT "
            + MOST;
    return database.with(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(trace.on(sql))) {
            statement.setTimestamp(1, Timestamp.from(to));
            statement.setTimestamp(2, Timestamp.from(from));
            return cars(statement);
          }
        });
  }

  private static List<Car> cars(PreparedStatement statement) throws SQLException {
    List<Car> cars = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        cars.add(Car.from(rows));
      }
    }
    return cars;
  }
}
