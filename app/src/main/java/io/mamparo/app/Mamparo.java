package io.mamparo.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.control.ControlPlane.StackFile;
import io.mamparo.app.control.ControlServer;
import io.mamparo.app.life.DataDirectory;
import io.mamparo.app.life.Launch;
import io.mamparo.kernel.FileTrouble;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A stack that runs in this process. Safe for use by several threads. */
public final class Mamparo implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Mamparo.class.getName());

  private final DataDirectory data;
  private final Logging logging;
  private final Launch launch;
  private final ControlServer control;
  private final StackControl plane;
  private final CountDownLatch stopRequested;
  private boolean closed;

  /**
   * What to run and where.
   *
   * @param data the data directory; absolute
   * @param portOffset added to every default port
   * @param home the distribution's directory
   * @param file the stack file's name, for messages
   * @param yaml its text
   * @param baseDir what its relative paths start from; absolute
   * @param environment for {@code ${NAME}}; secrets
   */
  public record Settings(
      Path data,
      int portOffset,
      Path home,
      String file,
      String yaml,
      Path baseDir,
      Map<String, String> environment) {
    public Settings {
      environment = Map.copyOf(environment);
    }

    @Override
    public String toString() {
      return "Settings[" + file + " in " + data + "]";
    }
  }

  private Mamparo(
      DataDirectory data,
      Logging logging,
      Launch launch,
      ControlServer control,
      StackControl plane,
      CountDownLatch stopRequested) {
    this.data = data;
    this.logging = logging;
    this.launch = launch;
    this.control = control;
    this.plane = plane;
    this.stopRequested = stopRequested;
  }

  /**
   * Begins to run a stack and returns when its listeners are open; services and databases go on
   * starting. What a killed Mamparo left running is adopted.
   *
   * @throws Problem when it cannot begin; nothing is left then
   */
  public static Mamparo start(Settings settings) {
    DataDirectory data = DataDirectory.open(settings.data());
    boolean started = false;
    try {
      Mamparo mamparo = start(settings, data);
      started = true;
      return mamparo;
    } finally {
      if (!started) {
        close(data);
      }
    }
  }

  private static Mamparo start(Settings settings, DataDirectory data) {
    Logging logging = Logging.to(data.root().resolve("mamparo.log"));
    LOG.log(
        Level.INFO, "starting " + settings.file() + ", process " + ProcessHandle.current().pid());
    Launch launch = Launch.open(data, settings.portOffset(), settings.home());
    CountDownLatch stopRequested = new CountDownLatch(1);
    boolean started = false;
    try {
      StackControl plane = new StackControl(launch, stopRequested::countDown);
      plane.begin(
          new StackFile(
              settings.file(),
              settings.yaml(),
              settings.baseDir().toString(),
              settings.environment()));
      String token = data.token();
      ControlServer control = ControlServer.start(launch.control(token), plane, extensions());
      plane.address(launch.controlHost() + ":" + control.port());
      new ControlFile(ProcessHandle.current().pid(), plane.address(), token).write(data.root());
      started = true;
      return new Mamparo(data, logging, launch, control, plane, stopRequested);
    } catch (IOException e) {
      throw new Problem(
          "data directory " + data.root(),
          "cannot be written: " + FileTrouble.words(e),
          "make it writable",
          e);
    } finally {
      if (!started) {
        launch.abandon();
      }
    }
  }

  private static List<WebExtension> extensions() {
    return ServiceLoader.load(WebExtension.class).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }

  /** The form of {@code status --json}. */
  public ObjectNode status() {
    return plane.status();
  }

  /** Waits until something may have changed, or {@code atMost} has passed. */
  public void awaitChange(Duration atMost) throws InterruptedException {
    stopRequested.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether somebody has asked it to stop. */
  public boolean stopping() {
    return stopRequested.getCount() == 0;
  }

  /** Waits until somebody asks it to stop. */
  public void awaitStop() throws InterruptedException {
    stopRequested.await();
  }

  /** Drains and stops everything in reverse order; returns when nothing is left running. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    stopRequested.countDown();
    LOG.log(Level.INFO, "stopping");
    try {
      plane.close();
      launch.stop();
      control.close();
      ControlFile.remove(data.root());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "removing control.json", e);
    } finally {
      LOG.log(Level.INFO, "stopped");
      logging.close();
      close(data);
    }
  }

  private static void close(DataDirectory data) {
    try {
      data.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "letting go of the data directory", e);
    }
  }
}
