package io.mamparo.dbproxy;

import io.mamparo.dbproxy.DatabaseProxyConfig.BreakerSettings;
import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.dbproxy.DatabaseProxyConfig.Pool;
import io.mamparo.kernel.Clock;
import io.mamparo.testkit.RealPostgres;
import io.mamparo.wire.net.Loops;
import io.mamparo.wire.net.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** A proxy in front of a real PostgreSQL, with login app/proxy-pw to database db. */
final class TestProxy implements AutoCloseable {
  static final String USER = "app";
  static final String PASSWORD = "proxy-pw";

  private final RealPostgres postgres;
  private final Loops loops = Loops.of(Transport.best(), 2);
  private final DatabaseProxy proxy;

  TestProxy(RealPostgres postgres, int max, Duration borrow, ProxyListener listener) {
    this(postgres, config(postgres, pool(max, borrow), Limits.DEFAULT), listener);
  }

  TestProxy(RealPostgres postgres, DatabaseProxyConfig config, ProxyListener listener) {
    this(postgres, config, listener, AdminOffice.NONE);
  }

  TestProxy(
      RealPostgres postgres,
      DatabaseProxyConfig config,
      ProxyListener listener,
      AdminOffice office) {
    this.postgres = postgres;
    proxy = DatabaseProxy.start(loops, config, Clock.system(), listener, office);
  }

  static Pool pool(int max, Duration borrow) {
    return new Pool(max, borrow, Duration.ofMinutes(1), Duration.ofHours(1));
  }

  static DatabaseProxyConfig.Login login(
      RealPostgres postgres, String user, Pool pool, @Nullable String service) {
    return new DatabaseProxyConfig.Login(
        user,
        Secret.of(PASSWORD),
        "db",
        postgres.user(),
        Secret.of(postgres.password()),
        pool,
        service);
  }

  static DatabaseProxyConfig config(RealPostgres postgres, Pool pool, Limits limits) {
    return new DatabaseProxyConfig(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        List.of(
            new DatabaseProxyConfig.Database(
                "db", "127.0.0.1", postgres.port(), postgres.database(), BreakerSettings.DEFAULT)),
        List.of(login(postgres, USER, pool, "orders")),
        limits);
  }

  int port() {
    return proxy.address().getPort();
  }

  DatabaseProxy proxy() {
    return proxy;
  }

  ProxySnapshot.Pool pool() {
    return proxy.observe().pools().stream()
        .filter(pool -> pool.login().equals(USER))
        .findFirst()
        .orElseThrow();
  }

  RawClient raw() throws java.io.IOException {
    return RawClient.logIn(port(), USER, PASSWORD, "db");
  }

  RawClient direct() throws java.io.IOException {
    return RawClient.logIn(
        postgres.port(), postgres.user(), postgres.password(), postgres.database());
  }

  Connection jdbc(String... options) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("password", PASSWORD);
    properties.setProperty("sslmode", "disable");
    for (String option : options) {
      int equals = option.indexOf('=');
      properties.setProperty(option.substring(0, equals), option.substring(equals + 1));
    }
    return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port() + "/db", properties);
  }

  @Override
  public void close() {
    proxy.close();
    loops.close();
  }
}
