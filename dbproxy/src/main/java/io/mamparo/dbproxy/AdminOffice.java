package io.mamparo.dbproxy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the admin database asks of the program around the proxy. Called on virtual threads, several
 * at a time; may block. A {@link io.mamparo.kernel.Problem} becomes an SQL error with its words.
 */
public interface AdminOffice {
  /** A proxy that stands alone. */
  AdminOffice NONE =
      new AdminOffice() {
        @Override
        public List<Statement> statements() {
          return List.of();
        }

        @Override
        public void reload() {
          throw nobody("RELOAD");
        }

        @Override
        public void shutdown() {
          throw nobody("SHUTDOWN");
        }

        private io.mamparo.kernel.Problem nobody(String command) {
          return new io.mamparo.kernel.Problem(
              command, "nothing around this proxy carries it out", "end its process instead");
        }
      };

  /** The kinds of statements of all databases, those with the most time first; bounded. */
  List<Statement> statements();

  /** Reads the stack file again and applies what has changed. */
  void reload();

  /** Ends the program in order, shortly after the answer. */
  void shutdown();

  /**
   * What one kind of statement has cost since the start.
   *
   * @param service whose; null for people
   * @param fingerprint of the text, 16 hexadecimal digits
   * @param text normalised, without literals; {@code other} stands for all that were one too many
   * @param totalMs executed
   * @param waitMs waited for server connections
   * @param p50Ms of waiting and execution together; null when there were none
   * @param waitP99Ms of waiting alone; null when there were none
   * @param errorsByState by SQLSTATE
   */
  record Statement(
      String database,
      @Nullable String service,
      String fingerprint,
      String text,
      long calls,
      long rows,
      long bytesIn,
      long bytesOut,
      double totalMs,
      double waitMs,
      @Nullable Double p50Ms,
      @Nullable Double p95Ms,
      @Nullable Double p99Ms,
      @Nullable Double waitP99Ms,
      long errors,
      Map<String, Long> errorsByState) {
    public Statement {
      errorsByState = Map.copyOf(errorsByState);
    }
  }
}
