package io.mamparo.app.view;

import io.mamparo.app.events.SlowLog;
import io.mamparo.app.life.DataDirectory;
import io.mamparo.app.life.Life;
import io.mamparo.compute.LogTail;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Stack;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** The logs that can be read. Safe for use by several threads. */
public final class Logs {
  private final DataDirectory data;
  private final Life life;

  public Logs(DataDirectory data, Life life) {
    this.data = data;
    this.life = life;
  }

  /** Services, databases, Mamparo itself, and what was slow. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    Stack stack = life.observe().stack();
    for (ServiceSpec service : stack.services().values()) {
      if (service.source() instanceof Source.Run) {
        names.add(service.name());
      }
    }
    for (String database : stack.databases().keySet()) {
      names.add(names.contains(database) ? database + "-postgres" : database);
    }
    if (stack.mesh().accessLog() != null) {
      names.add("access");
    }
    names.add("mamparo");
    if (!names.contains(SlowLog.NAME)) {
      names.add(SlowLog.NAME);
    }
    return names;
  }

  private List<Path> files(String name) {
    if (name.equals("mamparo")) {
      return List.of(data.root().resolve("mamparo.log"));
    }
    Stack stack = life.observe().stack();
    if (name.equals("access") && !stack.services().containsKey(name)) {
      return List.of(data.root().resolve("access.log"));
    }
    if (stack.services().containsKey(name)) {
      return life.services().logs(name);
    }
    if (name.equals(SlowLog.NAME)) {
      return List.of(data.logs().resolve(SlowLog.NAME + ".log"));
    }
    String database = name.replaceFirst("-postgres$", "");
    return stack.databases().containsKey(database)
        ? List.of(data.logs().resolve(database + "-postgres.log"))
        : List.of();
  }

  /**
   * Copies lines to {@code out}; with several replicas each line says whose it is.
   *
   * @param open asked often, whether to go on following
   */
  public boolean copy(
      String name, int tail, boolean follow, OutputStream out, BooleanSupplier open) {
    List<Path> files = files(name);
    if (files.isEmpty()) {
      return false;
    }
    AtomicBoolean reading = new AtomicBoolean(true);
    try {
      List<Thread> followers = new ArrayList<>();
      for (int i = 0; i < files.size(); i++) {
        String prefix = files.size() > 1 ? i + ": " : "";
        Path file = files.get(i);
        if (follow) {
          BooleanSupplier going = () -> reading.get() && open.getAsBoolean();
          followers.add(
              Thread.ofVirtual().start(() -> follow(file, tail, prefix, out, reading, going)));
        } else {
          for (String line : LogTail.last(file, tail)) {
            write(out, prefix + line);
          }
        }
      }
      for (Thread follower : followers) {
        follower.join();
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      reading.set(false);
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static void follow(
      Path file,
      int tail,
      String prefix,
      OutputStream out,
      AtomicBoolean reading,
      BooleanSupplier open) {
    try {
      LogTail.follow(
          file,
          tail,
          line -> {
            try {
              write(out, prefix + line);
              flush(out);
            } catch (UncheckedIOException e) {
              reading.set(false);
            }
          },
          open);
    } catch (IOException e) {
      reading.set(false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void flush(OutputStream out) {
    synchronized (out) {
      try {
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void write(OutputStream out, String line) {
    synchronized (out) {
      try {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
