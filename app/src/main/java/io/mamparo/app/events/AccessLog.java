package io.mamparo.app.events;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.RequestListener;
import io.mamparo.mesh.RequestRecord;
import io.mamparo.model.MeshSpec;
import io.mamparo.telemetry.Counter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A line for each request that is wanted. Loops hand lines over and never wait; those for which
 * there is no room are left out and counted.
 */
public final class AccessLog implements RequestListener, AutoCloseable {
  private static final int LINES = 16 * 1024;
  private static final long LARGEST = 64L << 20;
  private static final int KEPT = 1;
  private static final int ERROR = 500;

  private final LineFile<String> lines;
  private final Counter leftOut;
  private volatile MeshSpec.@Nullable AccessLog rule;

  /**
   * A log that is off.
   *
   * @param file is made with the first line
   * @param leftOut counts lines for which there was no room
   */
  public AccessLog(Path file, Counter leftOut) {
    this.leftOut = leftOut;
    lines = new LineFile<>("access log", LineFile.at(file, LARGEST, KEPT), LINES, line -> line);
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

  @Override
  public void close() {
    lines.close();
  }
}
