package io.mamparo.app.fault;

import io.mamparo.app.life.Life;
import io.mamparo.app.plan.DatabaseAccess;
import io.mamparo.compute.Login;
import io.mamparo.kernel.Problem;
import io.mamparo.model.Address;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Stack;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Holds every server connection of a service's pool with slow statements, over and over, through
 * the service's own login at the proxy. One virtual thread a connection; they log in one after
 * another and not in a burst, for that would be another fault than the one asked for: log-ins are
 * dear, and this process carries everybody's requests.
 */
final class PoolHog implements AutoCloseable {
  /** Between two log-ins. */
  private static final long APART_MS = 50;

  private final List<Thread> threads = new ArrayList<>();
  private final ReentrantLock entrance = new ReentrantLock();
  private volatile boolean closed;

  PoolHog(Life life, String service, Duration hold) {
    Stack stack = life.observe().stack();
    ServiceSpec spec = stack.services().get(service);
    if (spec == null || spec.database() == null) {
      throw new Problem(
          "service " + service, "there is none with a database", "see mamparo status");
    }
    DatabaseAccess access = life.accesses().get(spec.database().name());
    Login login = access == null ? null : access.services().get(service);
    if (access == null || login == null) {
      throw new Problem("service " + service, "has no login yet", "wait until it is ready");
    }
    Address proxy = stack.proxy().listen().at(life.observe().portOffset());
    String url = "jdbc:postgresql://" + proxy + "/" + access.name();
    // Twice as many as fit, so that the next one has the connection the moment it is given back.
    for (int i = 0; i < 2 * spec.connections(stack.proxy()); i++) {
      threads.add(Thread.ofVirtual().start(() -> hog(url, login, hold)));
    }
  }

  private void hog(String url, Login login, Duration hold) {
    Properties properties = new Properties();
    properties.setProperty("user", login.user());
    properties.setProperty("password", login.password());
    properties.setProperty("ApplicationName", "mamparo exhaust-pool");
    // To this process itself: handshakes would only take what the requests need.
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    while (!closed) {
      try (Connection connection = enter(url, properties);
          PreparedStatement sleep = connection.prepareStatement("select pg_sleep(?)")) {
        sleep.setDouble(1, hold.toMillis() / 1000.0);
        while (!closed) {
          try {
            sleep.execute();
          } catch (SQLException e) {
            if (!"53300".equals(e.getSQLState())) {
              throw e;
            }
          }
        }
      } catch (SQLException e) {
        pause(2 * APART_MS);
      }
    }
  }

  private Connection enter(String url, Properties properties) throws SQLException {
    entrance.lock();
    try {
      pause(APART_MS);
      if (closed) {
        throw new SQLException("the fault has ended");
      }
      return DriverManager.getConnection(url, properties);
    } finally {
      entrance.unlock();
    }
  }

  private void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
  }
}
