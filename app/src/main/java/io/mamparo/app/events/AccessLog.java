package io.mamparo.app.events;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.RequestListener;
import io.mamparo.mesh.RequestRecord;
import io.mamparo.model.MeshSpec;
import io.mamparo.telemetry.Counter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A line for each request that is wanted. Loops put lines into a bounded queue and never wait; one
 * virtual thread writes them. Lines for which there is no room are left out and counted.
 */
public final class AccessLog implements RequestListener, AutoCloseable {
  private static final Logger LOG = System.getLogger(AccessLog.class.getName());
  private static final int LINES = 16 * 1024;
  private static final int ERROR = 500;

  private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(LINES);
  private final Consumer<String> file;
  private final Counter leftOut;
  private final Thread writer;
  private volatile MeshSpec.@Nullable AccessLog rule;

  /**
   * A log that is off.
   *
   * @param file takes a line with its end; called by one thread
   * @param leftOut counts lines for which there was no room
   */
  public AccessLog(Consumer<String> file, Counter leftOut) {
    this.file = file;
    this.leftOut = leftOut;
    writer = Thread.ofVirtual().name("access log").start(this::write);
  }

  /** Follows another rule; null switches it off. */
  public void follow(MeshSpec.@Nullable AccessLog wanted) {
    rule = wanted;
  }

  @Override
  public void onRequest(RequestRecord request) {
    MeshSpec.AccessLog now = rule;
    if (now == null || !wanted(request, now)) {
      return;
    }
    String line =
        switch (now.format()) {
          case JSON -> RequestLine.json(request, 0);
          case TEXT -> RequestLine.text(request, 0);
        };
    if (!lines.offer(line + "\n")) {
      leftOut.add(request.loop(), 1);
    }
  }

  /** Failures and denials always; of the rest a share, by the trace, so that hops stay together. */
  private static boolean wanted(RequestRecord request, MeshSpec.AccessLog rule) {
    return request.status() >= ERROR
        || request.reason() != Reason.NONE
        || request.wouldDeny()
        || (request.traceLow() >>> 11) * 0x1.0p-53 < rule.share().ratio();
  }

  private void write() {
    try {
      while (true) {
        StringBuilder text = new StringBuilder(lines.take());
        for (String line = lines.poll(); line != null; line = lines.poll()) {
          text.append(line);
          if (text.length() > 64 * 1024) {
            break;
          }
        }
        file.accept(text.toString());
      }
    } catch (InterruptedException e) {
      for (String line = lines.poll(); line != null; line = lines.poll()) {
        file.accept(line);
      }
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the access log", e);
    }
  }

  @Override
  public void close() {
    writer.interrupt();
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
