package io.mamparo.dbproxy;

import io.mamparo.dbproxy.DatabaseProxyConfig.BreakerSettings;
import io.mamparo.dbproxy.DatabaseProxyConfig.Database;
import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.dbproxy.DatabaseProxyConfig.Login;
import io.mamparo.kernel.Clock;
import io.mamparo.testkit.RealPostgres;
import io.mamparo.wire.net.Loops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A proxy in a process of its own, to be killed. Logins and database are those of {@link
 * TestProxy}.
 */
final class ProxyProcess {
  private ProxyProcess() {}

  static Process start(RealPostgres postgres, int port) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            ProxyProcess.class.getName(),
            Integer.toString(port),
            Integer.toString(postgres.port()))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Runs until killed; arguments: port to listen on, port of the server. */
  public static void main(String[] arguments) throws InterruptedException {
    Secret password = Secret.of("s3cret");
    DatabaseProxyConfig config =
        new DatabaseProxyConfig(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])),
            List.of(
                new Database(
                    "db",
                    "127.0.0.1",
                    Integer.parseInt(arguments[1]),
                    "postgres",
                    BreakerSettings.DEFAULT)),
            List.of(
                new Login(
                    TestProxy.USER,
                    Secret.of(TestProxy.PASSWORD),
                    "db",
                    "app",
                    password,
                    TestProxy.pool(4, Duration.ofSeconds(20)),
                    null)),
            Limits.DEFAULT);
    Loops loops = Loops.of(Loops.forMachine().transport(), 2);
    Objects.requireNonNull(DatabaseProxy.start(loops, config, Clock.system(), ProxyListener.NONE));
    Thread.currentThread().join();
  }
}
