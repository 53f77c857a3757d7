package io.mamparo.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.control.ControlPlane;
import io.mamparo.app.fault.FaultBoard;
import io.mamparo.app.life.Change;
import io.mamparo.app.life.Launch;
import io.mamparo.app.life.Life;
import io.mamparo.app.life.Observed;
import io.mamparo.app.life.StateStore;
import io.mamparo.app.view.Env;
import io.mamparo.app.view.Gamedays;
import io.mamparo.app.view.Logs;
import io.mamparo.app.view.StatusView;
import io.mamparo.app.view.Views;
import io.mamparo.kernel.Problem;
import io.mamparo.model.Address;
import io.mamparo.model.Stack;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the control API can see and do of a running stack. Safe for use by several threads. */
final class StackControl implements ControlPlane, AutoCloseable {
  private static final Duration UNTIL_READY = Duration.ofMinutes(3);

  private final Launch launch;
  private final Life life;
  private final FaultBoard faults;
  private final DatabaseOrders orders;
  private final Gamedays gamedays;
  private final Logs logs;
  private final Views views;
  private final Runnable stop;
  private volatile String address = "";
  private volatile @Nullable StackFile latest;
  private volatile boolean closed;

  StackControl(Launch launch, Runnable stop) {
    this.launch = launch;
    this.stop = stop;
    life = launch.life();
    faults = new FaultBoard(life, launch.clock());
    orders = new DatabaseOrders(life);
    gamedays = new Gamedays(launch.data().gamedays(), launch.clock());
    logs = new Logs(launch.data(), life);
    views =
        new Views(
            launch.telemetry(),
            life::observe,
            faults::list,
            life::holders,
            life::totals,
            launch.clock());
  }

  /** Makes the first stack what is desired. */
  void begin(StackFile file) {
    launch.office().open(this::reload, stop);
    submit(file);
    life.start();
  }

  /** Reads the stack file again, with the environment it was read with before. */
  private void reload() {
    StackFile last = latest;
    if (last == null) {
      throw new Problem("stack", "it is still starting", "try again in a moment");
    }
    Path name = Path.of(last.file()).getFileName();
    Path file = Path.of(last.baseDir()).resolve(name == null ? "" : name.toString());
    String yaml;
    try {
      yaml = Files.readString(file);
    } catch (IOException e) {
      throw new Problem(
          "stack file " + file, "cannot be read again", "apply it with mamparo up FILE", e);
    }
    submit(new StackFile(last.file(), yaml, last.baseDir(), last.environment()));
  }

  void address(String address) {
    this.address = address;
  }

  String address() {
    return address;
  }

  private List<Change> submit(StackFile file) {
    Stack stack =
        io.mamparo.model.StackFile.parse(
                file.file(), file.yaml(), Path.of(file.baseDir()), file.environment())
            .orThrow();
    Stack before = life.observe().stack();
    if (!address.isEmpty()) {
      refuseIfAnother(before, stack);
    }
    List<Change> changes =
        life.submit(stack, new StateStore.Desired(file.file(), file.yaml(), file.baseDir()));
    latest = file;
    return changes;
  }

  /** What cannot change while it runs. */
  private void refuseIfAnother(Stack before, Stack after) {
    if (!before.name().equals(after.name())) {
      throw new Problem(
          "stack " + after.name(),
          "this data directory runs stack " + before.name(),
          "stop that one with mamparo down, or choose another directory with --data");
    }
    Address was = before.console().listen().at(launch.portOffset());
    Address is = after.console().listen().at(launch.portOffset());
    if (!was.equals(is)) {
      throw new Problem(
          "console",
          "it cannot move from " + was + " to " + is + " while the stack runs",
          "mamparo down, then mamparo up");
    }
    if (!before.proxy().listen().equals(after.proxy().listen())) {
      throw new Problem(
          "proxy",
          "its address cannot change while the stack runs",
          "mamparo down, then mamparo up");
    }
  }

  @Override
  public List<String> apply(StackFile file) {
    List<Change> changes = submit(file);
    long end = System.nanoTime() + UNTIL_READY.toNanos();
    while (System.nanoTime() - end < 0 && !closed) {
      if (status().path("ready").asBoolean()) {
        break;
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    return changes.stream().map(Change::words).toList();
  }

  @Override
  public ObjectNode status() {
    return StatusView.of(life.observe(), address);
  }

  @Override
  public ObjectNode overview() {
    return views.overview(status().path("ready").asBoolean());
  }

  @Override
  public Optional<ObjectNode> service(String name, Duration window) {
    return views.service(name, window);
  }

  @Override
  public Optional<ObjectNode> database(String name, Duration window) {
    return views.database(name, window);
  }

  @Override
  public ObjectNode proxy() {
    return views.proxy();
  }

  @Override
  public ObjectNode slos() {
    return views.slos();
  }

  @Override
  public Optional<ObjectNode> slo(String service) {
    return views.slo(service);
  }

  @Override
  public ObjectNode traces(Map<String, String> query) {
    return views.traces(query);
  }

  @Override
  public Optional<ObjectNode> trace(String traceId) {
    return views.trace(traceId);
  }

  @Override
  public String metrics() {
    return views.metrics();
  }

  @Override
  public ObjectNode env(String database) {
    Observed observed = life.observe();
    return Env.of(
        observed.stack(),
        life.accesses(),
        launch.portOffset(),
        address,
        database,
        launch.secrets());
  }

  @Override
  public GamedayReports gamedays() {
    return gamedays;
  }

  @Override
  public ObjectNode order(String database, String order, Duration wait, Optional<String> to) {
    return orders.carryOut(database, order, wait, to.orElse(null));
  }

  @Override
  public void stop() {
    stop.run();
  }

  @Override
  public String addFault(ObjectNode fault) {
    return faults.add(fault);
  }

  @Override
  public boolean removeFault(String id) {
    return faults.remove(id);
  }

  @Override
  public void removeFaults() {
    faults.clear();
  }

  @Override
  public boolean logs(String name, int tail, boolean follow, OutputStream out) {
    return logs.copy(name, tail, follow, out, () -> !closed);
  }

  @Override
  public void tap(Map<String, String> wanted, OutputStream out) throws java.io.IOException {
    launch.taps().run(wanted, out);
  }

  @Override
  public List<String> logNames() {
    return logs.names();
  }

  /** Ends faults and streams; what runs is stopped by others. */
  @Override
  public void close() {
    closed = true;
    faults.close();
  }
}
