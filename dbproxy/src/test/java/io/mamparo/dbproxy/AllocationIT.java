package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.mamparo.kernel.Clock;
import io.mamparo.testkit.RealPostgres;
import io.mamparo.wire.net.Loops;
import io.mamparo.wire.net.Transport;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a loop allocates for statements once everything has been seen before: as good as nothing.
 */
class AllocationIT {
  private static final int WARM_UP = 6_000;
  private static final int MEASURED = 5_000;

  /** Of our own, in bytes: for what a loop does besides statements, sweeping pools and timers. */
  private static final long OURS = 96;

  /** Netty describes each send to io_uring by an object, two for a statement. */
  private static final long NETTYS = 600;

  private static RealPostgres postgres;

  @BeforeAll
  static void begin() {
    postgres = RealPostgres.start();
  }

  @AfterAll
  static void end() {
    postgres.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepareThreshold=1", "prepareThreshold=0", "preferQueryMode=simple"})
  void statements_allocateNothingInTheSteadyState(String way) throws Exception {
    measure(Epoll.isAvailable() ? Transport.EPOLL : Transport.NIO, way, OURS);
  }

  @Test
  void ioUring_addsOnlyItsDescriptions() throws Exception {
    measure(Transport.best(), "prepareThreshold=1", OURS + NETTYS);
  }

  private static void measure(Transport transport, String way, long bound) throws Exception {
    try (Loops loops = Loops.of(transport, 1);
        DatabaseProxy proxy =
            DatabaseProxy.start(
                loops,
                TestProxy.config(
                    postgres,
                    TestProxy.pool(2, Duration.ofSeconds(5)),
                    DatabaseProxyConfig.Limits.DEFAULT),
                Clock.system(),
                ProxyListener.NONE);
        Connection connection = DriverManager.getConnection(url(proxy, way))) {
      run(connection, WARM_UP);
      long before = allocated(loops.all().getFirst());
      run(connection, MEASURED);
      long each = (allocated(loops.all().getFirst()) - before) / MEASURED;
      assertTrue(each <= bound, each + " bytes a statement, with " + way);
    }
  }

  @Test
  void allocation_isSeen() throws Exception {
    try (Loops loops = Loops.of(Transport.best(), 1)) {
      EventLoop loop = loops.all().getFirst();
      long before = allocated(loop);
      byte[][] kept = loop.submit(() -> new byte[100][1_000]).get();
      long seen = allocated(loop) - before;
      assertTrue(seen >= kept.length * 1_000L, seen + " bytes");
    }
  }

  private static String url(DatabaseProxy proxy, String way) {
    return "jdbc:postgresql://127.0.0.1:"
        + proxy.address().getPort()
        + "/db?sslmode=disable&user="
        + TestProxy.USER
        + "&password="
        + TestProxy.PASSWORD
        + "&"
        + way;
  }

  private static void run(Connection connection, int statements) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("select ?::int, now()")) {
      for (int i = 0; i < statements; i++) {
        statement.setInt(1, 7);
        statement.executeQuery().close();
      }
    }
  }

  private static long allocated(EventLoop loop) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return loop.submit(() -> threads.getThreadAllocatedBytes(Thread.currentThread().threadId()))
        .get();
  }
}
